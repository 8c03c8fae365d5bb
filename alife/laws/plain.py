"""Laws as plain Python: their own text over NumPy scalars and arrays, with literals as float32."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from alife.laws import maths
from alife.laws.source_text import LawFunction, source_of
from alife.laws.trees import copied


class Strict(np.ndarray):
    """An array of a law that runs as plain Python: a negative index does not count from the end, but is outside."""

    def __getitem__(self, index: Any) -> Any:
        """Returns one element. Raises IndexError outside the array."""
        return super().__getitem__(_strict(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        """Sets one element. Raises IndexError outside the array."""
        super().__setitem__(_strict(index), value)


def _strict(index: Any) -> Any:
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, int | np.integer) and part < 0:
            raise IndexError(f"expected an index from 0 on, got {part}; write len(...) - 1 for the last")
    return index


class _Literals(ast.NodeTransformer):
    """Turns every float literal and float global into a float32, as the language defines it."""

    def __init__(self, scope: Mapping[str, object]) -> None:
        self.scope = scope

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _single(node) if isinstance(node.value, float) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = isinstance(node.ctx, ast.Load) and isinstance(self.scope.get(node.id), float)
        return _single(node) if known else node


def _single(node: ast.expr) -> ast.AST:
    call = ast.Call(func=ast.Name(id="__f32", ctx=ast.Load()), args=[node], keywords=[])
    return ast.copy_location(call, node)


def as_plain_python(function: LawFunction, done: dict[LawFunction, LawFunction] | None = None) -> LawFunction:
    """Returns the function for Python to run, with float literals as float32; likewise the functions it calls.

    done: the functions rewritten so far, which grows.
    """
    done = {} if done is None else done
    if function not in done:
        if function.__module__ == maths.__name__ and function.__name__ in _BUILTINS:
            return function
        original, file, offset = source_of(function)
        definition = copied(original)
        definition.decorator_list = []
        local = {argument.arg for argument in definition.args.args}
        scope = dict(function.__globals__)
        rewritten = _Literals({name: value for name, value in scope.items() if name not in local}).visit(definition)
        module = ast.fix_missing_locations(ast.increment_lineno(ast.Module([rewritten], []), offset))
        scope["__f32"] = np.float32
        exec(compile(module, file, "exec"), scope)  # the law's own source, with typed literals
        done[function] = scope[function.__name__]
        for name in _names_of(done[function].__code__):
            if isinstance(scope.get(name), FunctionType) and scope[name] is not done[function]:
                scope[name] = as_plain_python(scope[name], done)
    return done[function]


def _names_of(code: CodeType) -> set[str]:
    """Returns the globals that a function names, those in its generator expressions among them."""
    inner = [_names_of(part) for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union(*inner)


_BUILTINS = ("f32", "i32", "u32", "i64", "u64", "sqrt", "floor", "float_bits", "bits_float", "lane_of", "zero_of")
