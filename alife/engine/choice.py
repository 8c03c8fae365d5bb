"""Which engine a request comes to: a card needs CuPy and a driver, and NVRTC for its kernels."""

from __future__ import annotations

import sys
from functools import cache

from alife import backend as backends
from alife.compile import nvrtc
from alife.errors import UserError


def choose(backend: str) -> str:
    """ "cpu" or "gpu": `auto` is the card where one answers and kernels can be compiled, else the CPU.

    Raises:
        UserError: the GPU is asked for and cannot be had, or the name is none of the three.
    """
    chosen = backends.choose(backend)
    if chosen == "cpu":
        return chosen
    try:
        nvrtc.version()
    except UserError as error:
        if backend == "gpu":
            raise
        _say_once(f"alife: {error}; computing on the CPU")
        return "cpu"
    return chosen


@cache
def _say_once(line: str) -> None:
    print(line, file=sys.stderr)
