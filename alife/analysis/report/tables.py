"""Tables of findings as HTML."""

from __future__ import annotations

import html
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from alife.analysis.report.finding import Link, Table
from alife.errors import MOST, as_shown

LONG = 40  # characters; a longer fact has a row of its own, a longer cell is wrapped
BROAD = 3  # columns; a table with more takes the whole width
NUMBERS = 24  # rows of the numbers under a figure, evenly spaced if there are more


def figure(value: Any) -> str:
    """Returns a value as text: floats with four digits, all before the point, separators of thousands; "-" for NaN."""
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return "-"
        return f"{value:,.0f}" if 1e4 <= abs(float(value)) < 1e15 else f"{value:,.4g}"
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{value:,}"
    return as_shown(str(value), MOST)


def table_html(table: Table, folder: Path) -> str:
    """Returns a table with its title. folder: where the page will be, for links."""
    broad = " broad" if len(table.columns) > BROAD else ""
    return (
        f'<div class="block{broad}"><h3>{html.escape(table.title)}</h3>'
        f'<div class="scroll" tabindex="0">{rows_html(table, folder)}</div></div>'
    )


def rows_html(table: Table, folder: Path) -> str:
    """Returns the HTML element `table`. folder: where the page will be, for links."""
    kinds = [next((row[at] for row in table.rows if row[at] != ""), "") for at in range(len(table.columns))]
    names = zip(table.columns, kinds, strict=True)
    head = "".join(f'<th scope="col"{_side(value)}>{html.escape(name)}</th>' for name, value in names)
    cell = _sorted_cell if table.sortable else _cell
    rows = "".join("<tr>" + "".join(cell(value, folder) for value in row) + "</tr>" for row in table.rows)
    kind = ' class="sortable"' if table.sortable else ""
    return f"<table{kind}><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def evenly(count: int) -> np.ndarray:
    """Returns the indices of the rows of `count` that are shown: [K] ascending, K at most NUMBERS."""
    chosen: np.ndarray = np.unique(np.linspace(0, count - 1, min(count, NUMBERS)).round().astype(int))
    return chosen


def numbers_html(table: Table | None, total: int | None = None) -> str:
    """Returns the numbers of a figure, folded; "" if there are none. Of many rows, NUMBERS evenly spaced are shown.

    total: number of rows, if the table has only those that are shown.
    """
    if table is None or not table.rows:
        return ""
    few = Table(table.title, table.columns, tuple(table.rows[row] for row in evenly(len(table.rows))))
    count = total or len(table.rows)
    left = f"<p>{len(few.rows)} of {count:,} rows, evenly spaced.</p>" if count > len(few.rows) else ""
    body = f'<div class="scroll" tabindex="0">{rows_html(few, Path())}</div>{left}'
    return f'<details class="numbers"><summary>{html.escape(table.title)}</summary>{body}</details>'


def _cell(value: Any, folder: Path) -> str:
    text = html.escape(figure(value))
    return f"<td{_side(value)}>{_linked(value, text, folder) if isinstance(value, Link) else text}</td>"


def _sorted_cell(value: Any, folder: Path) -> str:
    """Returns a cell with the number that it is sorted by, which its text rounds."""
    cell = _cell(value, folder)
    if isinstance(value, int | float | np.number) and math.isfinite(value):
        return cell.replace("<td", f'<td data-value="{float(value)!r}"', 1)
    return cell


def _side(value: Any) -> str:
    """Returns the class of a cell: numbers are right-aligned, long text is wrapped."""
    if isinstance(value, int | float | np.number):
        return ' class="number"'
    return ' class="long"' if len(str(value)) > LONG else ""


def _linked(link: Link, text: str, folder: Path) -> str:
    """Returns a link relative to the page, so that a run folder can be moved."""
    try:
        path = Path(os.path.relpath(link.file, folder)).as_posix()
    except ValueError:  # on another drive
        path = link.file.resolve().as_uri()
    return f'<a href="{html.escape(path)}">{text}</a>'
