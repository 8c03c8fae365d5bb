"""The compiled step and birth of a brain, as calls over rows of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cpu import jit
from alife.backends.cpu.ops_kernel import NAME, SHARED, default_plan, kernel_text, usual_window
from alife.backends.cpu.plan import Plan
from alife.backends.cpu.planned import PlannedKernel
from alife.backends.cpu.planned_call import Planned
from alife.backends.cpu.threads import Call
from alife.ops.program import BrainProgram

Arrays = Mapping[str, np.ndarray]  # kind of slot -> [capacity, values], the values of a row contiguous

NARROW = 32  # lanes, at most, of eight agents whose code a processor's cache of decoded instructions nearly holds
ALONE = (Plan(agents=1, ahead=16, level=2), Plan(agents=1, ahead=0))  # to be tried at any width
GRAINS = (64, 256, 1024)  # likewise: rows that a thread takes at a time


def other_plans(width: int) -> list[Plan]:
    """Returns the plans that are tried beside the usual one. width: n, lanes."""
    usual, window = default_plan(width), usual_window()
    if width > SHARED:
        # Values that fill the registers are better moved less far, and instructions cost less than a full L1 cache
        # where that is large.
        nearby = [replace(usual, window=2 * window // 3), replace(usual, lean=0)]
        others = [Plan(agents=2, shared=2, ahead=16, level=2), *ALONE]
    else:
        nearby = [replace(usual, ahead=2 * usual.ahead)]
        # Two groups fill the gaps in each other's instructions, so that each needs fewer moves; with 16 registers
        # there are no moves, and no place for a second group.
        nearby += [Plan(agents=8, shared=4, ahead=24, level=2, window=window // 2)] if window else []
        eight = [Plan(agents=8, shared=8, ahead=8)] if width <= NARROW else []
        others = [*eight, Plan(agents=2, ahead=24, level=2), *ALONE]
    return [replace(usual, window=0), *nearby, *(replace(plan, window=window, lean=usual.lean) for plan in others)]


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
    size = sum(array.strides[0] for array in arrays.values())
    planned = Planned(_step_kernel(brain), size, rows, [arrays["state"], arrays["output"]])
    return Call(0, BRAIN.bind(rows=rows, brain=arrays), count, f"brain {brain.name}", planned)


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
def _step_kernel(brain: BrainProgram) -> PlannedKernel:
    text = partial(kernel_text, brain.step, brain.width)
    return PlannedKernel(NAME, text, default_plan(brain.width), other_plans(brain.width), GRAINS)


@lru_cache(maxsize=256)
def _birth_address(brain: BrainProgram) -> int:
    assert brain.develop is not None
    return jit.load(kernel_text(brain.develop, brain.width, Plan(agents=1)).ir, [NAME])[NAME]
