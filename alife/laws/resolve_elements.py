"""Elements of namespaces as elements of arrays: columns at a row, lanes by name, Params and constants."""

from __future__ import annotations

import ast

from alife.errors import suggestion
from alife.laws import maths, torus
from alife.laws.namespaces import DRAWS, Draws, Rows, Scalars
from alife.laws.resolve_misuse import Misuse
from alife.laws.scope import CELL_LISTS, LANES, Lane
from alife.laws.source_text import LawFunction, written


class Elements(Misuse):
    """Resolves elements in one function; the base of `resolve.Resolver`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Resolves a column at a row, a single lane, a Param or a constant."""
        kind = self.kinds.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(kind, Scalars) and isinstance(node.ctx, ast.Store):
            self._refuse(node, "a column of a row to write", written(node), "a.name = ..., with a column of its own")
        if isinstance(kind, Scalars):
            return self._became(self._owned(node, node.attr, kind.owner), node)
        element = self._cell_list(node) or self._element(node, None)
        if element is not None:
            return element
        if isinstance(kind, Rows):
            self._refuse(node, "a column of a row", written(node), f"{written(node.value)}[...].{node.attr}")
        if isinstance(kind, Draws):
            self._refuse(node, f"a call of draws.{', draws.'.join(DRAWS)}", written(node), "draws.uniform(STREAM, 0)")
        return self._generic(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Resolves an element of a column of several at a row, or a lane of a group."""
        if isinstance(node.value, ast.Attribute):
            element = self._element(node.value, node)
            if element is not None:
                return element
        rows = (*_parts(node), node.value)  # of an array a row is the index
        kept = [part for part in rows if not (isinstance(part, ast.Name) and part.id in self.kinds)]
        if len(kept) < len(rows) and isinstance(node.value, ast.Name) and node.value.id not in self.kinds:
            return self._array_element(node)
        return self._generic(node)

    def _cell_list(self, node: ast.Attribute) -> ast.expr | None:
        """Resolves agents.cell_lists.name; None if it is no such name."""
        lists = node.value
        if not isinstance(lists, ast.Attribute) or lists.attr != "cell_lists" or not isinstance(lists.value, ast.Name):
            return None
        kind = self.kinds.get(lists.value.id)
        if not isinstance(kind, Rows) or kind.table != "agents":
            return None
        if node.attr not in CELL_LISTS:
            known = ", ".join(CELL_LISTS)
            self._refuse(node, f"a name of cell lists{suggestion(node.attr, CELL_LISTS)}", node.attr, f"one of {known}")
        name = CELL_LISTS[node.attr]
        if self.scope.owners and name not in self.scope.owner_of:
            fix = "Plane(bin_side=...) among the parts of the world, or the law in a world that has it"
            self._refuse(node, "a world with cell lists", f"one without {name}", fix)
        return self._became(self._hold(name), node)

    def _array_element(self, node: ast.Subscript) -> ast.expr:
        """Resolves the other indices of an element of an array at a row."""
        parts = [part if isinstance(part, ast.Name) else self.visit(part) for part in _parts(node)]
        node.slice = ast.Tuple(parts, ast.Load()) if isinstance(node.slice, ast.Tuple) else parts[0]
        return node

    def _element(self, node: ast.Attribute, indexed: ast.Subscript | None) -> ast.expr | None:
        """Resolves row.name or row.group.name, indexed or not; None if it is neither."""
        whole: ast.expr = indexed or node
        index = _parts(indexed)
        if isinstance(node.value, ast.Attribute) and node.value.attr in LANES:
            row = self._row_of(node.value.value)
            return None if row is None else self._lane(whole, node.value.attr, node.attr, row, index)
        row = self._row_of(node.value)
        if row is None:
            return None
        table, number = row
        if node.attr == "row":
            if isinstance(getattr(whole, "ctx", None), ast.Store):
                self._refuse(
                    whole, "a column of a row to write", written(whole), "a.name = ..., with a column of its own"
                )
            self.changed = True
            return self._became(number, whole)
        if table == "agents" and node.attr in LANES and node.attr != "measures":
            self._refuse(whole, f"a lane by its name, as {written(node)}.name", written(whole), "its name after a dot")
        if isinstance(getattr(whole, "ctx", None), ast.Store):
            self.check_written(node, self.scope.field_of.get((table, node.attr), node.attr))
        column = self._column(node, table, node.attr)
        place = ast.Tuple([number, *(self.visit(part) for part in index)], ast.Load()) if index else number
        return self._became(ast.Subscript(column, place, ast.Load()), whole)

    def _lane(
        self, node: ast.expr, group: str, name: str, row: tuple[str, ast.expr], index: list[ast.expr]
    ) -> ast.expr:
        lane = self.scope.lane_of.get((group, name))
        if lane is None:
            known = self.scope.lane_names(group)
            fix = f"one of {', '.join(known)}" if known else "the law in a world that declares it"
            self._refuse(node, f"a name of {group}{suggestion(name, known)}", name, fix)
        if len(index) != bool(lane.count):
            how = f"one of {lane.count}, {group}.{name}[k]" if lane.count else f"a single lane, {group}.{name}"
            self._refuse(node, how, written(node), "that")
        if group == "actions" and isinstance(getattr(node, "ctx", None), ast.Store):
            self._refuse(node, "a column or a sensor to write", written(node), "a.outputs, or a column of its own")
        place = self._place(node, lane, index, f"{group}.{name}")
        column = self._hold(LANES[group])
        element: ast.expr = ast.Subscript(column, ast.Tuple([row[1], place], ast.Load()), ast.Load())
        if group == "actions":
            element = self._scaled(element, lane)
        return self._became(element, node)

    def _place(self, node: ast.expr, lane: Lane, index: list[ast.expr], name: str) -> ast.expr:
        """Returns the number of the lane. name: of the group."""
        if not index:
            return ast.Constant(lane.first)
        k = self.visit(index[0])
        if isinstance(k, ast.Constant) and isinstance(k.value, int) and not 0 <= k.value < lane.count:
            self._refuse(node, f"an index from 0 to {lane.count - 1}", str(k.value), "one of those")
        k = self._became(self._call(maths.lane_of, k, ast.Constant(lane.count), ast.Constant(name)), node)
        if lane.stride != 1:
            k = ast.BinOp(ast.Constant(lane.stride), ast.Mult(), k)
        return ast.BinOp(ast.Constant(lane.first), ast.Add(), k) if lane.first else k

    def _scaled(self, element: ast.expr, lane: Lane) -> ast.expr:
        """Returns an action in the range of its actuator."""
        if (lane.low, lane.high) == (-1.0, 1.0):
            return self._call(maths.clip, element, ast.Constant(-1.0), ast.Constant(1.0))
        return self._call(torus.lane, element, ast.Constant(float(lane.low)), ast.Constant(float(lane.high)))

    def _call(self, function: LawFunction, *arguments: ast.expr) -> ast.Call:
        """Returns a call of a function, which becomes a global of this one."""
        name = function.__name__
        while name in self.parameters or self.globals.get(name, function) is not function:
            name += "_"
        self.globals[name] = function
        self.changed = True
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _parts(indexed: ast.Subscript | None) -> list[ast.expr]:
    """Returns the indices of a subscript."""
    if indexed is None:
        return []
    return list(indexed.slice.elts) if isinstance(indexed.slice, ast.Tuple) else [indexed.slice]
