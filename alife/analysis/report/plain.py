"""A report as one JSON object."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from alife.analysis.report.finding import Finding, Link, Table


def to_json(title: str, findings: list[Finding], page: object) -> str:
    """Returns a report as JSON: under the title of each section its text, facts, tables, and the numbers of figures.

    NaN and infinity are null.
    """
    out: dict[str, Any] = {"report": None if page is None else str(page), "title": title}
    for finding in findings:
        section: dict[str, Any] = {"text": finding.text, "facts": {n: _plain(v) for n, v in finding.facts.items()}}
        section |= {table.title: _rows(table) for table in finding.tables}
        numbers = {picture.caption: _rows(picture.numbers) for picture in finding.pictures if picture.numbers}
        out[finding.title] = {**section, **({"figures": numbers} if numbers else {})}
    return json.dumps(out)


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows]


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, Link):
        return str(value.file)
    return None if isinstance(value, float) and not math.isfinite(value) else value
