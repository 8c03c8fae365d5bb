"""Fresh: fitness of a genome of an episodic world in new episodes, drawn with another seed than its run's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.finding import Facts, Finding, NotApplicable
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.analysis.statistics import Mean, t_mean
from alife.config import params
from alife.evolution.shared.numerics import cleaned
from alife.experiment.build import make_world
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld

INTERVAL = "95 % interval of the mean"


class Params(params.Params):
    """Number of episodes."""

    episodes: int = pydantic.Field(100, ge=1, le=10**6, description="new episodes, each once")


@dataclass(frozen=True)
class Result:
    """Fitness in new episodes.

    Attributes:
        fitness: [E] float32, of each episode; -inf where it was not finite.
        num_invalid: number of episodes whose fitness was not finite.
        reports: what the world reports beside fitness, name -> mean over the episodes.
        seed: from which the episodes are drawn.
    """

    fitness: np.ndarray
    num_invalid: int
    reports: dict[str, float]
    seed: int

    @property
    def mean(self) -> Mean:
        """The mean fitness with its 95 % t interval over episodes."""
        return t_mean(self.fitness.astype(np.float64).tolist())


class Fresh(Instrument[Params]):
    """Mean and range of fitness over episodes that are drawn with the run's seed plus 1."""

    order = 15
    definition = (
        "Mean and standard deviation s (divided by E) of the fitness in E episodes. Their random numbers are functions "
        "of the run's seed plus 1 and of the number of the episode.\n"
        "interval = mean ± t(0.975, E - 1) s / sqrt(E - 1); near an end of the range of fitness it may reach beyond"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts. Raises NotApplicable as the function `measure`."""
        result = measure(subject, self.params)
        episodes = len(result.fitness)
        text = (
            f"Fitness in {episodes} episodes drawn with seed {result.seed}, none of which its own run used. They are "
            "the same at every call."
        )
        facts: Facts = {"episodes": episodes}
        if result.num_invalid:
            facts |= {"episodes whose fitness is not finite": result.num_invalid}
        else:
            mean = result.mean
            facts["mean"] = mean.value
            facts |= {INTERVAL: f"[{mean.low:.4g}, {mean.high:.4g}]"} if episodes > 1 else {}
            facts["standard deviation"] = float(result.fitness.std(dtype=np.float64))
            facts |= {"minimum": float(result.fitness.min()), "maximum": float(result.fitness.max())}
        return Finding("Fresh episodes", text, {**facts, **result.reports})


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Lets a genome live through new episodes.

    Args:
        subject: a genome, or a run with a champion.
        params: number of episodes; None: the default.

    Raises:
        NotApplicable: an extinct run, no world of the genome, or one that is not episodic.
    """
    subject, params = as_subject(subject), params or Params()
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    if subject.config is None:
        raise NotApplicable("the world of this genome is not here, or has other sensors now")
    world = make_world(subject.config)
    if not isinstance(world, EvaluatedWorld) or world.num_populations > 1:
        raise NotApplicable("the world has no episodes of one agent")
    seed = subject.config.seed + 1
    evaluator = make_evaluator(world, subject.brain, params.episodes, seed, threads=1)
    try:
        fitness, num_invalid = cleaned(evaluator.held_out(subject.genome.params))
    finally:
        evaluator.close()
    reports: dict[str, float] = {}
    for field, names in world.reports.items():
        means = evaluator.fields[field].reshape(len(fitness), -1).mean(axis=0, dtype=np.float64)
        reports |= dict(zip(names, means.tolist(), strict=True))
    return Result(fitness, num_invalid, reports, seed)
