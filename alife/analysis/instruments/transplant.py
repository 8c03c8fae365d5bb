"""Transplant: is a genome better than its ancestors and than newborns in the same world?

In a shared world clones of the genome and clones of an ancestor, or newborns with random genes, compete in equal
numbers in fresh worlds, once with equal bodies and without bites, so that only brains differ, and once with their own
bodies in the world as it is configured. In a world of episodes all live through the same held-out episodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.contest import Bodies, Contest, ContestParams, Outcome, Population
from alife.analysis.instruments.shared.outcomes import facts_of, picture_of, table_of
from alife.analysis.instruments.shared.seconds import contests_cost, genomes_cost
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.report.ancestors import ancestors
from alife.analysis.report.drawing import SKY, drawing, svg
from alife.analysis.report.finding import Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.analysis.statistics import Mean, t_mean
from alife.experiment.build import make_world
from alife.experiment.records.genome import Genome
from alife.world import ArenaWorld, SharedWorld, World

TITLE = "Transplant"
TEXT_SHARED = (
    "Clones of the genome share fresh worlds, in equal numbers and without mutation, with clones of its ancestors that "
    "the run kept, and with newborns that have random genes. The outcome is the natural logarithm of the ratio of "
    "their numbers at the end: 0 is a draw, 1 is almost three to one. With equal bodies nobody bites and all have the "
    "same traits; with own bodies each has its own, in the world as it is configured."
)
TEXT_EPISODES = (
    "The genome, its ancestors that the run kept, and newborns with random genes live through the same held-out "
    "episodes, which none of them met before. The advantage is the genome's fitness less theirs, with its 95 % "
    "interval over episodes by Student's t."
)
ALONE = " A saved genome has no ancestors here; name its run to compare it with them."


class Params(ContestParams):
    """Number of ancestors, newborns and episodes; size of the contests in a shared world."""

    ancestors: int = pydantic.Field(2, ge=0, le=100, description="ancestors, the oldest first, evenly spaced by birth")
    newborns: int = pydantic.Field(64, ge=1, le=10**4, description="newborns in a world of episodes")
    episodes: int = pydantic.Field(128, ge=2, le=10**5, description="held-out episodes in a world of episodes")


@dataclass(frozen=True)
class Rival:
    """Genomes that the genome is compared with. genomes: [K, G]. traits: [K] each, of ancestors; none for newborns."""

    name: str
    genomes: np.ndarray
    traits: dict[str, np.ndarray]


@dataclass(frozen=True)
class Result:
    """contests: of a shared world, bodies -> an outcome for each rival. own, rivals, advantages: of episodes.

    own: mean fitness of the genome. rivals: name -> mean fitness. advantages: name -> the genome's less the rival's,
    with its 95 % t interval over episodes.
    """

    contests: dict[Bodies, list[Outcome]]
    own: float
    rivals: dict[str, float]
    advantages: dict[str, Mean]


class Transplant(Instrument[Params]):
    """The genome against its kept ancestors and against newborns."""

    order = 72
    long = True
    followed = False
    definition = (
        "shared world: ln(n_genome / n_rival) after the steps, n counted by descent, an extinct side as 0.5 agents\n"
        "episodes: fitness of the genome less that of the rival, in the same episodes\n"
        "interval = mean ± t(0.975, W - 1) s / sqrt(W) over W worlds or episodes"
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of worlds or episodes, and an estimate of the time."""
        p, others = self.params, 1 + (self.params.ancestors if subject.run else 0)
        world = _world(subject)
        if isinstance(world, SharedWorld):
            return contests_cost(subject, p, 2 * others)
        return genomes_cost(subject, others, p.newborns, p.episodes)

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the outcomes."""
        found = measure(subject, self.params)
        alone = "" if subject.run else ALONE
        if found.contests:
            facts = {"steps": self.params.steps, **facts_of(found.contests)}
            parts = [table_of(found.contests)], [picture_of(found.contests)]
            return Finding(TITLE, TEXT_SHARED + alone, facts, *parts)
        facts = {"episodes": self.params.episodes, "fitness": found.own}
        facts |= {f"advantage over {name}": str(mean) for name, mean in found.advantages.items()}
        return Finding(TITLE, TEXT_EPISODES + alone, facts, [_table(found)], [_picture(found)])


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Compares a genome with its kept ancestors, if it has a run, and with newborns.

    Args:
        subject: a genome whose world is here, or a run.
        params: sizes; None: the defaults.

    Raises:
        NotApplicable: its world is not here, agents meet in arenas, or nobody lives.
    """
    subject = as_subject(subject)
    params = params or Params()
    world = _world(subject)
    if isinstance(world, SharedWorld):
        return Result(_contests(subject, params), 0.0, {}, {})
    return _in_episodes(subject, params)


