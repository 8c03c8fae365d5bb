"""The report as one self-contained HTML file: light or dark, readable on a phone and on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife.analysis.report.finding import Finding, Picture
from alife.analysis.report.sorting import SCRIPT, policy
from alife.analysis.report.style import STYLE, TURN
from alife.analysis.report.tables import LONG, figure, numbers_html, table_html

FEW = 3  # sections that need no list of contents


def page(title: str, subtitle: str, findings: Sequence[Finding], folder: Path) -> str:
    """Returns the HTML of the file. folder: where the file will be, for its links."""
    sections = "\n".join(section(finding, folder, at) for at, finding in enumerate(findings))
    script = f"<script>{SCRIPT}</script>" if any(t.sortable for finding in findings for t in finding.tables) else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n<body>{TURN}<main>"
        f'<h1>{html.escape(title)}</h1><p class="sub">{html.escape(subtitle)}</p>\n{_contents(findings)}{sections}\n'
        f"</main>{script}</body></html>\n"
    )


def _contents(findings: Sequence[Finding]) -> str:
    """Returns links to the sections; none for a page of a few."""
    if len(findings) <= FEW:
        return ""
    links = "".join(f'<a href="#s{at}">{html.escape(finding.title)}</a>' for at, finding in enumerate(findings))
    return f'<nav aria-label="Sections">{links}</nav>\n'


def section(finding: Finding, folder: Path, place: int) -> str:
    parts = [f"<h2>{html.escape(finding.title)}</h2>"]
    parts += [f"<p>{html.escape(line)}</p>" for line in finding.text.splitlines()]
    if finding.facts:
        parts.append("<dl>" + "".join(_fact(name, value) for name, value in finding.facts.items()) + "</dl>")
    if finding.charts:
        parts.append(_charts(finding.charts))
    parts += [_fold(name, _charts(charts)) for name, charts in finding.more.items() if charts]
    if finding.tables:
        parts.append('<div class="tables">' + "".join(table_html(table, folder) for table in finding.tables) + "</div>")
    parts += [_figure(picture) for picture in finding.pictures]
    parts += [_fold(name, f"<pre>{html.escape(text)}</pre>") for name, text in finding.folded.items()]
    if finding.definition:
        parts.append(_fold("Definition", f'<p class="definition">{html.escape(finding.definition.strip())}</p>'))
    return f'<section id="s{place}">' + "\n".join(parts) + "</section>"


def _charts(charts: Sequence[str]) -> str:
    return f'<div class="charts">{"".join(charts)}</div>'


def _fold(name: str, content: str) -> str:
    return f"<details><summary>{html.escape(name)}</summary>{content}</details>"


def _fact(name: str, value: Any) -> str:
    text = figure(value)
    wide = ' class="wide"' if len(text) > LONG else ""
    return f"<div{wide}><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"


def _figure(picture: Picture) -> str:
    caption = html.escape(picture.caption)
    return (
        f'<figure><p class="hint">Wider than the screen: scroll sideways.</p>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">{picture.svg}</div>'
        f"<figcaption>{caption}</figcaption>"
        f"{numbers_html(picture.numbers)}</figure>"
    )
