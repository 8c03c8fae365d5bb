"""The summary that `inspect` prints: facts in two columns, the outcomes of the assay, and the path of the page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from alife.analysis.report.finding import Finding
from alife.analysis.report.tables import figure
from alife.errors import as_shown

WIDEST = 88  # columns; longer lines are hard to read


def print_summary(title: str, findings: Sequence[Finding], target: Path) -> None:
    """Prints the summary on standard output; it fits 60 columns. target: the page."""
    console = Console(width=min(shutil.get_terminal_size().columns, WIDEST), highlight=False)
    console.print(Text(as_shown(title), style="bold"))
    for finding in findings:
        console.print(Text(f"\n{finding.title}", style="bold green"))
        console.print(_facts(finding) if finding.facts else Text(finding.text))
        for row in (row for table in finding.tables if table.title == "Outcomes" for row in table.rows):
            console.print(f"  {row[0]:<12} {row[1]:+.2f}  ({row[2]:+.2f} to {row[3]:+.2f})")
    console.print(Text(f"\nreport: {target}"), soft_wrap=True)


def _facts(finding: Finding) -> Padding:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", max_width=26)
    grid.add_column(overflow="fold")
    for name, value in finding.facts.items():
        grid.add_row(name, Text(figure(value)))
    return Padding(grid, (0, 0, 0, 2), expand=False)
