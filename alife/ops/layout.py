"""Finds the slots of a step by running it on values that hold nothing."""

from __future__ import annotations

import hashlib
import sysconfig
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from alife.errors import LocatedError, UserError, suggestion
from alife.ops import derived, operands
from alife.ops.kept import keeping_nothing
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value

Step = Callable[[Operations], None]


class Layout(Operations):
    """Holds the layout in `slots` and `sizes` after `step(layout)`; checks rows, lanes and tables on the way.

    read_only: kinds of slots that may not be stored to.
    """

    read_only: tuple[str, ...] = ("genome", "input")

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.constants = hashlib.sha256()  # of all that the words were given

    def _nothing(self, *given: object) -> Value:
        """The result of a word. given: its constants."""
        self.constants.update(repr([one.tobytes() if isinstance(one, np.ndarray) else one for one in given]).encode())
        return Value(self, None)

    def value(self, x: Scalar) -> Value:
        operands.scalar(self, "an operand", x)
        return super().value(x)

    def declare(self, kind: str, name: str, shape: tuple[int, ...], half: bool = False) -> Slot:
        operands.declared(name, shape)
        return super().declare(kind, name, shape, half)

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        self._check_place("o.load", slot, row, at)
        return self._nothing("load", slot.name, at, *([] if isinstance(row, Value) else [row]))

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        operands.slot("o.store", slot)
        if slot.kind in self.read_only:
            raise UserError(f"slot {slot.name}: expected a state or output to store to, got {slot.kind}; use o.state")
        for x in (value,) if when is None else (value, when):
            operands.vector(self, f"slot {slot.name}", x)
        self._check_place("o.store", slot, row, at)

    def _check_place(self, word: str, slot: Slot, row: Row, at: int) -> None:
        operands.slot(word, slot)
        operands.row(self, word, row)
        operands.whole(f"{word} at", at, 0, None)
        self.place(slot, row, at)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        operands.numbers("o.const", numbers)
        return self._nothing(self.lanes(numbers))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        operands.vector(self, word, a)
        operands.vector(self, word, b)
        return self._nothing(word)

    def unary(self, word: str, x: Value) -> Value:
        return self._of(f"o.{word}", x)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        for operand in (x, y, a, b):
            operands.scalar(self, "o.select", operand)
        return self._nothing("select", *(one for one in (x, y, a, b) if not isinstance(one, Value)))

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        operands.numbers("o.blend", mask)
        for operand in (a, b):
            operands.scalar(self, "o.blend", operand)
        return self._nothing("blend", self.lanes(mask), *(one for one in (a, b) if not isinstance(one, Value)))

    def flip(self, x: Value, seed: int) -> Value:
        operands.whole("o.flip", seed, 0, None)
        return self._of("o.flip", x, seed)

    def wht(self, x: Value, block: int | None = None) -> Value:
        operands.block(self, block)
        return self._of("o.wht", x, block)

    def total(self, x: Value) -> Value:
        return self._of("o.total", x)

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        operands.table(self, table)
        return self._of("o.permute", x, self.lanes(table))

    def lane(self, x: Value, index: int | Index) -> Value:
        operands.whole("o.lane", index, 0, self.width - 1, counter=True)
        return self._of("o.lane", x, index)

    def gather(self, x: Value, index: Value) -> Value:
        operands.vector(self, "o.gather", index)
        return self._of("o.gather", x)

    def _of(self, word: str, x: Value, *given: object) -> Value:
        """The result of a word of one value. given: its constants."""
        operands.vector(self, word, x)
        return self._nothing(word, *given)

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        operands.whole("o.loop", count, 0, None)
        before = list(operands.carried(self, carries))
        return list(operands.carried(self, body(Index("j"), before), len(before)))

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        operands.whole("o.draw", stream, 0, None)
        operands.whole("o.draw counter", counter, 0, None, counter=True)
        for name in () if fixed else ("salt", "clock"):
            self.state(name, 1)
        return self._nothing("draw", stream, counter)

    def note(self, name: str, *values: Value) -> None:
        if not isinstance(name, str):
            operands.refuse("o.note", "a name first", name, 'o.note("h", h)')
        for x in values:
            operands.vector(self, "o.note", x)


def find_layout(step: Step, width: int, develop: Step | None = None) -> Layout:
    """The layout of a step of `width` lanes, and of `develop`, which runs before it at birth.

    Both run twice, as every engine runs them once more: what they do may depend on nothing but the words.

    Raises:
        UserError: the step uses the words wrongly; the message begins with its file and line.
    """
    layout = _run(step, width, develop)
    again = _run(step, width, develop)
    if (layout.slots, layout.constants.digest()) != (again.slots, again.constants.digest()):
        raise LocatedError(
            f"{_location(None, step)}: expected the same words each time that it runs, got others the second time; "
            "draw with o.draw(stream), and keep values in o.state(name, rows)"
        )
    return layout


LIBRARIES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib"))


def _run(step: Step, width: int, develop: Step | None) -> Layout:
    layout = Layout(width)
    try:
        with keeping_nothing(step):
            if develop:
                layout.read_only = ("genome", "phenotype", "input")
            step(layout)
            if develop:
                layout.read_only = ("genome", "input", "output")
                develop(layout)
    except (Exception, SystemExit) as error:
        if isinstance(error, UserError) and error.key:
            raise
        raise LocatedError(f"{_location(error, step)}: {_describe(error)}") from error
    return layout


def _location(error: BaseException | None, step: Step) -> str:
    """File and line of the innermost call outside this folder and other libraries, or of the step itself."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    here = str(Path(__file__).parent)
    outside = [frame for frame in frames if not frame.filename.startswith((here, "<"))]
    # A library may stand in for `print`, as Ray does: the line to mend is that of the brain, unless that is installed.
    outside = [frame for frame in outside if not frame.filename.startswith(LIBRARIES)] or outside
    code = getattr(step, "__code__", None)
    if outside:
        return f"{outside[-1].filename}:{outside[-1].lineno}"
    return f"{code.co_filename}:{code.co_firstlineno}" if code else "brain"


def _describe(error: BaseException) -> str:
    """The error in one line that ends with what to write."""
    if isinstance(error, UserError):
        return " ".join(str(error).split())
    name = str(getattr(error, "name", None) or "")
    known = [word for word in vars(derived) if callable(getattr(derived, word)) and word[0].islower()]
    if isinstance(error, AttributeError) and isinstance(error.obj, Operations):
        words = [name for name in dir(Operations) if not name.startswith("_")]
        hint = f"; write {name}(...) of alife.ops.derived" if name in known else suggestion(name, words)
        return f"expected a word of alife.ops, got o.{name}{hint}"
    if isinstance(error, AttributeError) and name == "o":
        return f"expected a value, got {operands.shown(error.obj)}; write o.load(...) or o.const(...)"
    if isinstance(error, AttributeError) and name in ("rows", "length") and isinstance(error.obj, Value):
        return "expected a slot, got a value of many lanes; write the slot itself, such as o.genome(name, ...)"
    if isinstance(error, NameError) and name in known:
        return f"expected a name of the module, got {name}; write from alife.ops.derived import {name}"
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"expected words of alife.ops, got {text}; write it in the words of alife.ops"
