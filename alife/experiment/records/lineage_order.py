"""The order of rows in lineage.csv: by time of death while a run goes on, by id once it has ended.

Sorted by id, ancestors stand before their descendants, which readers of phylogenies need and would else have to
establish. A run that goes on from there needs the log again that its checkpoint continues: the rows of those who left,
in the order in which they left. Migrants leave before the agents that die in the same step.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from alife.atomic_files import write_whole, writing
from alife.experiment.records.lineage_csv import COLUMNS

CHUNK = 2**16  # rows gathered at a time
ZERO, NINE, COMMA, QUOTE, NEWLINE = b'09,"\n'
MIGRATED = b"migrated"
HEAD = ",".join(COLUMNS).encode()


class _Rows:
    """The rows of a table in memory: its header, and where each whole row begins and ends."""

    def __init__(self, path: Path) -> None:
        self.text = np.fromfile(path, np.uint8)
        ends = np.flatnonzero(self.text == NEWLINE) + 1
        self.header = self.text[: ends[0]] if len(ends) else self.text[:0]
        self.starts, self.ends = ends[:-1], ends[1:]

    def numbers(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the whole numbers that begin at places [N] of the text, -1 where there is none, and their ends."""
        found, at = np.full(len(at), -1), at.copy()
        reading = np.ones(len(at), bool)
        for _ in range(19):
            sign = self.text[np.minimum(at, len(self.text) - 1)]
            reading &= (sign >= ZERO) & (sign <= NINE)
            if not reading.any():
                break
            found = np.where(reading, np.maximum(found, 0) * 10 + sign - ZERO, found)
            at += reading
        return found, at

    def ids(self) -> np.ndarray:
        """[N] int64 ids, the first column; -1 where a row has none."""
        return self.numbers(self.starts)[0]

    def are_sorted(self) -> bool:
        """True if every row has an id, above that of the row before."""
        return bool((np.diff(self.ids(), prepend=-1) > 0).all())

    def destructions(self) -> tuple[np.ndarray, np.ndarray]:
        """[N] destruction_time, the fourth column, -1 where it is empty or `inf`; and the place after it."""
        commas = np.flatnonzero((self.text == COMMA) & ~self._quoted())
        first = np.searchsorted(commas, self.starts)
        return self.numbers(commas[np.minimum(first + 2, len(commas) - 1)] + 1)

    def _quoted(self) -> np.ndarray:
        quotes: np.ndarray = np.cumsum(self.text == QUOTE, dtype=np.uint8)
        inside: np.ndarray = quotes % 2 == 1
        return inside

    def blocks(self, order: np.ndarray) -> Iterator[bytes]:
        """Yields the header, then the rows in this order [K], a few at a time."""
        yield self.header.tobytes()
        for first in range(0, len(order), CHUNK):
            rows = order[first : first + CHUNK]
            lengths = self.ends[rows] - self.starts[rows]
            before = np.cumsum(lengths) - lengths
            yield self.text[np.repeat(self.starts[rows] - before, lengths) + np.arange(lengths.sum())].tobytes()


def sort_by_id(path: Path) -> None:
    """Sorts a closed lineage.csv by id, in place. Raises WriteError; the file is then as it was."""
    with writing(path):
        rows = _Rows(path)
        if not rows.are_sorted():
            write_whole(path, rows.blocks(np.argsort(rows.ids(), kind="stable")))


def restore_log(path: Path) -> None:
    """Makes a lineage.csv that was sorted by id the log again, without the living. Raises WriteError.

    A file that is not sorted is a log already; of one that is both, only the living are left out.
    """
    with writing(path):
        if not path.is_file():
            return
        rows = _Rows(path)
        if not rows.header.tobytes().startswith(HEAD) or not rows.are_sorted():
            return
        times, after = rows.destructions()
        causes = np.stack([rows.text[np.minimum(after + 1 + k, len(rows.text) - 1)] for k in range(len(MIGRATED))])
        stayed = (causes != np.frombuffer(MIGRATED, np.uint8)[:, None]).any(axis=0)
        left = np.flatnonzero(times >= 0)
        write_whole(path, rows.blocks(left[np.lexsort((left, stayed[left], times[left]))]))
