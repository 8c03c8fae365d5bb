"""Chooses the backend of a run. A GPU needs CuPy, a driver, and NVRTC, which compiles its kernels."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np

from alife.backends.cuda import nvrtc
from alife.backends.cuda.device import Device, broken, first_device, installed
from alife.backends.cuda.genome_arrays import DeviceGenomeArrays
from alife.backends.genome_arrays import rows
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
    if backend == "cpu" or (backend == "auto" and not installed()):
        return "cpu"
    try:
        _check(first_device())
    except UserError as error:
        if backend == "gpu":
            raise
        _warn_once(f"alife: {error}; computing on the CPU")
        return "cpu"
    return "gpu"


def _check(device: Device) -> None:
    """Computes a little on the GPU, as CuPy, the driver and the compiler may be broken where it is first used.

    Raises:
        UserError: something fails, or the result is wrong.
    """
    if device.checked:
        return
    numbers, which = np.arange(12, dtype=np.float32).reshape(4, 3), np.array([2, 0])
    try:
        nvrtc.version()
        found = rows(DeviceGenomeArrays(device).matrix(numbers), which)
    except UserError:
        raise
    except Exception as error:
        raise broken(error) from None
    if not np.array_equal(found, numbers[which]):
        raise UserError("backend gpu: expected a GPU that computes, got wrong numbers; write --backend cpu")
    device.checked = True


@cache
def _warn_once(line: str) -> None:
    print(line, file=sys.stderr)
