"""The panel beside the world: facts of the run, its graph, and the selected agent or the keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.graph import History, draw_graph
from alife.viewer.panels.agent import draw_gone, draw_portrait
from alife.viewer.session import Session

WIDTH = 372  # pixels
MEASURED = 0.5  # seconds a rate is taken over
EDGE = 14  # pixels of margin
REFRESH = 4  # frames between new pictures of the panel while the life goes on: faster cannot be read


Facts = tuple[tuple[str, str], ...]  # names and values


class Rates:
    """How fast the window goes: frames and steps a second, over the last half second."""

    def __init__(self) -> None:
        self.frames = self.steps = 0.0
        self._settled = False
        self._since, self._frames, self._first = time.perf_counter(), 0, -1

    def count(self, step: int) -> None:
        """A frame is about to be drawn, and the life's clock stands at `step`."""
        now = time.perf_counter()
        self._first = step if self._first < 0 else self._first
        self._frames += 1
        elapsed = now - self._since
        if elapsed >= MEASURED or not self._settled:
            self.frames, self.steps = self._frames / elapsed, (step - self._first) / elapsed
        if elapsed >= MEASURED:
            self._settled, self._since, self._frames, self._first = True, now, 0, step


Render = Callable[[tuple[int, int], Any, Rates], pygame.Surface]  # size, session, rates -> a picture of that size


class Panel:
    """Draws the panel, keeping its last picture between refreshes."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._picture: pygame.Surface | None = None
        self._seen: tuple[object, ...] = ()
        self._age = 0

    def refresh(self) -> None:
        """Make a new picture for the next frame."""
        self._picture = None

    def draw(self, target: pygame.Surface, session: Session, rates: Rates) -> None:
        """Fill `target` with the panel."""
        chosen = session.selection and (session.selection.id, session.following)
        moment = session.run.simulation.steps if session.paused else None
        seen = (chosen, session.show_graph, session.paused, target.get_size(), moment)
        self._age += 1
        if self._picture is None or seen != self._seen or self._age >= REFRESH:
            self._picture, self._seen, self._age = self._render(target.get_size(), session, rates), seen, 0
        target.blit(self._picture, (0, 0))


def sheet(size: tuple[int, int]) -> pygame.Surface:
    """Empty paper with a line to the left."""
    picture = pygame.Surface(size, depth=32)
    picture.fill(theme.PAPER)
    pygame.draw.line(picture, theme.LINE, (0, 0), (0, size[1]))
    return picture


def render(size: tuple[int, int], session: Session, rates: Rates) -> pygame.Surface:
    """The panel of a world that its agents share."""
    picture = sheet(size)
    top = _title(picture, session)
    row_of_facts(picture, top, _facts(session, rates))
    top = _deaths(picture, top + 42, session)
    if session.show_graph:
        top = graph(picture, top, session.history)
    room = pygame.Rect(EDGE, top, size[0] - 2 * EDGE, size[1] - top - 8)
    chosen = session.selection
    if chosen and chosen.is_alive(session.run.simulation.fields):
        draw_portrait(picture, room, session, chosen)
    elif chosen:
        draw_gone(picture, room, chosen)
        keys_page(picture, room.move(0, 76), session)
    else:
        keys_page(picture, room, session)
    return picture


def _title(picture: pygame.Surface, session: Session) -> int:
    simulation = session.run.simulation
    name = type(simulation.world).__name__.lower()
    theme.write(picture, (EDGE, 8), name, 22, theme.INK, "bold")
    theme.write(picture, (picture.get_width() - EDGE, 9), f"{simulation.steps:,}", 20, theme.INK, "bold right")
    state = "step, standing still" if session.paused else "step"
    theme.write(picture, (picture.get_width() - EDGE, 33), state, 11, theme.MUTED, "right")
    facts = {"seed": session.run.config.seed, **session.scene.text}
    line = " · ".join(f"{label} {value}" for label, value in facts.items())
    theme.write(picture, (EDGE, 36), theme.shorten(line, 11, 250), 11, theme.MUTED)
    return 56


def graph(picture: pygame.Surface, top: int, history: History, same: bool = False) -> int:
    """Draw the graph from `top` on, and return where it ends."""
    wide, high = picture.get_size()
    box = pygame.Rect(EDGE, top, wide - 2 * EDGE, 92 + max(0, (high - 800) // 3))
    draw_graph(picture, box, history, same)
    return box.bottom + 10


def _facts(session: Session, rates: Rates) -> Facts:
    simulation, living = session.run.simulation, session.living
    generation = simulation.fields["generation"][living]
    return (
        ("agents", theme.number(living.size)),
        ("births", theme.number(simulation.births)),
        ("generation", f"{generation.mean():.1f}" if living.size else "-"),
        ("steps/s", theme.number(round(rates.steps))),
        ("frames/s", theme.number(round(rates.frames))),
    )


def row_of_facts(picture: pygame.Surface, top: int, facts: Facts) -> None:
    """Short values in a row, each over its name."""
    wide = (picture.get_width() - 2 * EDGE) / len(facts)
    for place, (label, value) in enumerate(facts):
        left = EDGE + round(place * wide)
        theme.write(picture, (left, top), value, 15, theme.INK, "bold")
        theme.write(picture, (left, top + 20), label, 11, theme.MUTED)


def _deaths(picture: pygame.Surface, top: int, session: Session) -> int:
    """One bar, shared by the causes of death."""
    causes: dict[str, int] = session.run.simulation.death_causes
    total = sum(causes.values())
    bar = pygame.Rect(EDGE, top + 18, picture.get_width() - 2 * EDGE, 6)
    theme.write(picture, (EDGE, top), f"deaths {theme.number(total)}", 11, theme.MUTED)
    pygame.draw.rect(picture, theme.LINE, bar, border_radius=3)
    left, label = float(bar.left), bar.right
    for place, count in enumerate(causes.values()):
        wide = bar.width * count / max(total, 1)
        pygame.draw.rect(picture, theme.CAUSES[place % 6], (round(left), bar.top, round(wide), 6))
        left += wide
    for place, (cause, count) in reversed(list(enumerate(causes.items()))):
        color = theme.CAUSES[place % 6]
        label -= 10 + theme.write(picture, (label, top), f"{cause} {theme.number(count)}", 11, color, "right")
    return top + 34


def keys_page(picture: pygame.Surface, room: pygame.Rect, session: Session) -> None:
    """The keys, where no agent is selected."""
    theme.write(picture, room.topleft, "Click an agent to look into it", 14, theme.INK, "bold")
    rows = [*session.mouse, *((key.label, key.help) for key in session.keys)]
    for place, (label, text) in enumerate(rows):
        y = room.top + 28 + place * 21
        if y + 16 > room.bottom:
            return
        keycap(picture, (room.left, y), label)
        theme.write(picture, (room.left + 68, y), text, 12, theme.INK)


def keycap(picture: pygame.Surface, at: tuple[int, int], label: str) -> None:
    """A key as it looks on a keyboard."""
    width = theme.font(11).size(label)[0] + 12
    cap = pygame.Rect(at[0], at[1], max(width, 20), 18)
    pygame.draw.rect(picture, theme.CARD, cap, border_radius=4)
    pygame.draw.rect(picture, theme.LINE, cap, width=1, border_radius=4)
    theme.write(picture, (cap.centerx, cap.top + 1), label, 11, theme.INK, "centre")
