"""The value of a memory without a fitness function: a meadow in which one of two kinds of plant is poisonous.

The kind that feeds is drawn for each agent at birth (configs/meadow-memory.yaml). Two populations are evolved; the
memories of the second are emptied before each recall, all else is equal. Then both compete in fresh meadows, as in the
competition assay with equal bodies, each with the brain that it evolved with; the control splits the first population
in two halves with memories.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pydantic

from alife.analysis.instruments.shared import contest
from alife.analysis.instruments.shared.contest import Contest, ContestParams, Population
from alife.analysis.instruments.shared.outcomes import shown
from alife.analysis.report.subject import Subject, load
from alife.analysis.statistics import t_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command
from alife.brains import make_brain
from alife.config import params
from alife.config.schema import load_config
from alife.experiment.build import brain_spec
from alife.experiment.records import checkpoint
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.shared_world import Simulation

ARMS = {"on": "none", "off": "reset"}  # arm -> ablation of its memory


class Params(params.Params):
    """Number and length of the runs."""

    seeds: int = pydantic.Field(5, ge=1, le=1000, description="pairs of populations")
    steps: int = pydantic.Field(10_000, ge=1, description="steps that each population evolves for")
    quick: bool = pydantic.Field(False, description="few steps, to see that it works")


class Meadow(Study[Params]):
    """Lets populations with memory compete with populations without."""

    def trials(self) -> list[Trial]:
        """Returns a pair of runs for each seed."""
        sizes = [f"run.steps={self._steps}", f"run.checkpoint_every={self._steps}"]
        sizes += ["world.side=64", "world.population=300", "run.capacity=1024"] if self.params.quick else []
        return [
            Trial(
                load_config("meadow-memory", [f"seed={seed}", f"brain.memory.ablation={ablation}", *sizes]),
                {"arm": arm, "seed": seed},
            )
            for seed in range(1, self.params.seeds + 1)
            for arm, ablation in ARMS.items()
        ]

    @property
    def _steps(self) -> int:
        return 20 if self.params.quick else self.params.steps

    @property
    def _size(self) -> ContestParams:
        return ContestParams(worlds=2, steps=20) if self.params.quick else ContestParams()

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns a row for each pair, and the mean over pairs."""
        size, line = self._size, command("meadow", self.params)
        lines = [_HEAD.format(command=line, steps=f"{self._steps:,}", assayed=size.steps, worlds=size.worlds)]
        found = {seed: self._compared(outcomes, seed) for seed in range(1, self.params.seeds + 1)}
        for seed, pair in found.items():
            lines.append(f"| {seed} | {' | '.join(map(shown, pair)) if pair else 'one died out | '} |")
        known = [pair for pair in found.values() if pair]
        means = [t_mean([pair[place].mean for pair in known]) for place in (0, 1)] if known else ["", ""]
        return "\n".join([*lines, f"| all | {means[0]} | {means[1]} |"]) + "\n"

    def _compared(self, outcomes: Sequence[Outcome], seed: int) -> tuple[contest.Outcome, contest.Outcome] | None:
        """Returns the contest of a pair and its control; None if fewer than 4 agents of a population live."""
        on, off = (_living(one) for arm in ARMS for one in outcomes if one.labels == {"arm": arm, "seed": seed})
        if min(contest.size(on), contest.size(off)) < 4:
            return None
        subject = self._subject(outcomes)
        marked, plain = Marked(self._size, subject, seed=seed), Contest(self._size, subject, seed=seed)
        return marked.between("on / off", on, off), plain.within("on / on", on)

    @staticmethod
    def _subject(outcomes: Sequence[Outcome]) -> Subject:
        return load(next(one.folder for one in outcomes if one.labels["arm"] == "on"))


class Marked(Contest):
    """A contest of equal bodies in which the memories of the second side are emptied before each recall."""

    def __init__(self, params: ContestParams, subject: Subject, seed: int = 1) -> None:
        super().__init__(params, subject, seed=seed)
        assert subject.config is not None
        spec = brain_spec(subject.config)
        spec["memory"] = {**spec["memory"], "ablation": "marked"}
        self.brain = make_brain(spec, self.brain.num_observations, self.brain.num_actions)

    def step(self, simulation: Simulation) -> None:
        """Runs step by step, so that agents born in a step are marked before their brains compute."""
        column = self.brain.layout["marked"][1]
        for _ in range(self.params.steps):
            rows = simulation.living()
            simulation.fields["state"][rows, column] = simulation.fields["clade"][rows] % 2
            simulation.engine.written("state")
            simulation.step()


def _living(outcome: Outcome) -> Population:
    """Returns the genomes of the agents alive at the end of a run."""
    last = checkpoint.load_last(RunFolder(outcome.folder).checkpoints)
    genomes = last.arrays["genome"][last.arrays["alive"] > 0] if last else np.zeros((0, 0), np.float32)
    return {"genome": genomes}


_HEAD = """# The value of a memory in the meadow

Written by `{command}`. Populations of a meadow with two kinds of plant, one of which is poisonous,
evolved for {steps} steps with their memories and with memories emptied before each recall, then competed in fresh
meadows: mean ln(with / without) after {assayed} steps and its 95 % t interval over {worlds} meadows, each
with agents drawn anew; 0 is a draw. The last row is the mean over pairs and its t interval. The last column is the
control: the populations with memories, split in two.

| seed | with / without | with / with |
|---|---|---|"""
