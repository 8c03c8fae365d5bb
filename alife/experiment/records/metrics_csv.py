"""metrics.csv: one row an interval, the same columns in every row."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from alife.experiment.records.append_log import AppendOnlyFile

Row = Mapping[str, float | int]


class Metrics:
    """The growing table. The header is the keys of the first row."""

    def __init__(self, path: Path, length: int) -> None:
        """Opens it. length: bytes to keep, as a checkpoint stored them; 0 begins anew."""
        self._path = path
        self._log = AppendOnlyFile(path, b"", length) if length else None

    def append(self, row: Row) -> None:
        """Writes one row; numbers are written so that reading them gives the same value."""
        log = self._open(row)
        line = ",".join(_text(value) for value in row.values())
        log.append(f"{line}\n".encode())
        log.flush()

    def sync(self) -> int:
        """Makes the rows durable; returns the file's length in bytes, 0 before the first row."""
        return self._log.sync() if self._log else 0

    def close(self) -> None:
        """Closes the file."""
        if self._log:
            self._log.close()

    def _open(self, row: Row) -> AppendOnlyFile:
        if self._log is None:
            self._log = AppendOnlyFile(self._path, f"{','.join(row)}\n".encode(), 0)
        return self._log


def _text(value: float | int) -> str:
    return str(int(value)) if isinstance(value, int | np.integer) else repr(float(value))


def read_metrics(path: Path) -> dict[str, np.ndarray]:
    """Reads metrics.csv by column, float64 [M], up to a row that a kill cut short; empty before the first row."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    header, *rows = list(csv.reader(text[: text.rfind("\n") + 1].splitlines())) or [[]]
    sound = [numbers for row in rows if (numbers := _numbers(row)) and len(numbers) == len(header)]
    return dict(zip(header, np.array(sound).T, strict=True)) if sound and "step" in header else {}


def _numbers(row: list[str]) -> list[float]:
    try:
        return [float(value) for value in row]
    except ValueError:
        return []
