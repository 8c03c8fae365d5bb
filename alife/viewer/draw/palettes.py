"""Colors for values and groups, which people with a color vision deficiency can read.

Ramps rise in lightness from end to end, and the circle passes dark, yellow, light and blue, so that lightness and the
axis from blue to yellow, which nearly all people see, order the values.
"""

from __future__ import annotations

import numpy as np

LEVELS = 256  # colors of a table

# Every sixteenth part of `plasma` of Smith and van der Walt (matplotlib, CC0), without its darkest and lightest ends
_PLASMA = (
    (65, 4, 157), (106, 0, 168), (143, 13, 164), (177, 42, 144), (204, 71, 120), (225, 100, 98), (242, 132, 75),
    (252, 166, 54), (252, 206, 37), (240, 249, 33),
)  # fmt: skip
_CIRCLE = ((110, 20, 40), (224, 120, 40), (244, 206, 80), (216, 236, 220), (90, 170, 236), (50, 80, 190), (60, 30, 110))
_DIVERGING = ((20, 80, 170), (110, 170, 225), (236, 233, 222), (240, 150, 80), (170, 50, 20))

# Okabe and Ito, "Color universal design", 2008, without black
GROUPS = np.array(
    [[230, 159, 0], [0, 114, 178], [240, 228, 66], [213, 94, 0], [86, 180, 233], [0, 158, 115], [204, 121, 167]],
    np.uint8,
)
OTHERS = (84, 84, 84)  # members of no group that has a color, and values that are not known yet


def table_of(anchors: tuple[tuple[int, int, int], ...]) -> np.ndarray:
    """Returns LEVELS colors that pass through the anchors at equal distances: [LEVELS, 3] uint8."""
    ends, at = np.array(anchors, float), np.linspace(0, len(anchors) - 1, LEVELS)
    channels = [np.interp(at, np.arange(len(ends)), ends[:, k]) for k in range(3)]
    colors: np.ndarray = np.stack(channels, axis=1).round().astype(np.uint8)
    return colors


RAMP = table_of(_PLASMA)
CIRCLE = table_of((*_CIRCLE, _CIRCLE[0]))
DIVERGING = table_of(_DIVERGING)


def shaded(table: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Returns the colors of shares of a range, those beyond its ends as the ends; NaN as OTHERS.

    Args:
        table: [LEVELS, 3] uint8.
        shares: [N] 0..1.

    Returns:
        [N, 3] uint8.
    """
    known = np.isfinite(shares)
    level = np.clip(np.where(known, shares, 0) * (LEVELS - 1), 0, LEVELS - 1).astype(np.int64)
    colors: np.ndarray = np.take(table, level, axis=0)
    if not known.all():
        colors[~known] = OTHERS
    return colors
