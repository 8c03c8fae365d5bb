"""The compiled step and birth of a brain as calls over rows of arrays, for a program of kernels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cpu import jit
from alife.backends.cpu.ops_kernel import NAME, kernel_text
from alife.backends.cpu.threads import Call
from alife.ops.program import BrainProgram

Arrays = Mapping[str, np.ndarray]  # kind of slot -> [capacity, values], values of a row side by side


def step_call(brain: BrainProgram, arrays: Arrays, rows: np.ndarray, count: np.ndarray) -> Call:
    """The compiled step over the rows rows[0:count[0]].

    Args:
        brain: its program.
        arrays: "genome", "state", "input" and "output", and "phenotype" of brains that develop: [capacity, G, S, I, O
            or P] float32, genes of `brain.gene_type`.
        rows: [capacity] int32 slots, none twice.
        count: [1] int64, read when the call begins.

    Raises:
        UserError: genes of another dtype.
    """
    brain.check_genes(arrays["genome"])
    return _call(_step_address(brain), arrays, rows, count, f"brain {brain.name}")


def birth_call(brain: BrainProgram, arrays: Arrays, rows: np.ndarray, count: np.ndarray) -> Call:
    """The compiled birth over the rows rows[0:count[0]]; arguments and errors as those of `step_call`."""
    brain.check_genes(arrays["genome"])
    return _call(_birth_address(brain), arrays, rows, count, f"birth {brain.name}")


@lru_cache(maxsize=256)
def _step_address(brain: BrainProgram) -> int:
    return jit.load(kernel_text(brain.step, brain.width), [NAME])[NAME]


@lru_cache(maxsize=256)
def _birth_address(brain: BrainProgram) -> int:
    assert brain.develop is not None
    return jit.load(kernel_text(brain.develop, brain.width, agents=1), [NAME])[NAME]


def _call(address: int, arrays: Arrays, rows: np.ndarray, count: np.ndarray, name: str) -> Call:
    return Call(address, BRAIN.bind(rows=rows, brain=arrays), count, name)
