"""Control: known environments of Gymnasium by the search that a budget brings, and what each of its choices is worth.

An arm is that search (`alife.config.recipe`) or one that differs in a single choice: observations by their declared
bounds, the other brain, the other strategy. All arms have as many evaluations, and each champion is evaluated in 100
fresh episodes, which no generation met. Runs end by generations, so that a slower machine gives the same genomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pydantic

from alife.analysis.statistics import t_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command, num_seeds
from alife.analysis.studies.shared.held_out import held_out
from alife.config import params
from alife.config.models import Config
from alife.config.recipe import HOSTED
from alife.config.task import load_task
from alife.config.yaml_source import written

EPISODES = 100  # fresh episodes of a champion
NEEDED, AMONG = 3, 5  # number of seeds that reach a solution where a target is met, and of seeds
Name = Literal[
    "LunarLander-v3", "BipedalWalker-v3", "Pendulum-v1", "Acrobot-v1", "MountainCarContinuous-v0", "CartPole-v1"
]  # fmt: skip


SOLVED: dict[str, float] = {  # lowest mean return of a solution
    "LunarLander-v3": 200,
    "BipedalWalker-v3": 100,  # a third of its own threshold
    "Pendulum-v1": -250,  # it has none of its own
    "Acrobot-v1": -100,
    "MountainCarContinuous-v0": 90,
    "CartPole-v1": 475,
}
QUICK = ("CartPole-v1",)  # environments of a smoke test: they need no further package
SMALL = "layers: 1, projection: 32"
ARMS: dict[str, tuple[tuple[str, ...], str]] = {
    "recipe": ((), "what `--budget` brings"),
    "by bounds": (("world.normal=null",), "observations by their declared bounds"),
    "no memory": ((f"brain={{name: mind, {SMALL}, memories: []}}",), "the same brain without memories"),
    "large": (("brain={name: mind}",), "the brain of compiled worlds: two layers, whose weights unfold from 128 genes"),
    "lexicase": (
        ("strategy={name: lexicase, deletion: 0.5, patience: 40}",),
        "selection by episodes in random order, as in compiled worlds",
    ),
}


class Params(params.Params):
    """Number and length of the runs, the environments and the arms."""

    seeds: int = pydantic.Field(5, ge=1, le=1000, description="runs of each arm of each environment")
    generations: int = pydantic.Field(200, ge=1, le=10**6, description="generations of a run")
    capacity: int = pydantic.Field(HOSTED["run"]["capacity"], ge=2, le=10**6, description="genomes of a generation")
    episodes: int = pydantic.Field(
        HOSTED["run"]["episodes"], ge=1, le=10**6, description="episodes of a genome in a generation"
    )
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    tasks: tuple[Name, ...] = pydantic.Field(
        (), description=f"environments to run; none: all, of a smoke test {' and '.join(QUICK)}"
    )
    arms: tuple[str, ...] = pydantic.Field(("recipe", "by bounds"), min_length=1, description="searches to compare")

    @pydantic.field_validator("arms")
    @classmethod
    def _known(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        """Rejects unknown arms."""
        unknown = [arm for arm in arms if arm not in ARMS]
        if unknown:
            raise ValueError(f"expected one of {', '.join(ARMS)}, got {unknown[0]!r}; write recipe")
        return arms


class Control(Study[Params]):
    """Compares the search of a budget with others in environments of Gymnasium."""

    def trials(self) -> list[Trial]:
        """Returns a run for every environment, seed and arm.

        Each arm of an environment is a part of its own, so that a folder can be continued with more of them.
        """
        p = self.params
        return [
            Trial(self.config(task, arm, seed), {"task": task, "arm": arm, "seed": seed}, _part(task, arm))
            for task in self._tasks
            for seed in range(1, num_seeds(self.params) + 1)
            for arm in dict.fromkeys(p.arms)
        ]

    def config(self, task: str, arm: str, seed: int) -> Config:
        """Returns the configuration of a run: that of a budget, which its generations end."""
        p, quick = self.params, self.params.quick
        sizes = {"generations": 2 if quick else p.generations, "capacity": 8 if quick else p.capacity}
        sizes |= {"episodes": 2 if quick else p.episodes, "elites": 4, "metrics_every": 5, "checkpoint_every": 100000}
        lines = [f"run.{key}={written(value)}" for key, value in sizes.items()]
        return load_task(task, [*lines, *ARMS[arm][0], "run.budget=1000h", "run.threads=1", f"seed={seed}"])

    def measure(self, outcome: Outcome) -> Mapping[str, Any]:
        """Returns the champion's mean return in fresh episodes."""
        labels = outcome.labels
        config = self.config(labels["task"], labels["arm"], labels["seed"])
        return {"fresh": held_out(outcome.folder, config, self._episodes)}

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns a table for each environment."""
        p = self.params
        first = self.config(self._tasks[0], p.arms[0], 1)
        sizes = {"generations": first.run.generations, "capacity": first.run.capacity, "episodes": first.run.episodes}
        seeds = num_seeds(p)
        head = _HEAD.format(
            command=command("control", p),
            seeds=seeds,
            s="s" * (seeds > 1),
            fresh=self._episodes,
            needed=NEEDED,
            among=AMONG,
            **sizes,
        )
        parts = [head, *(f"- `{arm}`: {ARMS[arm][1]}" for arm in dict.fromkeys(p.arms)), ""]
        for task in self._tasks:
            parts += self._section(task, [one for one in outcomes if one.labels["task"] == task])
        return "\n".join(parts) + "\n"

    @property
    def _episodes(self) -> int:
        """Fresh episodes of a champion."""
        return 5 if self.params.quick else EPISODES

    @property
    def _tasks(self) -> tuple[str, ...]:
        """Environments to run, each once."""
        return tuple(dict.fromkeys(self.params.tasks)) or (QUICK if self.params.quick else tuple(SOLVED))

    def _section(self, task: str, outcomes: Sequence[Outcome]) -> list[str]:
        """Returns the table of an environment; outcomes: its runs."""
        solved = SOLVED[task]
        lines = [
            "| arm | fresh | of each seed | reached | target | episodes of a run | steps of a run |",
            "|---" * 7 + "|",
        ]
        for arm in dict.fromkeys(self.params.arms):
            runs = [one for one in outcomes if one.labels["arm"] == arm]
            scores = [float(one.result["fresh"]) for one in runs]
            cells: list[Any] = [f"`{arm}`", t_mean(scores), ", ".join(f"{score:.0f}" for score in scores)]
            reached = sum(score >= solved for score in scores)
            cells += [f"{reached} of {len(runs)}", verdict(reached, len(runs))]
            steps = np.mean([float(one.result["agent_steps"]) for one in runs])
            episodes = np.mean([float(one.result["evaluations"]) for one in runs]) * self._per_genome
            lines.append("| " + " | ".join(map(str, [*cells, f"{episodes:,.0f}", f"{steps:,.0f}"])) + " |")
        return [f"## {task}\n", f"A mean return of {solved:g} is a solution.\n", *lines, ""]

    @property
    def _per_genome(self) -> int:
        """Episodes of a genome in a generation."""
        return 2 if self.params.quick else self.params.episodes


def verdict(reached: int, seeds: int) -> str:
    """Returns whether a target is met: `open` while further seeds could change it.

    Args:
        reached: number of seeds that reach a solution.
        seeds: number of seeds that were run.
    """
    all_seeds = max(seeds, AMONG)
    if reached * AMONG >= NEEDED * all_seeds:
        return "met"
    return "missed" if (reached + all_seeds - seeds) * AMONG < NEEDED * all_seeds else "open"


def _part(task: str, arm: str) -> str:
    return f"{task}/{arm.replace(' ', '-')}"


_HEAD = """# Control

Written by `{command}`; the CSV file of the same name has the results of each run.
Each arm evolved with {seeds} seed{s} for {generations} generations of {capacity} genomes in {episodes} episodes each.
Fresh: the mean over seeds of the champion's mean return in {fresh} episodes that neither selection nor the choice of
the champion met, with its 95 % interval by Student's t over seeds. `reached` counts the seeds whose own mean is that of
a solution; the target is met if {needed} in {among} of them are, and open while fewer than {among} seeds leave that
undecided.

"""
