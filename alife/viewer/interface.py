"""The interface of what the window shows: a run of a shared world, or a replay of episodes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from alife.brains import Brain
from alife.config.models import Config
from alife.laws.fields import Fields
from alife.world import World


class Life(Protocol):
    """The common part of `Process` and `EpisodePlayer`, which the window reads and never writes."""

    @property
    def world(self) -> World:
        """The world."""

    @property
    def brain(self) -> Brain:
        """The brain of every agent."""

    @property
    def fields(self) -> Fields:
        """The columns as they are now."""

    @property
    def steps(self) -> int:
        """Steps done."""

    @property
    def begun(self) -> int:
        """The step at which it began here, 0 or that of a checkpoint: senses and actions before it are not kept."""

    @property
    def num_alive(self) -> int:
        """The number of living agents."""

    def living(self) -> np.ndarray:
        """Rows of the living: [N] int32, ascending."""


class Watchable(Protocol):
    """The target of the window: an `alife.experiment.run.Run`, or an `alife.experiment.replay.Replay`."""

    @property
    def config(self) -> Config:
        """The configuration it was made from."""

    @property
    def simulation(self) -> Life:
        """The life that is shown."""

    @property
    def out(self) -> Path | None:
        """The run folder, or None if nothing is recorded."""

    def step(self, count: int = 1) -> None:
        """Takes `count` steps."""

    def close(self) -> None:
        """Ends the records."""
