"""What neighbours are worth: the same evolved agents of a swarm, once seeing each other and once not.

A fixed population (nobody dies, splits or mutates) of the agents in genomes/swarm.safetensors is scattered over fresh
worlds, the same for both arms, which differ in `neighbours` alone. Food is what an agent eats in a step. Both arms are
agents that evolved with neighbours in sight, so this is what sight is worth to them, and not what others would find who
evolved without.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pydantic

from alife.analysis.statistics import mean_of
from alife.analysis.studies.study import Outcome, Trial, command
from alife.config import params, registry
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.records.run_folder import RunFolder

GENOMES = "swarm"
BEHIND = 1000  # seeds from here on draw worlds in which nobody evolved: a run has a small one


class Params(params.Params):
    """How often, and how long."""

    seeds: int = pydantic.Field(20, ge=1, le=1000, description="fresh worlds")
    steps: int = pydantic.Field(1500, ge=1, description="steps in each")
    agents: int = pydantic.Field(300, ge=1, description="agents in each")
    quick: bool = pydantic.Field(False, description="few steps, to see that it works")


class Swarm:
    """Agents that see each other beside the same agents that do not."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def trials(self) -> list[Trial]:
        """A pair for each seed. Raises UserError where there are no genomes."""
        founders = registry.files("genomes").get(GENOMES)
        if founders is None:
            raise UserError(f"study swarm: expected genomes/{GENOMES}.safetensors, and there is none; evolve one first")
        steps = self._steps
        same = ["world.fixed=true", "world.hardship=0", f"world.population={self.params.agents}"]
        same += [f"run.capacity={self.params.agents}", f"run.founders={founders}", f"run.steps={steps}"]
        same += [f"run.metrics_every={max(steps // 10, 1)}", f"run.checkpoint_every={steps}", "run.threads=1"]
        return [
            Trial(
                load_config("swarm", [*same, f"seed={seed}", f"world.neighbours={str(seen).lower()}"]),
                {"neighbours": "seen" if seen else "hidden", "seed": seed},
            )
            for seed in range(BEHIND + 1, BEHIND + self.params.seeds + 1)
            for seen in (True, False)
        ]

    @property
    def _steps(self) -> int:
        return 20 if self.params.quick else self.params.steps

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Food of both arms, and their ratio world by world."""
        told = [(one.told["neighbours"], *self._measured(one.folder)) for one in outcomes]
        seen, hidden = ([row[1:] for row in told if row[0] == arm] for arm in ("seen", "hidden"))
        asked = command("swarm", self.params)
        lines = [_HEAD.format(command=asked, seeds=len(seen), steps=f"{self._steps:,}", agents=self.params.agents)]
        for name, rows in (("seen", seen), ("hidden", hidden)):
            food, order = (mean_of([row[place] for row in rows]) for place in (0, 1))
            lines.append(f"| {name} | {food} | {order} |")
        ratios = [a[0] / b[0] for a, b in zip(seen, hidden, strict=True) if b[0] > 0]
        verdict = str(mean_of(ratios)) if ratios else "unknown: nobody ate"
        return "\n".join([*lines, "", f"Food with neighbours seen over food with neighbours hidden: {verdict}."]) + "\n"

    def _measured(self, folder: Path) -> tuple[float, float]:
        """Food an agent a step, and polarisation as a mean over the rows of metrics after the first."""
        with RunFolder(folder).metrics.open(newline="") as file:
            rows = list(csv.DictReader(file))[1:]
        food = float(rows[-1]["intake"]) / (self.params.agents * int(rows[-1]["step"]))
        return food, sum(float(row["polarisation"]) for row in rows) / len(rows)


_HEAD = """# What neighbours are worth

Written by `{command}`: {agents} agents of genomes/swarm.safetensors in {seeds} fresh worlds for {steps}
steps, nobody born or dying, with neighbours seen and hidden. Means over worlds with 95 % bootstrap intervals.

| neighbours | food an agent a step | polarisation |
|---|---|---|"""
