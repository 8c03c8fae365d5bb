"""What an instrument finds, as plain data: facts, tables, charts, pictures, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Facts = dict[str, str | int | float]


@dataclass(frozen=True)
class Link:
    """A file that the page leads to, under its name."""

    file: Path

    def __str__(self) -> str:
        return self.file.stem


@dataclass(frozen=True)
class Table:
    """Rows of text, numbers and links under their column names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Picture:
    """An SVG drawing and what it shows."""

    caption: str
    svg: str


@dataclass
class Finding:
    """One section of a report.

    text: what it means, for a reader who has not read the code. charts: markup of `chart.py`, as wide as the page lets
    them be. more: further charts to unfold, folded: texts to
    unfold, both by name.
    """

    title: str
    text: str
    facts: Facts = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    more: dict[str, list[str]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
