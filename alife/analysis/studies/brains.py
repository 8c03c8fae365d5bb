"""Every network at equal genes, on a task that needs a memory and on one that does not.

Each brain's experiments are configs/brains/NAME-WORLD.yaml: weights unfold from as many genes for all of them. Held-out
fitness is that of the champion over episodes that no generation met.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from typing import Any

import pydantic

from alife.analysis.benchmarks.brain import bench_brain
from alife.analysis.statistics import mean_of
from alife.analysis.studies.study import Outcome, Trial, command
from alife.brains import make_brain
from alife.config import params, registry
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.build import make_experiment

WORLDS = {"mushrooms": "share of right decisions, 8 colours", "cartpole": "steps upright of 500"}


class Params(params.Params):
    """How often, and how long."""

    seeds: int = pydantic.Field(5, ge=1, le=1000, description="runs of each brain in each world")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    brains: tuple[str, ...] | None = pydantic.Field(None, description="only these; null: every one")


class Brains:
    """Brains beside each other."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def trials(self) -> list[Trial]:
        """Every brain, world and seed."""
        shorter = ["run.generations=3", "run.capacity=32", "run.episodes=2"] if self.params.quick else []
        return [
            Trial(
                load_config(experiment(name, world), [f"seed={seed}", *shorter]),
                {"brain": name, "world": world, "seed": seed},
            )
            for name in self.names
            for world in WORLDS
            for seed in range(1, self.params.seeds + 1)
        ]

    @property
    def names(self) -> list[str]:
        """Of the brains compared."""
        return list(self.params.brains or ()) or registry.names("brains")

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """A table a world, and one of sizes and speed."""
        parts = [_HEAD.format(command=command("brains", self.params), seeds=self.params.seeds)]
        for world, unit in WORLDS.items():
            parts += [
                f"## {world}\n\nHeld-out {unit}: mean and 95 % interval; and the runs one by one.\n",
                _scores(world, outcomes),
            ]
        return "\n".join([*parts, _COST, self._costs(), _limits(self.names)]) + "\n"

    def _costs(self) -> str:
        lines = [
            "| brain | weights | operations | bytes | agent-steps/s | x reading | x dense |",
            "|---|---|---|---|---|---|---|",
        ]
        rows = {row["case"]: row for row in self._measured() if row["case"].endswith(" 32")}
        for name in self.names:
            counted, row = bare(name).count(), rows[f"{name} 32"]
            figures: list[Any] = [f"{counted[key]:,}" for key in ("weights", "operations", "bytes")]
            figures += [f"{row['steps/s']:.3g}", f"{row['x read']:.2f}", f"{row['x dense']:.2f}"]
            lines.append(f"| `{name}` | " + " | ".join(figures) + " |")
        return "\n".join([*lines, ""])

    def _measured(self) -> list[dict[str, Any]]:
        return bench_brain(agents=200, seconds=0.0) if self.params.quick else bench_brain()


_HEAD = """# Brains beside each other

Written by `{command}`: networks of `python run.py list brains` in two solo worlds, {seeds} seeds
each, with the same genetic algorithm, the same number of genes, the same memory (configs/brains/).
"""
_COST = """## Sizes and speed

Width 32, no memory, each weight a gene, 12 senses and 4 actions; agent-steps a second of the brain alone on all cores,
beside merely reading its rows in the same run, and beside dense layers (`python run.py bench brain`, which also has
width 64). Bytes: what a step moves.
"""


def experiment(name: str, world: str) -> str:
    """The file of a brain's experiment. Raises UserError where there is none."""
    for folder in registry.folders("configs"):
        path = folder / "brains" / f"{name}-{world}.yaml"
        if path.is_file():
            return str(path)
    raise UserError(f"study brains: expected configs/brains/{name}-{world}.yaml, and there is none; write one")


def _scores(world: str, outcomes: Sequence[Outcome]) -> str:
    lines = ["| brain | genes | held out | runs |", "|---|---|---|---|"]
    here = [outcome for outcome in outcomes if outcome.told["world"] == world]
    names = dict.fromkeys(outcome.told["brain"] for outcome in here)
    scores = {name: [float(one.result["held_out"]) for one in here if one.told["brain"] == name] for name in names}
    for name, values in sorted(scores.items(), key=lambda item: -mean_of(item[1]).value):
        genes = _genes(name, world)
        lines.append(f"| `{name}` | {genes} | {mean_of(values)} | {', '.join(f'{value:.3g}' for value in values)} |")
    return "\n".join([*lines, ""])


def _genes(name: str, world: str) -> int:
    config = load_config(experiment(name, world))
    return make_experiment(config).brain.num_genes


def bare(name: str) -> Any:
    """A network alone, as `bench brain` compares them."""
    return make_brain({"name": name, "width": 32, "projection": None, "memory": None}, 12, 4)


def _limits(names: Sequence[str]) -> str:
    """What each brain's file says of its cost and its limit."""
    parts, said = ["## What binds them\n"], registry.describe("brains")
    for name in names:
        parts.append(f"- `{name}`: {said[name]['doc']} {_cost_of(name)}".rstrip())
    return "\n".join(parts)


def _cost_of(name: str) -> str:
    """The sentences of a brain's docstring from the word Cost on."""
    doc = inspect.getdoc(sys.modules[registry.find("brains", name).__module__]) or ""
    _, found, rest = doc.partition("\nCost")
    return " ".join(f"Cost{rest.split(chr(10) * 2)[0]}".split()) if found else ""
