"""Vectors that are written when they are first read.

Words that work lane by lane are so written vector by vector, each from its operands to the place where all vectors are
needed, instead of word by word over all vectors. Few vectors are then alive at a time, and a condition is used where it
was computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alife.backends.cpu.llvm_text import LlvmText

MAX_DEPTH = 24  # words that may wait for each other: reading the last one recurses to the first


class LazyVectors:
    """Names of the vectors of one agent or group.

    Args:
        count: the number of vectors.
        write: writes the vector of a number and returns its name.
        operands: vectors that `write` reads; beyond `MAX_DEPTH` words that wait, they are written at once.
    """

    def __init__(
        self, count: int, write: Callable[[int], str], operands: Iterable[LazyVectors | Sequence[str]] = ()
    ) -> None:
        waiting = [one for one in operands if isinstance(one, LazyVectors)]
        self._depth: int = 1 + max((one._depth for one in waiting), default=0)
        self._write, self._names = write, [""] * count
        if self._depth > MAX_DEPTH:
            for one in waiting:
                one.materialize()
            self._depth = 1

    def __getitem__(self, number: int) -> str:
        if not self._names[number]:
            self._names[number] = self._write(number)
        return self._names[number]

    def __len__(self) -> int:
        return len(self._names)

    def materialize(self) -> list[str]:
        """Writes the vectors that are not written yet; returns all names."""
        return [self[number] for number in range(len(self))]


class AgingVectors(LazyVectors):
    """Vectors that are written again if they are read again long after, when no register holds them anymore.

    Args:
        count: the number of vectors.
        write: writes the vector of a number and returns its name; not read from others.
        text: where they are written.
        age: lines after which a vector is written again.
    """

    def __init__(self, count: int, write: Callable[[int], str], text: LlvmText, age: int) -> None:
        super().__init__(count, write)
        self._text, self._age, self._written = text, age, [0] * count

    def __getitem__(self, number: int) -> str:
        now = len(self._text.lines)
        if now - self._written[number] > self._age:
            self._names[number] = ""
        if not self._names[number]:
            self._written[number] = now
        return super().__getitem__(number)


Vectors = LazyVectors | list[str]


def materialize(vectors: Vectors) -> list[str]:
    """Names of all vectors, lazy ones written now."""
    return vectors.materialize() if isinstance(vectors, LazyVectors) else list(vectors)
