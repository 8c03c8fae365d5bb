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
from typing import Any, Literal, get_args

import numpy as np
import pydantic
import yaml

from alife.analysis.statistics import mean_of
from alife.analysis.studies.judging import held_out
from alife.analysis.studies.study import Outcome, Trial, command
from alife.config import params
from alife.config.schema import Config, load_config
from alife.ops.vocabulary import WIDTHS

CAPACITY = 256  # genomes a generation
LANES = 128  # that a brain may have fed back
Brain = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One experiment. solved: held-out fitness from which on it is. target: fitness in other such episodes that ends a
    run. unit: of fitness. longer: worlds no generation met. tried: what else was, and how it went."""

    solved: float
    target: float
    unit: str
    changes: tuple[str, ...] = ()
    longer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tried: str = ""


LENGTHS = {f"length {n}": (f"world.shortest={n}", f"world.longest={n}") for n in (20, 50, 100)}
Name = Literal["mushrooms", "mushrooms-8", "tmaze", "recall", "seasons"]
TASKS: dict[str, Task] = {
    "mushrooms": Task(0.95, 0.97, "share of encounters decided right, 4 colours"),
    "mushrooms-8": Task(0.95, 0.97, "share of encounters decided right, 8 colours", ("run.episodes=16",)),
    "tmaze": Task(
        0.95,
        0.97,
        "share of sound choices in the double T-maze",
        tried="Tried beside it: 390 generations, 17 of 20 seeds; then two layers instead of three, 17 too; a rate of "
        "mutation of 0.2, no better; 4 of the 12 permutations a generation, 10. With 8 recurrent lanes, instead of as "
        "many as here, 2 of 6 seeds came to 0.95 within 51,200 evaluations.",
    ),
    "recall": Task(
        1.0,
        1.0,
        "share of bits right, two bits an item, lengths 1 to 10",
        longer=LENGTHS,
        tried="Tried beside it: one bit an item, 10 of 10 seeds without an error at any length within 29 generations; "
        "two bits with the default rate of mutation, 6 of 10; four bits, 0 of 3 within 200 generations.",
    ),
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
    "dense": "no memory, but dense tanh layers, all of whose outputs come back a step later, of as many genes as off",
}


class Params(params.Params):
    """How often, how long, and of what."""

    seeds: int = pydantic.Field(20, ge=1, le=1000, description="runs of each arm of each task")
    generations: int = pydantic.Field(250, ge=1, le=10**6, description="of 256 genomes, at most")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    tasks: tuple[Name, ...] = pydantic.Field(get_args(Name), min_length=1, description="only these")


class Memory:
    """The memory against its absence and its rivals."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def trials(self) -> list[Trial]:
        """Every task, arm and seed."""
        return [
            Trial(self._config(task, arm, seed), {"task": task, "arm": arm, "seed": seed}, task)
            for task in self._tasks
            for seed in range(1, self.params.seeds + 1)
            for arm in ARMS
        ]

    @property
    def _tasks(self) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(self.params.tasks))

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
        parts = [_HEAD.format(command=command("memory", p), seeds=p.seeds, evaluations=f"{self.most:,}")]
        parts += [f"- `{arm}`: {said}" for arm, said in SAID.items()] + [""]
        for task in self._tasks:
            parts += [f"## {task}\n", f"Held out: {TASKS[task].unit}; solved from {TASKS[task].solved} on.\n"]
            own = [one for one in outcomes if one.told["task"] == task]
            parts += [*self._table(task, own), f"{_verdict(task, own)} {TASKS[task].tried}".strip(), ""]
        return "\n".join(parts) + "\n"

    def _table(self, task: str, outcomes: Sequence[Outcome]) -> list[str]:
        longer = TASKS[task].longer
        heads = ["arm", "solved", "evaluations to success", "fitness", "held out", "worse than full in", *longer]
        lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        full = {one.told["seed"]: _held(one) for one in outcomes if one.told["arm"] == "full"}
        for arm in ARMS:
            own = [one for one in outcomes if one.told["arm"] == arm]
            worse = sum(_held(one) < full[one.told["seed"]] for one in own)
            cells = [f"`{arm}`", f"{sum(map(_solved, own))} of {len(own)}", self._evaluations(own)]
            cells += [str(mean_of([float(one.result["fitness"]) for one in own])), str(mean_of(list(map(_held, own))))]
            cells += ["" if arm == "full" else f"{worse} of {len(own)}"]
            cells += [str(mean_of([self._longer(one, changes) for one in own])) for changes in longer.values()]
            lines.append("| " + " | ".join(cells) + " |")
        return [*lines, ""]

    def _longer(self, outcome: Outcome, changes: Sequence[str]) -> float:
        told = outcome.told
        config = self._config(told["task"], told["arm"], told["seed"], changes)
        return held_out(outcome.folder, config)

    def _evaluations(self, own: Sequence[Outcome]) -> str:
        """The median over runs, of which those that never come there count as beyond all."""
        needed = [float(one.result["evaluations"]) if _solved(one) else np.inf for one in own]
        middle = float(np.median(needed))
        return f"{middle:,.0f}" if np.isfinite(middle) else f"above {self.most:,}"


def _held(outcome: Outcome) -> float:
    return float(outcome.result["held_out"])


def _solved(outcome: Outcome) -> bool:
    return _held(outcome) >= TASKS[outcome.told["task"]].solved


def _verdict(task: str, outcomes: Sequence[Outcome]) -> str:
    """Which seeds the full brain failed with, and which arms came up to it."""
    full = {one.told["seed"]: one for one in outcomes if one.told["arm"] == "full"}
    failed = [f"{seed} ({_held(one):.3g})" for seed, one in full.items() if not _solved(one)]
    level = [one for one in outcomes if one.told["arm"] != "full" and _held(one) >= _held(full[one.told["seed"]])]
    names = {arm: sum(one.told["arm"] == arm for one in level) for arm in ARMS}
    told = [f"`{arm}` in {count}" for arm, count in names.items() if count]
    return (
        f"The full brain did not solve it with seeds {', '.join(failed)}." if failed else "All seeds solved it."
    ) + (f" Not below it were {', '.join(told)}." if told else " Every other arm was below it with every seed.")


_HEAD = """# What the memory adds

Written by `{command}`, the figures of each run in the table of the same name beside it (CSV).
The same evolution, {seeds} seeds, {evaluations} evaluations at most, with these brains:
"""
