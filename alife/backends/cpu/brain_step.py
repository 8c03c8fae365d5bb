"""The compiled step and birth of a brain, as calls over rows of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cpu import jit
from alife.backends.cpu.ops_kernel import NAME, kernel_text
from alife.backends.cpu.threads import Call
from alife.ops.program import BrainProgram

Arrays = Mapping[str, np.ndarray]  # kind of slot -> [capacity, values], the values of a row contiguous


def step_call(brain: BrainProgram, arrays: Arrays, rows: np.ndarray, count: np.ndarray) -> Call:
    """Returns a call of the compiled step over the rows rows[0:count[0]].

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
    return Call(_step_address(brain), BRAIN.bind(rows=rows, brain=arrays), count, f"brain {brain.name}")


def birth_call(brain: BrainProgram, arrays: Arrays, rows: np.ndarray, count: np.ndarray) -> Call:
    """Returns a call of the compiled birth over the rows rows[0:count[0]].

    Args:
        brain: a program with `develop`.
        arrays: "genome", "phenotype" and "state", as in `step_call`.
        rows: [capacity] int32 slots, none twice.
        count: [1] int64, read when the call begins.

    Raises:
        UserError: genes of another dtype.
    """
    brain.check_genes(arrays["genome"])
    return Call(_birth_address(brain), BRAIN.bind(rows=rows, brain=arrays), count, f"birth {brain.name}")


@lru_cache(maxsize=256)
def _step_address(brain: BrainProgram) -> int:
    return jit.load(kernel_text(brain.step, brain.width), [NAME])[NAME]


@lru_cache(maxsize=256)
def _birth_address(brain: BrainProgram) -> int:
    assert brain.develop is not None
    return jit.load(kernel_text(brain.develop, brain.width, agents=1), [NAME])[NAME]
