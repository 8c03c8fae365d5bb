"""Checks of the operands of words, made once, when `Layout` runs a step on values that hold nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from alife.errors import UserError
from alife.ops.slots import Index, Slot, SlotTable


def refuse(word: str, expected: str, got: object, write: str) -> NoReturn:
    """Raises UserError for an operand of a word of `o`; `find_layout` puts file and line in front."""
    raise UserError(f"{word}: expected {expected}, got {shown(got)}; write {write}")


def shown(operand: object) -> str:
    """Returns an operand as errors name it."""
    if isinstance(operand, Slot):
        return f"the slot {operand.name}"
    if isinstance(operand, Index):
        return "a loop's counter"
    if isinstance(operand, Vector):
        return "a value of many lanes"
    if isinstance(operand, np.ndarray):
        return f"an array of shape {operand.shape}"
    if operand is None or isinstance(operand, str | bool | int | float):
        return repr(operand)
    return f"a {type(operand).__name__}"


def _refused(expected: str, got: str, write: str) -> Callable[..., NoReturn]:
    def method(self: object, *_: object) -> NoReturn:
        raise UserError(f"expected {expected}, got {got}; write {write}")

    return method


class Vector:
    """Base of values: refuses what Python would do with a number or a list, but not with n lanes of each agent."""

    _undecided = _refused("words", "Python deciding by a value of many lanes", "o.select(x, y, a, b)")
    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _undecided
    __hash__ = object.__hash__
    __array_ufunc__ = None  # an array on the left leaves the operator to the value
    __pow__ = _refused("+ - * /", "**", "x * x, or a word of alife.ops.derived")
    __mod__ = _refused("+ - * /", "%", "x - o.floor(x / y) * y")
    __floordiv__ = _refused("+ - * /", "//", "o.floor(x / y)")
    __matmul__ = __rmatmul__ = _refused("+ - * /", "@", "matvec(o, slot, x) of alife.ops.derived")
    __getitem__ = _refused("words", "an index into a value", "o.lane(x, j)")
    __setitem__ = _refused("words", "a lane that is set", "o.blend(mask, a, b)")
    __iter__ = _refused("words", "a loop over the lanes of a value", "o.total(x), or o.lane(x, j)")
    __len__ = _refused("words", "len of a value", "o.width")
    __str__ = __format__ = _refused(
        "words", "the text of a value, as print needs it", 'o.note("x", x) for Brain.record'
    )
    __float__ = __int__ = __index__ = _refused("a number", "a value of many lanes", "it in the words of alife.ops")


def vector(o: SlotTable, word: str, x: Any) -> None:
    """Checks an operand that must be a value. Raises UserError."""
    if not isinstance(x, Vector):
        number = isinstance(x, int | float | np.number)
        write = "o.load(...) of it" if isinstance(x, Slot) else "o.const(...)" if number else "a value"
        refuse(word, "a value", x, write)
    if getattr(x, "o", o) is not o:
        refuse(word, "a value of this step", x, "one that this step makes, not one that was kept")


def scalar(o: SlotTable, word: str, x: Any) -> None:
    """Checks an operand that may be a value, a number, or n numbers. Raises UserError."""
    if isinstance(x, Vector | Slot):
        vector(o, word, x)
    elif isinstance(x, Index):
        refuse(word, "a value or a number", x, "a count among the carries; a counter numbers rows and lanes")
    else:
        numbers(word, x)


def numbers(word: str, x: Any) -> None:
    """Checks constant numbers, one or several. Raises UserError."""
    if isinstance(x, Vector | Slot | Index | str) or x is None:
        refuse(word, "a constant number, or several", x, "numbers that are known before the brain runs")
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        refuse(word, "a constant number, or several", x, "numbers")


def whole(word: str, x: Any, low: int, high: int | None, counter: bool = False) -> None:
    """Checks a constant whole number, or, if `counter`, a loop's counter. Raises UserError."""
    if counter and isinstance(x, Index):
        return
    end = f"{low}..{high}" if high is not None else f"from {low} on"
    wanted = f"a whole number {end}{' or a counter' if counter else ''}"
    if isinstance(x, bool) or not isinstance(x, int | np.integer):
        refuse(word, wanted, x, "an int")
    if x < low or (high is not None and x > high):
        refuse(word, wanted, int(x), "one in that range")


def table(o: SlotTable, x: Any) -> None:
    """Checks a constant table of lanes, [n]. Raises UserError."""
    numbers("o.permute", x)
    array = np.asarray(x)
    if array.dtype.kind not in "iu" or (array.size and not (array.min() >= 0 and array.max() < o.width)):
        refuse("o.permute", f"whole numbers 0..{o.width - 1}", x, "numbers of lanes")


def block(o: SlotTable, x: int | None) -> None:
    """Checks the length of blocks of a transform. Raises UserError."""
    if x is not None and (not isinstance(x, int | np.integer) or not 1 <= x <= o.width or x & (x - 1)):
        refuse("o.wht", f"a block of a power of two, at most {o.width} lanes", x, f"block={o.width}")


def slot(word: str, x: Any) -> None:
    """Checks a slot. Raises UserError."""
    if not isinstance(x, Slot):
        refuse(word, "a slot, such as o.genome(name, ...)", x, f"{word}(slot, ...)")


def row(o: SlotTable, word: str, x: Any) -> None:
    """Checks the number of a row: an int, a counter or a value; `place` checks its range. Raises UserError."""
    if isinstance(x, Vector):
        vector(o, word, x)
    elif isinstance(x, bool) or not isinstance(x, int | np.integer | Index):
        refuse(word, "a row: an int, a counter or a value", x, "row=0")


def carried(o: SlotTable, found: Any, count: int | None = None) -> Sequence[Any]:
    """Returns the carries of a loop, `count` values. Raises UserError."""
    if not isinstance(found, list | tuple):
        what = "the values to carry on" if count is None else "a list of carries returned by the body"
        refuse("o.loop", what, found, "[x]")
    if count is not None and len(found) != count:
        refuse("o.loop", f"{count} carries returned by the body", len(found), "one for each that goes in")
    for x in found:
        vector(o, "o.loop", x)
    return found


def declared(name: Any, shape: tuple[Any, ...]) -> None:
    """Checks a name and a shape of a slot. Raises UserError."""
    if not isinstance(name, str) or not name:
        refuse("a slot", "its name first", name, 'o.genome("weights", 7, o.width)')
    if not all(isinstance(size, int | np.integer) and not isinstance(size, bool) for size in shape):
        got = next(size for size in shape if isinstance(size, bool) or not isinstance(size, int | np.integer))
        write = ", ".join(map(str, got)) if isinstance(got, tuple | list) else "//, or int(...)"
        refuse(f"slot {name}", "whole numbers as its shape", got, write)
