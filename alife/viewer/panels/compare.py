"""Pinned agents beside each other, with the selected one: what they have, do and see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from alife.laws.fields import Field
from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper
from alife.viewer.interface import Life
from alife.viewer.panels.agent import applied, draw_body, names_of_columns
from alife.viewer.panels.readings import reading, title_of
from alife.viewer.selection import Selection
from alife.viewer.session import Session

NAMES, CELL, LINE, HEAD, EDGE = 126, 84, 14, 46, 8  # points
REFRESH = 4  # frames between new pictures
STRONG = 0.35  # share of the color in the bars


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes:
        name: of the quantity.
        values: of each agent; None of one that is dead.
        low, high: its range; equal where it has none.
        color: of the bars.
        field: the column, whose codes and units are told in words; None for what is no column.
    """

    name: str
    values: Sequence[float | None]
    low: float
    high: float
    color: theme.Color
    field: Field | None = None

    def text(self, value: float) -> str:
        """Returns a value as a person reads it."""
        return reading(self.field, value) if self.field else theme.format_number(value)

    @property
    def is_measured(self) -> bool:
        """True if a bar can show how large a value is; a place, a flag or a code is no size."""
        return self.field is None or (
            self.field.reading == "number" and self.field.unit != "step" and not self.field.words
        )

    def share(self, value: float) -> tuple[float, float]:
        """Returns which part of the range from 0 to a value takes, relative to the largest where there is no range."""
        low, high = self.low, self.high
        if low == high:
            low, high = 0.0, max((abs(known) for known in self.values if known is not None), default=0.0) or 1.0
        one, other = (theme.share_of(at, low, high) for at in (0.0, value))
        return min(one, other), max(one, other)


