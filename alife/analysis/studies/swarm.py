"""The value of seeing neighbors: the same evolved agents of a swarm, with neighbors seen and hidden.

A fixed population (no agent dies, splits or mutates) of the agents in genomes/swarm.safetensors is scattered over fresh
worlds, the same for both arms, which differ in `neighbours` alone. Food is what an agent eats in a step. Both arms are
agents that evolved with neighbors in sight, so this is the value of sight to them, not to agents that evolved without.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pydantic

from alife.analysis.statistics import bootstrap_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command
from alife.config import params, registry
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.records.run_folder import RunFolder

GENOMES = "swarm"
FIRST = 1001  # seed; no agent evolved in the worlds of these, because runs have small seeds


class Params(params.Params):
    """Number and length of the runs."""

    seeds: int = pydantic.Field(20, ge=1, le=1000, description="fresh worlds")
    steps: int = pydantic.Field(1500, ge=1, description="steps in each world")
    agents: int = pydantic.Field(300, ge=1, description="agents in each world")
    quick: bool = pydantic.Field(False, description="few steps, to see that it works")


class Swarm(Study[Params]):
    """Compares agents that see each other with the same agents that do not."""

    def trials(self) -> list[Trial]:
        """Returns a pair of runs for each seed. Raises UserError if genomes/swarm.safetensors is missing."""
        founders = registry.files("genomes").get(GENOMES)
        if founders is None:
            raise UserError(f"study swarm: expected genomes/{GENOMES}.safetensors, got none; evolve one first")
        steps = self._steps
        same = ["world.fixed=true", "world.hardship=0", f"world.population={self.params.agents}"]
        same += [f"run.capacity={self.params.agents}", f"run.founders={founders}", f"run.steps={steps}"]
        same += [f"run.metrics_every={max(steps // 10, 1)}", f"run.checkpoint_every={steps}", "run.threads=1"]
        return [
            Trial(
                load_config("swarm", [*same, f"seed={seed}", f"world.neighbours={str(seen).lower()}"]),
                {"neighbours": "seen" if seen else "hidden", "seed": seed},
            )
            for seed in range(FIRST, FIRST + self.params.seeds)
            for seen in (True, False)
        ]

    @property
    def _steps(self) -> int:
        return 20 if self.params.quick else self.params.steps

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns food of both arms, and the mean over worlds of their ratio."""
        measured = [(one.labels["neighbours"], *self._measured(one.folder)) for one in outcomes]
        seen, hidden = ([row[1:] for row in measured if row[0] == arm] for arm in ("seen", "hidden"))
        line = command("swarm", self.params)
        lines = [_HEAD.format(command=line, seeds=len(seen), steps=f"{self._steps:,}", agents=self.params.agents)]
        for name, rows in (("seen", seen), ("hidden", hidden)):
            food, order = (bootstrap_mean([row[place] for row in rows]) for place in (0, 1))
            lines.append(f"| {name} | {food} | {order} |")
        ratios = [a[0] / b[0] for a, b in zip(seen, hidden, strict=True) if b[0] > 0]
        verdict = str(bootstrap_mean(ratios)) if ratios else "unknown, because no agent ate"
        return "\n".join([*lines, "", f"Ratio of food, neighbors seen to neighbors hidden: {verdict}."]) + "\n"

    def _measured(self, folder: Path) -> tuple[float, float]:
        """Returns food per agent and step, and the mean polarization over the rows of metrics.csv after the first."""
        with RunFolder(folder).metrics.open(newline="") as file:
            rows = list(csv.DictReader(file))[1:]
        food = float(rows[-1]["intake"]) / (self.params.agents * int(rows[-1]["step"]))
        return food, sum(float(row["polarisation"]) for row in rows) / len(rows)


_HEAD = """# The value of seeing neighbors

Written by `{command}`: {agents} agents of genomes/swarm.safetensors in {seeds} fresh worlds for {steps}
steps without births and deaths, with neighbors seen and hidden. Means over worlds with 95 % bootstrap intervals.

| neighbors | food per agent and step | polarization |
|---|---|---|"""
