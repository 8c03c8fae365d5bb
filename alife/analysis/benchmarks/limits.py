"""Figures as text, and the limits that rows of figures state.

In a row, `least` and `most` bound the number that stands last before them; a bound of None is none. `aim` is what is
worked towards, and no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

Row = Mapping[str, Any]
BOUNDS = {"least": "at least", "most": "at most"}
MARK = "MISSES"  # in the column `mark` of a row that misses a limit


def figure(value: Any) -> str:
    """A value of a row as text, without exponents: four digits of a float, in thousands; nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    rounded = float(f"{value:.4g}")
    if not np.isfinite(rounded):
        return str(rounded)
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else np.format_float_positional(rounded, trim="-")


def label(row: Row) -> str:
    """The first value of a row, which says what it is about."""
    return str(next(iter(row.values()), "")).strip()


def misses(row: Row) -> list[str]:
    """Each limit that a row misses, such as "x read 2.304, at most 2"."""
    return [
        f"{_named(row, name)}, {BOUNDS[bound]} {figure(limit)}"
        for name, value, bound, limit in _bounded(row)
        if not (value >= limit if bound == "least" else value <= limit)
    ]


def _named(row: Row, name: str) -> str:
    """A figure with the name of its column, or with the unit that stands beside it."""
    return f"{figure(row[name])} {row['unit']}" if name == "value" and "unit" in row else f"{name} {figure(row[name])}"


def _bounded(row: Row) -> Iterator[tuple[str, float, str, float]]:
    """(column, its value, least or most, the limit) of each limit of a row."""
    last: tuple[str, float] | None = None
    for name, value in row.items():
        if isinstance(value, Real) and name in BOUNDS and last:
            yield *last, name, float(value)
        elif isinstance(value, Real) and name != "aim":
            last = (name, float(value))


def marked(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows without columns that are empty in all, and with a column `mark` if any of them misses a limit."""
    used = [
        key
        for key in dict.fromkeys(key for row in rows for key in row)
        if any(row.get(key) is not None for row in rows)
    ]
    found = [{key: row.get(key) for key in used} for row in rows]
    if any(map(misses, rows)):
        found = [{**row, "mark": MARK if misses(row) else None} for row in found]
    return found


def verdict(rows: Sequence[Row]) -> str:
    """One sentence: which rows miss their limits, or that none does; nothing where there are no limits."""
    missed = [f"{label(row)} ({'; '.join(found)})" for row in rows if (found := misses(row))]
    if missed:
        return f"Limits missed: {', '.join(missed)}."
    return "Every limit is held." if any(True for row in rows for _ in _bounded(row)) else ""
