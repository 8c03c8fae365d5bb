"""Results of benchmarks as plain text: a table where it fits the width, else a paragraph for each row.

No figure is cut or broken at any width. Where standard output is no terminal and COLUMNS is not set, there is no width,
and each row is one line.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from alife.analysis.benchmarks.limits import MARK, Row, figure, label, marked, misses, verdict
from alife.analysis.benchmarks.results import Results

GAP = "  "


def report(results: Results, width: int | None = None) -> str:
    """The tables of all benchmarks, a sentence on the limits of each, and the machine.

    Args:
        results: what was measured.
        width: columns; None: those of the terminal.
    """
    width = _width() if width is None else width
    parts = [_section(name, rows, width) for name, rows in results.rows.items()]
    return "\n\n".join([*parts, _filled(", ".join(f"{name} {value}" for name, value in results.facts.items()), width)])


def _width() -> int:
    """Columns of the terminal, or of COLUMNS; as many as there may be where there is neither."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return shutil.get_terminal_size().columns if known else sys.maxsize


def _section(name: str, rows: Sequence[Row], width: int) -> str:
    table = _table(marked(rows))
    lines = table if max(map(len, table)) <= width else [line for row in rows for line in _paragraph(row, width)]
    said = verdict(rows)
    return "\n".join([name, "", *lines, *(["", _filled(said, width)] if said else [])])


def _table(rows: Sequence[Row]) -> list[str]:
    """Lines of a table: a heading, a rule, and the rows; numbers to the right."""
    columns = list(rows[0]) if rows else ["nothing was measured"]
    cells = [columns, *([figure(row[key]) for key in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [all(isinstance(row[key], int | float | None) for row in rows) for key in columns]
    lines = [
        GAP.join(
            text.rjust(size) if to else text.ljust(size) for text, size, to in zip(line, widths, right, strict=True)
        )
        for line in cells
    ]
    return [text.rstrip() for text in (lines[0], GAP.join("-" * size for size in widths), *lines[1:])]


def _paragraph(row: Row, width: int) -> list[str]:
    """Lines of one row: what it is about, then its figures with their names, each whole."""
    head = f"{label(row)}{GAP}{MARK}" if misses(row) else label(row)
    lines = textwrap.wrap(head, width, break_long_words=False, break_on_hyphens=False)
    line = GAP
    for item in _items(dict(list(row.items())[1:])):
        if line.strip() and len(line) + len(item) > width:
            lines.append(line.rstrip())
            line = GAP
        line += item + GAP
    return [*lines, line.rstrip()] if line.strip() else lines


def _items(row: Mapping[str, Any]) -> list[str]:
    """Each figure of a row with its name; a value with its unit instead."""
    if "value" not in row:
        return [f"{name} {figure(value)}" for name, value in row.items() if value is not None]
    rest = {name: value for name, value in row.items() if name not in ("value", "unit")}
    return [f"{figure(row['value'])} {row.get('unit', '')}".rstrip(), *_items(rest)]


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
