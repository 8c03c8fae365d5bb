"""Rows of a study's table: read and written as CSV, selected, and their means over seeds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.analysis.statistics import Mean, t_mean
from alife.atomic_files import reading, write_whole, writing
from alife.errors import UserError

Row = Mapping[str, Any]


def read_rows(path: Path) -> list[Row]:
    """Returns the rows of a table, whole numbers and numbers as such. Raises UserError if it cannot be read."""
    with reading(path), path.open(newline="", encoding="utf-8") as file:
        try:
            return [{key: _value(text) for key, text in row.items()} for row in csv.DictReader(file, strict=True)]
        except (csv.Error, UnicodeDecodeError, AttributeError, TypeError):
            raise UserError(f"{path}: expected a table of this program, got another file; name another --out") from None


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Writes a table, whole or not at all. Raises WriteError."""
    text = io.StringIO()
    columns = dict.fromkeys(key for row in rows for key in row)
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with writing(path):
        write_whole(path, [text.getvalue().encode()])


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def distinct(rows: Sequence[Row], column: str) -> list[Any]:
    """Returns the values of a column in the order of their first rows, without those that are missing."""
    return list(dict.fromkeys(row[column] for row in rows if row.get(column, "") != ""))


def chosen(rows: Sequence[Row], **labels: Any) -> list[Row]:
    """Returns the rows with these values."""
    return [row for row in rows if all(row.get(key) == value for key, value in labels.items())]


def seed_means(rows: Sequence[Row], column: str, **labels: Any) -> dict[int, float]:
    """Returns seed -> the mean of a column over its rows with these labels."""
    values: dict[int, list[float]] = {}
    for row in chosen(rows, **labels):
        values.setdefault(row["seed"], []).append(float(row[column]))
    return {seed: sum(each) / len(each) for seed, each in values.items()}


def mean_of(rows: Sequence[Row], column: str, **labels: Any) -> Mean:
    """Returns the mean of a column over seeds and its 95 % interval by Student's t, of the rows with these labels."""
    return t_mean(list(seed_means(rows, column, **labels).values()))


def difference(rows: Sequence[Row], column: str, first: Row, second: Row) -> Mean:
    """Returns the mean over seeds of the difference between rows of two choices of labels, paired by seed."""
    a, b = seed_means(rows, column, **first), seed_means(rows, column, **second)
    return t_mean([a[seed] - b[seed] for seed in a if seed in b])


def at_least(mean: Mean, target: float) -> bool | None:
    """Returns True if the whole interval is at or above a target, False if all of it is below, else None."""
    return True if mean.low >= target else False if mean.high < target else None


def at_most(mean: Mean, target: float) -> bool | None:
    """Returns True if the whole interval is at or below a target, False if all of it is above, else None."""
    return at_least(Mean(-mean.value, -mean.high, -mean.low), -target)


def within(mean: Mean, margin: float) -> bool | None:
    """Returns True if the whole interval is within -margin..margin, False if all of it is outside, else None."""
    if mean.low > margin or mean.high < -margin:
        return False
    return True if max(-mean.low, mean.high) <= margin else None


def all_hold(verdicts: Sequence[bool | None]) -> bool | None:
    """Returns False if one is False, else None if one is None, else True."""
    return False if False in verdicts else None if None in verdicts else True
