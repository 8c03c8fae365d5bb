"""Scalar functions that laws call; their polynomials give the same bits on every machine.

Each function is ordinary Python over NumPy scalars; the compiler translates the same text. Only + - * / sqrt, integer
operations and bit casts are used, in a fixed order, so CPU and GPU agree to the last bit. Stated errors are the largest
found against float64 on the stated range; tests measure them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

import numpy as np

Number = TypeVar("Number", int, float)
PI = 3.14159265358979
TWO_PI = 6.28318530717959


def f32(x: float) -> float:
    """Converts x to float32, rounded to nearest."""
    return cast(float, np.float32(x))


_RANGES = {
    kind: (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) for kind in (np.int32, np.uint32, np.int64, np.uint64)
}


def _integer(x: Any, kind: Any) -> Any:
    least, most = _RANGES[kind]
    if isinstance(x, (float, np.floating)):
        whole = 0 if np.isnan(x) else int(min(max(float(x), float(least)), float(most)))
        return kind(min(max(whole, least), most))
    return kind((int(x) - least) % (most - least + 1) + least)


def i32(x: float) -> int:
    """Converts x to int32: integers wrap; floats drop their fraction and saturate, NaN gives 0."""
    value: int = _integer(x, np.int32)
    return value


def u32(x: float) -> int:
    """Converts x to uint32: integers wrap; floats drop their fraction and saturate, NaN gives 0."""
    value: int = _integer(x, np.uint32)
    return value


def i64(x: float) -> int:
    """Converts x to int64: integers wrap; floats drop their fraction and saturate, NaN gives 0."""
    value: int = _integer(x, np.int64)
    return value


def u64(x: float) -> int:
    """Converts x to uint64: integers wrap; floats drop their fraction and saturate, NaN gives 0."""
    value: int = _integer(x, np.uint64)
    return value


def sqrt(x: float) -> float:
    """Returns the square root of a float32, correctly rounded."""
    return cast(float, np.sqrt(np.float32(x)))


def floor(x: float) -> float:
    """Returns the largest integer not above x, as float32."""
    return cast(float, np.floor(np.float32(x)))


def float_bits(x: float) -> int:
    """Returns the 32 bits of a float32 as uint32."""
    return cast(int, np.float32(x).view(np.uint32))


def bits_float(x: int) -> float:
    """Returns the float32 whose bits are the uint32 x."""
    return cast(float, np.uint32(x).view(np.float32))


def clip(x: float, low: float, high: float) -> float:
    """Limits x to low..high; NaN gives low."""
    y = x if x > low else low
    return y if y < high else high


def exp2(x: float) -> float:
    """Returns 2**x, relative error below 2e-7 for -126 <= x < 128; any other x is clamped to that range.

    Cody and Waite's split into integer and fractional part; degree-6 minimax polynomial on -0.5..0.5.
    """
    y = clip(x, -126.0, 127.99999)
    whole = floor(y + 0.5)
    t = y - whole
    p = 1.535336188319500e-4
    p = p * t + 1.339887440266574e-3
    p = p * t + 9.618437357674640e-3
    p = p * t + 5.550332471162809e-2
    p = p * t + 2.402264791363012e-1
    p = p * t + 6.931472028550421e-1
    p = p * t + 1.0
    half = i32(whole) // 2  # two factors, so that 2**128 / 2 stays in range
    return p * bits_float(u32(half + 127) << 23) * bits_float(u32(i32(whole) - half + 127) << 23)


def exp(x: float) -> float:
    """Returns e**x, relative error below 2e-7 + 1e-7 |x|, clamped like `exp2`."""
    return exp2(x * 1.4426950408889634)


def log(x: float) -> float:
    """Returns the natural logarithm of a normal positive float32, absolute error below 2e-7 + 2e-7 |log x|.

    The mantissa is scaled into sqrt(1/2)..sqrt(2), then the series of 2 atanh(s), s = (m - 1)/(m + 1), to s**9.
    """
    bits = float_bits(x)
    exponent = i32(bits >> 23) - 127
    mantissa = bits_float((bits & 8388607) | 1065353216)
    if mantissa > 1.4142135:
        mantissa = mantissa * 0.5
        exponent += 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    p = 0.22222222
    p = p * z + 0.28571430
    p = p * z + 0.4
    p = p * z + 0.6666667
    p = p * z + 2.0
    return f32(exponent) * 0.6931472 + s * p


def power(x: float, y: float) -> float:
    """Returns x**y for normal positive x, relative error below 1e-6 (1 + |y log x|)."""
    return exp(y * log(x))


def lane_of(k: int, count: int, group: str) -> int:
    """Returns the place k of a lane in a group of `count` lanes: namespaces write it around an index.

    Raises:
        IndexError: the group has no such lane.
    """
    if not 0 <= k < count:
        raise IndexError(f"expected an index of {group} from 0 to {count - 1}, got {k}")
    return k


def zero_of(values: Iterable[Number]) -> Number:
    """Returns 0 of the type of what a reduction adds to it: its variable takes the type of the first `+=`."""
    return 0


def sin(x: float) -> float:
    """Returns the sine of x radians, absolute error below 3e-7 for |x| <= 100.

    Reduced to -pi/2..pi/2 by a two-part pi (Cody and Waite), then the odd polynomial to degree 9.
    """
    k = floor(x * 0.31830987 + 0.5)
    r = (x - k * 3.140625) - k * 9.676535e-4
    z = r * r
    p = 2.6083159e-6
    p = p * z - 1.9810690e-4
    p = p * z + 8.3330700e-3
    p = p * z - 1.6666657e-1
    y = r + r * z * p
    odd = k - 2.0 * floor(k * 0.5)
    return -y if odd > 0.5 else y


def cos(x: float) -> float:
    """Returns the cosine of x radians as sin(x + pi/2), absolute error below 5e-6 for |x| <= 100."""
    return sin(x + 1.5707964)


def atan2(y: float, x: float) -> float:
    """Returns the angle of the point (x, y) in -pi..pi, absolute error below 3e-6; 0 at the origin."""
    ax = abs(x)
    ay = abs(y)
    large = max(ax, ay)
    if large == 0.0:
        return f32(0.0)
    t = min(ax, ay) / large
    z = t * t
    p = -0.0117212
    p = p * z + 0.05265332
    p = p * z - 0.11643287
    p = p * z + 0.19354346
    p = p * z - 0.33262347
    p = p * z + 0.99997726
    angle = p * t
    if ay > ax:
        angle = 1.5707964 - angle
    if x < 0.0:
        angle = 3.1415927 - angle
    return -angle if y < 0.0 else angle


def normal_quantile(u: float) -> float:
    """Returns the x with standard normal probability u below it, 1e-10 < u < 1, absolute error below 1e-6 (1 + |x|).

    Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988),
    PPND7: one rational function in the center, one in the tails (where log is needed).
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        low = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1.0
        return q * top / low
    side = u if q < 0.0 else 1.0 - u
    t = sqrt(-log(side)) - 1.6
    high = ((0.17023821103 * t + 1.3067284816) * t + 2.75681539) * t + 1.4234372777
    deep = (0.12021132975 * t + 0.7370016425) * t + 1.0
    x = high / deep
    return -x if q < 0.0 else x
