"""Compiles CUDA C to a cubin by NVIDIA's run-time compiler, called directly. It needs neither a GPU nor a driver.

The options keep IEEE arithmetic: no contraction, no flush to zero, division and roots correctly rounded. CuPy's own
compile path appends -ftz=true to its caller's options, so it is not used; a cubin made here is loaded as it is.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import importlib.util
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from alife.backends.compiling import compiling
from alife.backends.cpu.cache_files import fetch, store
from alife.errors import UserError

OPTIONS = ("-fmad=false", "-ftz=false", "-prec-div=true", "-prec-sqrt=true", "--std=c++17")


def cubin(text: str, arch: str) -> bytes:
    """Returns machine code of a text for one architecture, from the cache if it was compiled here before.

    Args:
        text: CUDA C whose kernels are extern "C"; it includes no file.
        arch: "sm_90" and the like: compute capability 9.0.

    Raises:
        UserError: the compiler is missing, or does not know `arch`.
        RuntimeError: the text does not compile; the message holds the compiler's errors.
    """
    options = (*OPTIONS, f"-arch={arch}")
    stamp = "|".join([*options, ".".join(map(str, version())), text])
    name = hashlib.sha256(stamp.encode()).hexdigest() + ".cubin"
    code = fetch("cubins", name)
    if code is None:
        with compiling():
            code, _ = _compile(text, options)
        store("cubins", name, code)
    return code


def available() -> bool:
    """Returns True if the compiler is installed."""
    try:
        _library()
    except UserError:
        return False
    return True


def version() -> tuple[int, int]:
    """Returns the compiler's version, such as (13, 5).

    Raises:
        UserError: the compiler is missing.
    """
    major, minor = ctypes.c_int(), ctypes.c_int()
    _check(_library().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    return major.value, minor.value


@cache
def _library() -> ctypes.CDLL:
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
            library.nvrtcGetErrorString.restype = ctypes.c_char_p
            return library
        except (OSError, AttributeError):
            continue
    raise UserError("gpu: expected NVIDIA's compiler NVRTC, found none; write pip install nvidia-cuda-nvrtc")


def _candidates() -> Iterator[str]:
    """Yields paths to try: that in ALIFE_NVRTC, those of pip packages, of a CUDA toolkit, and of the system."""
    if os.environ.get("ALIFE_NVRTC"):
        yield os.environ["ALIFE_NVRTC"]
    package = importlib.util.find_spec("nvidia")
    roots = [Path(root) for root in (package.submodule_search_locations or [])] if package else []
    for root in roots:
        yield from sorted(str(path) for path in root.glob("*/lib/libnvrtc.so.*"))
        yield from sorted(str(path) for path in root.glob("*/bin/**/nvrtc64_*_0.dll"))
    toolkit = Path(os.environ.get("CUDA_PATH", "/usr/local/cuda"))
    yield from sorted(str(path) for path in toolkit.glob("lib*/libnvrtc.so.*"))
    found = ctypes.util.find_library("nvrtc")
    if found:
        yield found


def usage(text: str, arch: str) -> dict[str, tuple[int, int]]:
    """Compiles a text and returns kernel -> (registers a thread, bytes spilled from them); see `cubin`."""
    _, log = _compile(text, (*OPTIONS, "--ptxas-options=-v", f"-arch={arch}"))
    kernels = re.findall(r"entry function '(\w+)'.*?(\d+) bytes spill stores.*?Used (\d+) registers", log, re.DOTALL)
    return {name: (int(registers), int(spilled)) for name, spilled, registers in kernels}


def ptx(text: str, arch: str) -> str:
    """Compiles a text to portable assembly for a virtual architecture, such as "compute_90"; see `cubin`."""
    return _compile(text, (*OPTIONS, f"-arch={arch}"), "PTX")[0].rstrip(b"\0").decode()


def _compile(text: str, options: tuple[str, ...], what: str = "CUBIN") -> tuple[bytes, str]:
    """Returns the cubin or the PTX, and the compiler's log."""
    library, program = _library(), ctypes.c_void_p()
    _check(library.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"alife.cu", 0, None, None))
    try:
        flags = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
        status = library.nvrtcCompileProgram(program, len(options), flags)
        log = _result(program, "ProgramLog").rstrip(b"\0").decode()
        if status:
            _refuse(status, log, options[-1])
        return _result(program, what), log
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def _refuse(status: int, log: str, arch: str) -> None:
    if "--gpu-architecture" in log:
        known = "a GPU that NVRTC " + ".".join(map(str, version())) + " supports"
        raise UserError(f"gpu: expected {known}, got {arch[6:]}; write pip install --upgrade nvidia-cuda-nvrtc")
    errors = [line for line in log.splitlines() if "error" in line]  # not the hundreds of warnings of unused names
    raise RuntimeError("\n".join([f"NVRTC: {_library().nvrtcGetErrorString(status).decode()}", *errors]))


def _result(program: ctypes.c_void_p, what: str) -> bytes:
    """Returns an output of a compiled program. what: "CUBIN", "PTX" or "ProgramLog"."""
    size = ctypes.c_size_t()
    _check(getattr(_library(), f"nvrtcGet{what}Size")(program, ctypes.byref(size)))
    text = ctypes.create_string_buffer(size.value)
    _check(getattr(_library(), f"nvrtcGet{what}")(program, text))
    return text.raw


def _check(status: int) -> None:
    if status:
        raise RuntimeError(f"NVRTC: {_library().nvrtcGetErrorString(status).decode()}")
