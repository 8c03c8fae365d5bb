"""Competition assay: do the living beat their ancestors? Two populations in one fresh meadow, equal but for genomes.

Equal numbers of both are placed together, with equal bodies, no bites and no mutation; after `steps` the outcome is
ln(n_now / n_then), counted by descent. A control splits one population in two and lets the halves compete: the effect
of chance alone. Outcomes are averaged over several samples of genomes and several fresh worlds, with a bootstrap
interval.

Comparing the energy that evolved and random agents gather would not show it: the first cull alone passes that test.
Competition does (Lenski et al., "Long-term experimental evolution in Escherichia coli", Am. Nat. 138, 1991, for the
design).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.drawing import LINE, MUTED, SKY, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.config.registry import find
from alife.evolution import natural
from alife.experiment.records import checkpoint
from alife.simulation.shared_world import Simulation


class Params(params.Params):
    """Size of the assay."""

    each: int = pydantic.Field(240, ge=2, description="agents of each side, fewer if fewer live")
    steps: int = pydantic.Field(800, ge=1, description="steps of each competition")
    samples: int = pydantic.Field(3, ge=1, description="samples of genomes from the two populations")
    worlds: int = pydantic.Field(5, ge=1, description="fresh worlds for each sample")
    then: int = pydantic.Field(1000, ge=1, description="step of the earlier checkpoint")
    threads: int = pydantic.Field(0, ge=0, description="CPU threads; 0: all cores")


COMPARISONS = 3  # now against then, and each against itself
SPEED = 450_000  # agent-steps in a second of a meadow with brains of the default size, on two cores of 2.9 GHz
Sides = tuple[np.ndarray, np.ndarray]  # genomes of the first and of the second side, [each, G]


@dataclass(frozen=True)
class Outcome:
    """ln ratios of one comparison. logs: [samples, worlds]. mean, and the 95 % bootstrap interval low..high of it."""

    name: str
    logs: np.ndarray
    mean: float
    low: float
    high: float


class Assay(Instrument[Params]):
    """The living of a run's last checkpoint against those of an earlier one, by default that of step 1,000."""

    order = 70
    long = True
    of_run = True
    definition = (
        "Outcome of one competition: ln(n1 / n2), n1 and n2 the numbers of both sides at its end, counted by descent; "
        "an extinct side counts as half an agent.\n"
        "Mean over samples and worlds, with the percentile bootstrap's 95 % interval (Efron and Tibshirani, \"An "
        'Introduction to the Bootstrap", 1993, chapter 13).\n'
        'Design: Lenski, Rose, Simpson and Tadler, "Long-term experimental evolution in Escherichia coli", The '
        "American Naturalist 138, 1991."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number and size of the competitions, and their time at `SPEED`."""
        check_applies(subject)
        params = self.params
        count = COMPARISONS * params.samples * params.worlds
        seconds = count * 2 * params.each * params.steps / SPEED
        return (
            f"{count} competitions of up to {2 * params.each:,} agents, {params.steps:,} steps each, up to "
            f"{seconds:,.0f} s on two cores"
        )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the outcomes of a run. Raises NotApplicable for a single genome, and for other worlds."""
        check_applies(subject)
        sides = _sides(subject, self.params.then)
        if isinstance(sides, str):
            return Finding(TITLE, sides)
        contest = Contest(self.params, subject)
        outcomes = contest.run(*sides)
        rows = tuple((s.name, round(s.mean, 2), round(s.low, 2), round(s.high, 2), s.logs.size) for s in outcomes)
        columns = ("comparison", "mean ln ratio", "low 95 %", "high 95 %", "worlds")
        facts: Facts = {"agents of each side": contest.each(len(sides[0]), len(sides[1])), "steps": self.params.steps}
        return Finding(
            TITLE, TEXT.format(then=self.params.then), facts, [Table("Outcomes", columns, rows)], [_picture(outcomes)]
        )


TITLE = "Competition assay"
TEXT = (
    "The living of the last checkpoint (now) and those of step {then:,} (then) share a fresh meadow in equal numbers, "
    "with equal bodies, no bites and no mutation. The outcome is the natural logarithm of the ratio of their numbers "
    "at the end: 0 is a draw, 1 is almost three to one. As a control, each population competes with itself, split in "
    "two at random: the effect of chance alone."
)


def check_applies(subject: Subject) -> None:
    """Checks that a subject is a run of a world with the Params that the assay changes. Raises NotApplicable."""
    fields = type(subject.config.world).model_fields if subject.run and subject.config else {}
    if not {"bites", "trait_sigma", "population"} <= set(fields):
        raise NotApplicable("it needs the run of a world whose agents bite and inherit bodies, such as the meadow")


def _sides(subject: Subject, step: int) -> tuple[np.ndarray, np.ndarray] | str:
    """Returns the genomes now and then, [N, G] each, or a sentence that names what is missing."""
    assert subject.run is not None
    listed = checkpoint.listed(subject.run.checkpoints)
    then = [path for path in listed if checkpoint.step_of(path) == step]
    last = checkpoint.load_last(subject.run.checkpoints)
    if last is None or not then or checkpoint.step_of(listed[-1]) <= step:
        wanted = f"run.steps above {step:,} and a run.checkpoint_every that divides {step:,}"
        return f"Needs a checkpoint at step {step:,} and a later one: write {wanted}."
    sides = [arrays["genome"][arrays["alive"] > 0] for arrays in (last.arrays, checkpoint.load(then[0]).arrays)]
    if min(map(len, sides)) < 4:
        return (
            f"Needs at least 4 living agents on both sides, got {len(sides[0])} now, {len(sides[1])} at step {step:,}."
        )
    return sides[0], sides[1]


def _picture(outcomes: list[Outcome]) -> Picture:
    with drawing(1, 1, 1.5) as (figure, (axis,)):
        for row, outcome in enumerate(reversed(outcomes)):
            color = SKY if outcome.name == outcomes[0].name else MUTED
            axis.plot(outcome.logs.ravel(), np.full(outcome.logs.size, row), "|", color=color, ms=9, alpha=0.6)
            axis.plot([outcome.low, outcome.high], [row, row], color=color, lw=2)
            axis.plot(outcome.mean, row, "o", color=color, ms=6)
        axis.axvline(0, color=LINE, lw=1, zorder=0)
        axis.set_yticks(range(len(outcomes)), [outcome.name for outcome in reversed(outcomes)])
        axis.set(xlabel="ln (first / second)", ylim=(-0.6, len(outcomes) - 0.4))
        rows = [(one.name, place, float(log)) for one in outcomes for place, log in enumerate(one.logs.ravel())]
        numbers = Table("Numbers", ("comparison", "world", "ln ratio"), tuple(rows))
        caption = "Each world (ticks), their mean (dot) and its 95 % bootstrap interval (line)."
        return Picture(caption, svg(figure), numbers)


class Contest:
    """Competitions of two populations in fresh worlds of a run's kind."""

    def __init__(self, params: Params, subject: Subject, seed: int = 1) -> None:
        """World and brain are those of the subject, whose world must have the Params that `Assay` needs."""
        assert subject.config is not None and subject.brain is not None
        self.params, self.brain, self.seed = params, subject.brain, seed
        self.world_type, self.world_params = find("worlds", subject.config.names["world"]), subject.config.world

    def each(self, *available: int) -> int:
        """Returns the number of agents of one side. available: sizes of the populations they are drawn from."""
        return min(self.params.each, *available)

    def run(self, now: np.ndarray, then: np.ndarray) -> list[Outcome]:
        """Returns the outcomes of now against then, and of both controls. now, then: genomes, [N, G] each."""
        rng = np.random.default_rng(self.seed)
        each = self.each(len(now), len(then))
        return [
            self.outcome("now / then", rng, lambda: (draw(rng, now, each), draw(rng, then, each))),
            self.outcome("now / now", rng, lambda: halves(rng, now, self.each(len(now) // 2))),
            self.outcome("then / then", rng, lambda: halves(rng, then, self.each(len(then) // 2))),
        ]

    def outcome(self, name: str, rng: np.random.Generator, sides: Callable[[], Sides]) -> Outcome:
        """Returns one comparison. sides: draws the genomes of both sides, anew for each sample."""
        logs = np.zeros((self.params.samples, self.params.worlds))
        for sample in range(self.params.samples):
            first, second = sides()
            for world in range(self.params.worlds):
                logs[sample, world] = self._compete(first, second, self.seed + 1000 * sample + world)
        # Not `bootstrap_mean`: its fixed resamples would change every interval that has been published.
        means = [rng.choice(logs.ravel(), logs.size).mean() for _ in range(2000)]
        low, high = np.quantile(means, [0.025, 0.975])
        return Outcome(name, logs, float(logs.mean()), float(low), float(high))

    def _compete(self, first: np.ndarray, second: np.ndarray, seed: int) -> float:
        """Returns ln of the ratio of numbers after the steps; an extinct side counts as half an agent."""
        each = len(first)
        world = self.world_type(
            self.world_params.model_copy(update={"bites": False, "trait_sigma": 0.0, "population": 2 * each})
        )
        strategy = natural.Natural(natural.Params(mutation_rate=0.0))
        simulation = Simulation(
            world, self.brain, strategy, 16384, seed, self.params.threads, self._founders(first, second)
        )
        self.step(simulation)
        of_first = int((simulation.fields["clade"][simulation.living()] % 2 == 0).sum())
        of_second = simulation.num_alive - of_first
        return float(np.log(max(of_first, 0.5) / max(of_second, 0.5)))

    def step(self, simulation: Simulation) -> None:
        """Runs the steps of one competition; agents of odd `clade` are of the second side."""
        simulation.step(self.params.steps)

    @staticmethod
    def _founders(first: np.ndarray, second: np.ndarray) -> Mapping[str, np.ndarray]:
        """Returns fields of both sides, interleaved so that even founders are of the first; all have one body."""
        genome = np.stack([first, second], axis=1).reshape(2 * len(first), -1)
        same = {"size": 1.0, "diet": 0.0, "hue": 0.5}
        return {"genome": genome, **{name: np.full(len(genome), value, np.float32) for name, value in same.items()}}


def draw(rng: np.random.Generator, genomes: np.ndarray, each: int) -> np.ndarray:
    """Returns `each` of the genomes [N, G], drawn without replacement: [each, G]."""
    chosen: np.ndarray = genomes[rng.permutation(len(genomes))[:each]]
    return chosen


def halves(rng: np.random.Generator, genomes: np.ndarray, each: int) -> Sides:
    """Returns two disjoint samples of the genomes [N, G]: [each, G] both."""
    order = rng.permutation(len(genomes))
    return genomes[order[:each]], genomes[order[each : 2 * each]]
