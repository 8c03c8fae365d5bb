"""The effect of the memory: a brain with it, without it, and with alternatives to it, on tasks that need a memory.

An arm is a change to the configuration of a task (configs/TASK.yaml): none; no memory; a memory emptied before each
recall; a memory read at random keys; instead of the memory as many recurrent lanes as it holds values; or dense layers
with feedback. A run ends when a genome reaches a target in episodes that no generation is evaluated in, or after a
number of evaluations that is the same for all; its champion is then evaluated in further held-out episodes. Recurrence
and dense layers are alternatives, the three arms before them are ablations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pydantic

from alife.analysis.statistics import bootstrap_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command, num_seeds
from alife.analysis.studies.shared.held_out import held_out
from alife.config import params
from alife.config.models import Config
from alife.config.schema import load_config
from alife.config.yaml_source import written
from alife.ops.vocabulary import WIDTHS

CAPACITY = 256  # genomes per generation
LANES = 128  # recurrent lanes of a brain, at most
Brain = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One task.

    solved: lowest held-out fitness of a solution. target: fitness, in other held-out episodes, that ends a run. unit:
    of fitness. changes: to configs/TASK.yaml. longer: name -> changes to the world, in which no generation was
    evaluated.
    """

    solved: float
    target: float
    unit: str
    changes: tuple[str, ...] = ()
    longer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


LENGTHS = {f"length {n}": (f"world.shortest={n}", f"world.longest={n}") for n in (20, 50, 100)}
Name = Literal["mushrooms", "mushrooms-8", "tmaze", "recall", "seasons"]
TASKS: dict[str, Task] = {
    "mushrooms": Task(0.95, 0.97, "share of right decisions, 4 colors"),
    "mushrooms-8": Task(0.95, 0.97, "share of right decisions, 8 colors", ("run.episodes=16",)),
    "tmaze": Task(
        0.95,
        0.97,
        "share of right choices in the double T-maze",
    ),
    "recall": Task(
        1.0,
        1.0,
        "share of right bits, two bits per item, lengths 1 to 10",
        longer=LENGTHS,
    ),
    "seasons": Task(0.95, 0.97, "share of right decisions on food", ("run.episodes=8",)),
}


def _full(brain: Brain) -> Brain:
    return brain


def _off(brain: Brain) -> Brain:
    return {**brain, "memory": None}


def _reset(brain: Brain) -> Brain:
    return {**brain, "memory": {**brain["memory"], "ablation": "reset"}}


def _shuffled(brain: Brain) -> Brain:
    return {**brain, "memory": {**brain["memory"], "ablation": "shuffled"}}


def _recurrent(brain: Brain) -> Brain:
    """Returns a brain with as many recurrent lanes as the memory holds values; width and genes are scaled to fit."""
    lanes = min(brain["memory"]["bits"] * brain["memory"]["values"], LANES)
    width = next(width for width in WIDTHS if width > lanes)
    genes = brain["projection"] * width // brain["width"]
    return {**brain, "memory": None, "recurrent": lanes, "width": width, "projection": genes}


def _dense(brain: Brain) -> Brain:
    """Returns Elman's network: a hidden layer with feedback of all its outputs."""
    kept = {key: brain[key] for key in ("width", "projection")}
    return {"name": "dense", **kept, "feedback": brain["width"], "unit": "tanh", "memory": None}


ARMS: dict[str, Callable[[Brain], Brain]] = {
    "full": _full,
    "off": _off,
    "reset": _reset,
    "shuffled": _shuffled,
    "recurrent": _recurrent,
    "dense": _dense,
}
DESCRIPTIONS = {
    "full": "the brain of the task's configuration",
    "off": "no memory",
    "reset": "the memory is emptied before each recall",
    "shuffled": "the memory is read at random keys, drawn anew in each step",
    "recurrent": f"no memory, but as many recurrent lanes as it holds values, at most {LANES}",
    "dense": "no memory, but dense tanh layers with as many genes as `off`, all of whose outputs are fed back a step "
    "later",
}


class Params(params.Params):
    """Number and length of the runs, and the tasks."""

    seeds: int = pydantic.Field(20, ge=1, le=1000, description="runs of each arm of each task")
    generations: int = pydantic.Field(250, ge=1, le=10**6, description="generations of 256 genomes, at most")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    tasks: tuple[Name, ...] = pydantic.Field(get_args(Name), min_length=1, description="tasks to run")


