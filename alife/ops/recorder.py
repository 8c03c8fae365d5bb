"""A reference that keeps what the brain names: for the window and for inspection."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.ops.reference import Reference
from alife.ops.vocabulary import Value


class Recorder(Reference):
    """`notes` holds each named value, [N, n or a multiple] float32, in the order in which the step named them."""

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(width, arrays)
        self.notes: dict[str, np.ndarray] = {}

    def note(self, name: str, *values: Value) -> None:
        self.notes[name] = np.concatenate([value.data for value in values], axis=1)
