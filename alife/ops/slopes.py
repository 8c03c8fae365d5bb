"""A linearized step that keeps how each action depends on each observation, whatever the brain computes between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.ops.linearized import Linearized, tangent_of
from alife.ops.slots import Slot
from alife.ops.vocabulary import Row, Value


class Slopes(Linearized):
    """Runs a step on rows of agents; the observations are s, with which vectors of a length are scaled anew.

    Args:
        width, arrays: as of `Linearized`, with the kinds "input" and "output".

    Attributes:
        slopes: [N, O, I] float64, the derivative of the actions that are stored in the observations that are loaded.
        rounds: True if part of what is stored was rounded from observations, of which derivatives know nothing.
    """

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(width, arrays, lambda _: 0, arrays["input"].shape[1], frozen=False)
        self.slopes = np.zeros((self.count, arrays["output"].shape[1], arrays["input"].shape[1]))
        self.rounds = False

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        value = super().load(slot, row, at)
        if slot.kind == "input":
            self._seed(value, np.broadcast_to(self._columns(slot, row, at), (self.count, slot.length)), at)
        return value

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        super().store(slot, value, row, at, when)
        if slot.kind == "output":
            agents, columns = self._targets(slot, row, at, when)
            self.slopes[agents[:, None], columns] = self._full(value)[agents, at : at + slot.length, :-1]
            self.rounds |= tangent_of(value).stepped
