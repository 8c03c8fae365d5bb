"""Fresh: fitness of a genome of an episodic world in new episodes, drawn with another seed than its run's."""

from __future__ import annotations

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.finding import Facts, Finding, NotApplicable
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.evolution.shared.numerics import cleaned
from alife.experiment.build import make_world
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld


class Params(params.Params):
    """Number of episodes."""

    episodes: int = pydantic.Field(100, ge=1, le=10**6, description="new episodes, each once")


class Fresh(Instrument[Params]):
    """Mean and range of fitness over episodes that are drawn with the run's seed plus 1."""

    order = 15

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts.

        Raises:
            NotApplicable: an extinct run, no world of the genome, or one that is not episodic.
        """
        if subject.genome is None or subject.brain is None:
            raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
        if subject.config is None:
            raise NotApplicable("the world of this genome is not here, or has other sensors now")
        world = make_world(subject.config)
        if not isinstance(world, EvaluatedWorld) or world.num_populations > 1:
            raise NotApplicable("the world has no episodes of one agent")
        seed = subject.config.seed + 1
        evaluator = make_evaluator(world, subject.brain, self.params.episodes, seed, threads=1)
        try:
            fitness, num_invalid = cleaned(evaluator.held_out(subject.genome.params))
        finally:
            evaluator.close()
        text = (
            f"Fitness in {len(fitness)} episodes drawn with seed {seed}, none of which its own run used. They are the "
            "same at every call."
        )
        facts: Facts = {"episodes": len(fitness)}
        if num_invalid:
            facts |= {"episodes whose fitness is not finite": num_invalid}
        else:
            mean, spread = float(fitness.mean(dtype=np.float64)), float(fitness.std(dtype=np.float64))
            facts |= {"mean": mean, "standard deviation": spread}
            facts |= {"minimum": float(fitness.min()), "maximum": float(fitness.max())}
        for field, names in world.reports.items():
            means = evaluator.fields[field].reshape(len(fitness), -1).mean(axis=0, dtype=np.float64)
            facts |= dict(zip(names, means.tolist(), strict=True))
        return Finding("Fresh episodes", text, facts)
