"""Buffers of n lanes for the values of a block, each used again when no later statement needs its value."""

from __future__ import annotations

from collections.abc import Sequence, Set

from alife.ops.statements import Loop, Statement, narrow_names, read_names


class Buffers:
    """The buffers of one block of statements; those of the body of a loop are a block of their own.

    Attributes:
        narrow: names of values that are one number, which need no buffer.
        declared: names of the buffers taken so far.
    """

    def __init__(
        self, statements: Sequence[Statement], outer: Buffers | None = None, kept: Set[str] = frozenset()
    ) -> None:
        """kept: values that are needed after the last statement."""
        self.outer, self.kept = outer, kept
        self.narrow: Set[str] = outer.narrow if outer else narrow_names(statements)
        self.prefix: str = f"{outer.prefix}_" if outer else "b"
        self.declared: list[str] = []
        self._free: list[str] = []
        self._held: dict[str, str] = {}
        self._last = {name: id(one) for one in statements for name in read_names(one)}

    def take(self, name: str) -> str:
        """A buffer for a value."""
        if not self._free:
            self.declared.append(f"{self.prefix}{len(self.declared)}")
            self._free.append(self.declared[-1])
        self._held[name] = self._free.pop()
        return self._held[name]

    def of(self, name: str) -> str:
        """The buffer of a value of this block or of one around it."""
        if name in self._held or self.outer is None:
            return self._held[name]
        return self.outer.of(name)

    def inside(self, loop: Loop) -> Buffers:
        """The buffers of the body of a loop."""
        return Buffers(loop.body, self, {str(carry.final) for carry in loop.carries})

    def free_after(self, statement: Statement) -> None:
        """Frees the buffers of values that no statement after this one reads."""
        for name in [name for name in self._held if self._last.get(name) == id(statement) and name not in self.kept]:
            self._free.append(self._held.pop(name))
