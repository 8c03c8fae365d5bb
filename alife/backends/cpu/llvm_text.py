"""LLVM IR text: numbering of names, blocks. No meaning of its own; `Simd` gives it one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alife.errors import UserError

LIMIT = 2 << 20  # bytes of IR; beyond it compiling takes seconds (two dense layers unrolled at n=256: 100 s)
Guarded = tuple[str, Callable[[], None]]  # a condition's name, and what to write where it holds


def limited(ir: str) -> str:
    """The text itself. Raises UserError when it is too long to be worth compiling."""
    if len(ir) > LIMIT:
        raise UserError(
            f"brain: expected at most {LIMIT} bytes of compiled text, got {len(ir)}; write fewer layers, bits or values"
        )
    return ir


class LlvmText:
    """Instructions of one function body in order.

    Consecutive guarded writes with the same condition share one block: `guarded` holds them back until anything else
    is written.
    """

    def __init__(self, prefix: str, block: str) -> None:
        self.prefix, self.block = prefix, block
        self.lines: list[str] = []
        self.stack: list[str] = []
        self.declarations: dict[str, None] = {}
        self.loops = 0  # written so far
        self._count = 0
        self._guarded: list[Guarded] = []

    def name(self) -> str:
        """A fresh name."""
        self._count += 1
        return f"%{self.prefix}{self._count}"

    def line(self, text: str) -> None:
        """Write one instruction."""
        self.flush()
        self.lines.append("  " + text)

    def let(self, expression: str) -> str:
        """Write `name = expression` and return the name."""
        self.flush()
        name = self.name()
        self.line(f"{name} = {expression}")
        return name

    def call(self, result: str, function: str, arguments: Sequence[tuple[str, str]]) -> str:
        """Call an intrinsic, declaring it by its types. arguments: (type, value) pairs."""
        types = ", ".join(kind for kind, _ in arguments)
        self.declarations[f"declare {result} @{function}({types})"] = None
        text = f"call {result} @{function}(" + ", ".join(f"{kind} {value}" for kind, value in arguments) + ")"
        if result != "void":
            return self.let(text)
        self.line(text)
        return ""

    def label(self, block: str) -> None:
        """Begin a block."""
        self.flush()
        self.lines.append(f"{block}:")
        self.block = block

    def new_block(self) -> str:
        """A fresh block's name, without the %."""
        return self.name()[1:]

    def reserve(self, kind: str, count: int) -> str:
        """A stack slot of `count` elements, for the function's entry block."""
        name = self.name()
        self.stack.append(f"  {name} = alloca [{count} x {kind}], align 64")
        return name

    def guarded(self, condition: str, write: Callable[[], None]) -> None:
        """Write when the i1 `condition` holds."""
        self._guarded.append((condition, write))

    def flush(self) -> None:
        """Write what was held back: one block for each condition, in order of first mention."""
        waiting, self._guarded = self._guarded, []
        for condition in dict.fromkeys(condition for condition, _ in waiting):
            then, after = self.new_block(), self.new_block()
            self.line(f"br i1 {condition}, label %{then}, label %{after}")
            self.label(then)
            for write in (write for known, write in waiting if known == condition):
                write()
            self.line(f"br label %{after}")
            self.label(after)
