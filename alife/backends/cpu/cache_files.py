"""Files of the code cache, which are written completely or not at all."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path


def cache_folder() -> Path:
    """Returns the folder of compiled code that is kept between runs; `ALIFE_CACHE` moves it."""
    root = os.environ.get("ALIFE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "alife"
    return Path(root)


def fetch(path: Path) -> bytes | None:
    """Returns the content of a file if it is complete, else None: a file cut short by a power failure."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, kept = content[:32], content[32:]
    return kept if hashlib.sha256(kept).digest() == digest else None


def store(path: Path, content: bytes) -> None:
    """Writes a file completely or not at all; a cache that cannot be written only costs time at the next start."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        os.replace(name, path)
    except OSError as error:
        print(
            f"alife: the code cache {path.parent} cannot be written ({error}); making its files again each time",
            file=sys.stderr,
        )
