"""Pictures of the worlds of mushrooms: the mushroom in view, the agent, all colors, and the decisions of a life."""

from __future__ import annotations

import numpy as np

from alife.parts.answers import AGENT, IDLE, RIGHT, WRONG
from alife.parts.mushroom_life import palette_of
from alife.world import Discs, Mark, Scene, View


def life_scene(
    view: View, row: int, encounters: int, places: np.ndarray, size: tuple[float, float], idle: str
) -> Scene:
    """Returns mushroom and agent, below them all colors, underlined by their effect now, and the decisions so far.

    Args:
        view: columns.
        row: the agent.
        encounters: decisions of one half.
        places: [2, 2] of the mushroom and the agent.
        size: width of the picture, and height above the colors.
        idle: a word for what an agent does that does not eat.
    """
    wide, low = size
    met, ate, right, scored = (int(view[name][row]) for name in ("met", "ate", "right", "scored"))
    feeds = view["side"][row] > 0
    spots = wide / 2 + (np.arange(len(feeds)) - (len(feeds) - 1) / 2) * 0.8
    below = np.full(len(feeds), low + 0.4)
    under = np.stack([spots - 0.25, below, spots + 0.25, below], axis=1)
    lines = np.concatenate([under, _tally(right, scored, 2 * encounters, wide / 2, low + 1.2)]).astype(np.float32)
    line_color = np.array([*(RIGHT if fed else WRONG for fed in feeds), RIGHT, WRONG, IDLE], np.uint8)
    facts = {
        "color": f"{met + 1}, which {'feeds' if feeds[met] else 'poisons'}",
        "agent": "eats" if ate else idle,
        "right": f"{right} of {scored}",
    }
    discs = bodies(met, places, np.stack([spots, np.full(len(feeds), low)], axis=1), row)
    return Scene(wide, low + 2, False, None, discs, lines, line_color, facts)


def life_legend(count: int) -> tuple[Mark, ...]:
    """Returns the legend of `life_scene`. count: colors of mushrooms."""
    mushrooms = tuple((int(red), int(green), int(blue)) for red, green, blue in painted(count))
    return (
        Mark("agent", (AGENT,), "the agent"),
        Mark("thing", mushrooms, "a mushroom, by its color: large the one in view, below all there are"),
        Mark("line", (RIGHT,), "a color that feeds now; decisions that were right"),
        Mark("line", (WRONG,), "a color that poisons now; decisions that were wrong"),
        Mark("line", (IDLE,), "decisions still to come"),
    )


def _tally(right: int, scored: int, whole: int, middle: float, low: float) -> np.ndarray:
    """Decisions right, wrong and to come as a line in three parts: [3, 4], of length 6 around `middle`."""
    ends = middle - 3.0 + 6.0 * np.array([0, right, scored, whole]) / whole
    return np.stack([ends[:-1], np.full(3, low), ends[1:], np.full(3, low)], axis=1)


def bodies(met: int, places: np.ndarray, spots: np.ndarray, row: int) -> Discs:
    """Returns discs of the mushroom and the agent at their places [2, 2], and of every color at the spots [k, 2]."""
    count = len(spots)
    x, y = np.concatenate([places, spots]).astype(np.float32).T
    radius = np.array([1.0, 0.4, *np.full(count, 0.25)], np.float32)
    color = np.concatenate([painted(count)[[met]], [AGENT], painted(count)]).astype(np.uint8)
    return Discs(x, y, radius, np.full(count + 2, np.pi, np.float32), color, np.array([-1, row, *[-1] * count]))


def painted(count: int) -> np.ndarray:
    """Returns colors around the circle: [k, 3] from 0 to 255."""
    return 60.0 + 180.0 * palette_of("rgb", count)