class Memory(Study[Params]):
    """Compares the memory with its ablations and its alternatives."""

    def trials(self) -> list[Trial]:
        """Returns a run for every task, seed and arm."""
        return [
            Trial(self._config(task, arm, seed), {"task": task, "arm": arm, "seed": seed}, task)
            for task in self._tasks
            for seed in range(1, num_seeds(self.params) + 1)
            for arm in ARMS
        ]

    @property
    def _tasks(self) -> list[str]:
        """The tasks to run, each once."""
        return list(dict.fromkeys(self.params.tasks))

    @property
    def _sizes(self) -> tuple[int, int]:
        """The number of generations, at most, and of genomes in each."""
        return (3, 32) if self.params.quick else (self.params.generations, CAPACITY)

    @property
    def most(self) -> int:
        """The number of evaluations of a run, at most."""
        generations, capacity = self._sizes
        return generations * capacity

    def _config(self, task: str, arm: str, seed: int, changes: Sequence[str] = ()) -> Config:
        generations, capacity = self._sizes
        sizes = [f"run.generations={generations}", f"run.capacity={capacity}", f"run.target={TASKS[task].target}"]
        sizes += ["run.elites=0", "run.metrics_every=10", "run.checkpoint_every=100000"]
        quick = ["run.episodes=2"] if self.params.quick else []
        further = [*TASKS[task].changes, *sizes, *quick, f"seed={seed}", *changes]
        base = load_config(task)
        brain = ARMS[arm]({"name": base.names["brain"], **base.brain.model_dump(mode="json")})
        return load_config(task, [f"brain={written(brain)}", *further])

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns a table for each task."""
        p = self.params
        parts = [_HEAD.format(command=command("memory", p), seeds=num_seeds(self.params), evaluations=f"{self.most:,}")]
        parts += [f"- `{arm}`: {text}" for arm, text in DESCRIPTIONS.items()] + [""]
        for task in self._tasks:
            parts += [
                f"## {task}\n",
                f"Held-out fitness: {TASKS[task].unit}; solved means at least {TASKS[task].solved}.\n",
            ]
            here = [one for one in outcomes if one.labels["task"] == task]
            parts += [*self._table(task, here), _verdict(task, here), ""]
        return "\n".join(parts) + "\n"

    def _table(self, task: str, outcomes: Sequence[Outcome]) -> list[str]:
        longer = TASKS[task].longer
        heads = ["arm", "solved", "evaluations to success", "fitness", "held out", "seeds below `full`", *longer]
        lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        full = {one.labels["seed"]: _held(one) for one in outcomes if one.labels["arm"] == "full"}
        for arm in ARMS:
            runs = [one for one in outcomes if one.labels["arm"] == arm]
            below = sum(_held(one) < full[one.labels["seed"]] for one in runs)
            cells = [f"`{arm}`", f"{sum(map(_solved, runs))} of {len(runs)}", self._evaluations(runs)]
            cells += [str(bootstrap_mean([float(one.result["fitness"]) for one in runs]))]
            cells += [str(bootstrap_mean(list(map(_held, runs))))]
            cells += ["" if arm == "full" else f"{below} of {len(runs)}"]
            cells += [str(bootstrap_mean([self._longer(one, changes) for one in runs])) for changes in longer.values()]
            lines.append("| " + " | ".join(cells) + " |")
        return [*lines, ""]

    def _longer(self, outcome: Outcome, changes: Sequence[str]) -> float:
        """Returns the champion's held-out fitness in the world with these changes."""
        labels = outcome.labels
        return held_out(outcome.folder, self._config(labels["task"], labels["arm"], labels["seed"], changes))

    def _evaluations(self, runs: Sequence[Outcome]) -> str:
        """Returns the median number of evaluations over runs; those that did not solve the task count as infinite."""
        needed = [float(one.result["evaluations"]) if _solved(one) else np.inf for one in runs]
        middle = float(np.median(needed))
        return f"{middle:,.0f}" if np.isfinite(middle) else f"above {self.most:,}"


def _held(outcome: Outcome) -> float:
    return float(outcome.result["held_out"])


def _solved(outcome: Outcome) -> bool:
    return _held(outcome) >= TASKS[outcome.labels["task"]].solved


def _verdict(task: str, outcomes: Sequence[Outcome]) -> str:
    """Returns the seeds with which the full brain failed, and the arms that equaled or exceeded it."""
    full = {one.labels["seed"]: one for one in outcomes if one.labels["arm"] == "full"}
    failed = [f"{seed} ({_held(one):.3g})" for seed, one in full.items() if not _solved(one)]
    level = [one for one in outcomes if one.labels["arm"] != "full" and _held(one) >= _held(full[one.labels["seed"]])]
    names = {arm: sum(one.labels["arm"] == arm for one in level) for arm in ARMS}
    counts = [f"`{arm}` with {count} seeds" for arm, count in names.items() if count]
    return (
        f"`full` did not solve it with seeds {', '.join(failed)}." if failed else "`full` solved it with every seed."
    ) + (f" Not below it: {', '.join(counts)}." if counts else " Every other arm was below it with every seed.")


_HEAD = """# The effect of the memory

Written by `{command}`; the CSV file of the same name has the results of each run.
The same evolution, {seeds} seeds and at most {evaluations} evaluations each, with these brains:
"""
