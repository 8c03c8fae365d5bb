"""Images of environments: means over squares of pixels, so that a brain has room for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.parts.gymnasium_tree import Tree, kind_of


@dataclass(frozen=True)
class Pooling:
    """Means over squares of an image; those at its ends may be cut.

    Attributes:
        shape: of the image: height and width, and colors before or after these if there are any.
        colors: the axis of colors; None for an image without.
        side: of the squares, pixels.
    """

    shape: tuple[int, ...]
    colors: int | None
    side: int

    @property
    def pooled(self) -> tuple[int, ...]:
        """The shape of what is left of the image."""
        sides = enumerate(self.shape)
        return tuple(size if axis == self.colors else math.ceil(size / self.side) for axis, size in sides)

    def means(self, images: Any) -> np.ndarray:
        """Returns the means of the squares: [K, *shape] -> [K, *pooled] float64."""
        sums = np.asarray(images)
        for axis, size in enumerate(self.shape):
            if axis == self.colors:
                continue
            starts = np.arange(0, size, self.side)
            widths = np.minimum(starts + self.side, size) - starts
            sums = np.add.reduceat(sums, starts, axis=axis + 1, dtype=np.float64)
            sums = sums / widths.reshape([-1 if at == axis + 1 else 1 for at in range(sums.ndim)])
        return sums

    def __str__(self) -> str:
        """Returns words for what is done: 210 x 160 x 3 to 10 x 8 x 3 by means over squares of 21 x 21."""
        before, after = (" x ".join(map(str, shape)) for shape in (self.shape, self.pooled))
        return f"{before} to {after} by means over squares of {self.side} x {self.side}"


def is_image(space: Any) -> bool:
    """Returns True for a Box of two or three axes whose numbers all have the same bounds, from 0 or more on."""
    low, high = np.asarray(space.low, np.float64), np.asarray(space.high, np.float64)
    if len(space.shape) not in (2, 3) or not low.size:
        return False
    return bool(0 <= low.min() == low.max() < high.min() == high.max() < np.inf)


def pooling(shape: tuple[int, ...], most: int) -> Pooling | None:
    """Returns the pooling by the smallest squares that leave at most `most` numbers.

    Args:
        shape: of the image; of three axes the shortest is that of colors, of equal ones the last.
        most: numbers that may be left.

    Returns:
        The pooling; None if even a single square has more colors than that.
    """
    colors = None if len(shape) == 2 else max(axis for axis in range(3) if shape[axis] == min(shape))
    sides = max(size for axis, size in enumerate(shape) if axis != colors)
    low, high = 1, sides  # the number of squares falls with their side
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if math.prod(Pooling(shape, colors, middle).pooled) <= most else (middle + 1, high)
    found = Pooling(shape, colors, low)
    return found if math.prod(found.pooled) <= most else None


def poolings_of(leaves: Sequence[Tree], sizes: Sequence[int], most: int) -> dict[int, Pooling]:
    """Returns the poolings of images, by the places of their leaves, that let all lanes fit, as far as they can.

    The lanes that are left for images are shared out evenly; what a small one does not need goes to the others.

    Args:
        leaves: of an observation space.
        sizes: lanes of each without pooling.
        most: lanes of all.
    """
    images = [place for place, leaf in enumerate(leaves) if kind_of(leaf.space) == "Box" and is_image(leaf.space)]
    left = most - sum(sizes) + sum(sizes[place] for place in images)
    found = {}
    for number, place in enumerate(sorted(images, key=lambda place: sizes[place])):
        share = left // (len(images) - number)
        pooled = pooling(tuple(leaves[place].space.shape), share) if sizes[place] > share > 0 else None
        if pooled is not None:
            found[place] = pooled
        left -= int(np.prod(pooled.pooled)) if pooled is not None else sizes[place]
    return found
