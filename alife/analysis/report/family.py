"""The tree of the living as HTML: a row for each line of descent, with its first agent and what it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from alife.analysis.report.chart import SIZE, axis
from alife.analysis.report.descent import Branch, Phylogeny
from alife.analysis.report.finding import Table
from alife.analysis.report.scale import Scale, linear
from alife.analysis.report.tables import numbers_html

ROW = 16  # pixels
WIDEST = 4.0  # pixels, width of the line that carries most
COLORS = 6  # classes of the page's style that founders take in turn


def family(tree: Phylogeny, branches: Sequence[Branch], unit: str) -> str:
    """Returns a panel of the branches, in their order, over time. unit: of time."""
    across = linear(0.0, max(tree.end, 1.0), whole=True)
    founders = {branch.founder: None for branch in branches}
    colors = {founder: number % COLORS for number, founder in enumerate(founders)}
    most = max(branch.carries for branch in branches)
    shapes = [
        _shape(tree, branch, row, across, colors[branch.founder], most)
        for row, branch in reversed([*enumerate(branches)])
    ]
    height = ROW * len(branches)
    labels = "".join(_label(tree, branch, row) for row, branch in enumerate(branches))
    return (
        '<div class="panel family"><h3>descent of the living</h3>'
        f'<div class="plot" style="height:{height}px">'
        f'<svg viewBox="0 0 {SIZE} {height}" preserveAspectRatio="none" role="img" aria-label="descent">'
        f"{''.join(shapes)}</svg>{labels}</div>{axis(across, unit)}"
        f"{numbers_html(_numbers(tree, branches, unit))}</div>"
    )


def _numbers(tree: Phylogeny, branches: Sequence[Branch], unit: str) -> Table:
    ids = [int(tree.ids[branch.agent]) for branch in branches]
    rows = tuple(
        (str(own), int(one.start), str(ids[one.parent]) if one.parent >= 0 else "", one.carries, one.alone)
        for own, one in zip(ids, branches, strict=True)
    )
    columns = ("first agent", f"from, {unit}", "branches off", "living descendants", "of no other line")
    return Table("Numbers", columns, rows)


def _shape(tree: Phylogeny, branch: Branch, row: int, across: Scale, color: int, most: int) -> str:
    """Returns the path from the line it branches off, down to its row, and on to the end."""
    x, y = float(across(np.array(branch.start))), row * ROW + ROW / 2
    start = f"M{x:.1f} {branch.parent * ROW + ROW / 2:.0f}V{y:.0f}" if branch.parent >= 0 else f"M{x:.1f} {y:.0f}"
    width = 1 + (WIDEST - 1) * math.log(branch.carries) / math.log(max(most, 2))
    hint = f"agent {int(tree.ids[branch.agent])}, from {branch.start:,.0f} on; living descendants: {branch.carries:,}"
    return (
        f'<path class="line c{color}" style="stroke-width:{width:.1f}" d="{start}H{SIZE}"><title>{hint}</title></path>'
    )


def _label(tree: Phylogeny, branch: Branch, row: int) -> str:
    count = f" <em>×{branch.alone:,}</em>" if branch.alone > 1 else ""
    return f'<span style="top:{row * ROW}px">{int(tree.ids[branch.agent])}{count}</span>'
