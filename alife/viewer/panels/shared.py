"""The panel of a shared world: the population, and the selected agent or the keys."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import pygame

from alife.viewer.clades import founding_step
from alife.viewer.draw import theme
from alife.viewer.draw.clade_strip import HEIGHT, OTHERS, CladeStrip, draw_clades
from alife.viewer.draw.graph import events_at, step_at
from alife.viewer.draw.hover import draw_values
from alife.viewer.draw.paper import Paper
from alife.viewer.inside.glance import Glance
from alife.viewer.keys import label_of
from alife.viewer.panels.agent import below, draw_body, draw_insides
from alife.viewer.panels.panel import EDGE, Facts, Panel, draw_keycap
from alife.viewer.selection import SharedSelection
from alife.viewer.shared_session import SharedSession

GAP = 4  # points between the graph and the strip of clades


class SharedPanel(Panel):
    """Draws the panel of a shared world."""

    session: SharedSession

    def __init__(self, session: SharedSession) -> None:
        """session: what is watched."""
        super().__init__(session)
        self._strip: CladeStrip | None = None

    def _clock(self) -> tuple[str, str]:
        return f"{self.session.life.steps:,}", "step"

    def _remarks(self) -> Iterable[str]:
        told = self.session.touched
        return (*[told] * bool(told), *(f"{label} {value}" for label, value in self.session.scene.text.items()))

    def _facts(self) -> Facts:
        process, living = self.session.run.simulation, self.session.living
        generation = process.fields["generation"][living]
        return (
            ("agents", theme.format_number(living.size)),
            ("births", theme.format_number(process.births)),
            ("generation", f"{generation.mean():.1f}" if living.size else "-"),
        )

    def _draw_state(self, picture: Paper, top: int) -> int:
        """Draws deaths as one bar, divided by cause."""
        causes = self.session.run.simulation.death_causes
        total = sum(causes.values())
        bar = pygame.Rect(EDGE, top + 18, picture.width - 2 * EDGE, 6)
        picture.write((EDGE, top), f"deaths {theme.format_number(total)}", 11, theme.MUTED)
        picture.rect(theme.LINE, bar, radius=3)
        left, label = float(bar.left), bar.right
        for place, count in enumerate(causes.values()):
            wide = bar.width * count / max(total, 1)
            picture.rect(theme.CAUSES[place % 6], (round(left), bar.top, round(wide), 6))
            left += wide
        for place, (cause, count) in reversed(list(enumerate(causes.items()))):
            color, text = theme.CAUSES[place % 6], f"{cause} {theme.format_number(count)}"
            label -= 10 + picture.write((label, top), text, 11, color, "right")
        return top + 34

    # ---- clades

    def _shown(self) -> tuple[object, ...]:
        """Returns what decides on the parts of the panel that are shown."""
        return (*super()._shown(), self.session.show_clades, self.session.highlighted)

    def _lowest(self, height: int) -> int:
        """Returns the least height of the picture, with room for the strip of clades. height: of the panel."""
        return super()._lowest(height) + (HEIGHT + GAP) * self._shows_clades

    @property
    def _shows_clades(self) -> bool:
        return self.session.show_clades and self.session.show_graph

    def _draw_graph(self, picture: Paper, top: int) -> int:
        """Draws the graph, and below it the strip of clades if that is shown, and returns where they end."""
        top, session = super()._draw_graph(picture, top), self.session
        if not self._shows_clades:
            return top
        box = pygame.Rect(EDGE, top - GAP, picture.width - 2 * EDGE, HEIGHT)
        self._strip = draw_clades(picture, box, session.history, session.clade_colors, session.highlighted)
        return box.bottom + 10

    def _clade_at(self, at: tuple[float, float]) -> int | None:
        """Returns the clade of the strip at a place of the panel, points; OTHERS for those together."""
        if self._strip is None or not self._shows_clades:
            return None
        return self._strip.clade_at((at[0], at[1] + self._scrolled))

    def click(self, at: tuple[float, float]) -> None:
        """Highlights the clade that is clicked, or as `Panel.click`. at: points of the panel."""
        clade = self._clade_at(at)
        if clade is None:
            super().click(at)
        else:
            self.session.highlight(None if clade == OTHERS else clade)

    def _draw_hover(self, target: Paper, picture: Paper, pointer: tuple[float, float]) -> None:
        """Draws what the graph, the strip of clades or a value says at the pointer, points of the panel."""
        super()._draw_hover(target, picture, pointer)
        clade = self._clade_at(pointer)
        if clade is not None and self._strip:
            box = self._strip.box.move(0, -self._scrolled)
            lines = [*self._told(clade), *self._then(clade, pointer[0], box)]
            draw_values(target, lines, (pointer[0], box.bottom + 6))

    def _told(self, clade: int) -> list[str]:
        """Returns what a clade is now, in lines."""
        session = self.session
        if clade == OTHERS:
            return ["other clades"]
        size = session.size_of(clade)
        if not size:
            return [f"clade of founder {clade:,}", "no living members"]
        since, exact = founding_step(session.life, session.living, clade)
        origin = "of the first population" if not since else f"placed {'at' if exact else 'by'} step {since:,}"
        share = 100 * size / session.living.size
        return [f"clade of founder {clade:,}", f"founder: {origin}", f"now {size:,} living, {share:.3g} %"]

    def _then(self, clade: int, x: float, box: pygame.Rect) -> list[str]:
        """Returns what it was at a place of the axis, in lines. box: of the strip, points of the panel."""
        history = self.session.history
        point = history.nearest(step_at(x - box.left, box.width, history))
        if point is None:
            return []
        count = history.clades[point]
        size = f": {count.sizes.get(clade, 0):,} of {count.living:,}" if clade != OTHERS else ""
        return [f"step {history.steps[point]:,}{size}", *(event.text for event in events_at(history, x, box))]

    def _draw_agent(self, picture: Paper, room: pygame.Rect, seen: Glance | None) -> Generator[None, None, int]:
        chosen = self.session.selection
        if chosen and seen:
            top = self._draw_identity(picture, room, chosen)
            yield
            return (yield from draw_insides(picture, below(room, top), seen, self._memories, self._salient))
        if chosen:
            _draw_death(picture, room, chosen)
            room = room.move(0, 76)
        return self._draw_keys(picture, room)

    def _draw_identity(self, picture: Paper, room: pygame.Rect, chosen: SharedSelection) -> int:
        """Draws the agent with its id, descent and age, and returns where that ends."""
        session, fields, row = self.session, self.session.life.fields, chosen.row
        draw_body(picture, (room.left + 22, room.top + 22), session.scene.discs, row)
        left = room.left + 56
        picture.write((left, room.top), f"agent {chosen.id:,}", 15, theme.INK, "bold")
        if session.following:
            picture.write((room.right, room.top + 2), "following", 11, theme.GREEN, "bold right")
        parent = int(fields["parent_id"][row])
        descent = f"child of {parent:,} · clade of {int(fields['clade'][row]):,}" if parent >= 0 else "founder"
        line = f"generation {int(fields['generation'][row]):,} · {descent}"
        picture.write((left, room.top + 20), picture.shorten(line, 11, room.right - left), 11)
        picture.write((left, room.top + 35), f"{session.life.steps - chosen.birth_step:,} steps old", 11)
        return room.top + 54

    def _draw_keys(self, picture: Paper, room: pygame.Rect) -> int:
        """Draws the keys, where no agent is selected, and returns where they end."""
        title = "Click an agent to look inside it" if self.session.living.size else "Keys and mouse"
        picture.write(room.topleft, title, 14, theme.INK, "bold")
        rows = [*self.session.mouse, *((key.label, key.help) for key in self.session.keys if not key.tool)]
        for place, (label, text) in enumerate(rows):
            y = room.top + 28 + place * 21
            draw_keycap(picture, (room.left, y), label)
            picture.write((room.left + 68, y), picture.shorten(text, 12, room.width - 68), 12, theme.INK)
        return room.top + 28 + len(rows) * 21


def _draw_death(picture: Paper, room: pygame.Rect, chosen: SharedSelection) -> None:
    """Draws when and how the selected agent died."""
    picture.write(room.topleft, f"Agent {chosen.id:,} has died", 14, theme.CLAY, "bold")
    cause = f"cause: {chosen.cause}, at step" if chosen.cause else "last seen at step"
    line = f"{cause} {chosen.seen_step:,}, {chosen.seen_step - chosen.birth_step:,} steps old"
    picture.write((room.left, room.top + 22), line, 12)
    picture.write((room.left, room.top + 42), f"{label_of('next_agent')} selects the next agent", 12, theme.MUTED)
