"""The inside of the selected agent: its columns, observations, actions, brain and memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame

from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.episode_laws import FIELDS
from alife.simulation.population import population_fields
from alife.viewer.draw import sprites, theme
from alife.viewer.draw.paper import Paper
from alife.viewer.interface import Life
from alife.viewer.panels.readings import reading, title_of
from alife.viewer.selection import Selection
from alife.world import Actuator, Discs, Sensor, SharedWorld

ROW = 15  # points of a bar, and of a line of text
NAMED = 32  # channels at most that are drawn as bars with names; more are one strip of color
SPACED = 19  # points of a bar where all fits with them
LABEL = 112  # points of the name of a bar
COLUMNS = 12  # columns shown at most
STRIP = (11, 22)  # points of a strip: least and most
HEADING = 17  # points of the heading of the strips
LANE = 0.75  # height of each row of a strip of several rows, in strips of one row

# Columns that other parts of the window show
SHOWN_ELSEWHERE = {
    *(field.name for field in (*population_fields(1, 1, 1, 1), *FIELDS, *ArenaEvaluator.columns)), "x", "y", "heading",
} - {"offspring"}  # fmt: skip

Channel = Sensor | Actuator
Strips = list[tuple[str, np.ndarray]]  # name, values [..., n]


def draw_body(target: Paper, center: tuple[int, int], discs: Discs, row: int, radius: int = 16) -> None:
    """Draws a large picture of the agent in a row, if the scene shows it. center, radius: points."""
    found = np.flatnonzero(discs.row == row)[:1]
    if found.size:
        color, turn = int(sprites.pack_colors(discs.color[found])[0]), int(sprites.turns_of(discs.heading[found])[0])
        size = round(2 * radius * target.scale)  # half pixels
        for picture in (sprites.body(size, color), sprites.face(size, turn)):
            half = [side / 2 / target.scale for side in picture.get_size()]
            target.blit(picture, (center[0] - half[0], center[1] - half[1]))


def draw_insides(target: Paper, room: pygame.Rect, life: Life, chosen: Selection) -> int:
    """Fills `room` with the columns, observations, actions and brain of the selected agent.

    Returns where they end, which is below the room if they do not fit: a higher picture then has all of them.
    """
    world, fields, row = life.world, life.fields, chosen.row
    top, strips = _draw_columns(target, room, life, row), _strips(life, row)
    least = _height_of_strips(strips)
    bars = sum(_lines(len(channels)) for channels in (world.sensors, world.actuators))
    pitch = SPACED if top + bars * SPACED + 2 * 21 + least <= room.bottom else ROW
    observed = life.steps > chosen.birth_step  # not before an agent's first step
    observations = [float(value) * observed for value in fields.row("observations", row)]
    top = _draw_bars(
        target, _below(room, top), "observations", list(zip(world.sensors, observations, strict=True)), pitch
    )
    raw = fields.row("actions", row)
    actions = [applied(actuator, float(value)) for actuator, value in zip(world.actuators, raw, strict=True)]
    top = _draw_bars(target, _below(room, top), "actions", list(zip(world.actuators, actions, strict=True)), pitch)
    _draw_brain(target, _below(room, top), strips)
    return top + least


def _below(room: pygame.Rect, top: int) -> pygame.Rect:
    return pygame.Rect(room.left, top, room.width, room.bottom - top)


def applied(actuator: Actuator, raw: float) -> float:
    """Returns the value that a raw output of the brain acts as."""
    return float(actuator.applied(np.asarray(raw)))


def _draw_columns(target: Paper, room: pygame.Rect, life: Life, row: int) -> int:
    """Draws values of the world's columns, up to three side by side, and returns where they end."""
    third, cell = room.width // 3, 0  # cell: thirds of lines that are taken
    for name in names_of_columns(life):
        field = life.fields.table[name]
        value, label = reading(field, float(life.fields.row(name, row))), title_of(field) + "  "
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


