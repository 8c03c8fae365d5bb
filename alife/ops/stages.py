"""A linearized step that keeps how each chosen note depends on those before it, and which side its units are on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.ops.linearized import Linearized, Traced
from alife.ops.vocabulary import Scalar, Value


class Stages(Linearized):
    """Runs a step on rows of agents; lanes of each stage, a chosen note, are seen from the stages after it as given.

    The lanes of all stages but the last make up s, in the order of the step. So the map of a stage has columns of all
    stages before it: those of the layer right before it, and of the input where that is added again.

    Args:
        width, arrays: as of `Linearized`.
        lanes: {name of a stage: its number of lanes, all its vectors together}, in the order of the step.

    Attributes:
        stages: {name: [N, lanes, K] float64}, the derivative of a stage in s, 0 for all that does not reach it.
        first: {name: place in s of its first lane}.
        sides: {name: [N, n] bool}, of the units of a stage: True where what they switch on is at least 0. Stages
            without a comparison to 0 since the one before, such as those of tanh units, are left out.
        curved: names of stages whose map is but a tangent.
        rounded: names of stages in which something counts as constant that is rounded from the stages before.
    """

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray], lanes: Mapping[str, int]) -> None:
        *inner, last = lanes
        self.first = dict(zip(inner, np.cumsum([0, *(lanes[name] for name in inner)]).tolist(), strict=False))
        seeded = {name: lanes[name] for name in inner}
        super().__init__(width, arrays, lambda name: seeded.get(name, 0), sum(seeded.values()), until=last)
        self._lanes = dict(lanes)
        self._side: np.ndarray | None = None
        self.stages: dict[str, np.ndarray] = {}
        self.sides: dict[str, np.ndarray] = {}
        self.curved: set[str] = set()
        self.rounded: set[str] = set()

    def note(self, name: str, *values: Value) -> None:
        if name in self._lanes:
            self.stages[name] = np.concatenate([self._full(value)[..., :-1] for value in values], axis=1)
            if self._side is not None and name in self.first and len(self.stages) > 1:
                self.sides[name] = self._side
            if any(isinstance(value, Traced) and value.tangent.bent for value in values):
                self.curved.add(name)
            if any(isinstance(value, Traced) and value.tangent.stepped for value in values):
                self.rounded.add(name)
            self._side = None
        super().note(name, *values)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        left, right = self.value(x), self.value(y)
        if not right.data.any():
            self._side = left.data >= right.data
        return super().select(left, right, a, b)
