"""The program of a step, in stages, and the engines that run it."""

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
    """The stage in which the brains of the living compute their actions."""

    brain: BrainProgram


@dataclass(frozen=True)
class BirthStage:
    """The stage in which phenotypes are computed from genes, of the newborn or of all the living."""

    brain: BrainProgram
    rows: Literal["newborn", "living"]


@dataclass(frozen=True)
class PerAgentLoop:
    """Steps of agents that do not meet: each agent takes all of them before the next agent begins.

    Attributes:
        stages: brains, and laws over the living; no law reads from another row what a stage of the loop writes.
        steps: number of steps. A law sees the number of a step as `step`, which counts from the clock on; the clock
            itself does not change.
        until: a uint8 field; an agent for which it is not 0 takes no further step. "": none.
    """

    stages: tuple[Law | BrainStage, ...]
    steps: int
    until: str = ""


@dataclass(frozen=True)
class LockstepLoop:
    """Steps of agents that meet: all of them complete a stage before any of them begins the next one.

    Attributes:
        stages: those of one step, one of which advances the clock.
        steps: number of steps.
    """

    stages: tuple[Law | BrainStage, ...]
    steps: int


Stage = Law | BrainStage | BirthStage | PerAgentLoop | LockstepLoop


def birth_stages(brain: BrainProgram, rows: Literal["newborn", "living"]) -> tuple[Stage, ...]:
    """Returns the birth stage of a brain with phenotypes, and nothing for other brains."""
    return (BirthStage(brain, rows),) if brain.develop else ()


@dataclass(frozen=True)
class Bindings:
    """The host arrays that the stages of a program are bound to.

    Attributes:
        fields: the columns of the life.
        names: name -> array, of each field, and of each scalar and constant that a law may name; scalars are arrays
            without dimensions.
        rows: the rows that each kind of law runs over.
        constants: names of the scalars that no step changes; a GPU kernel takes them by value.
    """

    fields: Fields
    names: Mapping[str, np.ndarray]
    rows: Rows
    constants: frozenset[str] = frozenset()


class Engine(Protocol):
    """Holds the fields of a life, and runs the program of a step over them."""

    @property
    def fields(self) -> Fields:
        """The fields; reading one waits for its pending changes."""

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Compiles the program of a step.

        Raises:
            UserError: a law names what does not exist, or a stage cannot run where it stands.
            LawError: a law is outside the language.
        """

    def run(self, steps: int) -> None:
        """Runs the program `steps` times; it may return before the work is done."""

    def written(self, *names: str) -> None:
        """Takes over fields whose host arrays the caller has changed."""

    def moved(self, *names: str) -> None:
        """Marks fields that something else has changed where the engine keeps them."""
