"""A recorder that also numbers the pattern of all switches thrown since the input: equal numbers, equal patterns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.ops.edited import Edit
from alife.ops.philox import philox
from alife.ops.recorder import Recorder
from alife.ops.vocabulary import Scalar, Value

START = "input"  # the note from which on switches count
KEY = 0x5317C4
MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: a step of 64-bit multiplicative hashing (Knuth, volume 3, section 6.4)


class Switches(Recorder):
    """Keeps, besides what is noted, the switch pattern up to each note as a hash of 64 bits.

    A later pattern refines an earlier one: rows that differ at one note differ at all that follow, but for collisions
    of probability 2^-64 a pair.

    Args:
        width, arrays: as of `Reference`.
        edit: changes the lanes of a note in place; None: none.

    Attributes:
        patterns: {name of a note: [N] uint64}, from the note `input` on.
    """

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray], edit: Edit | None = None) -> None:
        super().__init__(width, arrays)
        low, high, *_ = (words.astype(np.uint64) for words in philox([np.arange(width), 0, 0, 0], [0, KEY]))
        self._weights = low | high << np.uint64(32)
        self._edit, self._hash, self._begun = edit, np.zeros(self.count, np.uint64), False
        self.patterns: dict[str, np.ndarray] = {}

    def note(self, name: str, *values: Value) -> None:
        if self._edit is not None:
            for value in values:
                self._edit(name, value.data)
        super().note(name, *values)
        self._begun = self._begun or name == START
        if self._begun:
            self.patterns[name] = self._hash.copy()

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        left, right = self.value(x), self.value(y)
        if self._begun:
            thrown = np.where(left.data >= right.data, self._weights, np.uint64(0)).sum(axis=1, dtype=np.uint64)
            self._hash = (self._hash ^ (self._hash >> np.uint64(29))) * MIX + thrown
        return super().select(left, right, a, b)
