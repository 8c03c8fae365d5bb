"""The memories of the selected agent in the panel: its last reads and writes, and errors of recall beside the law."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.graph import round_up
from alife.viewer.draw.paper import Hint, Lines, Paper, Point
from alife.viewer.inside.memories import Age, Remembered

LINE, PLOT, TICKS, GAP = 14, 44, 34, 6  # points of a line of text, of the plot, left of it, and between memories
SHOWN = 8  # values that are listed under the pointer


def draw_memories(target: Paper, room: pygame.Rect, memories: Sequence[Remembered], step: int) -> int:
    """Draws them below each other, and returns where they end. step: number of steps done."""
    top = room.top
    for one in memories:
        top = _draw_memory(target, pygame.Rect(room.left, top, room.width, 0), one, step) + GAP
    return top


def _draw_memory(target: Paper, room: pygame.Rect, one: Remembered, step: int) -> int:
    wide = target.write(room.topleft, one.name, 11, theme.GREEN, "bold") + 10
    text = target.shorten(one.text, 10, room.width - wide)
    target.write((room.right, room.top + 1), text, 10, theme.MUTED, "right")
    top = room.top + LINE + 1
    for line in _facts(one, step):
        target.write((room.left, top), target.shorten(line, 10, room.width), 10)
        top += LINE
    if one.ages:
        top = _draw_errors(target, pygame.Rect(room.left + TICKS, top + 4, room.width - TICKS - 4, PLOT), one)
    return top


def _facts(one: Remembered, step: int) -> list[str]:
    """Returns what is said of a memory, a line each."""
    gate = f"gate {theme.format_number(one.gate)}"
    now = "wrote in the last step" if one.gate > 0 else "did not write in the last step"
    written = f"last write at step {one.last_write:,}" if one.last_write else "no write seen yet"
    if 0 < one.last_write < step:
        written += f", {step - one.last_write:,} ago"
    lines = [f"{now} ({gate}); {written}"]
    if not one.legible:
        return [*lines, "keys of this form are not named, so no pair can be told from another"]
    if one.writes:
        keys = f"{one.distinct} key{'s' * (one.distinct != 1)}"
        lines.append(f"load: {keys} in the last {one.writes} writes, of {one.capacity} without overlap")
        recalled = " ".join(theme.format_number(round(value, 2) + 0.0) for value in one.recalled[:4].tolist())
        more = " ..." if len(one.recalled) > 4 else ""
        lines.append(f"last read: a key {_likeness(one.match)}; recalled {recalled}{more}")
        law = theme.format_number(one.predicted)
        lines.append(f"error of recall: {theme.format_number(one.error)} measured, {law} by the law")
    return lines


def _likeness(match: float) -> str:
    if math.isnan(match):
        return "before any write"
    return "that was written" if match >= 1 else f"{match:.0%} like a written one"


def _draw_errors(target: Paper, box: pygame.Rect, one: Remembered) -> int:
    """Draws measured errors as dots and those of the law as a line, by age, and returns where that ends."""
    high = round_up(max(max(age.error, age.predicted) for age in one.ages))
    oldest = max(max(age.age for age in one.ages), 1)
    target.rect(theme.CARD, box.inflate(8, 6), radius=4)
    for share in (0.0, 1.0):
        y = box.bottom - round(share * box.height)
        target.line(theme.LINE, (box.left, y), (box.right, y))
        target.write((box.left - 7, y - 7), theme.format_number(share * high), 9, theme.MUTED, "right")

    def place(age: int, error: float) -> tuple[float, float]:
        return box.left + age / oldest * box.width, box.bottom - min(error / high, 1.0) * box.height

    law = [place(age.age, age.predicted) for age in one.ages]
    if len(law) > 1:
        target.lines(theme.SKY, law)
    for age in one.ages:
        target.circle(theme.CLAY, place(age.age, age.error), 2)
    target.write((box.left, box.bottom + 4), "later writes: 0", 9, theme.MUTED)
    right = box.right - target.write((box.right, box.bottom + 4), f"{oldest}", 9, theme.MUTED, "right") - 10
    right -= target.write((right, box.bottom + 4), "by the law", 9, theme.SKY, "bold right") + 4
    target.line(theme.SKY, (right - 10, box.bottom + 11), (right, box.bottom + 11))
    right -= 20
    right -= target.write((right, box.bottom + 4), "error of recall, measured", 9, theme.CLAY, "bold right") + 6
    target.circle(theme.CLAY, (right, box.bottom + 11), 2)

    def say(at: Point) -> Lines:
        near = min(one.ages, key=lambda age: abs(place(age.age, 0.0)[0] - at[0]))
        return _words(near, one.whole)

    target.hints.append(Hint(box.inflate(8, 6), say))
    return box.bottom + 17


def _words(age: Age, whole: bool) -> Lines:
    """Returns what is said of the pairs of an age."""
    when = f"stored at step {age.step:,}, " if age.step else ""
    later = f"{age.age} later write{'s' * (age.age != 1)}"
    pairs = list(zip(age.values, age.recalled, strict=True))
    shown = [f"stored {value:.3g}, recalls {recalled:.3g}" for value, recalled in pairs[:SHOWN]]
    more = [f"and {len(pairs) - SHOWN} more values"] if len(pairs) > SHOWN else []
    law = "" if whole else ", of a memory that was full before"
    return (f"{when}{later}", *shown, *more, f"error {age.error:.3g}, by the law {age.predicted:.3g}{law}")
