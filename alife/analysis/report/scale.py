"""Scales of charts: where a value lies on an axis, round values to write beside it, and how numbers are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SIZE = 1000.0  # units of an axis
STEPS = (1, 2, 2.5, 5, 10)  # of round values, times a power of ten
TICKS = 4  # about so many


@dataclass(frozen=True)
class Scale:
    """low, high: values at both ends. logs: whether equal ways are equal factors. ticks: round values between."""

    low: float
    high: float
    ticks: np.ndarray
    logs: bool = False

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """[M] places, 0 to SIZE; what is no number stays none, what lies beyond stays at the end."""
        low, high = (math.log10(end) if self.logs else end for end in (self.low, self.high))
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.log10(values) if self.logs else np.asarray(values, np.float64)
        places: np.ndarray = np.clip((at - low) * (SIZE / (high - low)), 0.0, SIZE)
        return places


def linear(low: float, high: float, whole: bool = False) -> Scale:
    """From low to high, or a little where they are equal. whole: only whole numbers are written beside it."""
    high = high if high > low else low + 1.0
    raw = max((high - low) / TICKS, float(whole))
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [times * power for times in STEPS if not whole or times * power % 1 == 0]
    step = next(step for step in steps if step >= raw * (1 - 1e-9))
    ticks = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    return Scale(low, high, ticks)


def logarithmic(low: float, high: float) -> Scale:
    """Factors of ten from low, which is above 0, to high."""
    high = max(high, 10.0 * low)
    powers = np.arange(math.ceil(math.log10(low)), math.floor(math.log10(high) + 1e-9) + 1)
    return Scale(low, high, 10.0 ** powers[:: -(-len(powers) // (TICKS + 1))], logs=True)


def label(value: float) -> str:
    """A number in few letters: 0.25, 1,200, 15k, 2.5M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= 10 * size or (abs(value) >= size and unit != "k"):
            return f"{value / size:.3g}{unit}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
