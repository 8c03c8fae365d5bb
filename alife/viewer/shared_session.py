"""Watching a shared world: its agents are born and die."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from alife.errors import UserError
from alife.experiment.run import Run
from alife.viewer.clades import count_clades
from alife.viewer.coloring.clade import Clade
from alife.viewer.draw.camera import OPENING
from alife.viewer.events import EventWatch
from alife.viewer.history import History
from alife.viewer.keys import SHARED_KEYS, label_of
from alife.viewer.selection import SharedSelection, find_oldest
from alife.viewer.steering.commands import SteeringCommands
from alife.world import RGB, SharedWorld

SHARE = 0.02  # of the time at most, for the metrics of the graph: those of a large world take long
EVENT_STEPS = 10  # steps between two looks for events


class SharedSession(SteeringCommands):
    """A run of a shared world being watched."""

    table = SHARED_KEYS
    opening = OPENING

    run: Run
    selection: SharedSelection | None

    def __init__(self, run: Run, view: tuple[int, int]) -> None:
        """Looks at the life as it is. See `Session`."""
        world = run.simulation.world
        assert isinstance(world, SharedWorld)
        self._next_point = 0.0
        self.show_clades = False
        self._passed: set[int] = set()  # ids of agents that `next_agent` has selected
        self._arrived: tuple[float, float] | None = None  # place of the camera after it
        columns = [one for one in run.simulation.columns() if one.name != "step"]
        headline = [one.name for one in world.metrics if one.headline]
        self.run = run
        self.begin_events()
        super().__init__(run, view, History(columns, "step", ["agents", *headline[:1]]))

    def look(self) -> None:
        """Reads the present state of the life, and what became of the selected agent."""
        super().look()
        self.relatives.look(self.life, self.living)
        process, chosen = self.run.simulation, self.selection
        if chosen and chosen.is_alive(process.fields):
            chosen.seen_step = process.steps
        elif chosen:
            chosen.find_death(process)
        if self.highlighted is not None and not self.size_of(self.highlighted):
            self.highlight(None)
            self.say("The clade has no living members")

    def begin_events(self) -> None:
        """Begins to look out for events in the life that is shown now."""
        self._events = EventWatch(self.run.simulation)

    def _step(self) -> None:
        """Takes one step; in every tenth, and in the last one, marks what has happened and keeps savepoints of it.

        So the step of an event is a matter of the life alone, however many steps a frame has.
        """
        super()._step()
        process = self.run.simulation
        if process.steps % EVENT_STEPS == 0 or not process.num_alive:
            for text in self._events.look(process, process.living()):
                self.keep_event(text)

    def _add_point(self) -> None:
        """Adds a row of metrics to the graph; of an extinct world only counts are known."""
        process, now = self.run.simulation, time.perf_counter()
        if now < self._next_point or not self.history.is_due(process.steps):
            return
        self.history.add(
            process.steps,
            process.metrics() if self.living.size else {"agents": 0},
            count_clades(process, self.living),
        )
        self._next_point = now + (time.perf_counter() - now) / SHARE

    @property
    def notice(self) -> tuple[str, ...]:
        """Words for an extinct world, with the causes of death."""
        if self.living.size:
            return ()
        process = self.run.simulation
        causes = ", ".join(f"{name} {count:,}" for name, count in process.death_causes.items() if count)
        return (
            f"Population extinct at step {process.steps:,}",
            f"Deaths: {causes or 'none'}",
        )

    # ---- selection

    def select(self, row: int, move: bool = True) -> None:
        """Selects the agent in a slot. move: centers the camera on it."""
        self.selection = SharedSelection.of(self.life, row)
        place = self.selected_place()
        if move and place:
            self.camera.look_at(place[0], place[1])

    def select_oldest(self) -> None:
        """Selects the oldest agent, if there is one, and centers the camera on it."""
        if self.living.size:
            self.select(find_oldest(self.life, self.living))

    def follow(self) -> None:
        """Follows the selected agent, or the nearest to the middle if none lives that is selected."""
        self.following = True
        if not self.selected_place():
            self.next_agent()

    def save_agent(self) -> None:
        """Saves the genome of the selected agent in the current folder, and says where."""
        try:
            self.say(f"Saved {self._save_genome()}; {label_of('inspect_agent')} explains it on a page")
        except UserError as error:
            self.say(str(error))

    def _save_genome(self) -> Path:
        """Saves the genome of the selected agent in the current folder. Raises UserError, also if none lives."""
        chosen = self.selection
        if not isinstance(chosen, SharedSelection) or not chosen.is_alive(self.life.fields):
            raise UserError("Select a living agent first")
        path = Path(f"agent-{chosen.id}-{self.life.steps}.safetensors")
        self.run.save_agent(chosen.id, path)
        return path

    # ---- clades

    @property
    def clade_colors(self) -> dict[int, RGB]:
        """Colors of the largest clades, by founder: those of the coloring by clade."""
        coloring = next(one for one in self.colorings if isinstance(one, Clade))
        if coloring is not self.coloring and self.history.clades:
            coloring.keep_up(self.history.clades[-1].sizes)
        return coloring.colored()

    def size_of(self, clade: int) -> int:
        """Returns the number of living members of a clade."""
        return int((self.life.fields.rows("clade", self.living) == clade).sum())

    def highlight(self, clade: int | None) -> None:
        """Shows the living of a clade, and all others dim; the same clade again, or None, shows all alike."""
        if clade is not None and not self.size_of(clade):
            self.say(f"The clade of founder {clade:,} has no living members")
            return
        self.highlighted = None if clade == self.highlighted else clade
        if self.highlighted is not None:
            size, key = self.size_of(self.highlighted), label_of("leave")
            self.say(f"Clade of founder {clade:,}: {size:,} living; {key} shows all alike")
        self.look()

    def leave(self) -> None:
        """Shows all clades alike, if one is highlighted; else as `Frame.leave`."""
        if self.highlighted is None or self.show_help or self.tool:
            super().leave()
        else:
            self.highlight(None)

    # ---- commands

    def toggle_clades(self) -> None:
        """Shows or hides the clades through time, below the graph."""
        self.show_clades = not self.show_clades
        self.show_graph |= self.show_clades
        if not self.show_clades and self.highlighted is not None:
            self.highlight(None)

    def next_agent(self) -> None:
        """Selects the agent nearest the middle of the view, and centers the camera on it.

        Until the view is moved otherwise, agents that were selected in this way are passed over.
        """
        camera, discs = self.camera, self.scene.discs
        agents = np.flatnonzero(discs.row >= 0)
        if not agents.size:
            return
        if not self.following and (camera.x, camera.y) != self._arrived:
            self._passed = set()
        ids = self.life.fields["id"][discs.row[agents]]
        self._passed |= {self.selection.id} if self.selection else set()
        left = ~np.isin(ids, list(self._passed))
        if not left.any():
            self._passed = {self.selection.id} if self.selection else set()
            left = ~np.isin(ids, list(self._passed)) | (len(ids) == 1)
        distance = np.hypot(*camera.nearest(discs.x[agents] - camera.x, discs.y[agents] - camera.y))
        self.select(int(discs.row[agents[np.argmin(np.where(left, distance, np.inf))]]))
        self._arrived = camera.x, camera.y

    def toggle_sight(self) -> None:
        """Shows or hides the fields of view of the selected agent, or of the nearest to the middle."""
        super().toggle_sight()
        if self.show_sight and not self.selected_place():
            self.next_agent()

    def toggle_network(self) -> None:
        """Shows or hides the network of the selected agent, or of the nearest to the middle."""
        super().toggle_network()
        if self.show_network and not self.selected_place():
            self.next_agent()

    def toggle_follow(self) -> None:
        """Follows the selected agent, or the nearest to the middle if none is selected; or stops to follow."""
        if self.following:
            self.following = False
        else:
            self.follow()
