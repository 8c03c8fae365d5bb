"""Competition assay: do the living beat their ancestors? Two populations in one fresh world, equal but for genomes.

Equal numbers of both are placed together; after `steps` the outcome is ln(n_now / n_then), counted by descent. It is
measured twice: with equal bodies and without bites, so that only brains differ, and with the bodies that the agents
have, in the world of the run. A control splits one population in two and lets the halves compete: the effect of chance
alone.

Comparing the energy that evolved and random agents gather would not show it: the first cull alone passes that test.
Competition does (Lenski et al., "Long-term experimental evolution in Escherichia coli", Am. Nat. 138, 1991, for the
design).
"""

from __future__ import annotations

from dataclasses import dataclass

import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.contest import Bodies, Contest, ContestParams, Outcome, Population, size
from alife.analysis.instruments.shared.outcomes import facts_of, picture_of, table_of
from alife.analysis.instruments.shared.seconds import contests_cost
from alife.analysis.report.finding import Finding, NotApplicable
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.experiment.records import checkpoint

NO_RUN = "a saved genome has no checkpoints to compare; name its run"
FEWEST = 4  # agents of a population that can be split in two


class Params(ContestParams):
    """Size of the assay."""

    then: int = pydantic.Field(1000, ge=1, description="step of the earlier checkpoint")


@dataclass(frozen=True)
class Result:
    """Outcomes by bodies: now against then, and the control of each population against itself.

    outcomes: bodies -> three outcomes. each: agents of a side.
    """

    outcomes: dict[Bodies, list[Outcome]]
    each: int


class Assay(Instrument[Params]):
    """The living of a run's last checkpoint against those of an earlier one, by default that of step 1,000."""

    order = 70
    long = True
    of_run = True
    definition = (
        "outcome of a world = ln(n_now / n_then) after the steps, n counted by descent, an extinct side as 0.5 agents\n"
        "interval = mean ± t(0.975, W - 1) s / sqrt(W) over W worlds, each with agents drawn anew\n"
        "Lenski et al., Long-term experimental evolution in Escherichia coli, Am. Nat. 138, 1991"
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of worlds, and an estimate of the time."""
        if subject.run is None or subject.config is None:
            raise NotApplicable(NO_RUN)
        return contests_cost(subject, self.params, 6)

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the outcomes of a run."""
        if subject.run is None or subject.config is None:
            raise NotApplicable(NO_RUN)
        sides = _sides(subject, self.params.then)
        if isinstance(sides, str):
            return Finding(TITLE, sides)
        found = compare(subject, self.params, *sides)
        facts = {"agents of each side": found.each, "steps": self.params.steps, **facts_of(found.outcomes, most=1)}
        text = TEXT.format(then=self.params.then)
        return Finding(TITLE, text, facts, [table_of(found.outcomes)], [picture_of(found.outcomes)])


TITLE = "Competition assay"
TEXT = (
    "The living of the last checkpoint (now) and those of step {then:,} (then) share fresh worlds in equal numbers, "
    "without mutation; the outcome is the natural logarithm of the ratio of their numbers at the end: 0 is a draw, 1 "
    "is almost three to one. With equal bodies nobody bites and all have the same traits, so that only brains differ; "
    "with own bodies the agents keep the traits that they had, in the world of the run. As a control each population "
    "competes with itself, split in two at random: the effect of chance alone."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Lets the living of a run compete with those of an earlier checkpoint.

    Args:
        subject: a run of a shared world with a population.
        params: size; None: the defaults.

    Raises:
        NotApplicable: no such run, or it lacks the checkpoints; the reason says what to write.
    """
    subject = as_subject(subject)
    params = params or Params()
    if subject.run is None or subject.config is None:
        raise NotApplicable(NO_RUN)
    sides = _sides(subject, params.then)
    if isinstance(sides, str):
        raise NotApplicable(sides)
    return compare(subject, params, *sides)


def compare(subject: Subject, params: ContestParams, now: Population, then: Population) -> Result:
    """Returns the outcomes of two populations and of each against itself, with equal and with own bodies."""
    outcomes: dict[Bodies, list[Outcome]] = {}
    bodies: Bodies
    for bodies in ("equal", "own"):
        contest = Contest(params, subject, bodies)
        outcomes[bodies] = [
            contest.between("now / then", now, then),
            contest.within("now / now", now),
            contest.within("then / then", then),
        ]
    return Result(outcomes, contest.each(size(now), size(then)))


def _sides(subject: Subject, step: int) -> tuple[Population, Population] | str:
    """Returns the populations now and then, or a sentence that names what is missing."""
    assert subject.run is not None
    traits = Contest(ContestParams(), subject).heritable
    listed = checkpoint.listed(subject.run.checkpoints)
    then = [path for path in listed if checkpoint.step_of(path) == step]
    last = checkpoint.load_last(subject.run.checkpoints)
    if last is None or not then or checkpoint.step_of(listed[-1]) <= step:
        wanted = f"run.steps above {step:,} and a run.checkpoint_every that divides {step:,}"
        return f"Needs a checkpoint at step {step:,} and a later one: write {wanted}."
    sides = [
        {name: arrays[name][arrays["alive"] > 0] for name in ("genome", *traits)}
        for arrays in (last.arrays, checkpoint.load(then[0]).arrays)
    ]
    if min(map(size, sides)) < FEWEST:
        lived = f"got {size(sides[0])} now, {size(sides[1])} at step {step:,}"
        return f"Needs at least {FEWEST} living agents on both sides, {lived}."
    return sides[0], sides[1]
