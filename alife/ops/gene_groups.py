"""Groups of genes that belong together, and moves: structural mutations that change the genes of a group as one.

A network lists its moves (`moves`). A strategy with `structural` above 0 draws one of them, and one of its units, for
some of its children. Neither knows the other: a move is a kind of change and a table of genes. The changes themselves
are made in `alife/evolution/shared/structural.py`. A network may also declare that its units may be reordered.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np

Kind = Literal["together", "replace", "roll", "level", "sign", "phase"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Move(NamedTuple):
    """One kind of change to the genes of one unit.

    Attributes:
        name: for messages and reports.
        kind: the change to the K genes of a unit:
            together   each is stepped, as by a mutation
            replace    each is drawn anew; the unit is the weakest one, whose product of |genes| is least
            roll       they are rotated by a random number of places, 1..K-1; K is at least 2
            level      |gene| moves up or down to the middle of the next of `parts` equal levels of [0, 1]
            sign       gene becomes -gene
            phase      gene becomes a neighboring multiple of 1/`parts`, 1 being -1
        units: [U, K] int, places of genes in the slot, those of a unit in their order; no gene twice.
        parts: the number of levels, or of phases from 0 to 1.
        slot: the slot of the genome.
    """

    name: str
    kind: Kind
    units: np.ndarray
    parts: int = 1
    slot: str = "weights"
