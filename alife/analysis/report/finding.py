"""Findings of instruments as plain data: text, facts, tables, charts and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Facts = dict[str, str | int | float]


@dataclass(frozen=True)
class Link:
    """A file that the page links to under its name."""

    file: Path

    def __str__(self) -> str:
        return self.file.stem


@dataclass(frozen=True)
class Table:
    """Rows of text, numbers and links under the names of their columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Picture:
    """An SVG drawing and its caption."""

    caption: str
    svg: str


@dataclass
class Finding:
    """One section of a report.

    title: its heading. text: the meaning, for a reader who has not read the code. facts: label -> value. charts: HTML
    from `chart.py`. more: name -> charts that are folded. folded: name -> text that is folded.
    """

    title: str
    text: str
    facts: Facts = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    more: dict[str, list[str]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
