"""Chooses the backend of a run. A GPU needs CuPy, a driver, and NVRTC, which compiles its kernels."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache

from alife.backends.cuda import nvrtc
from alife.backends.cuda.device import first_device
from alife.errors import UserError


def choose(backend: str) -> str:
    """Returns the backend that a request resolves to.

    Args:
        backend: "cpu", "gpu", or "auto": the GPU if one answers and kernels can be compiled, else the CPU.

    Returns:
        "cpu" or "gpu".

    Raises:
        UserError: the GPU is asked for and not available, or the name is none of the three.
    """
    if backend not in ("auto", "cpu", "gpu"):
        raise UserError(f"backend: expected auto, cpu or gpu, got '{backend}'; write --backend auto")
    if backend == "cpu" or (backend == "auto" and importlib.util.find_spec("cupy") is None):
        return "cpu"
    try:
        first_device()
        nvrtc.version()
    except UserError as error:
        if backend == "gpu":
            raise
        _warn_once(f"alife: {error}; computing on the CPU")
        return "cpu"
    return "gpu"


@cache
def _warn_once(line: str) -> None:
    print(line, file=sys.stderr)
