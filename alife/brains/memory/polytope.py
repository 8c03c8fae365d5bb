"""The vertex of a cross-polytope that is nearest to an input: an address that small changes of the input leave alone.

The input is rotated by two rounds of fixed signs and transforms, as for the bits of a hash; the lane whose magnitude is
then largest, and its sign, are one of 2 n vertices. Like inputs have the same vertex, and unlike ones mostly not, where
bits of a hash change one by one. Where magnitudes are equal, as they often are for inputs of few lanes, rounding would
decide; so lane i counts less by i / 1024.

Reference: Andoni, Indyk, Laarhoven, Razenshteyn, Schmidt: Practical and optimal LSH for angular distance (NeurIPS
2015), whose pseudo-random rotations are these.
"""

from __future__ import annotations

import numpy as np

from alife.ops.derived import maximum, minimum
from alife.ops.vocabulary import Operations, Value

SHADE = 1 / 1024  # of one lane to the next


def nearest_vertex(o: Operations, z: Value, seed: int) -> Value:
    """The number of the vertex, on all lanes: lane i, and n more if it is below 0.

    Args:
        o: the operations.
        z: the input.
        seed: the first of two flips.
    """
    lanes = np.arange(o.width)
    rotated = o.wht(o.flip(o.wht(o.flip(z, seed)), seed + 1)) * o.const(1 - SHADE * lanes)
    size = abs(rotated)
    most, gap = size, 1
    while gap < o.width:
        most, gap = maximum(most, o.permute(most, lanes ^ gap)), 2 * gap
    first, gap = o.select(size, most, o.const(lanes), float(o.width)), 1
    while gap < o.width:
        first, gap = minimum(first, o.permute(first, lanes ^ gap)), 2 * gap
    return o.select(o.gather(rotated, first), 0.0, first, first + float(o.width))
