"""Observations of the selected agent with directions, as a rose around its body, and the tint of all its senses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.legend import wrapped
from alife.viewer.draw.paper import Hint, Lines, Paper, Point
from alife.viewer.draw.rose import Channel, draw_rose, sector_at
from alife.viewer.inside.saliency import PAUSE, Salient
from alife.world import Sensor, World

RADIUS, SIDE = 60, 148  # points of the rose, and of the square with its words
MOST = len(theme.CURVES)  # channels that have a color
LINE = 15  # points of a line of the legend
DEEPEST = 0.6  # share of color in the deepest tint: petals and letters stand out from it


@lru_cache(maxsize=8)
def directional(world: World) -> tuple[Channel, ...]:
    """Returns the channels with directions: those of fields of view, and others that name the same directions.

    A field of view names the sensor of each of its sectors; where these names are one word for what is seen and then
    words for the direction, sensors of other kinds with the same directions have the same sectors.
    """
    places = {sensor.name: place for place, sensor in enumerate(world.sensors)}
    found: dict[tuple[int, ...], Channel] = {}
    for sight in world.sights:
        if len(sight.sensors) < 3 or not all(name in places for name in sight.sensors):
            continue
        kind = _common(sight.sensors)
        ways = [name.removeprefix(kind) for name in sight.sensors]
        kinds = [kind, *(name.removesuffix(ways[0]) for name in places if ways[0] and name.endswith(f" {ways[0]}"))]
        for one in dict.fromkeys(kinds):
            sensors = tuple(places.get(one + way, -1) for way in ways)
            sectors = {len(channel.sensors) for channel in found.values()} or {len(ways)}
            if min(sensors) >= 0 and len(found) < MOST and sectors == {len(ways)}:
                first = world.sensors[sensors[0]]
                color = theme.CURVES[len(found)]
                found.setdefault(sensors, Channel(one.strip() or sight.name, sensors, first.low, first.high, color))
    return tuple(found.values())


def _common(names: Sequence[str]) -> str:
    """Returns the words with which all names begin, with the space after them."""
    words = [name.split(" ") for name in names]
    same = 0
    while all(len(each) > same + 1 and each[same] == words[0][same] for each in words):
        same += 1
    return "".join(f"{word} " for word in words[0][:same])


def tint(share: float) -> theme.Color:
    """Returns the tint of a sense: clay where it moves the action up, blue where down. share: -1 to 1."""
    return theme.mixed(theme.CLAY if share > 0 else theme.SKY, DEEPEST * abs(share), theme.CARD)


def draw_tint_legend(target: Paper, room: pygame.Rect, world: World, salient: Salient) -> int:
    """Draws what the tint of senses says, or why there is none, and returns where that ends."""
    name = world.actuators[salient.action].name
    text = f"tint: a sense moves {name} now up (clay) or down (blue)"
    lines = wrapped(f"tint does not apply: {salient.why}", 10, room.width) if salient.why else [text]
    for place, line in enumerate(lines):
        target.write((room.left, room.top + 13 * place), target.shorten(line, 10, room.width), 10, theme.MUTED)
    box = pygame.Rect(room.left, room.top, room.width, 13 * len(lines))
    target.hint(box, f"saliency for {name}, {salient.raw:+.2f} at step {salient.step:,}: the strongest action", *(
        [f"does not apply: {salient.why}"] if salient.why else _meaning(float(np.abs(salient.values).max()))
    ))  # fmt: skip
    return box.bottom + 3


def _meaning(largest: float) -> list[str]:
    return [
        "derivative of its raw output in a sense, times the range of that sense: how far it would go if the sense went "
        "through its range and the slope stayed as it is now",
        f"depth of the tint: relative to the largest of all senses, now {largest:.2g}",
        "fixed in this: switches, bits of keys, what memories hold, lanes from the step before; and an actuator limits "
        "the raw output to -1..1, so that beyond it nothing moves",
        f"computed at most {1 / PAUSE:.0f} times a second, of the selected agent alone",
    ]


def draw_senses(
    target: Paper,
    room: pygame.Rect,
    world: World,
    channels: Sequence[Channel],
    values: Sequence[float],
    salient: Salient,
) -> int:
    """Draws the rose with its legend, and returns where it ends. values: of all sensors."""
    target.write(room.topleft, "senses by direction", 11, theme.GREEN, "bold")
    top = room.top + 14
    center = (room.left + SIDE // 2 + 8, top + SIDE // 2)
    draw_rose(target, center, RADIUS, channels, values, [tint(share) for share in salient.tints.tolist()])
    target.write((center[0], center[1] - RADIUS - 13), "ahead", 9, theme.MUTED, "center")
    target.write((center[0], center[1] + RADIUS), "behind", 9, theme.MUTED, "center")
    target.write((center[0] - RADIUS - 3, center[1] - 7), "left", 9, theme.MUTED, "right")
    target.write((center[0] + RADIUS + 3, center[1] - 7), "right", 9, theme.MUTED)
    _draw_legend(target, pygame.Rect(room.left + SIDE + 36, top, room.right - room.left - SIDE - 36, SIDE), channels)
    around = pygame.Rect(center[0] - RADIUS, center[1] - RADIUS, 2 * RADIUS, 2 * RADIUS)

    def say(at: Point) -> Lines:
        sector = sector_at(center, RADIUS, len(channels[0].sensors), at)
        return () if sector is None else _words(world.sensors, channels, values, sector, salient)

    target.hints.append(Hint(around, say))
    return top + SIDE + 2


def _draw_legend(target: Paper, room: pygame.Rect, channels: Sequence[Channel]) -> None:
    """Draws the color and the range of each channel, in the order of the petals from left to right."""
    signed = any(channel.low < 0 for channel in channels)
    top = room.top + max((SIDE - LINE * (len(channels) + 1 + signed)) // 2, 0)
    for place, channel in enumerate(channels):
        y = top + place * LINE
        target.rect(channel.color, (room.left, y + 3, 10, 9), radius=2)
        name = target.shorten(channel.name, 11, room.width - 80)
        target.write((room.left + 16, y), name, 11)
        ends = f"{theme.format_number(channel.low)} to {theme.format_number(channel.high)}"
        target.write((room.right, y + 1), ends, 10, theme.MUTED, "right")
    texts = ["petals: from left to right", *["outlines: below 0"] * signed]
    for place, text in enumerate(texts):
        target.write((room.left, top + (len(channels) + place) * LINE + 3), text, 10, theme.MUTED)


def _words(
    sensors: Sequence[Sensor], channels: Sequence[Channel], values: Sequence[float], sector: int, salient: Salient
) -> Lines:
    names = [sensors[channel.sensors[sector]] for channel in channels]
    way = names[0].name.removeprefix(channels[0].name).strip() or f"sector {sector + 1}"
    lines = [way]
    for one, channel in zip(names, channels, strict=True):
        value = theme.format_number(values[channel.sensors[sector]])
        words = salient.words(channel.sensors[sector])
        lines.append(f"{channel.name}: {value} {one.unit}".rstrip() + f", {words}" * bool(words))
    return tuple(lines)
