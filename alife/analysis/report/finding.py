"""Findings of instruments as plain data: text, facts, tables, charts and pictures; and the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alife.errors import UserError

Facts = dict[str, str | int | float]


class NotApplicable(UserError):
    """Raised by an instrument that has nothing to measure in a subject; `str(error)` is the reason, in one line.

    The reason completes "does not apply: ...", such as "a saved genome has no lineage; name its run".
    """


@dataclass(frozen=True)
class Link:
    """A file that the page links to under a name, by default its own."""

    file: Path
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.file.stem


@dataclass(frozen=True)
class Table:
    """Rows of text, numbers and links under the names of their columns.

    sortable: a click on the name of a column sorts the rows. summary: the terminal shows it, too.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    sortable: bool = False
    summary: bool = False


@dataclass(frozen=True)
class Picture:
    """An SVG drawing, its caption, and the numbers it draws, which the page folds under it."""

    caption: str
    svg: str
    numbers: Table | None = None


@dataclass
class Finding:
    """One section of a report.

    title: its heading. text: the meaning, for a reader who has not read the code. facts: label -> value. charts: HTML
    from `chart.py`. more: name -> charts that are folded. folded: name -> text that is folded. definition: formula and
    source of what is measured, folded; that of the instrument if it is empty.
    """

    title: str
    text: str
    facts: Facts = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    more: dict[str, list[str]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    definition: str = ""
