"""Refusals of rows and namespaces used as what they are not, while `resolve` rewrites a law."""

from __future__ import annotations

import ast

from alife.errors import suggestion
from alife.laws.namespaces import Row, Rows
from alife.laws.resolve_names import Names
from alife.laws.scope import LANES
from alife.laws.source_text import written


class Misuse(Names):
    """Looks at names in one function; a base of `resolve.Resolver`."""

    def check_parameters(self) -> None:
        """Refuses default values and parameters by keyword or star. Raises LawError."""
        given = self.definition.args
        if given.defaults or given.kwonlyargs or given.vararg or given.kwarg or given.posonlyargs:
            self._refuse(self.definition, "plain positional parameters", "defaults, keywords or stars", "names alone")

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Refuses a row that is used as a number, and a namespace that is bound again."""
        kind = self.kinds.get(node.id)
        if kind is None or (isinstance(kind, Row) and node.id not in self._rows_by_name()):
            return node
        what = f"the row {node.id}" if isinstance(kind, Row) else f"the namespace {node.id}"
        if not isinstance(node.ctx, ast.Load):
            self._refuse(node, "a variable of its own", f"{what} bound again", "another name")
        if isinstance(kind, Row):
            self._refuse(node, "a number", what, f"{node.id}.row for its number, or {node.id}.name for a column")
        write = f"{node.id}[j].name, with j in range(...)" if isinstance(kind, Rows) else f"{node.id}.name"
        self._refuse(node, "a number", f"{what} alone", write)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Refuses a choice between rows."""
        for side in (node.body, node.orelse):
            if self._is_row(side):
                write = "k = a.row if ... else j, then b = agents[k]"
                self._refuse(node, "a choice between numbers", f"one between rows in {written(node)}", write)
        return self._generic(node)

    def check_length(self, node: ast.expr) -> None:
        """Refuses len of a group of lanes and of a table. Raises LawError."""
        if isinstance(node, ast.Name) and isinstance(self.kinds.get(node.id), Rows):
            self._refuse(node, "len of a column", f"len({node.id})", f"len({node.id}.id), or of another column")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in LANES:
            lane = self.scope.lane_of.get((node.value.attr, node.attr))
            if lane is not None and self._is_row(node.value.value):
                self._refuse(node, "len of a column", f"len({written(node)})", str(max(lane.count, 1)))

    def check_written(self, node: ast.expr, name: str) -> None:
        """Refuses to write a column of the engine, other than those that are the world's to write. Raises LawError."""
        scope = self.scope
        if scope.owners and name not in scope.owner_of and name not in scope.written:
            known = [*scope.written, *(field for field, owner in scope.owners if owner not in ("p", "world"))]
            which = f"a column that the world declares{suggestion(name, known)}"
            declared = f'{name}: float = column("float32") in a class of columns, if the engine has none of this name'
            self._refuse(node, which, name, declared)

    def _is_row(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return isinstance(self.kinds.get(node.id), Row) and node.id in self._rows_by_name()
        return (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and isinstance(self.kinds.get(node.value.id), Rows)
        )

    def _rows_by_name(self) -> set[str]:
        """Returns the names whose columns the function names: a row of the array form is a plain number."""
        attributes = [node for node in ast.walk(self.definition) if isinstance(node, ast.Attribute)]
        return {node.value.id for node in attributes if isinstance(node.value, ast.Name)}
