"""A report as one HTML file that needs nothing else: light, and readable on a telephone."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from alife.instruments.finding import Finding, Picture, Table

STYLE = """
:root { --paper: #faf7f0; --card: #fffdf8; --ink: #33312c; --muted: #827c70; --line: #e4ddcd; --leaf: #4f8a3c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .4rem; color: var(--leaf); }
h3 { font-size: .95rem; margin: 1.4rem 0 .4rem; }
.sub { color: var(--muted); margin: 0 0 1.6rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.3rem 1.4rem;
  margin: 1.1rem 0; }
p { margin: .3rem 0 1rem; max-width: 68ch; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: .7rem 1.2rem; margin: 0; }
dt { color: var(--muted); font-size: .82rem; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { grid-column: 1 / -1; } .wide dd { font-weight: 500; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 0 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; }
th:last-child, td:last-child { padding-right: 0; }
th { text-align: left; white-space: nowrap; color: var(--muted); font-weight: 500; }
th, td { padding: .22rem 1.2rem .22rem 0; border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.2rem 0 0; } figure svg { width: 100%; min-width: 520px; height: auto; display: block; }
figcaption { color: var(--muted); font-size: .85rem; margin-top: .3rem; }
@media (max-width: 560px) { main { padding: 1.2rem .6rem 3rem; } section { padding: 1rem .9rem; } }
"""
LONG = 40  # characters of a fact that takes a line of its own


def page(title: str, subtitle: str, findings: Sequence[Finding]) -> str:
    """The whole file."""
    sections = "\n".join(_section(finding) for finding in findings)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body><main>"
        f'<h1>{html.escape(title)}</h1><p class="sub">{html.escape(subtitle)}</p>\n{sections}\n</main></body></html>\n'
    )


def _section(finding: Finding) -> str:
    parts = [f"<h2>{html.escape(finding.title)}</h2><p>{html.escape(finding.text)}</p>"]
    if finding.facts:
        parts.append("<dl>" + "".join(_fact(name, value) for name, value in finding.facts.items()) + "</dl>")
    if finding.tables:
        parts.append('<div class="tables">' + "".join(_table(table) for table in finding.tables) + "</div>")
    parts += [_figure(picture) for picture in finding.pictures]
    return "<section>" + "\n".join(parts) + "</section>"


def _fact(name: str, value: Any) -> str:
    text = figure(value)
    wide = ' class="wide"' if len(text) > LONG else ""
    return f"<div{wide}><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table.columns)
    rows = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in table.rows)
    return f'<div class="scroll"><h3>{html.escape(table.title)}</h3><table><tr>{head}</tr>{rows}</table></div>'


def _cell(value: Any) -> str:
    number = ' class="number"' if isinstance(value, int | float) else ""
    return f"<td{number}>{html.escape(figure(value))}</td>"


def _figure(picture: Picture) -> str:
    caption = html.escape(picture.caption)
    return f'<figure><div class="scroll">{picture.svg}</div><figcaption>{caption}</figcaption></figure>'


def figure(value: Any) -> str:
    """A number as a reader likes it."""
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
