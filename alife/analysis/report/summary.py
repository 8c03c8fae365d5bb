"""The summary that `inspect` prints: facts in two columns, tables that are marked for it, and the path of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from alife.analysis.report.finding import Finding, Table
from alife.analysis.report.tables import figure
from alife.errors import as_shown

WIDEST = 88  # columns; longer lines are hard to read, but tables may be as wide as the terminal
GAP = 3  # columns between two cells
MOST = (32, 16)  # columns of the first cell of a row, and of the others, before they are wrapped


def print_summary(title: str, findings: Sequence[Finding], target: Path | None) -> None:
    """Prints the summary on standard output; it fits 60 columns. target: the page."""
    width = shutil.get_terminal_size().columns
    console, broad = (Console(width=wide, highlight=False) for wide in (min(width, WIDEST), width))
    console.print(Text(as_shown(title), style="bold"))
    for finding in findings:
        console.print(Text(f"\n{finding.title}", style="bold green"))
        tables = [table for table in finding.tables if table.summary and table.rows]
        if finding.facts or not tables:
            console.print(_facts(finding) if finding.facts else Text(finding.text))
        for table in tables:
            for part in _table(table, width):
                broad.print(part)
    where = f"report: {target}" if target else "pictures and tables: --out report.html"
    console.print(Text(f"\n{where}"), soft_wrap=True)


def _facts(finding: Finding) -> Padding:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", max_width=26)
    grid.add_column(overflow="fold")
    for name, value in finding.facts.items():
        grid.add_row(name, Text(figure(value)))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _table(table: Table, width: int) -> Iterator[RenderableType]:
    """Yields a table, with as many of its columns as fit, and a line that names the number of the others."""
    cells = [[figure(value) for value in row] for row in table.rows]
    needs = [
        max(len(name), *(min(len(row[place]), MOST[place > 0]) for row in cells)) + GAP
        for place, name in enumerate(table.columns)
    ]
    shown = max(2, next((at for at in range(len(needs), 0, -1) if sum(needs[:at]) + GAP <= width), 1))
    grid = Grid(title=table.title, title_justify="left", title_style="dim", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(table.columns[:shown]):
        least = min(needs[place] - GAP, width // 2)
        numbers = all(isinstance(row[place], int | float) for row in table.rows)
        grid.add_column(name, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers, min_width=least)
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row[:shown]))
    yield Padding(grid, (1, 0, 0, 2), expand=False)
    if shown < len(table.columns):
        yield Text(f"  columns left out: {len(table.columns) - shown}; see --json or --out report.html", style="dim")
