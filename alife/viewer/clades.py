"""The clades of a watched run through time: how many of the living descend from each founder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.viewer.interface import Life
from alife.world import SharedWorld

KEPT = 1024  # clades of a count, the largest
BANDS = 12  # clades that are told apart at once
SAMPLED = 32  # counts that decide which ones


@dataclass(frozen=True)
class CladeCount:
    """The living by clade at one step.

    Attributes:
        sizes: living members of the largest KEPT clades, by the id of their founder.
        living: agents in all.
    """

    sizes: dict[int, int]
    living: int

    def share(self, clade: int) -> float:
        """Returns the share of the living that are of a clade, 0..1."""
        return self.sizes.get(clade, 0) / max(self.living, 1)


NO_CLADES = CladeCount({}, 0)


def count_clades(life: Life, living: np.ndarray) -> CladeCount:
    """Counts the living by clade. living: [N] slots."""
    clades, sizes = np.unique(life.fields.rows("clade", living), return_counts=True)
    largest = np.argsort(-sizes, kind="stable")[:KEPT]
    return CladeCount(dict(zip(clades[largest].tolist(), sizes[largest].tolist(), strict=True)), len(living))


def founding_step(life: Life, living: np.ndarray, clade: int) -> tuple[int, bool]:
    """Returns since which step there is a clade that has living members, and if that is exact.

    Founders of the first population are there from step 0 on. One that was placed later is known while it lives; after
    that the first birth among the living members is the latest step that it can be. living: [N] slots.
    """
    assert isinstance(life.world, SharedWorld)
    if clade < life.world.num_founders:
        return 0, True
    members = living[life.fields.rows("clade", living) == clade]
    births = life.fields.rows("birth_step", members)
    founder = np.flatnonzero(life.fields.rows("id", members) == clade)
    return (int(births[founder[0]]), True) if founder.size else (int(births.min()), False)


def told_apart(counts: Sequence[CladeCount], colored: Sequence[int]) -> list[int]:
    """Returns the clades to tell apart, by founder: those that have colors, and the largest over all counts.

    Args:
        counts: in order of their steps.
        colored: clades that have colors.
    """
    total: Counter[int] = Counter()
    for place in np.linspace(0, len(counts) - 1, min(SAMPLED, len(counts))).astype(int):
        total.update({clade: size / counts[place].living for clade, size in counts[place].sizes.items()})
    known = [clade for clade in colored if any(clade in count.sizes for count in counts)]
    others = [clade for clade, _ in total.most_common(BANDS) if clade not in known]
    return sorted([*known, *others[: max(BANDS - len(known), 0)]])
