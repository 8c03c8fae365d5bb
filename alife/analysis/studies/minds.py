"""Minds: the default mind for tasks with a memory, its parts taken away one by one, and rivals, on many tasks.

An arm is a brain: `mind`; `mind` without one of its parts; the default brain; the same network without a memory; a
dense network whose layer is fed back (Elman), and one with latches (`recurrent: {gated: true}`). All evolve by the
search that a budget brings (`alife.config.recipe`), for equal numbers of evaluations or equal times; where a task can
be solved, a run ends at a target in held-out episodes. Each champion is then evaluated in 2,000 further episodes that
no generation met, and, where a task has a length, in longer ones. Other arms are run if they are asked for by name: the
mind with one part more; and `neat`, another library's search and networks, neat-python (extra `peers`), in the same
episodes, with the same limits, on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pydantic

from alife.analysis.statistics import bca_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command, num_seeds
from alife.analysis.studies.shared.held_out import held_out
from alife.analysis.studies.shared.mind_arms import ARMS, BRAINS, RIVALS, about
from alife.analysis.studies.shared.neat_rival import check_installed, evolve_neat
from alife.config import params
from alife.config.models import Config
from alife.config.recipe import RECIPE
from alife.config.schema import load_config
from alife.config.yaml_source import written
from alife.errors import UserError

WIDE = {(arm, task) for arm in ("gated", "last actions") for task in ("count-recall", "concentration")}  # width: 64
EPISODES = 2000  # held-out episodes of a champion


@dataclass(frozen=True)
class Task:
    """One task.

    config: name in configs/. solved: lowest held-out fitness of a solution; None where none is known. unit: of fitness.
    target: held-out fitness that ends a run; None: none.
    changes: to the configuration. longer: name -> changes to the world, in which no generation was evaluated.
    """

    config: str
    solved: float | None
    unit: str
    changes: tuple[str, ...] = ()
    target: float | None = 0.97
    longer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


RIGHT = "right less wrong answers, as a share"
Name = Literal[
    "repeat-previous-4", "repeat-previous-8", "repeat-first", "autoencode", "delayed-match", "bandit", "count-recall",
    "higher-lower", "concentration", "cued-action", "stateless-pole", "mushrooms", "mushrooms-8", "seasons", "tmaze",
]  # fmt: skip
TASKS: dict[str, Task] = {
    "repeat-previous-4": Task(
        "repeat-previous", 0.9, RIGHT, ("world.k=4",), longer={"104 cards": ("world.cards=104",)}
    ),
    "repeat-previous-8": Task(
        "repeat-previous", 0.9, RIGHT, ("world.k=8",), longer={"104 cards": ("world.cards=104",)}
    ),
    "repeat-first": Task("repeat-first", 0.9, RIGHT, longer={"416 cards": ("world.cards=416",)}),
    "autoencode": Task("autoencode", 0.9, RIGHT, longer={"24 cards": ("world.cards=24",)}),
    "delayed-match": Task("delayed-match", 0.9, RIGHT, longer={"20 distractors": ("world.fewest=20", "world.most=20")}),
    "bandit": Task("bandit", 0.44, "won less lost pulls, as a share", target=None),
    "count-recall": Task("count-recall", None, RIGHT, target=None),
    "higher-lower": Task("higher-lower", None, RIGHT, target=None),
    "concentration": Task("concentration", None, "score of POPGym", target=None),
    "cued-action": Task("cued-action", 0.9, RIGHT),
    "stateless-pole": Task("stateless-pole", 0.95, "share of the steps"),
    "mushrooms": Task("mushrooms", 0.95, "share of right decisions, 4 colors"),
    "mushrooms-8": Task("mushrooms-8", 0.95, "share of right decisions, 8 colors"),
    "seasons": Task("seasons", 0.95, "share of right decisions on food"),
    "tmaze": Task("tmaze", 0.95, "share of right choices in the double T-maze"),
}


class Params(params.Params):
    """Number and length of the runs, the tasks and the arms."""

    seeds: int = pydantic.Field(10, ge=1, le=1000, description="runs of each arm of each task")
    budget: str | None = pydantic.Field(None, description="time of a run, such as 10m; null: equal evaluations instead")
    generations: int = pydantic.Field(400, ge=1, le=10**6, description="generations of a run without a budget")
    capacity: int = pydantic.Field(RECIPE["run"]["capacity"], ge=2, le=10**6, description="genomes of a generation")
    episodes: int = pydantic.Field(
        RECIPE["run"]["episodes"], ge=1, le=10**6, description="of a genome, each generation"
    )
    threads: int = pydantic.Field(0, ge=0, le=1024, description="of each run; 0: all cores")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    tasks: tuple[Name, ...] = pydantic.Field(get_args(Name), min_length=1, description="tasks to run")
    arms: tuple[str, ...] = pydantic.Field(tuple(ARMS), min_length=1, description="brains to compare, and rivals")

    @pydantic.field_validator("arms")
    @classmethod
    def _known(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        """Rejects unknown arms."""
        unknown = [arm for arm in arms if arm not in {**BRAINS, **RIVALS}]
        if unknown:
            raise ValueError(f"expected one of {', '.join((*BRAINS, *RIVALS))}, got {unknown[0]!r}; write mind")
        return arms


class Minds(Study[Params]):
    """Compares the default mind with its parts and with rivals."""

    def trials(self) -> list[Trial]:
        """Returns a run for every task, seed and arm.

        Raises:
            UserError: a rival is not installed, or has fewer cores than the other arms in equal time.
        """
        p = self.params
        if RIVALS.keys() & set(p.arms):
            check_installed()
            if self._budget and p.threads != 1:
                raise UserError(f"threads: expected 1 with a budget and arm neat, got {p.threads}; write threads=1")
        return [
            Trial(self.config(task, arm, seed), {"task": task, "arm": arm, "seed": seed}, task, self._peer(arm))
            for task in self._tasks
            for seed in range(1, num_seeds(self.params, most=1) + 1)
            for arm in dict.fromkeys(p.arms)
        ]

    def _peer(self, arm: str) -> Callable[[Config, Path], Mapping[str, Any]] | None:
        """What runs an arm in place of a sweep; None: nothing."""
        return partial(evolve_neat, episodes=self._episodes) if arm in RIVALS else None

    def config(self, task: str, arm: str, seed: int, changes: Sequence[str] = ()) -> Config:
        """Returns the configuration of a run. arm: a rival's brain is of no account. changes: further ones."""
        generations, capacity = self._sizes
        sizes = [f"run.capacity={capacity}", f"run.generations={written(generations)}"]
        sizes += [f"run.budget={written(self._budget)}"]
        sizes += [f"run.target={written(TASKS[task].target)}", f"strategy={written(RECIPE['strategy'])}"]
        sizes += ["run.metrics_every=20", "run.checkpoint_every=100000"]
        sizes += [
            f"run.episodes={2 if self.params.quick else self.params.episodes}",
            f"run.threads={self.params.threads}",
        ]
        spec = BRAINS.get(arm, BRAINS["mind"])[0] | ({"width": 64} if (arm, task) in WIDE else {})
        return load_config(
            TASKS[task].config, [f"brain={written(spec)}", *TASKS[task].changes, *sizes, f"seed={seed}", *changes]
        )

    @property
    def _budget(self) -> str | None:
        """The time of a run; None: runs end by their generations."""
        return None if self.params.quick else self.params.budget

    @property
    def _tasks(self) -> tuple[str, ...]:
        """The tasks to run, each once; of all a smoke test takes one."""
        tasks = tuple(dict.fromkeys(self.params.tasks))
        return tasks[:1] if self.params.quick and len(tasks) == len(TASKS) else tasks

    @property
    def _cores(self) -> str:
        """Where runs compute, in words."""
        threads = self.params.threads
        return f"{threads} thread{'s' if threads > 1 else ''}" if threads else "all cores"

    @property
    def _sizes(self) -> tuple[int | None, int]:
        """The number of generations, at most, None where time ends them, and of genomes in each."""
        p = self.params
        return (2, 16) if p.quick else (None if p.budget else p.generations, p.capacity)

    @property
    def _episodes(self) -> int:
        """Held-out episodes of a champion."""
        return 20 if self.params.quick else EPISODES

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns a table for each task."""
        p = self.params
        generations, capacity = self._sizes
        limit = (
            f"{self._budget} on {self._cores}"
            if generations is None
            else f"{generations:,} generations of {capacity:,}"
        )
        seeds = num_seeds(self.params, most=1)
        given = {
            "seeds": f"{seeds} seed{'s' * (seeds > 1)}",
            "limit": limit,
            "episodes": f"{self._episodes:,}",
        }
        head = _HEAD.format(command=command("minds", p), strategy=written(RECIPE["strategy"]), **given)
        if RIVALS.keys() & set(p.arms):
            head += _RIVALS.format(episodes=2 if p.quick else p.episodes, cores=self._cores)
        parts = [head, *(f"- `{arm}`: {about(arm)}" for arm in dict.fromkeys(p.arms)), ""]
        for task in self._tasks:
            parts += self._section(task, [one for one in outcomes if one.labels["task"] == task])
        return "\n".join(parts) + "\n"

    def _section(self, task: str, outcomes: Sequence[Outcome]) -> list[str]:
        """Returns the table of a task; outcomes: its runs."""
        solved, longer = TASKS[task].solved, TASKS[task].longer
        text = f"Fitness: {TASKS[task].unit}" + (f"; solved means at least {solved}." if solved is not None else ".")
        heads = ["arm", "held out", *(["solved"] if solved is not None else []), "evaluations", *longer]
        lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        for arm in dict.fromkeys(self.params.arms):
            runs = [one for one in outcomes if one.labels["arm"] == arm]
            scores = [self._held(one) for one in runs]
            cells = [f"`{arm}`", str(bca_mean(scores))]
            cells += [f"{sum(score >= solved for score in scores)} of {len(runs)}"] if solved is not None else []
            cells += [f"{np.mean([float(one.result['evaluations']) for one in runs]):,.0f}"]
            cells += ["" if arm in RIVALS else self._longer(runs, changes) for changes in longer.values()]
            lines.append("| " + " | ".join(cells) + " |")
        return [f"## {task}\n", f"{text}\n", *lines, ""]

    def _longer(self, runs: Sequence[Outcome], changes: Sequence[str]) -> str:
        """Returns mean and interval of the runs in the world with these changes."""
        return str(bca_mean([self._held(one, changes) for one in runs]))

    def _held(self, outcome: Outcome, changes: Sequence[str] = ()) -> float:
        """Returns the champion's held-out fitness, in the world with these changes."""
        labels = outcome.labels
        if labels["arm"] in RIVALS:
            return float(outcome.result["held_out"])
        config = self.config(labels["task"], labels["arm"], labels["seed"], changes)
        return held_out(outcome.folder, config, self._episodes)


_HEAD = """# Minds

Written by `{command}`; the CSV file of the same name has the results of each run.
Each arm evolved with {seeds} for {limit} at most, by
`{strategy}`.
Held out: the mean over seeds of the champion's fitness in {episodes} further episodes, with its 95 % BCa bootstrap
interval over seeds; `solved` counts seeds; `evaluations`: mean over seeds. Columns after it are longer episodes than
those in which the champions evolved.

"""

_RIVALS = """A genome is evaluated in {episodes} episodes a generation. A rival has its own search, networks and number
of genomes a generation; its episodes, target and limit, in evaluations or in time, are those of the other arms. It
computes on 1 thread, they on {cores}. It is not evaluated in longer episodes.

"""
