"""The report as one self-contained HTML file: light or dark, readable on a phone."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife.analysis.report.finding import Finding, Link, Picture, Table
from alife.analysis.report.style import STYLE
from alife.errors import MOST, as_shown

LONG = 40  # characters; a longer fact has a row of its own, a longer cell is wrapped
BROAD = 3  # columns; a table with more takes the whole width


def page(title: str, subtitle: str, findings: Sequence[Finding], folder: Path) -> str:
    """Returns the HTML of the file. folder: where the file will be, for its links."""
    sections = "\n".join(_section(finding, folder) for finding in findings)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body><main>"
        f'<h1>{html.escape(title)}</h1><p class="sub">{html.escape(subtitle)}</p>\n{sections}\n</main></body></html>\n'
    )


def _section(finding: Finding, folder: Path) -> str:
    parts = [f"<h2>{html.escape(finding.title)}</h2><p>{html.escape(finding.text)}</p>"]
    if finding.facts:
        parts.append("<dl>" + "".join(_fact(name, value) for name, value in finding.facts.items()) + "</dl>")
    if finding.charts:
        parts.append(_charts(finding.charts))
    parts += [_fold(name, _charts(charts)) for name, charts in finding.more.items() if charts]
    if finding.tables:
        parts.append('<div class="tables">' + "".join(_table(table, folder) for table in finding.tables) + "</div>")
    parts += [_figure(picture) for picture in finding.pictures]
    parts += [_fold(name, f"<pre>{html.escape(text)}</pre>") for name, text in finding.folded.items()]
    return "<section>" + "\n".join(parts) + "</section>"


def _charts(charts: Sequence[str]) -> str:
    return f'<div class="charts">{"".join(charts)}</div>'


def _fold(name: str, content: str) -> str:
    return f"<details><summary>{html.escape(name)}</summary>{content}</details>"


def _fact(name: str, value: Any) -> str:
    text = figure(value)
    wide = ' class="wide"' if len(text) > LONG else ""
    return f"<div{wide}><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"


def _table(table: Table, folder: Path) -> str:
    broad = " broad" if len(table.columns) > BROAD else ""
    first = table.rows[0] if table.rows else ("",) * len(table.columns)
    names = zip(table.columns, first, strict=True)
    head = "".join(f"<th{_side(value)}>{html.escape(name)}</th>" for name, value in names)
    rows = "".join("<tr>" + "".join(_cell(value, folder) for value in row) + "</tr>" for row in table.rows)
    return f'<div class="scroll{broad}"><h3>{html.escape(table.title)}</h3><table><tr>{head}</tr>{rows}</table></div>'


def _cell(value: Any, folder: Path) -> str:
    text = html.escape(figure(value))
    return f"<td{_side(value)}>{_linked(value, text, folder) if isinstance(value, Link) else text}</td>"


def _side(value: Any) -> str:
    """Returns the class of a cell: numbers are right-aligned, long text is wrapped."""
    if isinstance(value, int | float):
        return ' class="number"'
    return ' class="long"' if len(str(value)) > LONG else ""


def _linked(link: Link, text: str, folder: Path) -> str:
    """Returns a link relative to the page, so that a run folder can be moved."""
    try:
        path = Path(os.path.relpath(link.file, folder)).as_posix()
    except ValueError:  # on another drive
        path = link.file.resolve().as_uri()
    return f'<a href="{html.escape(path)}">{text}</a>'


def _figure(picture: Picture) -> str:
    caption = html.escape(picture.caption)
    return f'<figure><div class="scroll">{picture.svg}</div><figcaption>{caption}</figcaption></figure>'


def figure(value: Any) -> str:
    """Returns a value as text: floats with four digits, separators of thousands."""
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) else as_shown(str(value), MOST)
