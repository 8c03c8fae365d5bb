"""Checks that the columns of a shared world that come back from a checkpoint are a life that can go on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.errors import UserError
from alife.laws.fields import Field, Fields
from alife.laws.saved_arrays import Saved, check_form, check_values


def check_fields(
    fields: Fields, given: Mapping[str, np.ndarray], tables: Mapping[str, int], params: Mapping[str, object]
) -> None:
    """Checks saved columns [...] against the field table, and counters and ids against the rows of the living.

    Args:
        fields: the field table of the life.
        given: the columns of a checkpoint.
        tables: number of rows of each table.
        params: those of the world, which bounds of columns may name.

    Raises:
        UserError: one is missing, of another dtype or shape, or holds a value that it cannot hold.
    """
    kept = fields.kept()
    for name, array in kept.items():
        check_form(name, given.get(name), array.dtype, array.shape)
    check_values("alive", given["alive"], Saved(low=0, high=1), {})
    living = np.flatnonzero(given["alive"])
    for name in kept:
        field = fields.table[name]
        rule = _rule(field, params)
        if rule != Saved(finite=False):
            check_values(name, given[name], rule, tables, living if field.table == "agents" else None)
    _check_counters(given, living)


def _rule(field: Field, params: Mapping[str, object]) -> Saved:
    high = params[field.high] if isinstance(field.high, str) else field.high
    assert high is None or isinstance(high, int | float)  # as the declaration is checked
    low = 0 if field.index and field.low is None else field.low
    return Saved(low=low, high=high, below=field.index, finite=field.finite or low is not None)


def _check_counters(given: Mapping[str, np.ndarray], living: np.ndarray) -> None:
    """Checks the number of the living, and their ids and times against the counters. living: [N] slots."""
    count, next_id, clock = (int(given[name][0]) for name in ("num_living", "next_id", "clock"))
    if count != len(living):
        raise UserError(f"expected num_living as the {len(living)} slots that alive marks, got {count}")
    for name, most in (("id", next_id - 1), ("parent_id", next_id - 1), ("clade", next_id - 1), ("birth_step", clock)):
        check_values(name, given[name], Saved(low=-1, high=most), {}, living)
    if len(np.unique(given["id"][living])) != count:
        raise UserError("expected id of each living agent to be its own, got one twice")
