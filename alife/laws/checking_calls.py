"""Typing of calls in a law's Python text: casts, words of `maths`, and functions of the module, each typed anew."""

from __future__ import annotations

import ast
import builtins
import inspect

from alife.laws import ir, maths
from alife.laws.advice import name_of
from alife.laws.checking import AccessSpec, Expressions
from alife.laws.source_text import LawFunction, written
from alife.laws.types import F32, SCALARS, U32, Array, Scalar, Type

_CASTS = {getattr(maths, name): kind for name, kind in SCALARS.items()}
_FLOAT_WORDS = {maths.sqrt: "sqrt", maths.floor: "floor"}
_BIT_WORDS = {maths.float_bits: ("float_bits", F32, U32), maths.bits_float: ("bits_float", U32, F32)}
_INSTEAD = {  # functions of Python -> what laws have in their place
    "int": "i32(x), which drops the fraction",
    "float": "f32(x)",
    "bool": "x != 0",
    "round": "floor(x + 0.5)",
    "pow": "power(x, y)",
    "min": "min(min(x, y), z)",
    "max": "max(max(x, y), z)",
    "sum": "sum_over(... for other, dx, dy in neighbors(a, agents)), x + y, or a loop",
}


class Calls(Expressions):
    """Typing of the calls in one function; the base of `lowering.Translator`."""

    def _x_call(self, node: ast.Call, assigned: set[str], hint: Scalar | None) -> ir.Expr:
        if isinstance(node.func, ast.Attribute) and hasattr(maths, node.func.attr):
            name = node.func.attr
            self._refuse(node, "a word of laws", written(node), f"{name}(...) with from alife.world import {name}")
        if node.keywords or not isinstance(node.func, ast.Name):
            self._refuse(
                node,
                "a call of a plain name with positional arguments",
                written(node),
                "f(x), with f defined in this file or imported by name",
            )
        name = node.func.id
        function = self.function.__globals__.get(name, getattr(builtins, name, None))
        if function is len and len(node.args) == 1:
            return self._size(node, ast.unparse(node.args[0]), 0)
        if function in _CASTS and len(node.args) == 1:
            target = _CASTS[function]
            literal = self._literal(node.args[0])
            value = (
                self._const(node, literal, target)
                if literal is not None
                else self._scalar(node.args[0], assigned, None)
            )
            return value if value.type is target else ir.Cast(target, value)
        if function is maths.lane_of:
            return self._lane_of(node, assigned)
        if function in (min, max) and len(node.args) == 2:
            left, right = self._pair(node, (node.args[0], node.args[1]), assigned, hint)
            return ir.Word(left.type, name, (left, right))
        if function is abs and len(node.args) == 1:
            value = self._scalar(node.args[0], assigned, hint)
            return ir.Word(value.type, "abs", (value,))
        if function in _FLOAT_WORDS and len(node.args) == 1:
            return ir.Word(F32, _FLOAT_WORDS[function], (self._scalar(node.args[0], assigned, F32, F32),))
        if function in _BIT_WORDS and len(node.args) == 1:
            word, takes, gives = _BIT_WORDS[function]
            return ir.Word(gives, word, (self._scalar(node.args[0], assigned, takes, takes),))
        if not inspect.isfunction(function):
            what = "a plain function of the module, a cast, or a word of alife.laws.maths"
            self._refuse(node, what, name, _INSTEAD.get(name) or name_of(name))
        return self._invoke(node, function, assigned)

    def _lane_of(self, node: ast.Call, assigned: set[str]) -> ir.Expr:
        """Types the index of a group of lanes, which `resolve_elements` wrote."""
        index, count, group = node.args
        value = self._scalar(index, assigned, None)
        if not value.type.is_integer:
            self._refuse(index, "an integer index", str(value.type), f"i32({written(index)})")
        lanes, name = ast.literal_eval(count), ast.literal_eval(group)
        return ir.InGroup(value.type, value, lanes, name, self._line(node))

    def _invoke(self, node: ast.Call, function: LawFunction, assigned: set[str]) -> ir.Expr:
        if function in self.open_calls:
            self._refuse(
                node, "functions that do not call themselves", f"recursion through {function.__name__}", "a loop"
            )
        names = list(inspect.signature(function).parameters)
        if len(names) != len(node.args):
            self._refuse(
                node, f"{len(names)} arguments", f"{len(node.args)}", f"{function.__name__}({', '.join(names)})"
            )
        args: list[ir.Expr | str] = []
        types: dict[str, Type] = {}
        for name, argument in zip(names, node.args, strict=True):
            passed = self.types.get(argument.id) if isinstance(argument, ast.Name) else None
            if isinstance(argument, ast.Name) and isinstance(passed, Array):
                args.append(argument.id)
                types[name] = passed
            else:
                value = self._scalar(argument, assigned, None)
                args.append(value)
                types[name] = value.type
        callee = type(self)(function, types, self._access_of(names, node.args), self.open_calls).translate()
        if not callee.returns:
            self._refuse(node, "a function that returns a value", function.__name__, "return and the value")
        for name, passed_on in zip(names, args, strict=True):
            if isinstance(passed_on, str) and name in callee.reads:
                self._may_read(node, passed_on)
                self.read.add(passed_on)
            if isinstance(passed_on, str) and name in callee.nonlocal_reads:
                self.read_elsewhere.setdefault(passed_on, node)
        shared = self._shared(function, callee)
        return ir.Invoke(callee.returns[0], shared, tuple(args))

    def _access_of(self, names: list[str], arguments: list[ast.expr]) -> AccessSpec:
        """Returns what a called function may access; its own place is that of the caller, if it is given it."""
        place = self.access.place if self.access else ()
        same = [name for name, argument in zip(names, arguments, strict=True) if [_id(argument)] == list(place)]
        return AccessSpec(tuple(same[:1]))

    def _shared(self, function: LawFunction, lowered: ir.Function) -> ir.Function:
        """Returns the lowered function, or that of an earlier call of the same function at the same types."""
        key = function, tuple(kind for _, kind in lowered.params)
        if key not in self.called:
            self.called[key] = lowered
            self.calls.append(lowered)
        return self.called[key]

    def translate(self) -> ir.Function:
        """Lowers the whole function; `lowering.Translator` implements it."""
        raise TypeError("abstract: use lowering.Translator")


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
