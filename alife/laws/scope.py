"""The meaning of the names of a law's namespaces in one world: its tables, columns, and lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from alife.cached import cached_property
from alife.errors import UserError

LANES = {
    "senses": "observations",
    "actions": "actions",
    "outputs": "actions",
    "measures": "measures",
    "objectives": "objectives",
}  # groups of named lanes -> the column that holds them; `outputs` are actions as the brain gave them

CELL_LISTS = {
    "start": "bin_start",
    "slots": "bin_slots",
    "x": "bin_x",
    "y": "bin_y",
    "across": "bins_across",
    "side": "side",
}  # names of `agents.cell_lists` -> the column or scalar of each


@dataclass(frozen=True)
class Lane:
    """A named lane of a column, or a group of equal ones, which laws index.

    first: the lane, or that of the group's first. stride: lanes between two of a group. count: lanes of a group; 0: a
    single lane. low, high: the range that an action is scaled to.
    """

    first: int
    stride: int = 1
    count: int = 0
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Scope:
    """The meaning of the names of namespaces.

    Attributes:
        tables: (name of a namespace, its table); "agents", "bins" and "one" need no entry.
        columns: (table, attribute, field), where the two names differ.
        owners: (field, its table), ("p", Param) or ("world", constant), as far as they are known.
        lanes: (group of `LANES`, name, lane).
        written: columns of the engine that laws may write, where owners are known.
    """

    tables: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str, str], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    lanes: tuple[tuple[str, str, Lane], ...] = ()
    written: tuple[str, ...] = ()

    def with_tables(self, tables: Mapping[str, str]) -> Scope:
        """Returns the scope with further tables. tables: name of a namespace -> its table."""
        return replace(self, tables=(*self.tables, *tables.items())) if tables else self

    @cached_property
    def table_of(self) -> dict[str, str]:
        """The table of each namespace of a table."""
        return {"agents": "agents", "bins": "bins", "totals": "one", **dict(self.tables)}

    @cached_property
    def field_of(self) -> dict[tuple[str, str], str]:
        """(table, attribute) -> the field."""
        return {(table, attribute): field for table, attribute, field in self.columns}

    @cached_property
    def owner_of(self) -> dict[str, str]:
        """The table of each field, and "p" or "world" for scalars and constants."""
        return dict(self.owners)

    @cached_property
    def lane_of(self) -> dict[tuple[str, str], Lane]:
        """(group, name) -> the lane."""
        return {(group, name): lane for group, name, lane in self.lanes}

    def lane_names(self, group: str) -> list[str]:
        """Returns the names of a group's lanes, in order."""
        return [name for each, name, _ in self.lanes if each == group]


EMPTY = Scope()


def attribute(name: str) -> str:
    """Returns a name as laws write it after a dot: "taste of plants" -> "taste_of_plants"."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def lanes_of(group: str, named: Iterable[tuple[str, str, float, float]]) -> tuple[tuple[str, str, Lane], ...]:
    """Returns the lanes of a group for a `Scope`.

    Args:
        group: one of `LANES`.
        named: (name, name of the group of equal lanes that it belongs to or "", low, high), in the order of lanes.

    Raises:
        UserError: the lanes of a group of equal ones are not evenly spaced, or a name stands for two things.
    """
    places: dict[str, list[int]] = {}
    ranges: dict[str, tuple[float, float]] = {}
    found: list[tuple[str, str, Lane]] = []
    for place, (name, equal, low, high) in enumerate(named):
        found.append((group, attribute(name), Lane(place, low=low, high=high)))
        if equal:
            places.setdefault(attribute(equal), []).append(place)
            ranges[attribute(equal)] = low, high
    for name, where in places.items():
        stride = where[1] - where[0] if len(where) > 1 else 1
        if where != list(range(where[0], where[0] + stride * len(where), stride)):
            raise UserError(f"{name}: expected a group of evenly spaced lanes, got lanes {where}; declare them in turn")
        found.append((group, name, Lane(where[0], stride, len(where), *ranges[name])))
    names = [name for _, name, _ in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(f"{twice[0]}: expected one lane or group of this name, got two; rename one")
    return tuple(found)
