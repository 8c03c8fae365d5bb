"""Watching episodes: one after another, with a generation of the run between two of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alife.experiment.external_player import ExternalPlayer
from alife.experiment.replay import Replay
from alife.viewer.draw.camera import Camera
from alife.viewer.history import History
from alife.viewer.keys import EPISODE_KEYS, MOUSE
from alife.viewer.selection import EpisodeSelection
from alife.viewer.session import Session
from alife.world import Metric, Scene

EPISODES = (
    Metric("fitness", "fitness", "of the last episode", headline=True),
    Metric("mean", "fitness", "mean of the episodes so far", headline=True),
)


class EpisodeSession(Session):
    """Episodes being watched; an agent is always selected.

    Attributes:
        trace: observations and raw actions of all agents in each step of the present episode: [N, I + O] each.
    """

    beside = True
    table = EPISODE_KEYS

    run: Replay
    selection: EpisodeSelection

    def __init__(self, run: Replay, view: tuple[int, int]) -> None:
        """Looks at the episode as it is. See `Session`."""
        self.trace: list[np.ndarray] = []
        self._episode = 0
        self.mouse = MOUSE if run.simulation.num_alive > 1 else MOUSE[:2]  # a single agent is selected anyway
        super().__init__(run, view, _empty_history(run))

    def _step(self) -> None:
        super()._step()
        life = self.run.simulation
        if life.clock == 0:  # another episode has begun, and no step of it was taken
            self.select(self.selection.row)
            self.witness.forget()
            return
        if life.episode != self._episode:
            self._episode, self.trace = life.episode, []
            self.trails.clear()
        self.trace.append(np.concatenate([life.fields["observations"], life.fields["actions"]], axis=1))

    def look(self) -> None:
        """Reads the present state of the episode."""
        self.select(self.selection.row if self.selection else self.run.first_row)
        for pin in self.pins:
            pin.birth_step = self.selection.birth_step  # they begin each episode anew
        super().look()
        self.relatives.look_at_generation(self.run)

    def _scene(self) -> Scene:
        return self.run.simulation.scene(self.selection.row)

    @property
    def notice(self) -> tuple[str, ...]:
        """Lines to show over a world that nothing draws."""
        life = self.run.simulation
        if not isinstance(life, ExternalPlayer) or life.is_drawn:
            return ()
        return "No picture", f"{life.world.title} has no render mode rgb_array; the panel shows its numbers"

    def _add_point(self) -> None:
        """Adds the last generation to the graph, or, where nothing evolves, the last episode."""
        process = self.run.generations
        if process is None:
            scores = np.array(self.run.fitness)
            known = scores[np.isfinite(scores)]
            if known.size:
                self.history.add(len(scores), {"fitness": scores[-1], "mean": known.mean(dtype=np.float64)})
        elif process.steps and self.history.is_due(process.steps):
            self.history.add(process.steps, process.metrics())

    # ---- selection

    def select(self, row: int, move: bool = False) -> None:
        """Selects the agent in a row; the camera stays."""
        life = self.run.simulation
        self.selection = EpisodeSelection(row, life.steps - life.clock)

    def select_oldest(self) -> None:
        """Keeps the selection: all agents are of one age."""

    def deselect(self) -> None:
        """Keeps the selection: an agent is always selected."""

    # ---- commands

    def next_episode(self) -> None:
        """Skips the rest of this episode."""
        self.run.next_episode()
        self.look()

    def toggle_overview(self) -> None:
        """Begins an episode of a grid of genomes, or of the best one alone."""
        if not self.run.may_show_many:
            self.say("No overview here: it is of several genomes of which each lives alone")
            return
        self.run.show_many(not self.run.shows_many)
        self.trace, self.selection = [], EpisodeSelection(0, self.life.steps)
        self.pins.clear()  # there are other rows now
        self.look()
        self.camera = Camera(self.scene.width, self.scene.height, self.scene.wraps, self.camera.view)
        self.camera.fit(self.opening)

    def _save_genome(self) -> Path:
        """Saves the genome of the selected agent in the current folder. Raises UserError."""
        row, process = self.selection.row, self.run.generations
        roles = self.life.world.roles
        role = f"-{roles[int(self.life.fields['role'][row])]}" if roles else ""
        of = f"{role}-generation-{process.steps}" if process else f"{role}-genome"
        path = Path(f"{self.run.config.names['world']}{of}-{row + 1}.safetensors")
        self.run.save_agent(row, path)
        return path

    def toggle_evolving(self) -> None:
        """Turns evolution between episodes on or off."""
        self.run.evolves = not self.run.evolves


def _empty_history(run: Replay) -> History:
    """The graph of a replay: metrics of generations, or fitness of episodes where nothing evolves."""
    if run.generations is None:
        return History(EPISODES, "episode")
    columns = [one for one in run.generations.columns() if one.name != "step"]
    roles = run.simulation.world.roles
    return History(columns, "generation", [f"{role}_best" for role in roles])
