"""Mushrooms: what the discrete and the walked world observe, count and measure."""

from __future__ import annotations

import numpy as np

from alife.parts.mushrooms import MushroomParams, share_out
from alife.world import EpisodicWorld, Field, Measure, Sensor, sensor_group


def palette_of(kind: str, count: int) -> np.ndarray:
    """Returns the observations of each color: [k, lanes] float32."""
    if kind == "one-hot":
        return np.eye(count, dtype=np.float32)
    angle = 2 * np.pi * np.arange(count) / count
    if kind == "hue":
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    phase = (angle[:, None] * 3 / np.pi + np.array([0.0, 4.0, 2.0])) % 6.0
    lanes: np.ndarray = np.clip(np.abs(phase - 3.0) - 1.0, 0.0, 1.0).astype(np.float32)
    return lanes


class MushroomLife(EpisodicWorld):
    """Base of the worlds of mushrooms: what they observe, count and measure."""

    fitness = (share_out,)

    params: MushroomParams

    @property
    def half_life(self) -> int:
        """Tastes and decisions of one half, their number."""
        p = self.params
        return p.colours + p.encounters if p.forced else 2 * p.encounters

    @property
    def constants(self) -> dict[str, int | np.ndarray]:
        return {"half_life": self.half_life, "palette": self._palette}

    @property
    def _palette(self) -> np.ndarray:
        return palette_of(self.params.seen, self.params.colours)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        lanes = sensor_group("colour", range(1, self._palette.shape[1] + 1), -1, 1, "", "of the mushroom")
        taste = Sensor("taste", -2, 2, "", "of what was bitten: 2 feeds, -2 poisons")
        return (*lanes, taste, Sensor("bitten", 0, 2, "", "2 while it tastes, else 0"))

    @property
    def measures(self) -> tuple[Measure, ...]:
        halves = ("first", "second")
        return tuple(Measure(f"eaten {half}", 0, 1, "", f"share eaten in the {half} half", "eaten") for half in halves)

    @property
    def reports(self) -> dict[str, tuple[str, ...]]:
        return {"right_in": ("right in the first half", "right in the second half")}

    @property
    def fields(self) -> tuple[Field, ...]:
        k = self.params.colours
        return (
            *super().fields,
            Field("side", "int32", (k,), meaning="1 for a color that feeds, -1 for one that poisons"),
            Field("order", "int32", (k,), meaning="order of the forced bites"),
        )
