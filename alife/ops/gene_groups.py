"""Groups of genes that belong together, and moves: structural mutations that change the genes of a group as one.

A network lists its moves (`moves`). A strategy with `structural` above 0 draws one of them, and one of its units, for
some of its children. Neither knows the other: a move is a kind of change and a table of genes. The changes themselves
are made in `alife/evolution/shared/structural.py`. A network may also declare that its units may be reordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from alife.errors import UserError

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


def check_moves(network: Any, name: str) -> tuple[Move, ...]:
    """The moves of a network.

    Raises:
        UserError: it has none, or its genes are no weights.
    """
    projection = getattr(network.params, "projection", None)
    if projection is not None:
        raise UserError(
            "brain.projection: expected null where strategy.structural is above 0, as only then each weight is a gene, "
            f"got {projection}; write projection: null",
            ("brain", "projection"),
        )
    moves: Sequence[Move] = getattr(network, "moves", ())
    if not moves:
        raise UserError(
            "strategy.structural: expected a brain with moves of its own, such as paths, circulant or sine, came "
            f"{name}; write structural: 0",
            ("strategy", "structural"),
        )
    return tuple(moves)


def check_aligned(network: Any, name: str) -> None:
    """A network tells by `check_aligned` and `aligned` that its units may change places.

    Raises:
        UserError: it does not, or not with these Params.
    """
    if not hasattr(network, "check_aligned"):
        raise UserError(
            f"strategy.aligned: expected a brain whose units may change places, such as dense, came {name}; write "
            "aligned: false",
            ("strategy", "aligned"),
        )
    network.check_aligned()
