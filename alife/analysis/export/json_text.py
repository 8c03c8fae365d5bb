"""A champion as JSON: the list of its operations, its constants and its first state; docs/export.md is the format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from alife.analysis.export.champion import Champion
from alife.analysis.export.literals import decimal
from alife.ops.slots import Index
from alife.ops.statements import Compute, Draw, Load, Loop, Operand, Place, Statement

FORMAT, VERSION = "walsh-life brain", 1  # raise the version when a reader of the last one would read something else


def json_text(champion: Champion) -> str:
    """The text of an object; each operation and each constant is a line."""
    slots = [{"name": name, "start": slot.start, "shape": slot.shape} for name, slot in champion.slots.items()]
    constants = [f"{json.dumps(name)}: {json.dumps(_numbers(values))}" for name, values in champion.constants.items()]
    parts = {
        "format": json.dumps(FORMAT),
        "version": json.dumps(VERSION),
        "about": json.dumps(champion.about, indent=1),
        "width": json.dumps(champion.width),
        "observations": json.dumps(champion.num_observations),
        "actions": json.dumps(champion.num_actions),
        "initial_state": json.dumps(_numbers(champion.initial_state)),
        "state": _lines("[]", map(json.dumps, slots)),
        "constants": _lines("{}", constants),
        "program": _lines("[]", (json.dumps(_statement(one)) for one in champion.statements)),
    }
    return _lines("{}", (f"{json.dumps(key)}: {text}" for key, text in parts.items())) + "\n"


def _lines(brackets: str, items: Iterable[str]) -> str:
    return brackets[0] + ",".join(f"\n{item}" for item in items) + f"\n{brackets[1]}"


def _numbers(values: np.ndarray) -> list[float]:
    return [int(x) if values.dtype.kind == "i" else float(decimal(x)) for x in values]


def _statement(one: Statement) -> dict[str, Any]:
    if isinstance(one, Compute):
        more = {"block": one.block} if one.word == "wht" else {"lane": _whole(one.index)} if one.word == "lane" else {}
        return {"op": one.word, "out": one.out, "in": list(map(_operand, one.inputs)), **more}
    if isinstance(one, Load):
        return {"op": "load", "out": one.out, **_place(one.place)}
    if isinstance(one, Draw):
        known = [_operand(one.salt), _operand(one.clock)]
        return {"op": "draw", "out": one.out, "in": known, "stream": one.stream, "number": _whole(one.counter)}
    if isinstance(one, Loop):
        carries = [[carry.name, _operand(carry.initial), _operand(carry.final)] for carry in one.carries]
        body = list(map(_statement, one.body))
        return {"op": "loop", "counter": one.counter, "count": one.count, "carries": carries, "body": body}
    when = {} if one.when is None else {"when": _operand(one.when)}
    half = {"half": True} if one.half else {}
    return {"op": "store", "in": [_operand(one.value)], **_place(one.place), **when, **half}


def _place(place: Place) -> dict[str, Any]:
    row = place.row if isinstance(place.row, str) else _whole(place.row)
    sizes = {"start": place.start, "length": place.length, "rows": place.rows}
    return {"array": place.array, **sizes, "row": row, "at": place.at}


def _operand(x: Operand) -> Operand:
    return x if isinstance(x, str) else float(decimal(x))


def _whole(number: int | Index) -> int | list[int | str]:
    """A number, or [counter, times, plus] for a loop's counter, scaled and shifted."""
    return number if isinstance(number, int) else [number.name, number.times, number.plus]
