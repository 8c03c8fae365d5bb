"""The network of the selected agent as a graph, with the state of each switch and the ways to one action."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.hover import draw_hint
from alife.viewer.draw.legend import wrapped
from alife.viewer.draw.paper import Paper, Point
from alife.viewer.inside.thought import Thought, is_layered, think
from alife.viewer.keys import label_of
from alife.viewer.panels.graph_rows import GraphRows
from alife.viewer.panels.panel import draw_button
from alife.viewer.panels.strips import draw_strips, strips_of
from alife.viewer.selection import Selection
from alife.viewer.session import Session

MARGIN, EDGE, HEAD, FOOT, LINE = 10, 14, 62, 14, 15  # points around it, inside it, above and below; of a line
WIDEST, ROW = 900, 104  # points of width at most, and of height of a row at most
LEAST = 430  # points of width below which it takes the place of the legend and of the table of pinned agents
REFRESH = 8  # frames between new pictures while steps are taken
CLOSE = 20  # points of the cross
Chips = list[tuple[int, pygame.Rect]]  # actions, and where they are clicked
Parts = Generator[None, None, tuple[Paper, Chips]]  # draws a part of a picture each time
CLICKS = (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)


class NetworkView:
    """The graph as it was drawn last, so that clicks find its parts.

    While steps are taken the next picture is drawn in parts, one a frame, and is shown once it is complete.

    Attributes:
        is_drawing: True if a part of a picture was drawn in the last frame.
    """

    def __init__(self) -> None:
        self.is_drawing = False
        self._box = pygame.Rect(0, 0, 0, 0)
        self._picture: Paper | None = None
        self._coming: Parts | None = None  # draws a part of the next picture each time
        self._seen: object = None
        self._age = 0
        self._step = -1
        self._chips = Chips()
        self._action: int | None = None  # that is clicked; None: the strongest

    def handle(self, event: pygame.Event, session: Session, scale: float) -> bool:
        """Chooses the action that is clicked, or closes the graph; returns True if a click or the wheel was over it."""
        if not (session.show_network and session.panels):
            return False
        if event.type == pygame.MOUSEWHEEL:
            x, y = pygame.mouse.get_pos()
            return bool(self._box.collidepoint(x / scale, y / scale))
        if event.type not in CLICKS:
            return False
        at = event.pos[0] / scale, event.pos[1] / scale
        if not self._box.collidepoint(at):
            return False
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            inside = at[0] - self._box.left, at[1] - self._box.top
            if self._cross.collidepoint(at):
                session.toggle_network()
            for lane, chip in self._chips:
                if chip.collidepoint(inside):
                    self._action = None if self._action == lane else lane
                    self._picture = None
        return True

    @property
    def _cross(self) -> pygame.Rect:
        return pygame.Rect(self._box.right - CLOSE - 8, self._box.top + 8, CLOSE, CLOSE)

    @staticmethod
    def leaves_room(width: float, session: Session, taken: int) -> bool:
        """Returns True if something fits beside it. width: points. taken: at the right, of that and what is there."""
        return not session.show_network or width - taken - 2 * MARGIN >= LEAST

    def draw(self, target: Paper, session: Session, taken: int, hides: str, pointer: Point | None) -> None:
        """Draws it into the upper left corner.

        Args:
            target: the world.
            session: whose agent it is.
            taken: points of width at the right for others.
            hides: names of what has no room beside it; "" for nothing.
            pointer: of the mouse, points; None if it is elsewhere.
        """
        self.is_drawing = False
        if not session.show_network:
            self._box = pygame.Rect(0, 0, 0, 0)
            return
        size = min(target.width - taken - 2 * MARGIN, WIDEST), target.height - 2 * MARGIN
        chosen = session.selection if session.selected_place() or session.beside else None
        step = session.life.steps
        seen = (chosen and (chosen.row, chosen.birth_step), id(session.life), size, target.scale, self._action, hides)
        self._age += 1
        at_once = self._picture is None or seen != self._seen or (session.paused and step != self._step)
        if at_once or (self._coming is None and step != self._step and self._age >= REFRESH):
            self._coming = self._render(size, target.scale, session, chosen, hides)
            self._age, self._seen, self._step = 0, seen, step
        while self._coming is not None:
            self._continue()
            if not at_once:
                break
        assert self._picture is not None
        self._box = pygame.Rect((MARGIN, MARGIN), self._picture.size)
        target.blit(self._picture.surface, self._box.topleft)
        draw_button(target, self._cross, "×")
        if pointer and self._box.collidepoint(pointer):
            inside = pointer[0] - self._box.left, pointer[1] - self._box.top
            draw_hint(target, self._picture.hints, inside, pointer)

    def _continue(self) -> None:
        """Draws a part of the next picture, and shows it if that was the last one."""
        assert self._coming is not None
        self.is_drawing = True
        try:
            next(self._coming)
        except StopIteration as done:
            (self._picture, self._chips), self._coming = done.value, None

    def _render(
        self, size: tuple[int, int], scale: float, session: Session, chosen: Selection | None, hides: str
    ) -> Parts:
        """Draws a new picture in parts, and returns it. size: at most, points. hides: as of `draw`."""
        life = session.life
        if chosen is None:
            text = f"Click an agent, or press {label_of('next_agent')}."
            return _message(size, scale, "No agent is selected", text), []
        if not chosen.has_acted(life):
            text = "Step (.) or resume (space) to see what it computes."
            return _message(size, scale, "No step to show yet", text), []
        if not is_layered(life.brain):
            return _strips_alone(size, scale, session, chosen), []
        thought = think(life, session.witness, chosen)
        yield
        rows = len(thought.plan.layers) + 2
        foot = [part for line in _notes(thought, hides) for part in wrapped(line, 10, size[0] - 2 * EDGE - 4)]
        below = FOOT + LINE * len(foot)
        paper = _sheet((size[0], min(size[1], HEAD + below + ROW * rows)), scale)
        lane = self._lane(thought, len(life.world.actuators))
        chips = self._draw_head(paper, session, chosen, thought, lane)
        _draw_foot(paper, foot)
        room = pygame.Rect(EDGE, HEAD, paper.width - 2 * EDGE, paper.height - HEAD - below)
        for _ in GraphRows(paper, room, thought, lane).draw():
            yield
        return paper, chips

    def _lane(self, thought: Thought, actions: int) -> int:
        """Returns the action that ways are drawn to: that which is clicked, else the strongest."""
        if self._action is not None and self._action < actions:
            return self._action
        return int(abs(thought.stages[-1].values[:actions]).argmax())

    def _draw_head(self, paper: Paper, session: Session, chosen: Selection, thought: Thought, lane: int) -> Chips:
        """Draws the title, when this was, and the actions, of which one is marked; returns where these are."""
        title = f"Network of {chosen.title}" if session.life.num_alive > 1 else "Network"
        wide = paper.write((EDGE, 8), title, 15, theme.INK, "bold") + 12
        when = "as computed in the last step" if thought.exact else "the last step, with the memory as it is now"
        room = paper.width - EDGE - wide - CLOSE - 20
        paper.write((EDGE + wide, 12), paper.shorten(when, 11, room), 11, theme.MUTED)
        left, chips = EDGE + paper.write((EDGE, 36), "ways to:", 11, theme.MUTED) + 8, Chips()
        for place, actuator in enumerate(session.life.world.actuators):
            text = paper.shorten(f"{actuator.name} {thought.stages[-1].values[place]:+.2f}", 11, 130)
            chip = pygame.Rect(left, 34, paper.length(text, 11, bold=True) + 12, 20)
            if chip.right > paper.width - EDGE:
                paper.write((left, 36), "...", 11, theme.MUTED)
                break
            paper.rect(theme.MARKED if place == lane else theme.CARD, chip, radius=5)
            paper.rect(theme.GREEN if place == lane else theme.LINE, chip, width=1, radius=5)
            paper.write((chip.centerx, chip.top + 2), text, 11, theme.INK, "bold center")
            more = "follow the strongest action" if self._action == place else "stay with this action"
            paper.hint(chip, actuator.name, "its raw output; an actuator limits it to -1..1", f"click to {more}")
            chips.append((place, chip))
            left = chip.right + 6
        return chips


def _sheet(size: tuple[int, int], scale: float) -> Paper:
    paper = Paper.blank(size, scale, theme.PAPER)
    paper.rect(theme.MUTED, paper.bounds(), width=1)
    return paper


def _message(size: tuple[int, int], scale: float, title: str, text: str) -> Paper:
    paper = _sheet((min(size[0], 360), 70), scale)
    paper.write((EDGE, 10), title, 15, theme.INK, "bold")
    paper.write((EDGE, 38), text, 12)
    return paper


def _strips_alone(size: tuple[int, int], scale: float, session: Session, chosen: Selection) -> Paper:
    """Returns a picture of the values that a network of its own names."""
    life, row = session.life, chosen.row
    last, _ = session.witness.last_step(life, chosen)
    recorded = life.brain.record(life.fields.row("genome", row), last.state, last.observations)
    strips = strips_of(life.brain, np.asarray(life.fields.row("state", row)), recorded)
    paper = _sheet((size[0], min(size[1], 90 + 26 * len(strips))), scale)
    paper.write((EDGE, 8), "Network", 15, theme.INK, "bold")
    text = "This network is not one of layers that can be followed: here are the values that it names in a step."
    paper.write((EDGE, 34), paper.shorten(text, 11, paper.width - 2 * EDGE), 11, theme.MUTED)
    draw_strips(paper, pygame.Rect(EDGE, 58, paper.width - 2 * EDGE, paper.height - 66), strips)
    return paper


def _notes(thought: Thought, hides: str) -> tuple[str, ...]:
    """Returns what the picture means, and what it hides."""
    action = "lines: what adds most to the action (clay) or takes most from it (blue); pale: what else is connected"
    return (_note_of_units(thought), action, *[f"without room beside this: {hides}"] * bool(hides))


def _note_of_units(thought: Thought) -> str:
    """Returns a line on how the units of a network are drawn."""
    inner = thought.stages[1:-1]
    if thought.stepped:
        return "units round what they get, so no way can be followed through them; up: a unit that says something"
    if all(one.sides is None for one in inner):
        kind = f"units are {thought.unit}" if thought.unit else "units have"
        return f"{kind}, without switches: up where a value is at 0 or above, down where it is below; longer is larger"
    turned = "; hollow: its slope turns the sign" if thought.unit in ("switch", "") else ""
    held = "; ways hold at this moment alone" if any(one.smooth for one in inner) else ""
    return f"up: a switch at 0 or above, down: one below 0; the longer and deeper, the more it passes on{turned}{held}"


def _draw_foot(paper: Paper, lines: Sequence[str]) -> None:
    top = paper.height - FOOT - LINE * len(lines) + 6
    paper.line(theme.LINE, (EDGE, top), (paper.width - EDGE, top))
    for place, line in enumerate(lines):
        paper.write((EDGE, top + 4 + LINE * place), line, 10, theme.MUTED)
