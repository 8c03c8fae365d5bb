"""Fresh: how well a genome of a solo world does in episodes that nobody has met, drawn by another seed."""

from __future__ import annotations

import numpy as np
import pydantic

from alife.analysis.report.finding import Facts, Finding
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.experiment.build import make_world
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld


class Params(params.Params):
    """How many episodes."""

    episodes: int = pydantic.Field(100, ge=1, le=10**6, description="lived anew, each once")


class Fresh:
    """Mean and range of fitness over episodes that are drawn by the seed after the run's."""

    order = 15

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Facts; None where no genome is left, its world is not at hand, or agents do not live alone in it."""
        if subject.genome is None or subject.brain is None or subject.config is None:
            return None
        world = make_world(subject.config)
        if not isinstance(world, EvaluatedWorld) or world.num_populations > 1:
            return None
        seed = subject.config.seed + 1
        trial = make_evaluator(world, subject.brain, self.settings.episodes, seed, threads=1)
        told = trial.held_out(subject.genome.params)
        text = (
            f"Its fitness in {len(told)} episodes drawn by seed {seed}, which its own run never met: each time "
            "they are the same."
        )
        mean, spread = float(told.mean(dtype=np.float64)), float(told.std(dtype=np.float64))
        facts: Facts = {"episodes": len(told), "mean": mean, "standard deviation": spread}
        facts |= {"least": float(told.min()), "most": float(told.max())}
        for field, names in world.reports.items():
            means = trial.fields[field].reshape(len(told), -1).mean(axis=0, dtype=np.float64)
            facts |= dict(zip(names, means.tolist(), strict=True))
        return Finding("Fresh episodes", text, facts)
