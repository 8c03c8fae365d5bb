"""Results of benchmarks as plain text: a table where it fits the width, its first column wrapped if need be, else a
paragraph for each row.

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

from alife.analysis.benchmarks.limits import MARK, Row, figure, marked, misses, verdict
from alife.analysis.benchmarks.results import Results

GAP = "  "
WHOLE_WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
LEAST_LABEL = 16  # columns of a first column that is wrapped


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
    lines = _table(marked(rows), width)
    if max(map(len, lines)) > width:
        lines = [line for row in rows for line in _paragraph(row, width)]
    said = verdict(rows)
    return "\n".join([name, "", *lines, *(["", _filled(said, width)] if said else [])])


def _table(rows: Sequence[Row], width: int) -> list[str]:
    """Lines of a table: a heading, a rule, and the rows; numbers to the right. Wider than `width` if it cannot fit."""
    columns = list(rows[0]) if rows else ["nothing was measured"]
    cells = [columns, *([figure(row[key]) for key in columns] for row in rows)]
    excess = sum(max(map(len, column)) + len(GAP) for column in zip(*cells, strict=True)) - len(GAP) - width
    if excess > 0:
        first = max(LEAST_LABEL, max(len(line[0]) for line in cells) - excess)
        cells = [line for whole in cells for line in _folded(whole, first)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [all(isinstance(row[key], int | float | None) for row in rows) for key in columns]
    lines = [
        GAP.join(
            text.rjust(size) if to else text.ljust(size) for text, size, to in zip(line, widths, right, strict=True)
        )
        for line in cells
    ]
    return [text.rstrip() for text in (lines[0], GAP.join("-" * size for size in widths), *lines[1:])]


def _folded(cells: list[str], width: int) -> list[list[str]]:
    """A row of a table as lines whose first cell is at most this wide if its words are; the figures on the last."""
    parts = _wrapped(cells[0], width) or [""]
    return [*([part, *[""] * (len(cells) - 1)] for part in parts[:-1]), [parts[-1], *cells[1:]]]


def _wrapped(text: str, width: int) -> list[str]:
    """A label on several lines, all with its indentation, later ones with more."""
    indent = text[: len(text) - len(text.lstrip())]
    later = indent + GAP
    return textwrap.wrap(text.strip(), width, initial_indent=indent, subsequent_indent=later, **WHOLE_WORDS)


def _paragraph(row: Row, width: int) -> list[str]:
    """Lines of one row: what it is about, then its figures with their names, each whole."""
    lines = _wrapped(f"{next(iter(row.values()), '')}{f' {MARK}' if misses(row) else ''}", width)
    line = start = 2 * GAP
    for item in _items(dict(list(row.items())[1:])):
        if line.strip() and len(line) + len(item) > width:
            lines.append(line.rstrip())
            line = start
        line += item + GAP
    return [*lines, line.rstrip()] if line.strip() else lines


def _items(row: Mapping[str, Any]) -> list[str]:
    """Each figure of a row with its name; a value with its unit instead."""
    if "value" not in row:
        return [f"{name} {figure(value)}" for name, value in row.items() if value is not None]
    rest = {name: value for name, value in row.items() if name not in ("value", "unit")}
    return [f"{figure(row['value'])} {row.get('unit', '')}".rstrip(), *_items(rest)]


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, **WHOLE_WORDS)
