"""The geometry of a torus, as functions that laws call: shortest differences, wrapped coordinates, sectors of sight."""

from __future__ import annotations

from alife.laws.maths import TWO_PI, clip, f32, floor

SECTORS = 5  # directions of sight: ahead, ahead left, behind left, behind right, ahead right


def torus(d: float, side: float) -> float:
    """Returns the shortest signed difference on a circle of length `side`, from a plain difference d."""
    return d - floor(d / side + 0.5) * side


def wrapped(k: int, count: int) -> int:
    """Returns an integer coordinate in 0..count-1 from one in -count..2 count-1."""
    up = k + count if k < 0 else k
    return up - count if up >= count else up


def sector_of(ahead: float, left: float) -> int:
    """Returns the sector, of the five of 72 degrees, of a point in the agent's own frame."""
    aside = abs(left)
    flank = 1 if ahead > aside * -0.3249197 else 2  # cot 108 degrees
    sector = flank if left > 0.0 else 5 - flank
    return 0 if ahead > aside * 1.3763819 else sector  # cot 36 degrees


def turned(angle: float) -> float:
    """Returns an angle, in radians, wrapped into 0..2 pi."""
    return angle - floor(angle / TWO_PI) * TWO_PI


def around(v: float, side: float) -> float:
    """Returns a coordinate wrapped into 0 <= v < side, also where rounding would give side itself."""
    w = v - floor(v / side) * side
    return w if w < side else f32(0.0)


def lane(a: float, low: float, high: float) -> float:
    """Returns the value of an actuator, in low..high, from its action lane, which is clipped to -1..1."""
    return low + (high - low) * (clip(a, -1.0, 1.0) + 1.0) * 0.5
