"""The names that laws may use: fields, Params, constants, seed, step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.errors import UserError
from alife.laws.fields import Fields


def bind_names(fields: Fields, scalars: Mapping[str, np.ndarray], *more: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Returns every array and scalar by name; a scalar is an array without dimensions.

    Args:
        fields: the columns; `clock` is also named `step`.
        scalars: scalars and constants of the simulation, arrays of any shape.
        more: Params and constants of world and strategy; values that are neither numbers nor arrays are left out.

    Raises:
        UserError: two values of one name, or a whole number of more than 32 bits.
    """
    names = {**scalars, "step": fields["clock"].reshape(())}
    for name, value in (item for part in more for item in part.items()):
        if name in names or name in fields:
            raise UserError(f"{name}: expected one field, Param or constant of this name, got two; rename one")
        array = _array(name, value)
        if array is not None:
            names[name] = array
    return {**dict(fields), **names}


def constant_scalars(names: Mapping[str, np.ndarray]) -> frozenset[str]:
    """Returns the names of the scalars that no step changes. names: name -> array of any shape."""
    return frozenset(name for name, array in names.items() if not array.ndim) - {"step"}


def _array(name: str, value: Any) -> np.ndarray | None:
    if isinstance(value, (bool, int)):
        if abs(value) >= 2**31:
            raise UserError(f"{name}: expected a whole number below 2**31, got {value}; write a smaller one")
        return np.array(int(value), np.int32)
    if isinstance(value, float):
        return np.array(value, np.float32)
    return value if isinstance(value, np.ndarray) else None
