"""Lives whose actions come from outside, instead of a brain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, SupportsIndex, TypeVar

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Stage
from alife.brains import Brain
from alife.brains.shared.network import Network, WidthParams
from alife.laws.fields import Fields
from alife.ops.vocabulary import Operations
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld, World

WIDTH = 16  # lanes that a network declares; this one uses none


class NullNetwork(Network):
    """A network without genes, state or operations."""

    name = "null"
    acts = False

    def step(self, o: Operations) -> None:
        """Does nothing."""


def null_brain(world: World) -> Brain:
    """Returns the brain of agents whose actions come from outside."""
    return Brain(NullNetwork(WidthParams(width=WIDTH), len(world.sensors), len(world.actuators)), threads=1)


class ControlledEpisode:
    """Episodes of one copy of a world, or of one arena, whose stages run one by one.

    Attributes:
        fields: every column as it is now.
    """

    def __init__(self, world: EvaluatedWorld, seed: int) -> None:
        """Compiles the stages.

        Args:
            world: the world.
            seed: of every draw, as of a run.
        """
        self._evaluator = make_evaluator(world, null_brain(world), 1, seed, threads=1)
        self._stages = self._evaluator.program
        self.fields = self._evaluator.fields
        self._before, self._observe = self._compile(self._stages.before), self._compile(self._stages.observe)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """A copy, or what a pickle makes, is compiled anew, with values of its own."""
        return _continued, (type(self), self._evaluator.world, self._evaluator.seed, dict(self.fields))

    def _compile(self, stages: tuple[Stage, ...]) -> Program:
        engine = self._evaluator.engine
        assert isinstance(engine, CpuEngine)
        return Program(engine.calls(stages))

    def begin(self, episode: int) -> None:
        """Resets to the first observations of an episode. episode: its number."""
        self._evaluator.open_episodes(episode)
        self.fields["clock"][0] = 0
        self._before.run()
        self._observe.run()

    def observations(self, row: int = 0) -> np.ndarray:
        """Returns a copy of the observations in a row: [I] float32."""
        return self.fields.row("observations", row)


E = TypeVar("E", bound=ControlledEpisode)


def fill(fields: Fields, values: Mapping[str, np.ndarray]) -> None:
    """Copies values [...] of all columns into fields of the same form."""
    for name, array in values.items():
        fields[name][...] = array


def _continued(
    kind: Callable[[EvaluatedWorld, int], E], world: EvaluatedWorld, seed: int, values: Mapping[str, np.ndarray]
) -> E:
    """Returns an episode that goes on from the values [...] of all columns."""
    made = kind(world, seed)
    fill(made.fields, values)
    return made
