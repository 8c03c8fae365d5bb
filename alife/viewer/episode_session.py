"""Watching a world in which agents live alone: one genome's episodes, and the generations between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.experiment.replay import Replay
from alife.viewer.draw.graph import History
from alife.viewer.keys import KEYS_ALONE, MOUSE
from alife.viewer.selection import Selection
from alife.viewer.session import Session


class Chosen(Selection):
    """An agent of an episode, whose row is its own to the end."""

    def is_alive(self, fields: Any) -> bool:
        """What is over can still be looked at."""
        return True


class EpisodeSession(Session):
    """Episodes being watched.

    run: an `alife.experiment.replay.Watched`. view: [2] pixels of the world's part of the window.
    """

    keys = KEYS_ALONE
    wild = False
    opening = 0.0  # all of the world

    run: Replay

    def __init__(self, run: Replay, view: tuple[int, int]) -> None:
        self.story: list[np.ndarray] = []  # senses and actions in each step: [N, I + O]
        self._episode = 0
        self.mouse = MOUSE if run.simulation.num_alive > 1 else MOUSE[:2]  # who is alone is selected anyway
        super().__init__(run, view)

    def _new_history(self) -> History:
        roles = self.run.simulation.world.roles
        if not self.run.run:
            return History(("fitness", "mean"), "episode")
        return History(
            (f"best {roles[0]}", f"best {roles[1]}") if roles else ("best of a generation", "mean"), "generation"
        )

    def _step(self) -> None:
        self.run.step(1)
        if self.run.simulation.clock:
            self._tell()

    def _tell(self) -> None:
        """Add a step to the story of this episode."""
        life = self.run.simulation
        if life.episode != self._episode:
            self._episode, self.story = life.episode, []
        self.story.append(np.concatenate([life.fields["observations"], life.fields["actions"]], axis=1))

    def look(self) -> None:
        """Take in the present state of the episode."""
        self.select(self.selection.row if self.selection else 0, go_there=False)
        super().look()

    def _note(self) -> None:
        """Into the graph: the last generation, or without generations the last episode."""
        evolving = self.run.generations
        last = evolving.steps if evolving else len(self.run.fitness)
        scores = list(evolving.last_fitness().values()) if evolving else [self.run.fitness]
        known = [np.array(one)[np.isfinite(one)] for one in scores]
        if last and all(one.size for one in known):
            first = known[0].max() if evolving else known[0][-1]
            second = known[1].max() if len(known) > 1 else known[0].mean(dtype=np.float64)
            self.history.add(last, float(first), float(second))

    def select(self, row: int, go_there: bool = True) -> None:
        """Select the agent in a row."""
        life = self.run.simulation
        self.selection = Chosen(row, row, life.steps - life.clock, life.steps)

    def select_oldest(self) -> None:
        """All are of one age: whoever is selected stays so."""

    def click(self, pixel: tuple[float, float]) -> None:
        """Select the agent under a pixel of the view, if there is one."""
        chosen = self.selection
        super().click(pixel)
        self.selection = self.selection or chosen

    def next_episode(self) -> None:
        """Leave this episode for the next one."""
        self.run.next_episode()

    def toggle_evolving(self) -> None:
        """Let the run go on between episodes, or watch its best genome as it is."""
        self.run.evolves = not self.run.evolves
