"""Resolution of the namespaces of a law: statements, calls and draws."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType

from alife.laws import maths
from alife.laws.namespaces import DRAWS, Draws, Namespace, Resolved, Row, Rows, Scalars, Single
from alife.laws.reducing import Reducing
from alife.laws.scope import LANES, Scope
from alife.laws.source_text import LawError, LawFunction, place_of, written
from alife.laws.trees import copied


def namespace_of(name: str, scope: Scope, table: str) -> Namespace | None:
    """Returns what a parameter of this name is, after the row; None for an array or scalar. table: the law's own."""
    if name in ("p", "world"):
        return Scalars(name)
    if name == "draws":
        return Draws(table)
    known = scope.table_of.get(name, "")
    return None if not known else Single(known) if known == "one" else Rows(known)


def resolve_function(function: LawFunction, place: int, table: str, scope: Scope) -> Resolved | None:
    """Returns a law's function without namespaces, or None if it has none.

    Args:
        function: as written.
        place: number of its leading parameters: the row, and the column.
        table: that of its row; "" without one.
        scope: what the names of the namespaces stand for.

    Raises:
        LawError: a namespace is used as what it is not, or has no such name; with file, line and what to write.
    """
    names = list(inspect.signature(function).parameters)
    if len(names) < place:
        write = f"def {function.__name__}(a)"
        raise LawError(f"{place_of(function)}: expected the row as the first parameter, got none; write {write}")
    kinds: dict[str, Namespace] = {names[0]: Row(table)} if place else {}
    for name in names[place:]:
        kind = namespace_of(name, scope, table)
        if kind is not None:
            kinds[name] = kind
    plain = {name: name for name in names[place:] if name not in kinds}
    drawer = ast.Name(names[0], ast.Load()) if place else ast.Constant(0)
    resolver = Resolver(function, kinds, scope, {}, drawer, plain)
    resolver.check_parameters()
    resolved = resolver.resolve()
    return resolved if resolved.changed else None


class Resolver(Reducing):
    """Resolves one function, and the functions to which it passes namespaces."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Lets a variable hold a row."""
        target = node.targets[0]
        row = self._row_of(node.value)
        if row is not None and len(node.targets) == 1 and isinstance(target, ast.Name):
            held = self.kinds.setdefault(target.id, Row(row[0]))
            if held != Row(row[0]):
                self._refuse(node, f"a row of {held} in {target.id}", f"one of {row[0]}", "a variable of its own")
            return ast.copy_location(ast.Assign([target], row[1]), node)
        return self._generic(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Resolves draws, lengths of columns, and calls that pass namespaces."""
        if isinstance(node.func, ast.Attribute):
            draw = self._draw(node, node.func)
            return self._generic(node) if draw is None else draw
        if isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            self.check_length(node.args[0])
            length = self._length(node.args[0])
            if length is not None:
                return self._became(length, node)
        called = self.globals.get(node.func.id) if isinstance(node.func, ast.Name) else None
        self._refuse_generator(node)
        self._refuse_reduction(node)
        if isinstance(called, FunctionType) and called.__module__ != maths.__name__:
            call = self._call_with(node, called) if any(map(self._passed, node.args)) else None
            return self._generic(node) if call is None else self._became(call, node)
        return self._generic(node)

    def _draw(self, node: ast.Call, function: ast.Attribute) -> ast.expr | None:
        """Resolves draws.uniform(stream, k) to uniform(seed, stream, step, id, k)."""
        once = isinstance(function.value, ast.Attribute) and function.value.attr == "once"
        source = function.value.value if once and isinstance(function.value, ast.Attribute) else function.value
        kind = self.kinds.get(source.id) if isinstance(source, ast.Name) else None
        if not isinstance(kind, Draws) or not isinstance(source, ast.Name):
            return None
        if function.attr not in DRAWS or len(node.args) != 2 or node.keywords:
            what = f"draws.{', draws.'.join(DRAWS)} of a stream and a count"
            self._refuse(node, what, written(node), "draws.uniform(STREAM, 0)")
        stream, k = (self.visit(argument) for argument in node.args)
        step = ast.Constant(0) if once else self._hold("step")
        drawer = self._drawer(source.id, kind)
        return self._became(self._call(DRAWS[function.attr], self._hold("seed"), stream, step, drawer, k), node)

    def _drawer(self, name: str, kind: Draws) -> ast.expr:
        """Returns the id that draws count by: that of the agent, or the number of the row."""
        row = self._draw_row(name)
        if kind.table == "agents":
            return ast.Subscript(self._hold("id"), row, ast.Load())
        return self._call(maths.i64, row)

    def _draw_row(self, name: str) -> ast.expr:
        return copied(self.drawer) if self.drawer is not None else ast.Name(name, ast.Load())

    def _length(self, node: ast.expr) -> ast.expr | None:
        """Resolves len(row.name), the number of its values, and len(table.name), that of rows."""
        if not isinstance(node, ast.Attribute):
            return None
        kind = self.kinds.get(node.value.id) if isinstance(node.value, ast.Name) else None
        row = None if isinstance(kind, Rows) else self._row_of(node.value)
        table = kind.table if isinstance(kind, Rows) else row and row[0]
        if not table:
            return None
        if node.attr in LANES and table == "agents":
            axes = self._hold(LANES[node.attr])
        else:
            axes = self._column(node, table, node.attr)
        axis = ast.Constant(0 if row is None else 1)
        return ast.Subscript(ast.Attribute(axes, "shape", ast.Load()), axis, ast.Load())

    def _passed(self, node: ast.expr) -> Namespace | None:
        """Returns the namespace that an argument of a call is, or None."""
        if isinstance(node, ast.Name):
            return self.kinds.get(node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            kind = self.kinds.get(node.value.id)
            return Row(kind.table) if isinstance(kind, Rows) else None
        return None

    def _call_with(self, node: ast.Call, function: FunctionType) -> ast.expr | None:
        """Resolves a call that passes namespaces to a function, which is resolved for them; None if it has none."""
        names = list(inspect.signature(function).parameters)
        if len(names) != len(node.args) or node.keywords:
            fix = f"{function.__name__}({', '.join(names)})"
            self._refuse(node, f"{len(names)} arguments", str(len(node.args)), fix)
        passed = zip(names, map(self._passed, node.args), strict=True)
        kinds = {name: kind for name, kind in passed if kind is not None}
        key = (function, tuple(kinds.items()))
        if key not in self.known:
            self.known[key] = None
            self.known[key] = Resolver(function, kinds, self.scope, self.known).resolve()
        callee = self.known[key]
        if callee is None:
            got = f"recursion through {function.__name__}"
            self._refuse(node, "functions that do not call themselves", got, "a loop")
        if not callee.changed:
            return None
        arguments: list[ast.expr] = []
        for name, argument in zip(names, node.args, strict=True):
            kind = kinds.get(name)
            if isinstance(kind, Row):
                found = self._row_of(argument)
                assert found is not None
                arguments.append(found[1])
            elif isinstance(kind, Draws):
                assert isinstance(argument, ast.Name)
                arguments.append(self._draw_row(argument.id))
            elif kind is None:
                arguments.append(self.visit(argument))
        return self._call(callee.function, *arguments, *map(self._hold, callee.touched.values()))
