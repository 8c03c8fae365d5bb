"""A genome with its memories taken away or mixed up, as variants of trials."""

from __future__ import annotations

import numpy as np

from alife.analysis.instruments.shared.trials import EditStates
from alife.brains import Brain
from alife.brains.shared.base import NetworkBase

HELD = ("memory", "recalled", "familiarity")  # ends of the names of slots, of each memory of a brain


def held_columns(brain: Brain, prefix: str | None = None) -> np.ndarray:
    """Returns the columns of the state, [C] int64, that hold what memories, or the one of this prefix, stored."""
    names = [f"{prefix}{end}" for end in HELD] if prefix is not None else None
    slots = [s for name, s in brain.slots.items() if (name in names if names is not None else name.endswith(HELD))]
    spans = [np.arange(slot.start, slot.start + slot.columns) for slot in slots if slot.kind == "state"]
    return np.concatenate(spans) if spans else np.zeros(0, np.int64)


def variants(brain: Brain, shift: int = 1) -> tuple[list[str], EditStates]:
    """Returns the names of V variants and the edit that makes them, before each step.

    The first is unchanged. `no memory`: all that is stored is emptied before each recall, which is, to the bit, the
    ablation `reset` of a brain. `memories of others`: each row gets what the row `shift` places on in its variant
    stored, so that what is recalled is as large as ever but belongs to another life. Of several memories also each
    emptied alone.
    """
    names, every = ["unchanged", "no memory", "memories of others"], held_columns(brain)
    assert isinstance(brain.network, NetworkBase)
    prefixes = [memory.place.name for memory in brain.network.memories]
    alone = [held_columns(brain, prefix) for prefix in prefixes] if len(prefixes) > 1 else []
    names += [f"no memory {number}" for number in range(1, len(alone) + 1)]

    def edit(states: np.ndarray, which: np.ndarray) -> None:
        for variant, columns in [(1, every), *enumerate(alone, 3)]:
            states[np.ix_(which == variant, columns)] = 0
        rows = np.flatnonzero(which == 2)
        states[np.ix_(rows, every)] = states[np.ix_(np.roll(rows, -shift), every)]

    return names, edit
