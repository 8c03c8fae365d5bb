"""Which part of the machine computes: "cpu", "gpu", or "auto"."""

from __future__ import annotations

from alife.registry import UserError


def choose(backend: str) -> str:
    """The backend that a request comes to: `auto` is the CPU, as no kernels for a GPU exist.

    Raises:
        UserError: the GPU is asked for, or the name is none of the three.
    """
    if backend == "gpu":
        raise UserError("backend gpu: expected a build with GPU kernels, came one for the CPU; write --backend cpu")
    if backend not in ("auto", "cpu"):
        raise UserError(f"backend: expected auto, cpu or gpu, came '{backend}'; write --backend auto")
    return "cpu"
