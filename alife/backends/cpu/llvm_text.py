"""LLVM IR as text: names, instructions, blocks and stack slots of one function body."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alife.errors import UserError

LIMIT = 2 << 20  # bytes of IR; beyond it compiling takes seconds (two dense layers unrolled at n=256: 100 s)
Guarded = tuple[str, Callable[[], None]]  # a condition's name, and a function that writes what it guards


def limited(ir: str) -> str:
    """The text itself.

    Raises:
        UserError: it is too long to be worth compiling.
    """
    if len(ir) > LIMIT:
        raise UserError(
            f"brain: expected at most {LIMIT} bytes of compiled text, got {len(ir)}; write fewer layers, bits or values"
        )
    return ir


class LlvmText:
    """Instructions of one function body in order.

    Consecutive guarded writes with the same condition share one block: `guarded` holds them back until something else
    is written.

    Args:
        prefix: of every name.
        block: the name of the block that the body begins in.

    Attributes:
        lines: the instructions and labels.
        stack: stack slots, for the function's entry block.
        declarations: of the intrinsics that are called, as an ordered set.
        loops: the number of loops written.
        lean: True if a lean step loads something again or hashes keys: it is worth being lean.
        block: the block that is written now.
    """

    def __init__(self, prefix: str, block: str) -> None:
        self.prefix, self.block = prefix, block
        self.lines: list[str] = []
        self.stack: list[str] = []
        self.declarations: dict[str, None] = {}
        self.loops = 0
        self.lean = False
        self._count = 0
        self._guarded: list[Guarded] = []

    def name(self) -> str:
        """A fresh name."""
        self._count += 1
        return f"%{self.prefix}{self._count}"

    def line(self, text: str) -> None:
        """Writes one instruction."""
        self.flush()
        self.lines.append("  " + text)

    def let(self, expression: str) -> str:
        """Writes `name = expression` and returns the name."""
        self.flush()
        name = self.name()
        self.line(f"{name} = {expression}")
        return name

    def call(self, result: str, function: str, arguments: Sequence[tuple[str, str]]) -> str:
        """Calls an intrinsic and declares it; returns the result's name, or "". arguments: (type, value) pairs."""
        types = ", ".join(kind for kind, _ in arguments)
        self.declarations[f"declare {result} @{function}({types})"] = None
        text = f"call {result} @{function}(" + ", ".join(f"{kind} {value}" for kind, value in arguments) + ")"
        if result != "void":
            return self.let(text)
        self.line(text)
        return ""

    def label(self, block: str) -> None:
        """Begins a block."""
        self.flush()
        self.lines.append(f"{block}:")
        self.block = block

    def new_block(self) -> str:
        """The name of a fresh block, without the %."""
        return self.name()[1:]

    def reserve(self, kind: str, count: int) -> str:
        """A pointer to a new stack slot of `count` elements."""
        name = self.name()
        self.stack.append(f"  {name} = alloca [{count} x {kind}], align 64")
        return name

    def guarded(self, condition: str, write: Callable[[], None]) -> None:
        """Writes code that runs if the i1 `condition` is true."""
        self._guarded.append((condition, write))

    def flush(self) -> None:
        """Writes the guarded code that was held back: one block for each condition, in order of first mention."""
        waiting, self._guarded = self._guarded, []
        for condition in dict.fromkeys(condition for condition, _ in waiting):
            then, after = self.new_block(), self.new_block()
            self.line(f"br i1 {condition}, label %{then}, label %{after}")
            self.label(then)
            for write in (write for known, write in waiting if known == condition):
                write()
            self.line(f"br label %{after}")
            self.label(after)
