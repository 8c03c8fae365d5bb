"""The tree of the living as markup: a row for each line of descent, its first agent and how many it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from alife.analysis.report.chart import SIZE, axis
from alife.analysis.report.descent import Branch, Phylogeny
from alife.analysis.report.scale import Scale, linear

ROW = 16  # pixels
WIDEST = 4.0  # of a line that carries all of the living
COLORS = 6  # classes of the page's style, by founder


def family(tree: Phylogeny, branches: Sequence[Branch], unit: str) -> str:
    """The drawing of branches in their order, over time."""
    across = linear(0.0, max(tree.end, 1.0), whole=True)
    founders = {branch.founder: None for branch in branches}
    colors = {founder: number % COLORS for number, founder in enumerate(founders)}
    most = max(branch.carries for branch in branches)
    shapes = [
        _shape(tree, branch, row, across, colors[branch.founder], most)
        for row, branch in reversed([*enumerate(branches)])
    ]
    height = ROW * len(branches)
    words = "".join(_words(tree, branch, row) for row, branch in enumerate(branches))
    return (
        '<div class="panel family"><h3>descent of those alive at the end</h3>'
        f'<div class="plot" style="height:{height}px">'
        f'<svg viewBox="0 0 {SIZE} {height}" preserveAspectRatio="none" role="img" aria-label="descent">'
        f"{''.join(shapes)}</svg>{words}</div>{axis(across, unit)}</div>"
    )


def _shape(tree: Phylogeny, branch: Branch, row: int, across: Scale, color: int, most: int) -> str:
    """From the line it branches off, down to its row, and on to the end."""
    start, own = float(across(np.array(branch.start))), row * ROW + ROW / 2
    above = (
        f"M{start:.1f} {branch.parent * ROW + ROW / 2:.0f}V{own:.0f}"
        if branch.parent >= 0
        else f"M{start:.1f} {own:.0f}"
    )
    width = 1 + (WIDEST - 1) * math.log(branch.carries) / math.log(max(most, 2))
    told = f"agent {int(tree.ids[branch.agent]):,}, from {branch.start:,.0f} on; alive: {branch.carries:,}"
    return (
        f'<path class="line c{color}" style="stroke-width:{width:.1f}" d="{above}H{SIZE}"><title>{told}</title></path>'
    )


def _words(tree: Phylogeny, branch: Branch, row: int) -> str:
    count = f" <em>×{branch.alone:,}</em>" if branch.alone > 1 else ""
    return f'<span style="top:{row * ROW}px">{int(tree.ids[branch.agent])}{count}</span>'
