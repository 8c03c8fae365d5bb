"""The panel beside the world, and the parts that both kinds of panels have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.graph import draw_graph
from alife.viewer.session import Session
from alife.viewer.speed import Rates

WIDTH = 372  # pixels
LOWEST = 760  # pixels of height of its picture; where there are fewer, it scrolls
NOTCH = 48  # pixels that a notch of the wheel scrolls
EDGE = 14  # pixels of margin
REFRESH = 4  # frames between new pictures of the panel at one step a frame: a faster one cannot be read
TITLE, FACTS, BODY = 8, 56, 98  # pixels of the tops of the title, of the row of facts, and of the rest

Facts = tuple[tuple[str, str], ...]  # (name, value)


class Panel(ABC):
    """Base of both kinds of panels: draws a session's panel, and keeps its picture between refreshes.

    A picture is kept while the world beside it hardly changes: where a frame takes several steps it is drawn anew.

    Attributes:
        exact: True to draw it anew after every step.
    """

    exact: ClassVar[bool] = False
    session: Session

    def __init__(self, session: Session) -> None:
        """session: what is watched."""
        self.session = session
        self._picture: pygame.Surface | None = None
        self._seen: tuple[object, ...] = ()
        self._scrolled = 0  # pixels
        self._age, self._step = 0, -1  # frames since the picture; step of the last frame

    def refresh(self) -> None:
        """Has the next frame show a new picture."""
        self._picture = None

    def scroll(self, notches: float) -> None:
        """Scrolls by notches of the wheel, positive towards the top, where the panel is lower than its picture."""
        self._scrolled -= round(notches * NOTCH)

    def draw(self, target: pygame.Surface, rates: Rates) -> None:
        """Fills `target` with the panel."""
        session = self.session
        chosen, step = session.selection, session.life.steps
        if step - self._step > (0 if self.exact or session.paused else 1):
            self.refresh()
        self._step = step
        flags = (session.following, session.show_graph, session.paused)
        seen = (chosen and (chosen.row, chosen.birth_step), *flags, target.get_size())
        self._age += 1
        if self._picture is None or seen != self._seen or self._age >= REFRESH:
            size = (target.get_width(), max(target.get_height(), LOWEST))
            self._picture, self._seen, self._age = self._render(size, rates), seen, 0
        hidden = self._picture.get_height() - target.get_height()
        self._scrolled = min(max(self._scrolled, 0), hidden)
        target.blit(self._picture, (0, -self._scrolled))
        if hidden:
            _draw_scroll_bar(target, self._scrolled, hidden)

    def _render(self, size: tuple[int, int], rates: Rates) -> pygame.Surface:
        """Returns a new picture."""
        picture = pygame.Surface(size, depth=32)
        picture.fill(theme.PAPER)
        pygame.draw.line(picture, theme.LINE, (0, 0), (0, size[1]))
        self._draw_title(picture)
        measured = (("steps/s", rates.steps), ("frames/s", rates.frames))
        speed = ((label, theme.format_number(round(value))) for label, value in measured)
        draw_facts(picture, FACTS, (*self._facts(), *speed))
        top = self._draw_state(picture, BODY)
        if self.session.show_graph:
            top = self._draw_graph(picture, top)
        self._draw_agent(picture, pygame.Rect(EDGE, top, size[0] - 2 * EDGE, size[1] - top - 8))
        return picture

    def _draw_title(self, picture: pygame.Surface) -> None:
        session, right = self.session, picture.get_width() - EDGE
        clock, state = self._clock()
        theme.write(picture, (EDGE, TITLE), session.life.world.title, 22, theme.INK, "bold")
        theme.write(picture, (right, TITLE + 1), clock, 20, theme.INK, "bold right")
        state = f"{state}, paused" if session.paused else state
        theme.write(picture, (right, TITLE + 25), state, 11, theme.MUTED, "right")
        line = " · ".join((f"seed {session.run.config.seed}", *self._remarks()))
        theme.write(picture, (EDGE, TITLE + 28), theme.shorten(line, 11, 250), 11, theme.MUTED)

    def _draw_graph(self, picture: pygame.Surface, top: int) -> int:
        """Draws the graph and returns where it ends."""
        wide, high = picture.get_size()
        box = pygame.Rect(EDGE, top, wide - 2 * EDGE, max(60, 92 + (high - 800) // 3))
        draw_graph(picture, box, self.session.history)
        return box.bottom + 10

    @abstractmethod
    def _clock(self) -> tuple[str, str]:
        """Returns the time, and a line below it."""

    def _remarks(self) -> Iterable[str]:
        """Returns short texts for the line below the title."""
        return ()

    @abstractmethod
    def _facts(self) -> Facts:
        """Returns three facts for the row below the title."""

    @abstractmethod
    def _draw_state(self, picture: pygame.Surface, top: int) -> int:
        """Draws how the run or the episode stands, and returns where that ends."""

    @abstractmethod
    def _draw_agent(self, picture: pygame.Surface, room: pygame.Rect) -> None:
        """Fills `room` with the selected agent."""


def _draw_scroll_bar(target: pygame.Surface, scrolled: int, hidden: int) -> None:
    """Draws which part of the picture is in view. scrolled, hidden: pixels above the view, and outside it."""
    wide, high = target.get_size()
    length = high * high // (high + hidden)
    bar = pygame.Rect(wide - 7, scrolled * (high - length) // hidden, 5, length)
    pygame.draw.rect(target, theme.MUTED, bar, border_radius=2)


def draw_facts(picture: pygame.Surface, top: int, facts: Facts) -> None:
    """Draws short values in a row, each above its name."""
    wide = (picture.get_width() - 2 * EDGE) / len(facts)
    for place, (label, value) in enumerate(facts):
        left = EDGE + round(place * wide)
        theme.write(picture, (left, top), value, 15, theme.INK, "bold")
        theme.write(picture, (left, top + 20), label, 11, theme.MUTED)


def draw_keycap(picture: pygame.Surface, at: tuple[int, int], label: str) -> None:
    """Draws a key as on a keyboard. at: pixels of its top left corner."""
    width = theme.font(11).size(label)[0] + 12
    cap = pygame.Rect(at[0], at[1], max(width, 20), 18)
    pygame.draw.rect(picture, theme.CARD, cap, border_radius=4)
    pygame.draw.rect(picture, theme.LINE, cap, width=1, border_radius=4)
    theme.write(picture, (cap.centerx, cap.top + 1), label, 11, theme.INK, "center")
