"""Checks of a world against what its kind declares: its tuples, its numbers, its lanes and columns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from alife.config.declarations import check_count, check_mapping, check_tuple, check_unlike, refuse, refuse_twice
from alife.config.declared_columns import check_columns, check_scalars
from alife.config.source_lines import place_of
from alife.errors import LocatedError, UserError, suggestion
from alife.laws.scope import attribute, lanes_of

NAMED = ("sensors", "actuators", "metrics", "measures", "objectives")  # tuples of things with names
LISTED = ("death_causes", "roles", "heritable")  # tuples of names
LANES = {"sensors": "senses", "actuators": "actions", "measures": "measures"}


def check_world(
    world: Any, base: type, hooks: Mapping[str, type], counts: Mapping[str, int], tables: Collection[str]
) -> None:
    """Checks what a world declares.

    Args:
        world: it.
        base: the class of its kind.
        hooks: attributes that are tuples -> class of their items.
        counts: attributes that are whole numbers -> the smallest.
        tables: those that every world of the kind has.

    Raises:
        LocatedError: a declaration is of another type, or two do not fit each other.
    """
    if not hasattr(world, "params"):
        place = place_of(type(world), "__init__")
        raise LocatedError(
            f"{place}: {type(world).__name__}: expected params, got none; write super().__init__(params)"
        )
    check_unlike(world, hooks, base)
    found = {name: check_tuple(world, name, kind) for name, kind in hooks.items()}
    for name, low in counts.items():
        check_count(world, name, low)
    for name in NAMED:
        _check_named(world, name, found.get(name, ()))
    for name in LISTED:
        refuse_twice(world, name, found.get(name, ()))
    own = check_mapping(world, "tables")
    for name, rows in own.items():
        if isinstance(rows, bool) or not hasattr(rows, "__index__") or rows < 1:
            refuse(type(world), "tables", "whole numbers of rows, 1 or more", f"{rows!r} for {name}", "int(...)")
    check_columns(found["columns"], {*tables, *own})
    check_scalars(world, found["columns"], check_mapping(world, "constants"))
    _check_heritable(world, found)


def _check_named(world: object, name: str, items: tuple[Any, ...]) -> None:
    """Checks the names and ranges of sensors, actuators, metrics and the like."""
    for place, item in enumerate(items):
        if not isinstance(item.name, str) or not attribute(item.name).strip("_"):
            refuse(type(world), name, "a name", repr(item.name), "a word, such as speed", place)
        _check_range(world, name, place, item)
    refuse_twice(world, name, (attribute(item.name) for item in items))
    if name in LANES:
        lanes = [(item.name, item.group, float(item.low), float(item.high)) for item in items]
        try:
            lanes_of(LANES[name], lanes)
        except UserError as error:
            raise LocatedError(f"{place_of(type(world), name)}: {type(world).__name__}.{name}: {error}") from error


def _check_range(world: object, name: str, place: int, item: Any) -> None:
    low, high = getattr(item, "low", 0.0), getattr(item, "high", 1.0)
    text = f"{item.name}: {low!r}, {high!r}"
    if not all(isinstance(end, int | float) or hasattr(end, "__float__") for end in (low, high)):
        refuse(type(world), name, "numbers low and high", text, "0.0, 1.0", place)
    if not low <= high or (name == "actuators" and not (low < high and math.isfinite(high - low))):
        refuse(type(world), name, "low below high", text, f"{high!r}, {low!r}" if low > high else "0.0, 1.0", place)


def _check_heritable(world: object, found: Mapping[str, tuple[Any, ...]]) -> None:
    known = [field.name for field in found["fields"]]
    for place, name in enumerate(found["heritable"]):
        if name not in known:
            got = f"{name!r}{suggestion(name, known)}"
            refuse(type(world), "heritable", "names of columns of the world", got, "one of them", place)
