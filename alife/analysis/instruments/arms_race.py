"""Arms race: do the champions of two coevolving sides beat the genomes of their own side from earlier generations?

Fitness cannot answer this: it is measured against the other side, which changes as well. Here the other side is fixed.
A champion and a rival, an earlier genome of its own side, meet the same opponent, of the rival's time, from the same
start; the one with the higher fitness wins, and a tie counts half for each. So against an equal rival the win rate is
0.5. Earlier means generation 0, the random genomes of the start, and mid-run: the hall of fame as it was then.

Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997; Cliff and Miller,
"Tracking the Red Queen", ECAL 1995, for why fitness over time shows little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.analysis.statistics import Mean, bootstrap_mean
from alife.config import params
from alife.experiment.evolve import open_run
from alife.experiment.records import checkpoint
from alife.simulation.evaluator import HELD_OUT
from alife.simulation.interface import Champion, Duel

FIRST = HELD_OUT + 2**33  # the first of its episodes: no generation and no choice of a champion uses these
TITLE = "Arms race"
TEXT = (
    "Each champion and its rivals, earlier genomes of its own side, meet the same opponents of the rivals' time from "
    "the same starts. The win rate is the share of meetings in which the champion does better, ties counting half, "
    "with its 95 % bootstrap interval: 0.5 is a draw."
)
COLUMNS = ("champion", "rivals", "win rate", "low 95 %", "high 95 %", "meetings")


class Params(params.Params):
    """Number of meetings."""

    meetings: int = pydantic.Field(
        1024, ge=1, le=10**6, description="meetings of each champion with each kind of rivals"
    )


@dataclass(frozen=True)
class Result:
    """rates: (role, kind of rivals) -> win rate of the role's champion, 0 to 1, with its 95 % interval. meetings: of
    each."""

    rates: dict[tuple[str, str], Mean]
    meetings: int


class ArmsRace(Instrument[Params]):
    """The champions of a run's last checkpoint against generation 0 and against the hall of fame at mid-run."""

    order = 60
    of_run = True
    definition = (
        "win rate = mean over meetings of (1 + sign(f - f')) / 2, f and f' fitness of champion and rival, each "
        "against the same opponent from the same start; percentile bootstrap over meetings\n"
        "Rosin and Belew, New methods for competitive coevolution, Evolutionary Computation 5(1), 1997"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the win rates. Raises NotApplicable unless it is a coevolution run with a checkpoint."""
        rates = measure(subject, self.params).rates
        facts: Facts = {f"{role} against {name}": f"win rate {rate}" for (role, name), rate in rates.items()}
        rows = tuple(
            (*pair, round(rate.value, 3), round(rate.low, 3), round(rate.high, 3), self.params.meetings)
            for pair, rate in rates.items()
        )
        return Finding(TITLE, TEXT, facts, [Table("Meetings", COLUMNS, rows)])


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Lets the champions of a run's last checkpoint meet the opponents of earlier genomes of their side.

    Args:
        subject: a run.
        params: number of meetings; None: the default.

    Raises:
        NotApplicable: it is no coevolution run with a checkpoint.
    """
    subject, params = as_subject(subject), params or Params()
    if subject.run is None or not checkpoint.listed(subject.run.checkpoints):
        raise NotApplicable("it needs a run with a checkpoint")
    simulation = open_run(subject.run.root, record=False, backend="cpu").simulation
    if simulation.duel is None or not simulation.steps:
        raise NotApplicable("only a world with two sides, such as pursuit, has an arms race")
    champions, middle = simulation.champions(), simulation.steps // 2
    return Result(outcomes(simulation.duel, champions, middle, params.meetings), params.meetings)


def outcomes(duel: Duel, champions: dict[str, Champion], middle: int, meetings: int) -> dict[tuple[str, str], Mean]:
    """Returns {(role, kind of rivals): win rate of the role's champion, 0 to 1}.

    Args:
        duel: the two sides.
        champions: the champion of each role.
        middle: generation of mid-run.
        meetings: number of meetings of each champion with each kind of rivals.
    """
    rivals = {
        "generation 0": duel.initial_genomes(),
        f"hall of fame up to generation {middle}": duel.past_champions(middle),
    }
    return {
        (role, name): bootstrap_mean(_scores(duel, side, champions[role].params, then, meetings))
        for side, role in enumerate(duel.roles)
        for name, then in rivals.items()
        if min(map(len, then))
    }


def _scores(duel: Duel, side: int, champion: np.ndarray, then: list[np.ndarray], meetings: int) -> list[float]:
    """Returns 1 (won), 0.5 (tie) or 0 of each meeting. then: for each side, [K, G] genomes of the rivals' time."""
    scores: list[float] = []
    for turn in range(-(-meetings // duel.capacity)):
        first, rivals = FIRST + turn * duel.capacity, np.roll(then[side], turn, axis=0)
        ours, theirs = (duel.compare(side, genomes, then[1 - side], first) for genomes in (champion[None], rivals))
        scores += (0.5 * (1.0 + np.sign(ours - theirs))).tolist()
    return scores[:meetings]
