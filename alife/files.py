"""Files that are written whole or not at all, and named arrays in them (the safetensors format).

Arrays are written straight from memory, as a checkpoint may be a large part of it; they are read by the safetensors
library, which checks every size against the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from alife.registry import UserError

BLOB = "alife"  # the one metadata key: a JSON object
_TYPES = {"f2": "F16", "f4": "F32", "f8": "F64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64", "b1": "BOOL"}
_TYPES |= {"i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64"}


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file so that after a crash at any moment either the old or the new one is there, entire."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no such call, and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Write named arrays and a JSON object. meta: gains `sha256`, the digest of everything else."""
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
    write_whole(path, [len(text).to_bytes(8, "little"), text, *(_bytes(array) for array in flat.values())])


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read named arrays and their JSON object. Raises UserError saying what is wrong with the file."""
    if not path.is_file():
        raise UserError(f"{path}: expected a .safetensors file, and there is none of this name")
    try:
        with safe_open(path, framework="numpy") as file:
            meta = json.loads((file.metadata() or {})[BLOB], parse_constant=_refuse)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: not a file of this program, or a damaged one ({_brief(error)})") from None
    if not isinstance(meta, dict):
        raise UserError(f"{path}: not a file of this program: its description is no JSON object")
    stored = meta.pop("sha256", None)
    if stored != _digest(arrays, meta):
        raise UserError(f"{path}: damaged: its content does not match its checksum")
    return arrays, meta


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
