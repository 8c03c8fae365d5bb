"""The panel beside the world, and the parts that both kinds of panels have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import ClassVar

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.graph import Plot, draw_graph, draw_hover, height_of
from alife.viewer.draw.hover import draw_hint
from alife.viewer.draw.paper import Paper, Point
from alife.viewer.inside.glance import Glance, glance
from alife.viewer.inside.memories import Memories
from alife.viewer.inside.saliency import Saliency, Salient
from alife.viewer.session import Session
from alife.viewer.speed import Rates

WIDTH = 372  # points
LOWEST = 760  # points of height of its picture at least; where there are fewer, it scrolls
NOTCH = 48  # points that a notch of the wheel scrolls
EDGE = 14  # points of margin
REFRESH = 8  # frames between new pictures of the panel at one step a frame: a faster one cannot be read
STILL = 30  # the same where no step was taken since
TITLE, FACTS, BODY = 8, 56, 98  # points of the tops of the title, of the row of facts, and of the rest

Facts = tuple[tuple[str, str], ...]  # (name, value)


class Panel(ABC):
    """Base of both kinds of panels: draws a session's panel, and keeps its picture between refreshes.

    A picture is kept while the world beside it hardly changes, and the next one is drawn in parts, one a frame, so that
    no frame takes long. Where a frame takes several steps it is drawn anew at once.

    Attributes:
        exact: True to draw it anew after every step.
    """

    exact: ClassVar[bool] = False
    session: Session

    def __init__(self, session: Session) -> None:
        """session: what is watched."""
        self.session = session
        self._picture: Paper | None = None
        self._memories, self._saliency = Memories(), Saliency()
        self._next: Paper  # the picture that is being drawn
        self._seen: tuple[object, ...] = ()
        self._scrolled, self._high = 0, LOWEST  # points: above the view, and of the picture before what it lacks
        self._plots: Sequence[Plot] = ()
        self._graph = pygame.Rect(0, 0, 0, 0)
        self._age, self._step, self._drawn = 0, -1, -1  # frames since the picture; steps of the last frame, and of it
        self._coming: Iterator[None] | None = None  # draws a part of the next picture each time
        self._needed = 0  # points of height that all of the last picture needed

    def refresh(self) -> None:
        """Has the next frame show a new picture."""
        self._picture = None

    def scroll(self, notches: float) -> None:
        """Scrolls by notches of the wheel, positive towards the top, where the panel is lower than its picture."""
        self._scrolled -= round(notches * NOTCH)

    def click(self, at: tuple[float, float]) -> None:
        """Opens the sheet of metrics where the graph is clicked. at: points of the panel."""
        if self.session.show_graph and self._graph.collidepoint(at[0], at[1] + self._scrolled):
            self.session.show_metrics()

    def draw(
        self, target: Paper, rates: Rates, pointer: tuple[float, float] | None = None, waits: bool = False
    ) -> None:
        """Fills `target` with the panel.

        Args:
            target: to draw on.
            rates: measured speed.
            pointer: of the mouse, points; None if it is elsewhere.
            waits: True to draw no part of the next picture in this frame, as another picture does.
        """
        session = self.session
        chosen, step = session.selection, session.life.steps
        if step - self._step > (0 if self.exact or session.paused else 1):
            self.refresh()
        self._step = step
        flags = (session.following, session.paused, session.touched, *self._shown())
        lives = chosen and (chosen.row, chosen.birth_step, chosen.is_alive(session.life.fields))
        seen = (lives, *flags, target.size)
        self._age += 1
        picture = self._picture
        if picture is None or seen != self._seen:
            self._seen, self._needed, self._coming = seen, 0, None
            picture = self._whole(target, rates)
        elif not waits and (self._coming or self._age >= (STILL if step == self._drawn else REFRESH)):
            picture = self._continue(target, rates) or picture
        self._picture = picture
        hidden = max(picture.height - target.height, 0)
        self._scrolled = min(max(self._scrolled, 0), hidden)
        target.blit(picture.surface, (0, -self._scrolled))
        if pointer:
            self._draw_hover(target, picture, pointer)
        if hidden:
            _draw_scroll_bar(target, self._scrolled, hidden)

    def _draw_hover(self, target: Paper, picture: Paper, pointer: Point) -> None:
        """Draws the values under the pointer: of the graph, or of what has something to say."""
        plots = [Plot(plot.box.move(0, -self._scrolled), plot.metrics, plot.axis) for plot in self._plots]
        if draw_hover(target, plots, self.session.history, pointer):
            return
        draw_hint(target, picture.hints, (pointer[0], pointer[1] + self._scrolled), pointer)

    def _lowest(self, height: int) -> int:
        """Returns the least height of the picture, with room for more plots than two. height: of the panel."""
        plots, room = len(self.session.history.plots()), _room(height)
        return LOWEST + max(height_of(plots, room) - height_of(2, room), 0) * self.session.show_graph

    def _salient(self, seen: Glance) -> Salient:
        """Returns how far each sense of the selected agent moves its strongest action."""
        return self._saliency.read(seen, still=self.session.paused)

    def _shown(self) -> tuple[object, ...]:
        """Returns what decides on the parts of the panel that are shown."""
        return self.session.show_graph, *self.session.history.shown

    def _whole(self, target: Paper, rates: Rates) -> Paper:
        """Returns a new picture, drawn at once."""
        self._age, self._drawn = 0, self.session.life.steps
        for _ in range(2):
            picture = self._blank(target)
            for _ in self._render(picture, rates):
                pass
            if self._needed <= picture.height:
                break  # else there is more than has room: a higher picture, which scrolls
        return picture

    def _continue(self, target: Paper, rates: Rates) -> Paper | None:
        """Draws a part of the next picture; returns it once it is complete."""
        if self._coming is None:
            self._next = self._blank(target)
            self._coming, self._age = self._render(self._next, rates), 0
            self._drawn = self.session.life.steps
        if next(self._coming, self) is None:
            return None
        self._coming = None
        if self._needed > self._next.height + 1:
            self._age = STILL  # there is more than has room: a higher one is begun in the next frame
            return None
        return self._next

    def _blank(self, target: Paper) -> Paper:
        """Returns an empty picture, as high as the last one needed."""
        self._high = max(target.height, self._lowest(target.height))
        return Paper.blank((target.width, max(self._high, self._needed)), target.scale, theme.PAPER)

    def _render(self, picture: Paper, rates: Rates) -> Iterator[None]:
        """Draws into an empty picture, yields between its parts, and notes the height that all of it needs."""
        size, session = picture.size, self.session
        chosen = session.selection
        lives = chosen is not None and chosen.is_alive(session.life.fields)
        seen = glance(session.run, session.witness, session.relatives, chosen) if chosen and lives else None
        picture.line(theme.LINE, (0, 0), (0, size[1]))
        self._draw_title(picture)
        measured = (("steps/s", rates.steps), ("frames/s", rates.frames))
        speed = ((label, theme.format_number(round(value))) for label, value in measured)
        draw_facts(picture, FACTS, (*self._facts(), *speed))
        top = self._draw_state(picture, BODY)
        yield
        self._plots, self._graph = (), pygame.Rect(0, 0, 0, 0)
        if session.show_graph:
            top = self._draw_graph(picture, top)
        yield
        end = yield from self._draw_agent(picture, pygame.Rect(EDGE, top, size[0] - 2 * EDGE, size[1] - top - 8), seen)
        self._needed = end + 8

    def _draw_title(self, picture: Paper) -> None:
        session, right = self.session, picture.width - EDGE
        clock, state = self._clock()
        room = right - EDGE - picture.write((right, TITLE + 1), clock, 20, theme.INK, "bold right") - 10
        title, fits = session.life.world.title, (22, 18, 15)
        size = next((one for one in fits if picture.length(title, one, bold=True) <= room), fits[-1])
        short = picture.shorten(title, size, room, bold=True)
        picture.write((EDGE, TITLE + 22 - size), short, size, theme.INK, "bold")
        state = f"{state}, paused" if session.paused else state
        picture.write((right, TITLE + 25), state, 11, theme.MUTED, "right")
        line = " · ".join((f"seed {session.run.config.seed}", *self._remarks()))
        picture.write((EDGE, TITLE + 28), picture.shorten(line, 11, 250), 11, theme.MUTED)

    def _draw_graph(self, picture: Paper, top: int) -> int:
        """Draws the graph and returns where it ends."""
        history, room = self.session.history, _room(self._high)
        self._graph = pygame.Rect(EDGE, top, picture.width - 2 * EDGE, height_of(len(history.plots()), room))
        self._plots = draw_graph(picture, self._graph, history, room)
        return self._graph.bottom + 10

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
    def _draw_state(self, picture: Paper, top: int) -> int:
        """Draws how the run or the episode stands, and returns where that ends."""

    @abstractmethod
    def _draw_agent(self, picture: Paper, room: pygame.Rect, seen: Glance | None) -> Generator[None, None, int]:
        """Fills `room` with the selected agent in parts, and returns where that ends, or should.

        seen: what is known of it; None if none that lives is selected.
        """


def _room(height: int) -> int:
    """Returns the points of height that the graph should take, in a panel of a height."""
    return max(60, 92 + (height - 800) // 3)


def _draw_scroll_bar(target: Paper, scrolled: int, hidden: int) -> None:
    """Draws which part of the picture is in view. scrolled, hidden: pixels above the view, and outside it."""
    wide, high = target.size
    length = high * high // (high + hidden)
    bar = pygame.Rect(wide - 7, scrolled * (high - length) // hidden, 5, length)
    target.rect(theme.MUTED, bar, radius=2)


def draw_facts(picture: Paper, top: int, facts: Facts) -> None:
    """Draws short values in a row, each above its name."""
    wide = (picture.width - 2 * EDGE) / len(facts)
    for place, (label, value) in enumerate(facts):
        left = EDGE + round(place * wide)
        picture.write((left, top), value, 15, theme.INK, "bold")
        picture.write((left, top + 20), label, 11, theme.MUTED)


def draw_button(target: Paper, box: pygame.Rect, text: str) -> None:
    """Draws a small button with a sign. box: points."""
    target.rect(theme.CARD, box, radius=4)
    target.rect(theme.LINE, box, width=1, radius=4)
    target.write((box.centerx, box.top), text, 13, theme.INK, "bold center")


def draw_keycap(picture: Paper, at: tuple[int, int], label: str, high: int = 18) -> None:
    """Draws a key as on a keyboard. at: points of its top left corner. high: points of its height."""
    width = picture.length(label, 11) + 12
    cap = pygame.Rect(at[0], at[1], max(width, 20), high)
    picture.rect(theme.CARD, cap, radius=4)
    picture.rect(theme.LINE, cap, width=1, radius=4)
    picture.write((cap.centerx, cap.top + (high - 16) // 2), label, 11, theme.INK, "center")
