"""Engines: where a life is computed. One holds the fields and runs the program of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from alife.backends.binding import Rows
from alife.laws.fields import Fields
from alife.laws.law import Law
from alife.ops.program import BrainProgram


@dataclass(frozen=True)
class BrainStage:
    """The part of a step in which the living think: the brain, over the population's fields."""

    brain: BrainProgram


@dataclass(frozen=True)
class BirthStage:
    """The part in which what is fixed at birth comes from genes: of the newborn, or of all the living."""

    brain: BrainProgram
    rows: Literal["newborn", "living"]


@dataclass(frozen=True)
class PerAgentLoop:
    """Steps of agents that live alone: each goes through all of them before the next one begins.

    parts: laws over the living that read in other rows nothing that one of them writes; and the brain. steps: how many,
    which a law sees as `step`, counted from the clock on; the clock itself stays. until: a uint8 field; an agent for
    which it is not 0 takes no further step. "": none.
    """

    parts: tuple[Law | BrainStage, ...]
    steps: int
    until: str = ""


@dataclass(frozen=True)
class LockstepLoop:
    """Steps of agents that meet: all of them go through a part before any of them begins the next one.

    parts: of a step, of which one moves the clock on. steps: how many.
    """

    parts: tuple[Law | BrainStage, ...]
    steps: int


Stage = Law | BrainStage | BirthStage | PerAgentLoop | LockstepLoop


def birth_stages(brain: BrainProgram, rows: Literal["newborn", "living"]) -> tuple[Stage, ...]:
    """The part for a brain that develops; nothing for others."""
    return (BirthStage(brain, rows),) if brain.develop else ()


@dataclass(frozen=True)
class Bindings:
    """What the parts of a step may name, on the host.

    names: every field, and every scalar and constant, by name. rows: how many rows each kind of law runs over. fixed:
    names of the scalars that no step changes.
    """

    fields: Fields
    names: Mapping[str, np.ndarray]
    rows: Rows
    fixed: frozenset[str] = frozenset()


class Engine(Protocol):
    """A life in one place."""

    @property
    def fields(self) -> Fields:
        """The fields as they are now, whenever one is read."""

    def prepare(self, parts: Sequence[Stage]) -> None:
        """Make the program of a step."""

    def run(self, steps: int) -> None:
        """Run the program so often; the fields may still be changing until they are read."""

    def written(self, *names: str) -> None:
        """The host has changed these fields."""

    def moved(self, *names: str) -> None:
        """Something else than the engine has changed these fields where they are."""
