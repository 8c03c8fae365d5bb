"""Typing of the expressions in a law's Python text; rejects whatever does not mean the same on every machine.

Rules (checked here, on any machine, before anything runs):
- float literals are float32; an integer literal takes the type of the other operand, alone it is int32;
- a variable keeps the type of its first assignment, and is assigned on every path before it is read;
- the operands of an operator have one type: casts are written f32() i32() u32() i64() u64();
- / is for floats, // and % for integers with Python's sign (by zero they give 0); no **;
- a condition is a comparison, never a number;
- elements of float16 arrays read as float32 and are rounded when written, those of uint8 arrays read as int32; plain
  NumPy operates on two such elements without that promotion, so cast one of the two with f32() or i32() there, which
  keeps the law run as Python equal to its compiled form;
- no strings, lists, slices, keywords, closures, recursion or objects.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from alife.laws import ir
from alife.laws.advice import cast_of, operator_of
from alife.laws.source_text import LawFunction, Refusing, describe, source_of, written
from alife.laws.types import BOOL, F32, I32, Array, Scalar, Type

_BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_INTEGER = ("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>")
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


@dataclass(frozen=True)
class AccessSpec:
    """The writes that a law is allowed.

    place: names of its leading parameters: a row, or a row and a column. own: arrays it may write at that place.
    scatter: arrays it may write at rows that no other row of the law writes, which is not checked. reductions: arrays
    it may only add integers to, at any place.
    """

    place: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    scatter: tuple[str, ...] = ()
    reductions: tuple[str, ...] = ()


class Expressions(Refusing):
    """Typing of expressions in one function at fixed argument types; the base of `checking_calls.Calls`."""

    def __init__(
        self,
        function: LawFunction,
        types: Mapping[str, Type],
        access: AccessSpec | None,
        open_calls: tuple[LawFunction, ...] = (),
    ) -> None:
        """access: what it may write; None for any place of any array."""
        self.definition, self.file, self.offset = source_of(function)
        self.function, self.types, self.access = function, dict(types), access
        self.open_calls = (*open_calls, function)
        self.locals: dict[str, Scalar] = {}
        self.returns: tuple[Scalar, ...] | None = None
        self.calls: list[ir.Function] = []
        self.called: dict[tuple[LawFunction, tuple[Type, ...]], ir.Function] = {}
        self.written: set[str] = set()
        self.read: set[str] = set()
        self.read_elsewhere: dict[str, ast.AST] = {}

    def _scalar(self, node: ast.expr, assigned: set[str], hint: Scalar | None, must: Scalar | None = None) -> ir.Expr:
        """Types a single value. hint: type of a literal that stands alone. must: the type required of the value."""
        value = self._expr(node, assigned, hint)
        if isinstance(value, ir.Invoke) and len(value.function.returns) > 1:
            self._refuse(node, "one value", f"{len(value.function.returns)} values", "a, b = f(...)")
        if must is not None and value.type is not must:
            self._refuse(node, str(must), str(value.type), f"{must}({written(node)})")
        return value

    def _condition(self, node: ast.expr, assigned: set[str]) -> ir.Expr:
        value = self._scalar(node, assigned, None)
        if value.type is not BOOL:
            self._refuse(node, "a comparison", f"a number ({value.type})", f"{written(node)} != 0")
        return value

    def _expr(self, node: ast.expr, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        literal = self._literal(node)
        if literal is not None:
            return self._const(node, literal, hint)
        handler = getattr(self, "_x_" + type(node).__name__.lower(), None)
        if handler is None and isinstance(node, ast.Attribute):
            self._refuse_attribute(node)
        if handler is None:
            self._refuse(node, "numbers, names, elements, operators and calls", describe(node), "one of those")
        value: ir.Expr = handler(node, assigned, hint)
        return value

    def _refuse_attribute(self, node: ast.Attribute) -> NoReturn:
        name = written(node.value)
        if name in ("p", "world", "draws", "agents"):
            write = f"def {self.definition.name}(..., {name}) to be given it"
            self._refuse(node, "a name that is a parameter", f"{written(node)} without {name} among them", write)
        self._refuse(node, "a column of a row, a Param or a constant", written(node), "a.name, p.name or world.name")

    def _literal(self, node: ast.expr) -> int | float | bool | None:
        """Returns the value of a number written out, negated, or named by a global of the module; else None."""
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, bool)):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self._literal(node.operand)
            return None if inner is None else -inner
        if isinstance(node, ast.Name) and node.id not in self.types and node.id not in self.locals:
            found = self.function.__globals__.get(node.id)
            return found if isinstance(found, (int, float, bool)) else None
        return None

    def _const(self, node: ast.expr, value: int | float | bool, hint: Scalar | None) -> ir.Const:
        if isinstance(value, bool):
            return ir.Const(BOOL, value)
        if isinstance(value, float) or (hint is not None and hint.is_float):
            return ir.Const(F32, float(value))
        kind = hint if hint is not None and hint.is_integer else I32
        low = -(1 << (kind.bits - 1)) if kind.is_signed else 0
        if not low <= value < low + (1 << kind.bits):
            self._refuse(node, f"a literal that fits {kind}", str(value), "u32(...) or u64(...) on the other operand")
        return ir.Const(kind, value)

    def _x_name(self, node: ast.Name, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        kind = self.types.get(node.id) or self.locals.get(node.id)
        if isinstance(kind, Array):
            self._refuse(node, "a number", f"the array {node.id}", f"an element, {node.id}[...]")
        if kind is None:
            self._refuse(
                node,
                "a parameter, a variable or a number of the module",
                f"the unknown name {node.id}",
                f"{node.id} = ... before it",
            )
        if node.id not in assigned:
            self._refuse(
                node, f"{node.id} set on every path", "a path on which it is not", f"{node.id} = ... before the branch"
            )
        return ir.Local(kind, node.id)

    def _x_subscript(self, node: ast.Subscript, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        if (
            isinstance(node.value, ast.Attribute)
            and node.value.attr == "shape"
            and isinstance(node.value.value, ast.Name)
        ):
            axis = self._literal(node.slice)
            return self._size(node, node.value.value.id, axis if isinstance(axis, int) else -1)
        name, kind, index = self._element(node, assigned)
        self._may_read(node, name)
        self.read.add(name)
        if not self._is_own_place(index):
            self.read_elsewhere.setdefault(name, node)
        return ir.Element(kind.value, name, index, self._line(node))

    def _may_read(self, node: ast.AST, name: str) -> None:
        if self.access and name in self.access.reductions:
            self._refuse(node, f"{name} added to only", "a read of it", f"{name}[...] += ..., or another field")

    def _element(self, node: ast.Subscript, assigned: set[str]) -> tuple[str, Array, tuple[ir.Expr, ...]]:
        name = self._name_of(node.value)
        kind = self.types.get(name)
        if not isinstance(kind, Array):
            self._refuse(node, "an array parameter", name, "a column of a row, a.name, or pass the array")
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(parts) != kind.ndim or any(isinstance(part, ast.Slice) for part in parts):
            self._refuse(node, f"{kind.ndim} indices", written(node), "one integer per dimension, no slices")
        index = tuple(self._scalar(part, assigned, None) for part in parts)
        for part, typed in zip(parts, index, strict=True):
            if not typed.type.is_integer:
                self._refuse(part, "an integer index", str(typed.type), f"i32({written(part)})")
        return name, kind, index

    def _is_own_place(self, index: tuple[ir.Expr, ...]) -> bool:
        place = self.access.place if self.access else ()
        at = [part.name if isinstance(part, ir.Local) else "" for part in index]
        return bool(place) and tuple(at[: len(place)]) == place

    def _name_of(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            self._refuse(node, "a variable name", describe(node), "a name, such as k")
        return node.id

    def _size(self, node: ast.expr, name: str, axis: int) -> ir.Expr:
        kind = self.types.get(name)
        if not isinstance(kind, Array) or not 0 <= axis < kind.ndim:
            self._refuse(node, "len(array) or array.shape[k]", written(node), "an axis the array has")
        return ir.Size(I32, name, axis)

    def _x_unaryop(self, node: ast.UnaryOp, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        if isinstance(node.op, ast.Not):
            return ir.Unary(BOOL, "not", self._condition(node.operand, assigned))
        if not isinstance(node.op, ast.USub):
            self._refuse(node, "- or not", written(node), "x ^ -1 for ~x")
        value = self._scalar(node.operand, assigned, hint)
        return ir.Unary(value.type, "neg", value)

    def _pair(
        self, node: ast.expr, sides: tuple[ast.expr, ast.expr], assigned: set[str], hint: Scalar | None
    ) -> tuple[ir.Expr, ir.Expr]:
        """Types both operands as one type; a literal takes the type of the other."""
        left, right = (
            None if self._literal(side) is not None else self._scalar(side, assigned, hint) for side in sides
        )
        typed = left or right
        kind = typed.type if typed else hint
        if kind is None and any(isinstance(self._literal(side), float) for side in sides):
            kind = F32
        left = left or self._scalar(sides[0], assigned, kind)
        right = right or self._scalar(sides[1], assigned, kind)
        if left.type is not right.type:
            what = f"{left.type} and {right.type} in {written(node)}"
            self._refuse(node, "two operands of one type", what, cast_of(sides, (left.type, right.type)))
        return left, right

    def _x_binop(self, node: ast.BinOp, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        op = _BINARY.get(type(node.op))
        if op is None:
            self._refuse(node, " ".join(_BINARY.values()), written(node), "x * x, or power(x, y) of alife.laws.maths")
        left, right = self._pair(node, (node.left, node.right), assigned, hint)
        kind = left.type
        allowed = ("+", "-", "*", "/") if kind is F32 else _INTEGER if kind.is_integer else ()
        if op not in allowed:
            self._refuse(node, f"an operator of {kind}", f"{op} in {written(node)}", operator_of(op, node))
        return ir.Binary(kind, op, left, right)

    def _x_compare(self, node: ast.Compare, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        sides = [node.left, *node.comparators]
        parts: list[ir.Expr] = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            symbol = _COMPARE.get(type(op))
            if symbol is None:
                self._refuse(node, " ".join(_COMPARE.values()), written(node), "one of those")
            parts.append(ir.Compare(BOOL, symbol, *self._pair(node, (left, right), assigned, None)))
        result = parts[0]
        for part in parts[1:]:
            result = ir.Logic(BOOL, "and", result, part)
        return result

    def _x_boolop(self, node: ast.BoolOp, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        op = "and" if isinstance(node.op, ast.And) else "or"
        result = self._condition(node.values[0], assigned)
        for value in node.values[1:]:
            result = ir.Logic(BOOL, op, result, self._condition(value, assigned))
        return result

    def _x_ifexp(self, node: ast.IfExp, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        condition = self._condition(node.test, assigned)
        yes, no = self._pair(node, (node.body, node.orelse), assigned, hint)
        return ir.Choose(yes.type, condition, yes, no)
