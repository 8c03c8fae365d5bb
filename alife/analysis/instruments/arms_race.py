"""Arms race: do the champions of two sides that evolve against each other beat those that were there before?

Fitness cannot tell: it is measured against the other side, which moves as well. Here the other side stands still. A
champion and a rival, one of its own side from earlier, meet the same opponent from the same time as the rival, from the
same start; who has the higher fitness has won, equal ones have half. So an equal rival wins half of the meetings.
Earlier is generation 0, the random genomes of the beginning, and mid-run: the ancestors known by then.

Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997; Cliff and Miller,
"Tracking the Red Queen", ECAL 1995, for why fitness over time says little.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife.analysis.report.finding import Facts, Finding, Table
from alife.analysis.report.subject import Subject
from alife.analysis.statistics import Mean, mean_of
from alife.config import params
from alife.experiment.evolve import open_run
from alife.experiment.records import checkpoint
from alife.simulation.evaluator import HELD_OUT
from alife.simulation.interface import Champion, Duel

FIRST = HELD_OUT + 2**33  # episodes that neither a generation nor the choice of a champion meets
TITLE = "Arms race"
TEXT = (
    "Each champion and its rivals, genomes of its own side from earlier, meet the same opponents of that time from the "
    "same starts. Won is the share of meetings in which the champion does better, half where both do equally well, "
    "with its 95 % bootstrap interval: 0.5 is a draw."
)
COLUMNS = ("champion", "against", "won", "low 95 %", "high 95 %", "meetings")


class Params(params.Params):
    """How often they meet."""

    meetings: int = pydantic.Field(1024, ge=1, le=10**6, description="of each champion with each kind of rival")


class ArmsRace:
    """The champions of a run's last checkpoint against generation 0 and the ancestors known at mid-run."""

    order = 60

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Who won how often; None where no two sides evolve."""
        if subject.run is None or not checkpoint.listed(subject.run.checkpoints):
            return None
        simulation = open_run(subject.run.root, record=False, backend="cpu").simulation
        if simulation.duel is None or not simulation.steps:
            return None
        won = outcomes(simulation.duel, simulation.champions(), simulation.steps // 2, self.settings.meetings)
        facts: Facts = {f"{role} against {name}": f"won {share}" for (role, name), share in won.items()}
        rows = tuple(
            (*pair, round(share.value, 3), round(share.low, 3), round(share.high, 3), self.settings.meetings)
            for pair, share in won.items()
        )
        return Finding(TITLE, TEXT, facts, [Table("Meetings", COLUMNS, rows)])


def outcomes(duel: Duel, champions: dict[str, Champion], middle: int, meetings: int) -> dict[tuple[str, str], Mean]:
    """Share of meetings that the champion won, by role and kind of rival. middle: generation of mid-run."""
    times = {
        "generation 0": duel.initial_genomes(),
        f"ancestors up to generation {middle}": duel.past_champions(middle),
    }
    return {
        (role, name): mean_of(_won(duel, side, champions[role].params, genomes, meetings))
        for side, role in enumerate(duel.roles)
        for name, genomes in times.items()
        if min(map(len, genomes))
    }


def _won(duel: Duel, side: int, champion: np.ndarray, then: list[np.ndarray], meetings: int) -> list[float]:
    """1, 0.5 or 0 for each meeting. then: [K, G] genomes of both sides at the same time."""
    found: list[float] = []
    for turn in range(-(-meetings // duel.capacity)):
        first, rivals = FIRST + turn * duel.capacity, np.roll(then[side], turn, axis=0)
        ours, theirs = (duel.compare(side, own, then[1 - side], first) for own in (champion[None], rivals))
        found += (0.5 * (1.0 + np.sign(ours - theirs))).tolist()
    return found[:meetings]
