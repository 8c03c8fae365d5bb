"""The walk over a law's typed tree that proves its indices or has them checked: expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alife.laws import ir
from alife.laws.bounds import Known, Site, outside
from alife.laws.intervals import Range, binary, fitted, maximum, minimum, of_type
from alife.laws.source_text import LawError
from alife.laws.types import F32, I64, U8, Array

Found = tuple[ir.Expr, Range]  # an expression with its checks, and what it may be


class Values:
    """Expressions of one function; the base of `bounds_walk.Walk`."""

    ranges: dict[str, Range]  # of variables and scalar parameters
    settings: set[str]  # scalars that no step changes
    guarded: int  # above 0 where settings decide whether a place is ever reached

    def __init__(self, known: Known, function: ir.Function, arrays: Mapping[str, str]) -> None:
        """arrays: array parameter -> the law's own parameter."""
        self.known, self.function, self.arrays = known, function, arrays
        self._types = dict(function.params)

    def value(self, node: ir.Expr) -> Found:
        """Returns an expression with its checks, and what it may be."""
        found: Found = getattr(self, "_x_" + type(node).__name__.lower())(node)
        return found

    def call(self, node: ir.Invoke) -> tuple[ir.Invoke, Range]:
        """Walks a called function; `bounds_walk.Walk` implements it."""
        raise TypeError("abstract: use bounds_walk.Walk")

    def is_setting(self, node: ir.Expr) -> bool:
        """True if a value is the same in every step: of constants, lengths and Params alone."""
        if isinstance(node, ir.Local):
            return node.name in self.settings
        if isinstance(node, (ir.Element, ir.Checked, ir.Invoke)):
            return False
        parts = (*getattr(node, "args", ()), *(getattr(node, name, None) for name in _PARTS))
        return all(self.is_setting(part) for part in parts if part is not None)

    # ---- indices

    def index(self, node: ir.Element | ir.Store | ir.Add) -> tuple[ir.Expr, ...]:
        """Returns the indices of an access, those that are not proven with a check."""
        return tuple(self._index(node, axis, part) for axis, part in enumerate(node.index))

    def _index(self, node: ir.Element | ir.Store | ir.Add, axis: int, part: ir.Expr) -> ir.Expr:
        value, found = self.value(part)
        array = self.arrays[node.array]
        length = self.known.length(array, axis)
        if found.is_empty or found.low >= 0 and self._is_below(found, array, axis, length):
            return value
        site = Site(self._where(node.line), array, axis)
        if not self.guarded and (found.high < 0 or (length is not None and found.low >= length)):
            raise LawError(outside(site, length, found.high if found.high < 0 else found.low))
        return ir.Checked(I64, value, node.array, axis, self.known.add(site))

    def _x_ingroup(self, node: ir.InGroup) -> Found:
        """Walks the index of a group of lanes, which its printed form does not hold any more."""
        value, found = self.value(node.value)
        if found.is_empty or (found.low >= 0 and found.high < node.count):
            return value, found
        site = Site(self._where(node.line), node.group, 0, node.count)
        if not self.guarded and (found.high < 0 or found.low >= node.count):
            raise LawError(outside(site, node.count, found.high if found.high < 0 else found.low))
        checked = ir.Checked(I64, value, "", 0, self.known.add(site), node.count)
        return ir.Cast(node.type, checked), Range(0, node.count - 1)

    def _is_below(self, found: Range, array: str, axis: int, length: int | None) -> bool:
        if self.known.extent(array, axis) in found.below:
            return True
        return length is not None and found.high < length

    def _where(self, line: int) -> str:
        name = self.function.name
        inner = "" if name == self.known.law else f"{name}: "
        return f"{self.function.file}:{line}: {self.known.law}: {inner}".removesuffix(": ")

    # ---- expressions

    def _x_const(self, node: ir.Const) -> Found:
        whole = isinstance(node.value, int) and node.type is not F32
        return node, Range(int(node.value), int(node.value)) if whole else of_type(node.type)

    def _x_local(self, node: ir.Local) -> Found:
        return node, self.ranges.get(node.name) or of_type(node.type)

    def _x_element(self, node: ir.Element) -> Found:
        kind = self._types[node.array]
        assert isinstance(kind, Array)
        found = Range(0, 255) if kind.element is U8 else of_type(node.type)
        return replace(node, index=self.index(node)), found

    def _x_size(self, node: ir.Size) -> Found:
        array = self.arrays[node.array]
        length = self.known.length(array, node.axis)
        low, high = (0, 2**31 - 1) if length is None else (length, length)
        return node, Range(low, high, up_to=frozenset({self.known.extent(array, node.axis)}))

    def _x_unary(self, node: ir.Unary) -> Found:
        value, found = self.value(node.value)
        negated = binary("-", Range(0, 0), found, node.type) if node.type.is_integer else of_type(node.type)
        return replace(node, value=value), negated

    def _x_binary(self, node: ir.Binary) -> Found:
        (left, a), (right, b) = self.value(node.left), self.value(node.right)
        found = binary(node.op, a, b, node.type) if node.type.is_integer else of_type(node.type)
        return replace(node, left=left, right=right), found

    def _x_compare(self, node: ir.Compare) -> Found:
        (left, _), (right, _) = self.value(node.left), self.value(node.right)
        return replace(node, left=left, right=right), of_type(node.type)

    def _x_logic(self, node: ir.Logic) -> Found:
        (left, _), (right, _) = self.value(node.left), self._side(node.right, node.left)
        return replace(node, left=left, right=right), of_type(node.type)

    def _x_choose(self, node: ir.Choose) -> Found:
        condition, _ = self.value(node.condition)
        (yes, a), (no, b) = (self._side(side, node.condition) for side in (node.yes, node.no))
        return replace(node, condition=condition, yes=yes, no=no), a.joined(b)

    def _side(self, node: ir.Expr, condition: ir.Expr) -> Found:
        """Walks what is evaluated or not."""
        depends = self.is_setting(condition)
        self.guarded += depends
        found = self.value(node)
        self.guarded -= depends
        return found

    def _x_cast(self, node: ir.Cast) -> Found:
        value, found = self.value(node.value)
        whole = not isinstance(node.value.type, Array) and node.value.type.is_integer and node.type.is_integer
        return replace(node, value=value), fitted(found, node.type) if whole else of_type(node.type)

    def _x_word(self, node: ir.Word) -> Found:
        pairs = [self.value(argument) for argument in node.args]
        done = replace(node, args=tuple(value for value, _ in pairs))
        if node.name in ("min", "max") and node.type.is_integer:
            return done, (minimum if node.name == "min" else maximum)(pairs[0][1], pairs[1][1])
        return done, of_type(node.type)

    def _x_invoke(self, node: ir.Invoke) -> Found:
        return self.call(node)


_PARTS = ("left", "right", "value", "condition", "yes", "no")
