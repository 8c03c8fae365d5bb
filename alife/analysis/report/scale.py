"""Scales of charts: the position of a value on an axis, round values for its ticks, and their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SIZE = 1000.0  # length of an axis, in units of a drawing
STEPS = (1, 2, 2.5, 5, 10)  # between ticks, times a power of ten
TICKS = 4  # about this number


@dataclass(frozen=True)
class Scale:
    """low, high: values at both ends. ticks: round values between. logs: True if the scale is logarithmic."""

    low: float
    high: float
    ticks: np.ndarray
    logs: bool = False

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Returns positions of the values: [M], 0 to SIZE; NaN stays NaN, values beyond an end are clipped to it."""
        low, high = (math.log10(end) if self.logs else end for end in (self.low, self.high))
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.log10(values) if self.logs else np.asarray(values, np.float64)
        places: np.ndarray = np.clip((at - low) * (SIZE / (high - low)), 0.0, SIZE)
        return places


def linear(low: float, high: float, whole: bool = False) -> Scale:
    """Returns a linear scale from low to high, to low + 1 if high is not above low. whole: ticks are whole numbers."""
    high = high if high > low else low + 1.0
    raw = max((high - low) / TICKS, float(whole))
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [times * power for times in STEPS if not whole or times * power % 1 == 0]
    step = next(step for step in steps if step >= raw * (1 - 1e-9))
    ticks = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    return Scale(low, high, ticks)


def logarithmic(low: float, high: float) -> Scale:
    """Returns a logarithmic scale from low, above 0, to high, at least 10 * low; ticks are powers of ten."""
    high = max(high, 10.0 * low)
    powers = np.arange(math.ceil(math.log10(low)), math.floor(math.log10(high) + 1e-9) + 1)
    return Scale(low, high, 10.0 ** powers[:: -(-len(powers) // (TICKS + 1))], logs=True)


def label(value: float) -> str:
    """Returns a number in few characters: 0.25, 1,200, 15k, 2.5M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= 10 * size or (abs(value) >= size and unit != "k"):
            return f"{value / size:.3g}{unit}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
