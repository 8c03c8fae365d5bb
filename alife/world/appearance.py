"""Declarations by which a world explains its picture: its legend, columns to color agents by, fields of view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["agent", "thing", "ground", "line"]
RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Mark:
    """An entry of the legend of a world's picture: what a color or a shape means.

    Attributes:
        shape: what has the color: a body with a face, a body without, the ground, or a line.
        colors: one color, or several in order, between which colors change gradually; each 0..255.
        meaning: a few words.
        low, high: words for the first and the last of several colors, with a unit.
    """

    shape: Shape
    colors: tuple[RGB, ...]
    meaning: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Shade:
    """A column of agents by whose values the window can color them.

    Attributes:
        name: of the column.
        title: a few words.
        low, high: ends of the range, in the unit of the column, or in units where it holds quanta; None: the present
            one.
        meaning: a few words that the title does not say.
        words: words for the low and the high end, if numbers are not enough.
        circular: the high end is the low one again.
    """

    name: str
    title: str
    low: float | None = None
    high: float | None = None
    meaning: str = ""
    words: tuple[str, str] = ("", "")
    circular: bool = False


@dataclass(frozen=True)
class Sight:
    """A field of view: equal sectors around an agent, the first one ahead, then on to the left.

    Attributes:
        name: a few words for what is seen.
        reach: distance to which it reaches at least, world units.
        sensors: name of the sensor of each sector.
        meaning: what it shows, and how far.
    """

    name: str
    reach: float
    sensors: tuple[str, ...]
    meaning: str
