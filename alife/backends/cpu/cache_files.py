"""The cache of compiled code between runs: files of this user alone, which are written completely or not at all.

What lies in it is executed, so a folder that other users can write to is not used, nor a file that another user could
have written. A cache that cannot be used costs time at each start, nothing else, and that is said once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

_said: set[Path | None] = set()  # folders about which a line was printed


def cache_folder() -> Path | None:
    """Returns the folder of the cache, or None if this user has no home; `ALIFE_CACHE` moves it."""
    if chosen := os.environ.get("ALIFE_CACHE"):
        return Path(chosen)
    common = Path(os.environ.get("XDG_CACHE_HOME", ""))  # which must be absolute, says its specification
    try:
        return (common if common.is_absolute() else Path.home() / ".cache") / "alife"
    except RuntimeError:
        return None


def fetch(kind: str, name: str) -> bytes | None:
    """Returns the content of a file, or None if it is missing, incomplete, or not this user's alone.

    kind: the folder inside the cache. name: of the file.
    """
    folder = _usable(kind)
    if folder is None:
        return None
    try:
        with (folder / name).open("rb") as file:
            content = file.read() if _is_own(os.fstat(file.fileno())) else b""
    except OSError:
        return None
    digest, kept = content[:32], content[32:]
    return kept if hashlib.sha256(kept).digest() == digest else None


def store(kind: str, name: str, content: bytes) -> None:
    """Writes a file of mode 600. kind, name: as of `fetch`."""
    folder = _usable(kind)
    if folder is None:
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=folder)  # of mode 600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            os.replace(temporary, folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        _say(cache_folder(), f"cannot be written ({(error.strerror or str(error)).lower()})")


def _usable(kind: str) -> Path | None:
    """The folder of a kind, made if it is missing; None, said once, if it must not or cannot be used."""
    root = cache_folder()
    if root is None:
        _say(root, "has no place, as this user has no home folder; set ALIFE_CACHE to a folder")
        return None
    try:
        own = all(_is_own(_made(folder).stat()) for folder in (root, root / kind))
    except OSError as error:
        _say(root, f"cannot be written ({(error.strerror or str(error)).lower()})")
        return None
    if not own:
        _say(root, "is not used, as other users can write to it; write chmod -R go-w, or set ALIFE_CACHE to another")
        return None
    return root / kind


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _is_own(status: os.stat_result) -> bool:
    """True for a file or folder that only this user can write to."""
    if os.name == "nt":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _say(root: Path | None, reason: str) -> None:
    if root not in _said:
        _said.add(root)
        place = "" if root is None else f" {root}"
        print(f"alife: the code cache{place} {reason}; compiling anew at each start", file=sys.stderr)