def _draw_bars(target: Paper, room: pygame.Rect, title: str, rows: Sequence[tuple[Channel, float]], pitch: int) -> int:
    """Draws named values as bars from low to high, in two columns, and returns where they end."""
    target.write(room.topleft, title, 11, theme.GREEN, "bold")
    top, wide = room.top + 16, (room.width - 14) // 2
    if len(rows) > NAMED:
        shares = np.array([(value - channel.low) / max(channel.high - channel.low, 1e-9) for channel, value in rows])
        draw_heat(target, pygame.Rect(room.left, top, room.width, pitch), shares)
        return top + pitch + 5
    lines = _lines(len(rows))
    for place, (channel, value) in enumerate(rows):
        left = room.left + place // lines * (wide + 14)
        _draw_bar(target, pygame.Rect(left, top + place % lines * pitch, wide, pitch), channel, value)
    return top + lines * pitch + 5


def _lines(count: int) -> int:
    """Returns the lines that a number of channels takes: two in each, or all as one strip."""
    return 1 if count > NAMED else (count + 1) // 2


def _draw_bar(target: Paper, box: pygame.Rect, channel: Channel, value: float) -> None:
    target.write((box.left, box.top - 1), target.shorten(channel.name, 10, LABEL - 4), 10, theme.INK)
    track = pygame.Rect(box.left + LABEL, box.top + 4, box.width - LABEL, 7)
    target.rect(theme.LINE, track, radius=3)
    zero, share = (theme.share_of(at, channel.low, channel.high) for at in (0.0, value))
    left, right = sorted((track.left + zero * track.width, track.left + share * track.width))
    color = theme.SKY if value < 0 else theme.CLAY if isinstance(channel, Actuator) else theme.GREEN
    target.rect(color, (round(left), track.top, max(round(right - left), 1), 7), radius=3)


def _draw_brain(target: Paper, room: pygame.Rect, strips: Strips) -> None:
    """Draws the named values of the brain for the present observations, and its state, as strips of color."""
    top = room.top + HEADING
    target.write(room.topleft, "brain and memory", 11, theme.GREEN, "bold")
    target.write((room.right, room.top), "each strip relative to its largest value", 10, theme.MUTED, "right")
    lanes = _lanes(strips)
    unit = min(max((room.bottom - top) / max(sum(lanes), 1), STRIP[0]), STRIP[1])
    for (name, values), share in zip(strips, lanes, strict=True):
        high = int(unit * share)
        middle, short = top + high // 2 - 8, target.shorten(name.replace("_", " "), 10, LABEL - 4)
        target.write((room.left, middle), short, 10, theme.INK)
        if values.size == 1:
            value = theme.format_number(float(values.flat[0]))
            target.write((room.left + LABEL, middle), value, 10, theme.INK)
        else:
            draw_heat(target, pygame.Rect(room.left + LABEL, top, room.width - LABEL, high - 2), values)
        top += high


def _lanes(strips: Strips) -> list[float]:
    """Returns the height of each strip in strips of one row."""
    return [max(1.0, LANE * min(_heat_rows(values).shape)) for _, values in strips]


def _height_of_strips(strips: Strips) -> int:
    """Returns the points of height that strips need at least, with their heading."""
    return HEADING + sum(int(STRIP[0] * share) for share in _lanes(strips))


def _strips(life: Life, row: int) -> Strips:
    """Returns names and values: those that the brain records, one value if all lanes agree, then its state."""
    fields, brain = life.fields, life.brain
    state = fields.row("state", row)
    recorded = brain.record(fields.row("genome", row), state.copy(), fields.row("observations", row))
    strips = [
        (name, values[:1] if np.ptp(values) == 0 else values)
        for name, values in recorded.items()
        if not name.startswith("weights_")
    ]
    for name, (kind, _, _) in brain.layout.items():
        if kind == "state":
            strips.append((name, brain.values(name, state)))
    return strips


def _heat_rows(values: np.ndarray) -> np.ndarray:
    """Returns values as rows: [..., n] -> [m, n]."""
    return values.reshape(-1, values.shape[-1])


def draw_heat(target: Paper, box: pygame.Rect, values: np.ndarray, turn: bool = True) -> None:
    """Draws values as a heat map, blue below 0 and clay above, relative to the largest.

    Args:
        target: picture to draw on.
        box: points to fill.
        values: [..., columns].
        turn: draws the longer side across.
    """
    values = _heat_rows(values.astype(float))
    if turn and values.shape[0] > values.shape[1]:
        values = values.T
    small = theme.to_surface(theme.diverging_colors(values / (np.nanmax(abs(values), initial=0.0) or 1.0)))
    target.stretch(small, box)
