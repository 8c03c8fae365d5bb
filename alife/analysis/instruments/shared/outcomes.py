"""Outcomes of contests as facts, a table and a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alife.analysis.instruments.shared.contest import Bodies, Outcome
from alife.analysis.report.drawing import LINE, MUTED, SKY, drawing, svg
from alife.analysis.report.finding import Facts, Picture, Table

COLUMNS = ("bodies", "comparison", "mean ln ratio", "low 95 %", "high 95 %", "worlds")
Outcomes = Mapping[Bodies, Sequence[Outcome]]


def facts_of(outcomes: Outcomes, most: int | None = None) -> Facts:
    """Returns outcomes with their intervals. most: of each kind of bodies, the first ones; None: all."""
    told = ((bodies, one) for bodies, found in outcomes.items() for one in found[:most])
    return {f"{one.name}, {bodies} bodies": shown(one) for bodies, one in told}


def shown(outcome: Outcome) -> str:
    """Returns mean and interval as text."""
    return f"{outcome.mean:+.2f} [{outcome.low:+.2f}, {outcome.high:+.2f}]"


def table_of(outcomes: Outcomes) -> Table:
    """Returns all outcomes."""
    rows = tuple(
        (bodies, one.name, round(one.mean, 2), round(one.low, 2), round(one.high, 2), one.logs.size)
        for bodies, found in outcomes.items()
        for one in found
    )
    return Table("Outcomes", COLUMNS, rows)


def picture_of(outcomes: Outcomes) -> Picture:
    """Returns worlds, means and intervals on one line for each outcome."""
    lines = [
        (f"{one.name}, {bodies} bodies", one, one is found[0]) for bodies, found in outcomes.items() for one in found
    ]
    with drawing(1, 1, 0.6 + 0.27 * len(lines)) as (figure, (axis,)):
        for row, (_, one, first) in enumerate(reversed(lines)):
            color = SKY if first else MUTED
            axis.plot(one.logs, np.full(one.logs.size, row), "|", color=color, ms=9, alpha=0.6)
            axis.plot([one.low, one.high], [row, row], color=color, lw=2)
            axis.plot(one.mean, row, "o", color=color, ms=6)
        axis.axvline(0, color=LINE, lw=1, zorder=0)
        axis.set_yticks(range(len(lines)), [name for name, _, _ in reversed(lines)])
        axis.set(xlabel="ln (first / second)", ylim=(-0.6, len(lines) - 0.4))
        caption = "Each world (ticks), their mean (dot) and its 95 % interval by Student's t over worlds (line)."
        worlds = tuple((name, *(round(float(log), 3) for log in one.logs)) for name, one, _ in lines)
        heads = ("comparison", *(f"world {number + 1}" for number in range(lines[0][1].logs.size)))
        return Picture(caption, svg(figure), Table("ln ratio of each world", heads, worlds))
