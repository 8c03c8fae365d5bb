"""Names of a function whose namespaces are resolved: the parameters that hold columns and scalars, and rows."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from types import FunctionType
from typing import Any, TypeVar

from alife.laws.namespaces import Call, Draws, Namespace, Resolved, Row, Rows, Scalars, Single
from alife.laws.scope import Scope
from alife.laws.source_text import LawFunction, Refusing, source_of, written
from alife.laws.trees import copied, copied_as_written, nodes_of

Node = TypeVar("Node", bound=ast.AST)


class Names(ast.NodeTransformer, Refusing):
    """Rewrites one function with given namespaces; the base of `resolve.Resolver`."""

    def __init__(
        self,
        function: LawFunction,
        kinds: dict[str, Namespace],
        scope: Scope,
        known: dict[Call, Resolved | None],
        drawer: ast.expr | None = None,
        plain: Mapping[str, str] | None = None,
    ) -> None:
        """Reads the function.

        kinds: parameter -> namespace. known: functions resolved so far, which grows. drawer: of a law, the row that
        draws count by; None in a function, which is given it. plain: of a law, column or scalar -> the parameter that
        holds it.
        """
        self.definition, self.file, self.offset = source_of(function)
        self.function, self.kinds, self.scope, self.known, self.drawer = function, dict(kinds), scope, known, drawer
        self.parameters = [argument.arg for argument in self.definition.args.args]
        self.plain = plain or {}
        self.names: dict[str, str] = {}  # column or scalar -> the parameter added for it
        self.globals: dict[str, Any] = dict(function.__globals__)
        stores = {node.id for node in nodes_of(self.definition) if isinstance(node, ast.Name)}
        self.taken = {*self.parameters, *stores, *dir(builtins)}
        self.changed = False

    def resolve(self) -> Resolved:
        """Returns the function that takes columns and scalars in place of namespaces."""
        definition = copied_as_written(self.definition)
        definition.decorator_list = []
        for node in nodes_of(definition):
            if isinstance(node, (ast.Yield, ast.YieldFrom)):
                what = "a law, or a function that it calls, without yield"
                self._refuse(node, what, written(node), f"for x in {definition.name}(...) in a law, or return a value")
        definition.body = self._visited(definition.body)
        if not self.changed and all(isinstance(kind, Row) for kind in self.kinds.values()):
            return Resolved(self.function, {}, changed=False)
        dropped = (Rows, Single, Scalars) if self.drawer is None else (Rows, Single, Scalars, Draws)
        kept = [name for name in self.parameters if not isinstance(self.kinds.get(name), dropped)]
        arguments = [ast.arg(name) for name in [*kept, *self.names.values()]]
        definition.args = ast.arguments([], arguments, None, [], [], None, [])
        definition.returns = None
        module = ast.fix_missing_locations(ast.Module([definition], []))
        shifted = ast.increment_lineno(copied(module), self.offset) if self.offset else module
        exec(compile(shifted, self.file, "exec"), self.globals)  # the law's own text, with names resolved
        function: FunctionType = self.globals[definition.name]
        function.__dict__["law_source"] = (definition, self.file, self.offset)
        return Resolved(function, {parameter: name for name, parameter in self.names.items()})

    def _visited(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Rewrites statements, each of which may become several."""
        done = map(self.visit, statements)
        return [each for part in done for each in (part if isinstance(part, list) else [part])]

    def _hold(self, name: str) -> ast.Name:
        """Returns the parameter that holds a column or scalar."""
        self.changed = True
        if name in self.plain:
            return ast.Name(self.plain[name], ast.Load())
        if name not in self.names:
            parameter = name
            while parameter in self.taken or parameter in self.globals:
                parameter += "_"
            self.names[name] = parameter
            self.taken.add(parameter)
        return ast.Name(self.names[name], ast.Load())

    def _owned(self, node: ast.expr, name: str, owner: str) -> ast.Name:
        """Returns the parameter that holds a column or scalar, after a look at whose it is."""
        actual = self.scope.owner_of.get(name, owner)
        if actual != owner:
            hint = {"p": f"p.{name}", "world": f"world.{name}"}.get(actual, f"{name} of a row of {actual}")
            self._refuse(node, f"a name of {_described(owner)}", f"{name} of {_described(actual)}", hint)
        return self._hold(name)

    def _column(self, node: ast.expr, table: str, name: str) -> ast.Name:
        return self._owned(node, self.scope.field_of.get((table, name), name), table)

    def _row_of(self, node: ast.expr) -> tuple[str, ast.expr] | None:
        """Returns the table and the number of the row that an expression stands for, or None."""
        if isinstance(node, ast.Name):
            kind = self.kinds.get(node.id)
            if isinstance(kind, Single):
                return kind.table, ast.Constant(0)
            return (kind.table, ast.Name(node.id, ast.Load())) if isinstance(kind, Row) else None
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            kind = self.kinds.get(node.value.id)
            if isinstance(kind, Rows):
                self.changed = True
                return kind.table, self.visit(node.slice)
        return None

    def _generic(self, node: Node) -> Node:
        """Rewrites the parts of a node."""
        self.generic_visit(node)
        return node

    def _became(self, new: ast.expr, old: ast.expr) -> ast.expr:
        """Gives a new node the place and the written form of the old one."""
        if hasattr(new, "ctx") and not isinstance(new, ast.Name):
            new.__dict__["ctx"] = getattr(old, "ctx", ast.Load())
        for part in nodes_of(new):
            if not hasattr(part, "lineno"):
                ast.copy_location(part, old)
        new.__dict__["law_written"] = old.__dict__["law_written"]
        return new


def _described(owner: str) -> str:
    return {"p": "Params", "world": "the world"}.get(owner, f"table {owner}")
