"""Says once, in a line, which agents of a shared world hold genes, senses or other numbers that are not finite.

Such numbers stay in their row, so a life goes on with them; most often a law of the world writes them. Senses are
looked at in the first steps, everything at the end of these and where a checkpoint is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from alife.laws.fields import BLOCK, Field, Fields

SENSES = "observations"
WORDS = {
    SENSES: SENSES,
    "genome": "genes",
    "state": "values of the brain's state",
}  # of columns with words of their own


def finite(array: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Returns which rows of an array [N, ...] are finite: [K] slots -> [K] bool."""
    parts = (np.isfinite(array[rows[k : k + BLOCK]]) for k in range(0, len(rows), BLOCK))
    return np.concatenate([np.zeros(0, bool), *(part.reshape(len(part), -1).all(axis=1) for part in parts)])


class FiniteWatch:
    """Lines about one life, each said once.

    columns: those that are watched, by name.
    """

    def __init__(self, table: Iterable[Field], sensors: Sequence[str], looks: Sequence[int]) -> None:
        """Watches the columns of agents that are floats and either saved as finite, or in WORDS.

        Args:
            table: all columns of the life.
            sensors: names of the lanes of SENSES.
            looks: numbers of steps of this process after which senses are due; everything after the last of them.
        """
        self.columns = {one.name: one for one in table if _is_watched(one)}
        self._sensors, self._looks, self._taken = sensors, list(looks), 0
        self._said: set[str] = set()

    def stretch(self, count: int) -> int:
        """Returns the steps until the next look, at most `count`."""
        return min(count, self._looks[0] - self._taken) if self._looks else count

    def due(self, count: int) -> list[str]:
        """Returns the columns to look at after `count` further steps."""
        self._taken += count
        if not self._looks or self._taken < self._looks[0]:
            return []
        self._looks.pop(0)
        return [SENSES] if self._looks else list(self.columns)

    def look(self, fields: Fields, living: Callable[[], np.ndarray], step: int, names: Iterable[str]) -> None:
        """Says on standard error, once for each column, what is not finite.

        Args:
            fields: of the life.
            living: returns [N] slots of the living; called only where a column holds any such number.
            step: of the life.
            names: columns to look at, of `columns`.
        """
        for name in [one for one in names if one not in self._said and fields.not_finite(one)]:
            rows = living()
            among = rows[fields["birth_step"][rows] < step] if name == SENSES else rows  # a newborn senses next time
            wrong = among[~finite(fields[name], among)]
            if len(wrong):
                self._said.add(name)
                print(f"alife: step {step:,}: {self._line(fields, name, wrong, len(among))}", file=sys.stderr)

    def _line(self, fields: Fields, name: str, wrong: np.ndarray, count: int) -> str:
        said = (
            f"{WORDS.get(name, name)} of {len(wrong):,} of {count:,} agents are not finite, first of "
            f"id {int(fields['id'][wrong].min())}"
        )
        if name == SENSES:
            lanes = np.flatnonzero(~np.isfinite(fields[name][wrong]).all(axis=0))
            few = ", ".join(self._sensors[lane] for lane in lanes[:5])
            return f"{said}: {few}{', ...' if len(lanes) > 5 else ''}; correct the laws that write these"
        return f"{said}; a checkpoint with them cannot be continued" if self.columns[name].finite else said


def _is_watched(field: Field) -> bool:
    floats = field.dtype.startswith("float") and field.table == "agents" and 0 not in field.shape
    return floats and (field.name in WORDS or (field.kept and field.finite))
