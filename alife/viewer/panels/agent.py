"""The inside of the selected agent: its columns, senses, actions, memories, genome and brain."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np
import pygame

from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.episode_laws import FIELDS
from alife.simulation.population import population_fields
from alife.viewer.draw import sprites, theme
from alife.viewer.draw.paper import Paper
from alife.viewer.inside.glance import Glance
from alife.viewer.inside.memories import Memories
from alife.viewer.inside.saliency import Salient
from alife.viewer.interface import Life
from alife.viewer.panels.genome import draw_genome, slots_of
from alife.viewer.panels.memories import draw_memories
from alife.viewer.panels.readings import reading, title_of
from alife.viewer.panels.senses import directional, draw_senses, draw_tint_legend, tint
from alife.viewer.panels.strips import draw_heat, draw_strips, height_of_strips, strips_of
from alife.world import Actuator, Discs, Sensor, SharedWorld

ROW = 15  # points of a bar, and of a line of text
NAMED = 32  # channels at most that are drawn as bars with names; more are one strip of color
LABEL = 112  # points of the name of a bar
TINT = 7  # points of the strip of tints below one of values
COLUMNS = 12  # columns shown at most
UNKNOWN = "senses, actions and memory: after the next step"

# Columns that other parts of the window show
SHOWN_ELSEWHERE = {
    *(field.name for field in (*population_fields(1, 1, 1, 1), *FIELDS, *ArenaEvaluator.columns)), "x", "y", "heading",
} - {"offspring"}  # fmt: skip

Channel = Sensor | Actuator


def draw_body(target: Paper, center: tuple[int, int], discs: Discs, row: int, radius: int = 16) -> bool:
    """Draws a large picture of the agent in a row; returns False if the scene shows none. center, radius: points."""
    found = np.flatnonzero(discs.row == row)[:1]
    if found.size:
        color, turn = int(sprites.pack_colors(discs.color[found])[0]), int(sprites.turns_of(discs.heading[found])[0])
        size = round(2 * radius * target.scale)  # half pixels
        for picture in (sprites.body(size, color), sprites.face(size, turn)):
            half = [side / 2 / target.scale for side in picture.get_size()]
            target.blit(picture, (center[0] - half[0], center[1] - half[1]))
    return bool(found.size)


def draw_insides(
    target: Paper, room: pygame.Rect, seen: Glance, memories: Memories, saliency: Callable[[Glance], Salient]
) -> Generator[None, None, int]:
    """Fills `room` with the columns, observations, actions, memories, genome and brain of the selected agent.

    Yields between parts that take about equally long. Returns where they end, which is below the room if they do not
    fit: a higher picture then has all of them.

    Args:
        target: to draw on.
        room: points.
        seen: the agent.
        memories: reads them.
        saliency: computes that of the senses.
    """
    world = seen.life.world
    top = _draw_columns(target, room, seen)
    if not seen.acted:
        target.write((room.left, top), UNKNOWN, 10, theme.MUTED)
        return _draw_inherited(target, below(room, top + ROW + 5), seen)
    yield
    notes = memories.learn(seen)
    yield
    salient = saliency(seen)
    yield
    channels = directional(world)
    top = draw_tint_legend(target, below(room, top), world, salient)
    if channels:
        top = draw_senses(target, below(room, top), world, channels, seen.observations.tolist(), salient)
        yield
    rest = sorted(set(range(len(world.sensors))) - {place for channel in channels for place in channel.sensors})
    if rest:
        named = [(world.sensors[place], float(seen.observations[place])) for place in rest]
        title = "other senses" if channels else "observations"
        top = _draw_bars(target, below(room, top), title, named, salient, rest)
    raw = zip(world.actuators, seen.actions.tolist(), strict=True)
    top = _draw_bars(target, below(room, top), "actions", [(one, applied(one, value)) for one, value in raw])
    held = memories.read(seen, notes)
    yield
    top = draw_memories(target, below(room, top), held, seen.step)
    top = _draw_inherited(target, below(room, top), seen)
    yield
    strips = strips_of(seen.life.brain, seen.state, notes)
    draw_strips(target, below(room, top), strips)
    return top + height_of_strips(strips)


def _draw_inherited(target: Paper, room: pygame.Rect, seen: Glance) -> int:
    """Draws the genome beside that which it came from, and returns where that ends."""
    return draw_genome(target, room, seen.genome, seen.origin, slots_of(seen.life.brain.layout), seen.family)


def below(room: pygame.Rect, top: int) -> pygame.Rect:
    """Returns what of a room is below a height. top: points."""
    return pygame.Rect(room.left, top, room.width, room.bottom - top)


def applied(actuator: Actuator, raw: float) -> float:
    """Returns the value that a raw output of the brain acts as."""
    return float(actuator.applied(np.asarray(raw)))


def _draw_columns(target: Paper, room: pygame.Rect, seen: Glance) -> int:
    """Draws values of the world's columns, up to three side by side, and returns where they end."""
    third, cell = room.width // 3, 0  # cell: thirds of lines that are taken
    for name in names_of_columns(seen.life):
        field = seen.life.fields.table[name]
        value, label = reading(field, seen.columns[name]), title_of(field) + "  "
        wide = target.length(label, 11) + target.length(value, 11, bold=True) + 8
        span = min(-(-wide // third), 3)
        cell += (3 - cell % 3) if cell % 3 + span > 3 else 0
        at = (room.left + cell % 3 * third, room.top + cell // 3 * ROW)
        value = target.shorten(value, 11, span * third - target.length(label, 11), bold=True)
        label_width = target.write(at, label, 11, theme.MUTED)
        target.write((at[0] + label_width, at[1]), value, 11, theme.INK, "bold")
        cell += span
    return room.top + -(-cell // 3) * ROW + 4


def names_of_columns(life: Life) -> list[str]:
    """Returns the columns to show, first those that are headline metrics or heritable."""
    world, table = life.world, life.fields.table.values()
    names = [field.name for field in table if field.table == "agents" and field.kept and not field.shape]
    hidden = {field.name for field in table if field.reading == "hidden"}
    names = [name for name in names if name not in SHOWN_ELSEWHERE | hidden]
    headline = [one.name for one in world.metrics if one.headline] if isinstance(world, SharedWorld) else []
    first = [name for name in dict.fromkeys((*headline, *world.heritable, "offspring")) if name in names]
    return [*first, *(name for name in names if name not in first)][:COLUMNS]


def _draw_bars(
    target: Paper,
    room: pygame.Rect,
    title: str,
    rows: Sequence[tuple[Channel, float]],
    salient: Salient | None = None,
    senses: Sequence[int] = (),
) -> int:
    """Draws named values as bars from low to high, in two columns, and returns where they end.

    salient: of all senses, of which the rows are those with the numbers `senses`.
    """
    tints = salient.tints[list(senses)] if salient and not salient.why else None
    target.write(room.topleft, title, 11, theme.GREEN, "bold")
    top, wide, pitch = room.top + 16, (room.width - 14) // 2, ROW
    if len(rows) > NAMED:
        shares = np.array([(value - channel.low) / max(channel.high - channel.low, 1e-9) for channel, value in rows])
        draw_heat(target, pygame.Rect(room.left, top, room.width, pitch), shares)
        if tints is None:
            return top + pitch + 5
        draw_heat(target, pygame.Rect(room.left, top + pitch + 1, room.width, TINT), tints)
        target.hint(pygame.Rect(room.left, top + pitch + 1, room.width, TINT), "saliency of each of these senses")
        return top + pitch + TINT + 6
    lines = (len(rows) + 1) // 2
    for place, (channel, value) in enumerate(rows):
        left = room.left + place // lines * (wide + 14)
        box = pygame.Rect(left, top + place % lines * pitch, wide, pitch)
        if tints is not None:
            target.rect(tint(float(tints[place])), (box.left - 3, box.top, LABEL, pitch - 1), radius=3)
        words = salient.words(senses[place]) if salient else ""
        _draw_bar(target, box, channel, value, words)
    return top + lines * pitch + 5


def _draw_bar(target: Paper, box: pygame.Rect, channel: Channel, value: float, words: str) -> None:
    target.write((box.left, box.top - 1), target.shorten(channel.name, 10, LABEL - 4), 10, theme.INK)
    track = pygame.Rect(box.left + LABEL, box.top + 4, box.width - LABEL, 7)
    target.rect(theme.LINE, track, radius=3)
    zero, share = (theme.share_of(at, channel.low, channel.high) for at in (0.0, value))
    left, right = sorted((track.left + zero * track.width, track.left + share * track.width))
    color = theme.SKY if value < 0 else theme.CLAY if isinstance(channel, Actuator) else theme.GREEN
    target.rect(color, (round(left), track.top, max(round(right - left), 1), 7), radius=3)
    target.hint(box, channel.name, *_words(channel, value), *filter(None, [words]))


def _words(channel: Channel, value: float) -> list[str]:
    """Returns the value of a channel, its range, and what it means."""
    ends = f"{theme.format_number(channel.low)} to {theme.format_number(channel.high)}"
    return [f"{value:.3g} {channel.unit}".rstrip() + f", of {ends}", *filter(None, [channel.meaning])]
