"""Thin views over arrays, with which a law runs as plain Python on its own text: the definition of namespaces.

Nothing here knows how `resolve` rewrites a law, so that each holds the other to its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from functools import lru_cache
from typing import Any

import numpy as np

from alife.laws import maths, torus
from alife.laws.law import Law
from alife.laws.namespaces import DRAWS
from alife.laws.plain import as_plain_python
from alife.laws.scope import CELL_LISTS, LANES, Lane, Scope

Arrays = Mapping[str, np.ndarray]  # scalars are arrays without dimensions
_plain = lru_cache(maxsize=512)(as_plain_python)


def run_row(law: Law, row: int, names: Arrays, scope: Scope, column: int = 0) -> None:
    """Runs a law at one row, as its text says; a serial law ignores `row`.

    Args:
        law: any law.
        row: number of the row.
        names: every column, scalar and constant that it may name: [N], [N, ...] or without dimensions.
        scope: what the names of its namespaces stand for.
        column: number of the column, of a law that takes one.

    Raises:
        IndexError: an index is outside its array.
    """
    scope = scope.with_tables(law.tables)
    names = {**names, **{name: names[field] for name, field in law.renamed}}
    place: list[Any] = [RowView(law.table, row, names, scope)] if law.rows else []
    place += [np.int32(column)] * bool(law.columns)
    code = law.function.__code__
    parameters = code.co_varnames[len(place) : code.co_argcount]
    views = [_view(name, law.table, row, names, scope) for name in parameters]
    with np.errstate(all="ignore"):
        _plain(law.function)(*place, *views)


def _view(name: str, table: str, row: int, names: Arrays, scope: Scope) -> Any:
    if name in ("p", "world"):
        return ScalarsView(names)
    if name == "draws":
        return DrawsView(table, row, names)
    known = scope.table_of.get(name)
    if known is None:
        return _value(names[name])
    return RowView(known, 0, names, scope) if known == "one" else TableView(known, names, scope)


def _value(array: np.ndarray) -> Any:
    """An array, or a number as laws read it."""
    return array if array.ndim else _read(array[()])


def _read(value: Any) -> Any:
    """A number as laws read it: uint8 as int32, float16 as float32."""
    if value.dtype == np.uint8:
        return np.int32(value)
    return np.float32(value) if value.dtype == np.float16 else value


class RowView:
    """A row of a table: reads and writes go to the columns."""

    _table: str
    _row: int
    _names: Arrays
    _scope: Scope

    def __init__(self, table: str, row: int, names: Arrays, scope: Scope) -> None:
        self.__dict__.update(_table=table, _row=row, _names=names, _scope=scope)

    def _column(self, name: str) -> np.ndarray:
        return self._names[self._scope.field_of.get((self._table, name), name)]

    def __getattr__(self, name: str) -> Any:
        if name == "row":
            return np.int32(self._row)
        if self._table == "agents" and name in LANES:
            return LanesView(name, self._names[LANES[name]][self._row], self._scope)
        column = self._column(name)
        return VectorView(column[self._row]) if column.ndim > 1 else _read(column[self._row])

    def __setattr__(self, name: str, value: Any) -> None:
        self._column(name)[self._row] = value


class TableView:
    """The rows of a table."""

    def __init__(self, table: str, names: Arrays, scope: Scope) -> None:
        self._of = table, names, scope

    @property
    def cell_lists(self) -> CellListsView:
        return CellListsView(self._of[1])

    def __getitem__(self, row: Any) -> RowView:
        table, names, scope = self._of
        if row < 0:
            raise IndexError(f"expected a row of {table} from 0 on, got {row}")
        return RowView(table, int(row), names, scope)

    def __getattr__(self, name: str) -> Sized:
        """A column, of which a law takes the length."""
        table, names, scope = self._of
        return range(len(names[scope.field_of.get((table, name), name)]))


class CellListsView:
    """The cell lists of agents."""

    def __init__(self, names: Arrays) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        values = self._names[CELL_LISTS[name]]
        return VectorView(values) if values.ndim else _read(values[()])


class VectorView:
    """The values of a row of a column of several."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def _at(self, k: Any) -> Any:
        if any(part < 0 for part in (k if isinstance(k, tuple) else (k,))):
            raise IndexError(f"expected an index from 0 on, got {k}")
        return k

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, k: Any) -> Any:
        return _read(self._values[self._at(k)])

    def __setitem__(self, k: Any, value: Any) -> None:
        self._values[self._at(k)] = value


class LanesView:
    """The named lanes of a row: `senses`, `actions`, `outputs`, `measures` or `objectives`."""

    _group: str
    _values: np.ndarray
    _scope: Scope

    def __init__(self, group: str, values: np.ndarray, scope: Scope) -> None:
        self.__dict__.update(_group=group, _values=values, _scope=scope)

    def __getattr__(self, name: str) -> Any:
        lane = self._scope.lane_of[self._group, name]
        lanes = LaneGroupView(self._values, lane, self._group == "actions")
        return lanes if lane.count else lanes[0]

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[self._scope.lane_of[self._group, name].first] = value


class LaneGroupView:
    """A group of lanes, or the only one of a single lane. scaled: they are read in the range of their actuators."""

    def __init__(self, values: np.ndarray, lane: Lane, scaled: bool) -> None:
        self._values, self._lane, self._scaled = values, lane, scaled

    def _place(self, k: Any) -> int:
        if not 0 <= k < max(self._lane.count, 1):
            raise IndexError(f"expected an index from 0 to {self._lane.count - 1}, got {k}")
        place: int = self._lane.first + self._lane.stride * int(k)
        return place

    def __getitem__(self, k: Any) -> Any:
        value, low, high = self._values[self._place(k)], self._lane.low, self._lane.high
        if not self._scaled:
            return value
        if (low, high) == (-1.0, 1.0):
            return _plain(maths.clip)(value, np.float32(-1), np.float32(1))
        return _plain(torus.lane)(value, np.float32(low), np.float32(high))

    def __setitem__(self, k: Any, value: Any) -> None:
        self._values[self._place(k)] = value


class ScalarsView:
    """Params, constants, `step` and `seed`."""

    def __init__(self, names: Arrays) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return _value(self._names[name])


class DrawsView:
    """Random draws of a row. once: those that are the same in every step."""

    def __init__(self, table: str, row: int, names: Arrays, step: int | None = None) -> None:
        self._of, self._step = (table, row, names), step

    @property
    def once(self) -> DrawsView:
        return DrawsView(*self._of, step=0)

    def __getattr__(self, name: str) -> Any:
        table, row, names = self._of
        step = names["step"][()] if self._step is None else np.int64(self._step)
        id = names["id"][row] if table == "agents" else np.int64(row if table else 0)
        draw = _plain(DRAWS[name])
        return lambda stream, k: draw(names["seed"][()], np.int32(stream), step, id, np.int32(k))
