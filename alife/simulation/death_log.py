"""The log of agents that died or left, read from the engine's fields before it could overflow."""

from __future__ import annotations

import numpy as np

from alife.backends.program import Engine
from alife.simulation.lineage_columns import LineageColumns

Entries = dict[str, np.ndarray]  # columns of the log: [D] each


class DeathLog:
    """Agents that left since the log was last read.

    Attributes:
        columns: field of the log of each column.
    """

    def __init__(self, engine: Engine, mates: bool, further: LineageColumns) -> None:
        """engine: holds the log's fields. mates: True if agents may have two parents. further: columns."""
        self._engine, self._further = engine, further
        self._own = {"id": "id", "parent_id": "parent_id", "origin_time": "birth_step"}
        self.columns = {"id": "dead_id", "parent_id": "dead_parent"}
        if mates:
            self._own |= {"second_parent_id": "second_parent_id"}
            self.columns |= {"second_parent_id": "dead_second_parent"}
        self.columns |= {"origin_time": "dead_birth", "destruction_time": "dead_step", "cause": "dead_cause"}
        self.columns |= further.logged
        self._read: list[Entries] = []

    def spill(self) -> None:
        """Moves the entries to the host, which makes room for more."""
        fields = self._engine.fields
        count = np.arange(int(fields["num_logged"][0]))
        self._read.append({name: fields.rows(field, count) for name, field in self.columns.items()})
        fields["num_logged"][0] = 0
        self._engine.written("num_logged")

    def add_leaving(self, rows: np.ndarray, step: int, cause: int) -> None:
        """Append agents that leave for another population, after those that died before.

        Args:
            rows: [M] slots.
            step: in which they leave.
            cause: number of the cause.
        """
        self.spill()
        fields = self._engine.fields
        log = {name: fields.rows(field, rows) for name, field in self._own.items()}
        log |= self._further.living(fields, rows)
        log |= {"destruction_time": np.full(len(rows), step), "cause": np.full(len(rows), cause)}
        self._read.append({name: log[name].astype(fields[field].dtype) for name, field in self.columns.items()})

    def take(self) -> Entries:
        """Returns all entries since the last call, in order: [D] each."""
        self.spill()
        parts, self._read = self._read, []
        return {name: np.concatenate([part[name] for part in parts]) for name in self.columns}
