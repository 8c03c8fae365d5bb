"""Vectors written when they are first asked for.

What is computed lane by lane is so written vector by vector, each from its operands to where all are needed, instead of
word by word over all vectors: few vectors are alive at a time, and a condition is used where it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

DEEPEST = 24  # words that may wait for each other: Python's stack has an end


class LazyVectors:
    """Names of the vectors of one agent or group.

    Args:
        count: how many vectors.
        write: writes one by its number, and gives its name.
        operands: what `write` asks for; where much waits already, it is written at once.
    """

    def __init__(
        self, count: int, write: Callable[[int], str], operands: Iterable[LazyVectors | Sequence[str]] = ()
    ) -> None:
        waiting = [one for one in operands if isinstance(one, LazyVectors)]
        self._depth: int = 1 + max((one._depth for one in waiting), default=0)
        self._write, self._known = write, [""] * count
        if self._depth > DEEPEST:
            for one in waiting:
                one.settle()
            self._depth = 1

    def __getitem__(self, number: int) -> str:
        if not self._known[number]:
            self._known[number] = self._write(number)
        return self._known[number]

    def __len__(self) -> int:
        return len(self._known)

    def settle(self) -> list[str]:
        """Write what is not written yet; all names."""
        return [self[number] for number in range(len(self))]


def materialize(vectors: LazyVectors | Sequence[str]) -> list[str]:
    """All names."""
    return vectors.settle() if isinstance(vectors, LazyVectors) else list(vectors)
