"""Agents that come into a shared world from outside, or leave it, between two steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.backends.program import Engine
from alife.brains import Brain
from alife.laws.fields import Fields
from alife.laws.maths import u64
from alife.simulation import births


def arrive(engine: Engine, brain: Brain, seed: int, rows: np.ndarray, columns: Mapping[str, Any], step: int) -> None:
    """Gives slots to agents from outside: new ids, no parents, clades of their own.

    Args:
        engine: holds the fields.
        brain: of every agent.
        seed: of the life.
        rows: [M] slots.
        columns: their genome [M, G], state and other columns; what is not given stays as it is in the slot.
        step: of the life.
    """
    f = engine.fields
    first = int(f["next_id"][0])
    ids = np.arange(first, first + len(rows))
    new: dict[str, Any] = {**columns, "id": ids, "clade": ids, "parent_id": -1, "birth_step": step, "offspring": 0}
    new |= {"second_parent_id": -1} if "second_parent_id" in f else {}
    for name, values in new.items():
        f[name][rows] = values
    f["next_id"][0] += len(rows)
    if brain.salt_column >= 0:
        f["state"][rows, brain.salt_column] = [births.salt(u64(seed), id) for id in ids.tolist()]
    if brain.num_phenotypes:
        f["phenotype"][rows] = brain.develop(f["genome"][rows], f["state"][rows])
        engine.written("phenotype")
    engine.written(*new, "next_id")


def list_living(fields: Fields) -> None:
    """Lists and counts the living anew, of host fields whose column `alive` was changed."""
    rows = np.flatnonzero(fields["alive"])
    fields["living"][: len(rows)] = rows
    fields["num_living"][0] = len(rows)
