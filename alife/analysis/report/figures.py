"""Numbers among the facts of findings, as columns of a table over several subjects."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from alife.analysis.report.finding import Finding

PERCENT = re.compile(r"(-?\d+(?:\.\d+)?) ?%")


def number(value: Any) -> float | None:
    """Returns a fact as a number, "62%" as 62; None for text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = PERCENT.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) if match else None


def facts_of(findings: Mapping[str, Finding]) -> dict[str, Any]:
    """Returns all facts by name; a name that two instruments use has that of the instrument in front.

    findings: by instrument.
    """
    names = [name for finding in findings.values() for name in finding.facts]
    return {
        f"{instrument}: {name}" if names.count(name) > 1 else name: value
        for instrument, finding in findings.items()
        for name, value in finding.facts.items()
    }


def columns(rows: list[dict[str, Any]]) -> list[str]:
    """Returns the names in any of the rows, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def numeric(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Returns the columns that hold a number in every row, finite in at least one: name -> [len(rows)] values."""
    found: dict[str, list[float]] = {}
    for name in columns(rows):
        values = [number(row.get(name)) for row in rows]
        if all(value is not None for value in values) and any(math.isfinite(value or 0.0) for value in values):
            found[name] = [value for value in values if value is not None]
    return found