def _world(subject: Subject) -> World:
    """Returns the world of a genome. Raises NotApplicable if it is not here, or its agents meet in arenas."""
    if subject.genome is None or subject.brain is None or subject.config is None:
        raise NotApplicable("it needs a genome whose world is here")
    world = make_world(subject.config)
    if isinstance(world, ArenaWorld):
        raise NotApplicable("in an arena a genome is measured against the other side; write --only arms_race")
    return world


def _rivals(subject: Subject, params: Params, newborns: int) -> Iterator[Rival]:
    """Yields the ancestors that the run kept, the oldest first, then newborns."""
    assert subject.brain is not None
    line = list(ancestors(subject))[:-1] if subject.run else []
    for at in np.unique(np.linspace(0, len(line) - 1, min(params.ancestors, len(line))).round().astype(int)):
        one = line[at]
        name = f"ancestor of {subject.unit.removesuffix('s')} {one.born:,.0f}"
        yield Rival(name, one.genome.params[None], _traits(one.genome))
    yield Rival("newborns", subject.brain.init(newborns, seed=1), {})


def _traits(genome: Genome) -> dict[str, np.ndarray]:
    return {name: np.array([value], np.float32) for name, value in (genome.meta.get("traits") or {}).items()}


def _contests(subject: Subject, params: Params) -> dict[Bodies, list[Outcome]]:
    assert subject.genome is not None
    outcomes: dict[Bodies, list[Outcome]] = {}
    kinds: Sequence[Bodies] = ("equal", "own")
    for bodies in kinds:
        contest = Contest(params, subject, bodies)
        own = Rival("own", subject.genome.params[None], _traits(subject.genome))
        first = _population(own, contest, params.each)
        outcomes[bodies] = [
            contest.between(rival.name, first, _population(rival, contest, params.each))
            for rival in _rivals(subject, params, params.each)
        ]
    return outcomes


def _population(rival: Rival, contest: Contest, each: int) -> Population:
    """Returns `each` clones, or newborns with traits that the world gives its founders."""
    genome = np.resize(rival.genomes, (each, rival.genomes.shape[1]))
    given = contest.founder_traits(each) if not rival.traits else {}
    traits = {name: rival.traits.get(name, given.get(name, np.zeros(1, np.float32))) for name in contest.heritable}
    return {"genome": genome, **{name: np.resize(column, each) for name, column in traits.items()}}


def _in_episodes(subject: Subject, params: Params) -> Result:
    assert subject.genome is not None
    rivals = list(_rivals(subject, params, params.newborns))
    genomes = np.concatenate([subject.genome.params[None], *(rival.genomes for rival in rivals)])
    own, *others = held_out_fitness(subject, params.episodes, genomes=genomes)
    fitness, at = {}, 0
    for rival in rivals:
        fitness[rival.name] = np.mean(others[at : at + len(rival.genomes)], axis=0, dtype=np.float64)  # [E]
        at += len(rival.genomes)
    advantages = {name: t_mean((own - values).tolist()) for name, values in fitness.items()}
    means = {name: float(values.mean()) for name, values in fitness.items()}
    return Result({}, float(own.mean(dtype=np.float64)), means, advantages)


def _table(found: Result) -> Table:
    heads = ("who", "fitness", "advantage of the genome", "low 95 %", "high 95 %")
    rows: list[tuple[str | float, ...]] = [("the genome", found.own, "", "", "")]
    rows += [(name, mean, *found.advantages[name]) for name, mean in found.rivals.items()]
    return Table("Fitness in the same episodes", heads, tuple(rows))


def _picture(found: Result) -> Picture:
    with drawing(1, 1, 0.6 + 0.3 * len(found.advantages)) as (figure, (axis,)):
        names = list(found.advantages)
        for row, name in enumerate(reversed(names)):
            mean = found.advantages[name]
            axis.plot([mean.low, mean.high], [row, row], color=SKY, lw=2)
            axis.plot(mean.value, row, "o", color=SKY, ms=6)
        axis.axvline(0, lw=1, zorder=0, color="0.6")
        axis.set_yticks(range(len(names)), list(reversed(names)))
        axis.set(xlabel="fitness of the genome less theirs", ylim=(-0.6, len(names) - 0.4))
        return Picture("Advantage of the genome (dot) and its 95 % interval (line).", svg(figure), _table(found))