class Comparison:
    """The table as it was drawn last, so that clicks find its columns."""

    def __init__(self) -> None:
        self._box = pygame.Rect(0, 0, 0, 0)
        self._crosses: list[tuple[Selection, pygame.Rect]] = []
        self._picture: Paper | None = None
        self._seen: object = None
        self._age = 0

    def handle(self, event: pygame.Event, session: Session, scale: float) -> bool:
        """Unpins the agent whose cross is clicked; returns True if the event was over the table."""
        if event.type not in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            return False
        at = event.pos[0] / scale, event.pos[1] / scale
        if not session.pins or not self._box.collidepoint(at):
            return False
        if event.type == pygame.MOUSEBUTTONDOWN:
            for chosen, box in self._crosses:
                if box.collidepoint(at):
                    session.pins.drop(chosen)
        return True

    @staticmethod
    def width(session: Session) -> int:
        """Returns the points of width that the table takes; 0 where no agent is pinned."""
        count = len(session.pins.compared(session.selection))
        return NAMES + CELL * count + EDGE + 10 if session.pins else 0

    def hide(self) -> None:
        """Shows no table, so that no click finds it."""
        self._box = pygame.Rect(0, 0, 0, 0)

    def covers(self, box: pygame.Rect) -> bool:
        """Returns True if the table, as it was drawn last, lies over a box, points."""
        return bool(self._box.colliderect(box))

    def draw(self, target: Paper, session: Session, taken: int = 0) -> None:
        """Draws the table in the upper right corner, where agents are pinned. taken: points there for the legend."""
        chosen = session.selection if session.selected_place() else None  # one that is dead says nothing
        shown = session.pins.compared(chosen)[: max((target.width - taken - NAMES - 20) // CELL, 1)]
        if not session.pins:
            self.hide()
            return
        seen = ([(one.row, one.birth_step) for one in shown], target.size, session.life.steps if session.paused else 0)
        self._age += 1
        if self._picture is None or seen != self._seen or self._age >= REFRESH:
            self._picture, self._seen, self._age = self._render(target, session, shown), seen, 0
        self._box = pygame.Rect((target.width - taken - self._picture.width - 10, 10), self._picture.size)
        self._crosses = [(one, self._cross(place)) for place, one in enumerate(shown) if session.pins.has(one)]
        target.blit(self._picture.surface, self._box.topleft)
        for _, box in self._crosses:
            target.write((box.centerx, box.top - 2), "×", 13, theme.INK, "bold center")

    def _cross(self, place: int) -> pygame.Rect:
        return pygame.Rect(self._box.left + NAMES + (place + 1) * CELL - 20, self._box.top + 4, 16, 16)

    def _render(self, target: Paper, session: Session, shown: Sequence[Selection]) -> Paper:
        lines = table(session.life, shown)
        room = max((target.height - HEAD - 80) // LINE, 1)
        hidden, lines = max(len(lines) - room, 0), lines[:room]
        size = NAMES + CELL * len(shown) + EDGE, HEAD + LINE * (len(lines) + bool(hidden)) + EDGE
        paper = Paper.blank(size, target.scale, theme.PAPER)
        paper.rect(theme.MUTED, paper.bounds(), width=1)
        paper.write((EDGE, 4), "agent", 11, theme.INK, "bold")
        paper.write((EDGE, 24), "steps old", 10)
        for place, one in enumerate(shown):
            _draw_head(paper, NAMES + place * CELL, session, one)
        for place, line in enumerate(lines):
            _draw_line(paper, HEAD + place * LINE, line)
        if hidden:
            paper.write((EDGE, size[1] - LINE - 5), f"{hidden} more: in the panel of each agent", 10, theme.MUTED)
        return paper


def _draw_head(paper: Paper, left: int, session: Session, one: Selection) -> None:
    """Draws an agent with its number, and how old it is."""
    alive = one.is_alive(session.life.fields)
    name = paper.shorten(one.title.removeprefix("agent "), 11, CELL - 22, bold=True)
    paper.write((left, 4), name, 11, theme.INK if alive else theme.CLAY, "bold")
    if alive:
        draw_body(paper, (left + 9, 31), session.scene.discs, one.row, radius=7)
        paper.write((left + 22, 24), f"{session.life.steps - one.birth_step:,}", 10)
    else:
        paper.write((left, 24), "dead", 10, theme.CLAY)


def _draw_line(paper: Paper, top: int, line: Line) -> None:
    """Draws the values of one quantity, each over a bar."""
    paper.write((EDGE, top), paper.shorten(line.name.replace("_", " "), 10, NAMES - 12), 10)
    pale = theme.mixed(line.color, STRONG)
    for place, value in enumerate(line.values):
        left = NAMES + place * CELL
        if value is None:
            paper.write((left, top), "-", 10, theme.MUTED)
            continue
        if line.is_measured:
            first, last = (left + share * (CELL - 8) for share in line.share(value))
            paper.rect(pale, (round(first), top + 2, max(round(last - first), 1), LINE - 3), radius=2)
        paper.write((left + 2, top), paper.shorten(line.text(value), 10, CELL - 8), 10)


def table(life: Life, shown: Sequence[Selection]) -> list[Line]:
    """Returns the lines of the table: columns, actions, then observations of some agents."""
    alive = [one.is_alive(life.fields) for one in shown]
    acted_now = [lives and one.has_acted(life) for one, lives in zip(shown, alive, strict=True)]
    world, fields = life.world, life.fields

    def of(name: str, lane: int) -> list[float | None]:
        pairs = zip(shown, acted_now, strict=True)
        return [float(fields.row(name, one.row)[lane]) if acts else None for one, acts in pairs]

    lines = []
    for name in names_of_columns(life):
        pairs = zip(shown, alive, strict=True)
        values = [float(fields.row(name, one.row)) if lives else None for one, lives in pairs]
        lines.append(Line(title_of(fields.table[name]), values, 0.0, 0.0, theme.GOLD, fields.table[name]))
    for lane, actuator in enumerate(world.actuators):
        acted = [None if raw is None else applied(actuator, raw) for raw in of("actions", lane)]
        lines.append(Line(actuator.name, acted, actuator.low, actuator.high, theme.CLAY))
    for lane, sensor in enumerate(world.sensors):
        lines.append(Line(sensor.name, of("observations", lane), sensor.low, sensor.high, theme.GREEN))
    return lines
