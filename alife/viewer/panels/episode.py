"""The panel of episodes: the generations so far, and the selected agent with all steps of its episode."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.inside.glance import Glance
from alife.viewer.keys import label_of
from alife.viewer.panels.agent import below, draw_body, draw_insides
from alife.viewer.panels.panel import EDGE, Facts, Panel
from alife.viewer.panels.strips import draw_heat
from alife.world import Actuator, Sensor

LINE = 16  # points of a line of text
CHANNEL = 3  # points of an observation or an action in the timeline
TIMELINE = (24, 66)  # points of the whole timeline: least and most


class EpisodePanel(Panel):
    """Draws the panel of episodes, of the step that is beside it: an episode may be over in a few frames."""

    exact = True
    session: EpisodeSession

    def _clock(self) -> tuple[str, str]:
        life = self.session.run.simulation
        return f"{life.clock:,} of {life.length:,}", "steps, the episode is over" if life.over else "steps"

    def _facts(self) -> Facts:
        run, row = self.session.run, self.session.selection.row
        return (
            ("fitness", theme.format_number(float(run.simulation.fields["fitness"][row]))),
            ("episode", theme.format_number(run.simulation.episode)),
            ("generation", theme.format_number(run.generations.steps) if run.generations else "-"),
        )

    def _draw_state(self, picture: Paper, top: int) -> int:
        """Draws the facts of the scene, a line each."""
        facts = self.session.scene.text
        for place, (label, value) in enumerate(facts.items()):
            y, wide = top + place * LINE, picture.width - 2 * EDGE
            picture.write((EDGE, y), picture.shorten(label, 12, 104), 12, theme.MUTED)
            picture.write((EDGE + 112, y), picture.shorten(value, 12, wide - 112), 12)
        return top + len(facts) * LINE + 8

    def _draw_graph(self, picture: Paper, top: int) -> int:
        """Draws the graph once it has two points, and returns where it ends."""
        return super()._draw_graph(picture, top) if len(self.session.history.steps) > 1 else top

    def _draw_agent(self, picture: Paper, room: pygame.Rect, seen: Glance | None) -> Generator[None, None, int]:
        assert seen is not None
        top = self._draw_timeline(picture, self._draw_identity(picture, room))
        yield
        return (yield from draw_insides(picture, below(room, top), seen, self._memories, self._salient))

    def _draw_identity(self, picture: Paper, room: pygame.Rect) -> int:
        """Draws the agent with its role and its genome's origin, and returns where that ends."""
        life, row = self.session.run.simulation, self.session.selection.row
        has_body = draw_body(picture, (room.left + 20, room.top + 20), self.session.scene.discs, row)
        left = room.left + 52 * has_body
        roles = life.world.roles
        role = f"{roles[int(life.fields['role'][row])]}, " if roles else ""
        name = picture.shorten(role + self._origin(), 12, room.right - left, bold=True)
        picture.write((left, room.top), name, 12, theme.INK, "bold")
        picture.write((left, room.top + 20), self._outlook(), 11, theme.MUTED)
        return room.top + 46

    def _origin(self) -> str:
        """Returns where the genome is from."""
        run, row = self.session.run, self.session.selection.row
        process = run.generations
        if run.shows_many and row:
            place = f"genome {row + 1} of {run.simulation.num_alive}"
            return f"{place}, of generation {process.steps:,}" if process else f"{place}, of the file's population"
        if not process:
            return "genome of the file"
        if not process.steps:
            return "initial genome, not evaluated yet"
        return f"best genome of generation {process.steps:,}"

    def _outlook(self) -> str:
        """Returns what follows this episode."""
        run = self.session.run
        if not run.generations:
            return "next: another episode"
        if not run.may_evolve:
            return "the run has ended: this is its last generation"
        key = label_of("toggle_evolving")
        if not run.evolves:
            return f"evolution is paused ({key} resumes it)"
        return f"next: a generation of evolution ({key} pauses it)"

    def _draw_timeline(self, picture: Paper, top: int) -> int:
        """Draws each step of the episode so far as a column, and returns where that ends.

        Observations are above, raw actions below, each relative to the largest value of its range.
        """
        life, row, trace = self.session.run.simulation, self.session.selection.row, self.session.trace
        channels: list[Sensor | Actuator] = [*life.world.sensors, *life.world.actuators]
        picture.write((EDGE, top), "episode so far: observations above, actions below", 11, theme.GREEN, "bold")
        high = min(max(CHANNEL * len(channels), TIMELINE[0]), TIMELINE[1])
        box = pygame.Rect(EDGE, top + 16, picture.width - 2 * EDGE, high)
        picture.rect(theme.CARD, box)
        if trace and life.clock:
            largest = np.array([max(abs(channel.low), abs(channel.high)) for channel in channels], float)
            largest[len(life.world.sensors) :] = 1.0  # raw outputs of the brain are from -1 to 1
            values = np.array(trace)[:, row].T / largest[:, None]
            share = min(len(trace) / max(life.length, 1), 1.0)
            width = max(round(share * box.width), min(len(trace), box.width))
            draw_heat(picture, pygame.Rect(box.left, box.top, width, high), values, turn=False)
        return box.bottom + 8
