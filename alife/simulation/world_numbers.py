"""The numbers of a world that may change while it runs: Params that its laws read, and nothing else depends on.

A Param that a table's length, a constant, a lane, a bound of a column, or the choice of laws depends on is compiled
into the program of a step, so it stays; and so does one that no law of a step reads, as a change of it would do
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.backends.program import Stage
from alife.config.params import Params, parse_params
from alife.errors import UserError, suggestion
from alife.laws.law import Law
from alife.world import SharedWorld

BUILT = ("tables", "constants", "sensors", "actuators", "fields", "num_founders", "paints")  # of a world


@dataclass(frozen=True)
class Number:
    """A number that may change. meaning: with its unit. low, high: its range, None for no bound."""

    name: str
    value: bool | int | float
    meaning: str
    low: float | None
    high: float | None


class WorldNumbers:
    """The numbers of one world that may change, and the arrays in which its laws read them."""

    def __init__(self, world: SharedWorld, names: Mapping[str, np.ndarray], stages: Sequence[Stage]) -> None:
        """Finds them.

        Args:
            world: whose `params` are replaced when a number is set.
            names: name -> array of what the laws read, scalars without dimensions.
            stages: one step.
        """
        self._world, self._names = world, names
        laws = [stage for stage in stages if isinstance(stage, Law)]
        read = {name for law in laws for name in law.array_form.arguments}
        fixed = params_of_structure(world)
        self._free = [name for name in type(world.params).model_fields if name in read and name not in fixed]

    def all(self) -> list[Number]:
        """Returns them with their present values, in the order of the Params."""
        return [self._number(name) for name in self._free]

    def _number(self, name: str) -> Number:
        field = type(self._world.params).model_fields[name]
        ends = {
            key: getattr(one, key) for one in field.metadata for key in ("ge", "gt", "le", "lt") if hasattr(one, key)
        }
        low, high = ends.get("ge", ends.get("gt")), ends.get("le", ends.get("lt"))
        return Number(name, getattr(self._world.params, name), field.description or "", low, high)

    def check(self, name: str, value: object) -> Params:
        """Returns the Params with a number set. Raises UserError for one that may not change, or a wrong value."""
        params: Params = self._world.params
        if name not in self._free:
            known = name in type(params).model_fields
            why = "the world is built with it, or no step reads it" if known else "the world has no such Param"
            listed = ", ".join(self._free) or "none"
            hint = "" if known else suggestion(name, self._free)
            raise UserError(
                f"intervene set: expected a Param that may change in a run, got {name}: {why}{hint}; these may: "
                f"{listed}"
            )
        return parse_params(type(params), {**params.model_dump(), name: value}, "intervene set")

    def set(self, name: str, value: object) -> None:
        """Sets a number for all further steps. Raises as `check`."""
        params = self.check(name, value)
        self._names[name][...] = getattr(params, name)
        self._world.params = params


def params_of_structure(world: SharedWorld) -> Collection[str]:
    """Returns the Params that a world reads when it is built: for tables, constants, lanes, columns and laws."""
    noted = _Noted(world.params)
    again = type(world)(noted)
    for name in BUILT:
        getattr(again, name)
    bounds = {field.high for field in world.fields if isinstance(field.high, str)}
    return noted.read | bounds


class _Noted:
    """Params that note which of them are read."""

    def __init__(self, params: Params) -> None:
        self._params, self.read = params, set[str]()

    def __getattr__(self, name: str) -> Any:
        own = type(self._params).model_fields
        self.read |= {name} if name in own else set(own)  # what is read by a method is not known
        return getattr(self._params, name)
