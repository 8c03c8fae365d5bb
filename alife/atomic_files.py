"""Atomic writes of files, and files of named arrays in the safetensors format.

Arrays are written directly from memory, as a checkpoint may take up much of it; they are read by the safetensors
library, which checks every size against the file.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from alife.errors import UserError

BLOB = "alife"  # the one metadata key: a JSON object
DEEPEST = 50  # levels of that object
_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPES = {"f2": "F16", "f4": "F32", "f8": "F64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64", "b1": "BOOL"}
_TYPES |= {"i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64"}


_REMEDIES = dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room")
_REMEDIES |= dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "make it writable")
_REMEDIES |= {errno.ENOENT: "restore its folder", errno.ENOTDIR: "move the file that is in its way"}
_REMEDIES |= {errno.ENAMETOOLONG: "write a shorter one"}


class DamagedError(UserError):
    """A file that does not hold what was written to it."""


class WriteError(UserError):
    """A file or folder that cannot be written. Files that were complete before still are."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an OSError raised while this file or folder is written into one line. Raises WriteError."""
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path}: cannot be written: {explained(error)}") from None


def explained(error: OSError) -> str:
    """Returns what the system says, and what to do about it."""
    reason = (error.strerror or str(error)).lower()
    return f"{reason}; {_REMEDIES.get(error.errno or 0, 'check the disk')}"


def is_file(path: Path) -> bool:
    """True for a file. Raises UserError for a path at which none can be, such as one that is too long."""
    return exists(path) and path.is_file()


def exists(path: Path) -> bool:
    """True for a file or folder. Raises as `is_file`."""
    try:
        return path.exists()
    except OSError as error:
        raise UserError(f"{path}: expected a path, got one that cannot be read: {explained(error)}") from None


NO_FILE = "there is a folder or a device of this name"


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Writes a file so that after a crash at any moment either the old or the new one is there, complete."""
    if path.exists() and not path.is_file():  # a device would be replaced by a file
        raise FileExistsError(errno.EEXIST, NO_FILE, str(path))
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb", buffering=0) as file:
            for part in parts:
                write_all(file.fileno(), part)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_all(file: int, data: bytes | memoryview) -> None:
    """Writes all bytes to an open file, unbuffered; a single call of the system may write fewer."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def is_temporary(path: Path) -> bool:
    """True for a file that a killed process left unfinished in `write_whole`."""
    return path.name.startswith(".") and path.suffix[1:].isdigit()


def make_folder(folder: Path) -> None:
    """Makes a folder and its missing parents, so that they survive a power failure."""
    if not folder.is_dir():
        if folder.exists():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes creations, renames and removals in a folder durable; Windows has no such call, and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Writes named arrays [...] and a JSON object.

    meta: the object; `sha256`, the digest of everything else, is added to it in the file.

    Raises:
        WriteError: the file cannot be written; one that was there before is unchanged.
    """
    flat = {name: np.asarray(array, order="C") for name, array in sorted(arrays.items())}
    blob = json.dumps({**meta, "sha256": _digest(flat, meta)})
    header: dict[str, Any] = {"__metadata__": {BLOB: blob}}
    at = 0
    for name, array in flat.items():
        kind = _TYPES[array.dtype.str[1:]]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with writing(path):
        write_whole(path, [len(text).to_bytes(8, "little") + text, *(_bytes(array) for array in flat.values())])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns an OSError raised while this file is read into one line. Raises UserError."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None


def load_arrays(path: Path, content: Path | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Reads named arrays and their JSON object.

    Args:
        path: the file.
        content: another that holds its content, if that is not the file itself.

    Raises:
        DamagedError: the file is missing, of another format, or does not match its checksum.
        UserError: the file cannot be read.
    """
    content = content or path
    if not is_file(content):
        raise DamagedError(f"{path}: expected a .safetensors file, and there is none of this name")
    try:
        with reading(path), safe_open(content, framework="numpy") as file:
            meta = parse_json((file.metadata() or {})[BLOB])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise DamagedError(f"{path}: not a file of this program, or a damaged one ({_brief(error)})") from None
    if not isinstance(meta, dict):
        raise DamagedError(f"{path}: not a file of this program: its description is not a JSON object")
    stored = meta.pop("sha256", None)
    if stored != _digest(arrays, meta):
        raise DamagedError(f"{path}: damaged: its content does not match its checksum")
    return arrays, meta


def parse_json(text: str | bytes) -> Any:
    """Returns what a text of JSON says: plain data of finite numbers, which can be written as JSON again.

    Raises:
        ValueError: no such text, more than `DEEPEST` levels, half of a surrogate pair, or a number that is not finite.
    """
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too many levels") from None
    level = [found]
    for _ in range(DEEPEST):
        if any(isinstance(item, str) and _SURROGATE.search(item) for item in level):
            raise ValueError("half of a pair of characters")
        if any(isinstance(item, int | float) and not _is_finite(item) for item in level):
            raise ValueError("a number that is not finite")
        level = [part for item in level for part in _parts(item)]
    if level:
        raise ValueError("too many levels")
    return found


def _is_finite(number: float) -> bool:
    """True for a number that a float can hold; whole numbers of JSON have any length."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _parts(item: object) -> Iterable[object]:
    if isinstance(item, dict):
        return (*item.keys(), *item.values())
    return item if isinstance(item, list) else ()


def _digest(arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(_bytes(np.ascontiguousarray(array)))
    return digest.hexdigest()


def _bytes(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} in the description")


def _brief(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 80 else text[:77] + "..."
