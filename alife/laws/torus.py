"""The geometry of a torus, as functions that laws call: the shortest way, coordinates wrapped, sectors of sight."""

from __future__ import annotations

from alife.laws.maths import TWO_PI, clip, f32, floor

SECTORS = 5  # directions of sight: ahead, ahead left, behind left, behind right, ahead right


def torus(d, side):
    """The shortest way between two coordinates, with its sign."""
    return d - floor(d / side + 0.5) * side


def wrapped(k, count):
    """A whole coordinate not further than one world outside, moved inside."""
    up = k + count if k < 0 else k
    return up - count if up >= count else up


def sector_of(ahead, left):
    """Which of the five sectors of 72 degrees a point in the agent's own frame lies in."""
    aside = abs(left)
    flank = 1 if ahead > aside * -0.3249197 else 2  # cot 108 degrees
    sector = flank if left > 0.0 else 5 - flank
    return 0 if ahead > aside * 1.3763819 else sector  # cot 36 degrees


def turned(angle):
    """An angle in 0..2 pi."""
    return angle - floor(angle / TWO_PI) * TWO_PI


def around(v, side):
    """A coordinate in 0..side; rounding may not leave it at the far edge."""
    w = v - floor(v / side) * side
    return w if w < side else f32(0.0)


def lane(a, low, high):
    """An action lane as its actuator's value."""
    return low + (high - low) * (clip(a, -1.0, 1.0) + 1.0) * 0.5
