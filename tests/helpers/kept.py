"""Results of compilers, kept between runs of the tests in pytest's cache folder under a hash of their sources."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from alife.backends.cuda import nvrtc

DAYS = 14  # that an unused result is kept
_folder: list[Path] = []  # empty if pytest keeps no cache


def begin(config: pytest.Config) -> None:
    """Keeps results from now on, NVRTC's and Python's as well, of processes started later too; removes old ones."""
    if config.pluginmanager.has_plugin("cacheprovider"):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # bytecode lies beside the sources, that of packages already
        sys.dont_write_bytecode = False
        _folder[:] = [config.cache.mkdir("compiled")]  # type: ignore[union-attr]
        for path in _folder[0].iterdir():
            if path.stat().st_mtime < time.time() - DAYS * 86400:
                path.unlink(missing_ok=True)
        nvrtc._compile = _nvrtc(nvrtc._compile)


def end_of_collection() -> None:
    """Writes no more bytecode: some tests count what this process writes. pytest's rewritten tests are kept by now."""
    sys.dont_write_bytecode = True


def kept(parts: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
    """Returns what make() returned when it was first called for these parts, which must be all that it depends on."""
    if not _folder:
        return make()
    path = _folder[0] / hashlib.sha256(repr(parts).encode()).hexdigest()
    if not path.is_file():
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(make())
        part.replace(path)
    os.utime(path)
    return path.read_bytes()


def _nvrtc(compiled: Callable[..., tuple[bytes, str]]) -> Callable[..., tuple[bytes, str]]:
    def compile_(text: str, options: tuple[str, ...], what: str = "CUBIN") -> tuple[bytes, str]:
        def make() -> bytes:
            code, log = compiled(text, options, what)
            return len(code).to_bytes(8, "little") + code + log.encode()

        whole = kept((nvrtc.version(), text, options, what), make)
        size = int.from_bytes(whole[:8], "little")
        return whole[8 : 8 + size], whole[8 + size :].decode()

    return compile_
