"""Schedules: numbers that change in the course of a run, as points {generation: value}, linear between them.

`mutation_rate: {0: 0.2, 100: 0.05}` falls from 0.2 to 0.05 within 100 generations and stays there; before the first
point its value holds. A jump is two adjacent points. In a shared world the keys are steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import pydantic
from pydantic_core import CoreSchema, core_schema

from alife.errors import as_shown

LAST = 10**12  # the last step of the longest run


@dataclass(frozen=True)
class Schedule:
    """A piecewise linear function. points: (generation or step, value), ascending, at least one."""

    points: tuple[tuple[int, float], ...]

    def at(self, step: int) -> float:
        """Returns the value at a generation or step."""
        for (first, start), (last, end) in pairwise(self.points):
            if first <= step < last:
                return start + (end - start) * ((step - first) / (last - first))
        return self.points[0 if step < self.points[0][0] else -1][1]


class _OrSchedule:
    """Annotation by which a number may also be a schedule of such numbers, each within the same bounds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: pydantic.GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.plain_serializer_function_ser_schema(_plain)
        return core_schema.no_info_wrap_validator_function(_either, handler(source), serialization=plain)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number = handler(schema)
        keys = {"propertyNames": {"pattern": "^[0-9]+$"}, "minProperties": 1}
        points = {"type": "object", "additionalProperties": number, **keys}
        return {"anyOf": [number, points]}


if TYPE_CHECKING:
    Scheduled = float  # which `Params.at` returns
else:
    Scheduled = Annotated[float, _OrSchedule()]


def _either(value: object, number: Callable[[object], float]) -> float | Schedule:
    if isinstance(value, Schedule):
        return value
    if not isinstance(value, Mapping):
        return number(value)
    points = [(_place(key), number(item)) for key, item in value.items()]
    if not points or len(dict(points)) < len(points):
        got = "none" if not points else "one of them twice"
        raise ValueError(f"expected generations and their values, got {got}; write for example {{0: 0.2, 100: 0.05}}")
    return Schedule(tuple(sorted(points)))


def _place(key: object) -> int:
    """Returns the generation or step that a key stands for. Raises ValueError."""
    text = str(key)
    if text.isascii() and text.isdigit() and len(text) <= len(str(LAST)) and int(text) <= LAST:
        return int(text)
    got = as_shown(text)
    raise ValueError(f"expected generations from 0 as keys, got '{got}'; write for example {{0: 0.2, 100: 0.05}}")


def _plain(value: float | Schedule) -> float | dict[int, float]:
    return dict(value.points) if isinstance(value, Schedule) else value
