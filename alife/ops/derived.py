"""Derived words, made of those of the vocabulary: plain Python, so every operations object has them at no cost.

`exp2` and `sine` are not those of `alife.laws.maths`: their ranges differ, and so do some constants in the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Scalar, Value

LOG2_E = 1.4426950408889634
# Minimax polynomials, highest power first: 2^t on -0.5..0.5; (sin r / r - 1) / r^2 in r^2 on -pi/2..pi/2.
EXP2 = (1.5353362e-4, 1.3398874e-3, 9.6184374e-3, 5.5503325e-2, 2.4022648e-1, 6.9314720e-1, 1.0)
SINE = (2.6083159e-6, -1.9810690e-4, 8.3330700e-3, -1.6666657e-1)
PI_HIGH, PI_LOW = 3.140625, 9.676535897932e-4  # Cody and Waite: k * PI_HIGH is exact for |k| < 2^13


def switch(x: Value, a: Scalar, b: Scalar) -> Value:
    """a x where x >= 0, else b x: the two-slope switch of a fixed-filter-bank unit."""
    return x.o.select(x, 0.0, a, b) * x


def sign(x: Value) -> Value:
    """+1 where x >= 0 (also -0), else -1 (also NaN)."""
    return x.o.select(x, 0.0, 1.0, -1.0)


def maximum(x: Value, y: Scalar) -> Value:
    """x where x >= y, else y."""
    return x.o.select(x, y, x, y)


def minimum(x: Value, y: Scalar) -> Value:
    """x where y >= x, else y."""
    return x.o.select(y, x, x, y)


def clip(x: Value, low: Scalar, high: Scalar) -> Value:
    """x clamped to low..high; NaN becomes low."""
    return minimum(maximum(x, low), high)


def relu(x: Value) -> Value:
    """x where x >= 0, else 0."""
    return x.o.select(x, 0.0, x, 0.0)


def first_lanes(x: Value, count: int) -> Value:
    """x on the first `count` lanes, 0 on the others.

    Around a product whose other lanes are 0 anyway, as long as numbers are finite, it lets a compiler skip those lanes.
    """
    return x.o.blend(np.arange(x.o.width) < count, x, 0.0)


def first_of_largest(o: Operations, values: list[Value]) -> Value:
    """The number, on all lanes, of the first of the largest values, each on all lanes."""
    best, at = values[0], o.const(0.0)
    for k, value in enumerate(values[1:], 1):
        best, at = o.select(best, value, best, value), o.select(best, value, at, float(k))
    return at


def one_hot(o: Operations, at: Value, first: int = 0) -> Value:
    """1 on the lane whose number `at` is, a whole number on all lanes, 0 on all others. first: number of lane 0."""
    lanes = o.const(np.arange(first, first + o.width))
    return o.select(lanes, at, o.select(at, lanes, 1.0, 0.0), 0.0)


def mean(x: Value) -> Value:
    """The mean of all n lanes, on every lane."""
    return x.o.total(x) * (1.0 / x.o.width)


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """The polynomial of x, by Horner's rule. coefficients: highest power first."""
    result: Value = x.o.const(coefficients[0])
    for coefficient in coefficients[1:]:
        result = result * x + coefficient
    return result


def exp2(x: Value) -> Value:
    """2^x, x clamped to -126..127; relative error below 2e-7."""
    bounded = clip(x, -126.0, 127.0)
    whole = x.o.floor(bounded + 0.5)
    return polynomial(bounded - whole, EXP2) * x.o.exp2i(whole)


def tanh(x: Value) -> Value:
    """Hyperbolic tangent as (e - 1)/(e + 1), e = e^2x; absolute error below 3e-7."""
    e = exp2(clip(x, -10.0, 10.0) * (2 * LOG2_E))
    return (e - 1.0) / (e + 1.0)


def sine(x: Value) -> Value:
    """Sine; absolute error below 5e-7 for |x| <= 100."""
    k = x.o.floor(x * (1 / np.pi) + 0.5)
    r = (x - k * PI_HIGH) - k * PI_LOW
    z = r * r
    y = r + r * z * polynomial(z, SINE)
    odd = k - 2.0 * x.o.floor(k * 0.5)
    return y * (1.0 - 2.0 * odd)


def wide_wht(rows: Sequence[Value]) -> list[Value]:
    """Unscaled Walsh-Hadamard transform of len(rows) * n lanes, given and returned as rows of n lanes."""
    values, gap = [row.o.wht(row) for row in rows], 1
    while gap < len(values):
        first = [i for i in range(len(values)) if not i & gap]
        for i in first:
            values[i], values[i + gap] = values[i] + values[i + gap], values[i] - values[i + gap]
        gap *= 2
    return values


def matvec(o: Operations, weights: Slot, x: Value) -> Value:
    """Sum over j of row j of `weights` times lane j of x: row j holds the weights from input j to every output."""
    (result,) = o.loop(weights.rows, lambda j, acc: [acc[0] + o.load(weights, j) * o.lane(x, j)], [o.const(0.0)])
    return result
