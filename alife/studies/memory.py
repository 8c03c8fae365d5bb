"""What the memory adds: the same brain with and without it, and its rivals, on tasks that need one.

An arm is what differs from the experiment of a task (configs/TASK.yaml): nothing; the memory left out; emptied before
each recall; read at drawn keys; as many recurrent lanes instead as it has values to hold; or dense layers that hear
themselves a step later. Each run ends where a genome reaches a target in episodes that no generation meets, or after
as many evaluations as all have; what it reaches is then measured in others. Recurrence and dense layers are rivals,
the other three take something away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pydantic
import yaml

from alife import params
from alife.config import Config, load_config
from alife.operations.words import WIDTHS
from alife.studies.judging import held_out
from alife.studies.statistics import mean_of
from alife.studies.study import Outcome, Trial

CAPACITY = 256  # genomes a generation
LANES = 128  # that a brain may have fed back
Brain = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One experiment. solved: held-out fitness from which on it is. target: fitness in other such episodes that ends a
    run. unit: of fitness. longer: worlds no generation met."""

    solved: float
    target: float
    unit: str
    changes: tuple[str, ...] = ()
    longer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


LENGTHS = {f"length {n}": (f"world.shortest={n}", f"world.longest={n}") for n in (20, 50, 100)}
TASKS = {
    "mushrooms": Task(0.95, 0.97, "share of encounters decided right, 4 colours"),
    "mushrooms-8": Task(0.95, 0.97, "share of encounters decided right, 8 colours", ("run.episodes=16",)),
    "tmaze": Task(0.95, 0.97, "share of sound choices in the double T-maze"),
    "recall": Task(1.0, 1.0, "share of bits right, lengths 1 to 10", longer=LENGTHS),
    "seasons": Task(0.95, 0.97, "share of foods decided right", ("run.episodes=8",)),
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
    """As many lanes as the memory has values to hold, in a width that holds them, with genes in proportion."""
    lanes = min(brain["memory"]["bits"] * brain["memory"]["values"], LANES)
    width = next(width for width in WIDTHS if width > lanes)
    genes = brain["projection"] * width // brain["width"]
    return {**brain, "memory": None, "recurrent": lanes, "width": width, "projection": genes}


def _dense(brain: Brain) -> Brain:
    """Elman's network: a hidden layer, all of which it hears again."""
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
SAID = {
    "full": "the brain of the task's configuration",
    "off": "no memory",
    "reset": "the memory is emptied before each recall",
    "shuffled": "the memory is read at keys drawn anew in each step",
    "recurrent": f"no memory, but as many recurrent lanes as it has values to hold, {LANES} at most",
    "dense": "dense tanh layers, all of whose outputs come back a step later, as many genes",
}


class Params(params.Params):
    """How often, how long, and of what."""

    seeds: int = pydantic.Field(20, ge=1, le=1000, description="runs of each arm of each task")
    generations: int = pydantic.Field(250, ge=1, le=10**6, description="of 256 genomes, at most")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    tasks: tuple[Literal["mushrooms", "mushrooms-8", "tmaze", "recall", "seasons"], ...] = pydantic.Field(
        ("mushrooms", "mushrooms-8", "tmaze", "recall", "seasons"), description="only these"
    )


class Memory:
    """The memory against its absence and its rivals."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def trials(self) -> list[Trial]:
        """Every task, arm and seed."""
        return [
            Trial(self._config(task, arm, seed), {"task": task, "arm": arm, "seed": seed}, task)
            for task in self.params.tasks
            for seed in range(1, self.params.seeds + 1)
            for arm in ARMS
        ]

    @property
    def _sizes(self) -> tuple[int, int]:
        """Generations, at most, and genomes of each."""
        return (3, 32) if self.params.quick else (self.params.generations, CAPACITY)

    @property
    def most(self) -> int:
        """Evaluations of a run, at most."""
        generations, capacity = self._sizes
        return generations * capacity

    def _config(self, task: str, arm: str, seed: int, changes: Sequence[str] = ()) -> Config:
        generations, capacity = self._sizes
        sizes = [f"run.generations={generations}", f"run.capacity={capacity}", f"run.target={TASKS[task].target}"]
        sizes += ["run.hall=0", "run.metrics_every=10", "run.checkpoint_every=100000"]
        quick = ["run.episodes=2"] if self.params.quick else []
        own = [*TASKS[task].changes, *sizes, *quick, f"seed={seed}", *changes]
        base = load_config(task)
        brain = ARMS[arm]({"name": base.names["brain"], **base.brain.model_dump(mode="json")})
        return load_config(task, [f"brain={yaml.safe_dump(brain, default_flow_style=True, width=10**6)}", *own])

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """A table a task."""
        p = self.params
        parts = [_HEAD.format(seeds=p.seeds, evaluations=f"{self.most:,}")]
        parts += [f"- `{arm}`: {said}" for arm, said in SAID.items()] + [""]
        for task in p.tasks:
            parts += [f"## {task}\n", f"Held out: {TASKS[task].unit}; solved from {TASKS[task].solved} on.\n"]
            parts += self._table(task, [one for one in outcomes if one.told["task"] == task])
        return "\n".join(parts) + "\n"

    def _table(self, task: str, outcomes: Sequence[Outcome]) -> list[str]:
        longer = TASKS[task].longer
        heads = ["arm", "solved", "evaluations to success", "fitness", "held out", "worse than full in", *longer]
        lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        full = {one.told["seed"]: _held(one) for one in outcomes if one.told["arm"] == "full"}
        for arm in ARMS:
            own = [one for one in outcomes if one.told["arm"] == arm]
            worse = sum(_held(one) < full[one.told["seed"]] for one in own)
            cells = [f"`{arm}`", f"{sum(map(self._solved, own))} of {len(own)}", self._evaluations(own)]
            cells += [str(mean_of([float(one.result["fitness"]) for one in own])), str(mean_of(list(map(_held, own))))]
            cells += ["" if arm == "full" else f"{worse} of {len(own)}"]
            cells += [str(mean_of([self._longer(one, changes) for one in own])) for changes in longer.values()]
            lines.append("| " + " | ".join(cells) + " |")
        return [*lines, ""]

    def _longer(self, outcome: Outcome, changes: Sequence[str]) -> float:
        told = outcome.told
        config = self._config(told["task"], told["arm"], told["seed"], changes)
        return held_out(outcome.folder, config)

    @staticmethod
    def _solved(outcome: Outcome) -> bool:
        return _held(outcome) >= TASKS[outcome.told["task"]].solved

    def _evaluations(self, own: Sequence[Outcome]) -> str:
        """The median over runs, of which those that never come there count as beyond all."""
        needed = [float(one.result["evaluations"]) if self._solved(one) else np.inf for one in own]
        middle = float(np.median(needed))
        return f"{middle:,.0f}" if np.isfinite(middle) else f"above {self.most:,}"


def _held(outcome: Outcome) -> float:
    return float(outcome.result["held_out"])


_HEAD = """# What the memory adds

Written by `python run.py study memory`, the figures of each run beside it in memory.csv. The same evolution, {seeds}
seeds, {evaluations} evaluations at most, with these brains:
"""
