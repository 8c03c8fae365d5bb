"""A reference that keeps the values a brain notes, for the window and for inspection."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.ops.reference import Reference
from alife.ops.vocabulary import Value


class Recorder(Reference):
    """Keeps in `notes` each noted value, {name: [N, n or a multiple] float32}, in the order of the step."""

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(width, arrays)
        self.notes: dict[str, np.ndarray] = {}

    def note(self, name: str, *values: Value) -> None:
        self.notes[name] = np.concatenate([value.data for value in values], axis=1)
