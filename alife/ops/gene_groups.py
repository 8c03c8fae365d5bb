"""Moves: what a brain tells of its genes, so that strategies may change those that belong together, as one.

A network lists its moves (`moves`); a strategy with `structural` above 0 draws one of them for some of its children,
and a unit of it. Neither knows the other: a move is a kind of change and a table of genes. How each kind is done is in
`alife/evolution/shared/structural.py`. A network may also tell that its units may change places.
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

    name: for people. kind: what is done to the K genes of a unit:
        together   each is stepped, as by a mutation
        replace    each is drawn anew; the unit is the weakest, whose product of |genes| is least
        roll       they change places: all go on by as many, those at the end come first; K at least 2
        level      |gene| goes to the middle of the next of `parts` equal steps of [0, 1], up or down
        sign       gene becomes -gene
        phase      gene becomes a neighbouring multiple of 1/`parts`, 1 being -1
    units: [U, K] int: places of genes in the slot, those of a unit in their order; no gene twice.
    parts: levels, or phases, from 0 to 1. slot: of the genome.
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
