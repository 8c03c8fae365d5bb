"""Comparison of all networks with equal numbers of genes, on a task that needs a memory and on one that does not.

The configurations of each brain are configs/brains/NAME-WORLD.yaml; the weights of all brains unfold from the same
number of genes. Held-out fitness is the champion's over episodes that no generation was evaluated in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pydantic

from alife.analysis.benchmarks.brain import bench_networks
from alife.analysis.statistics import bootstrap_mean
from alife.analysis.studies.shared.base import Outcome, Study, Trial, command, num_seeds
from alife.brains import compared_networks, make_brain
from alife.config import params, registry
from alife.config.docstrings import doc_of
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.build import make_experiment

WORLDS = {"mushrooms": "share of right decisions, 8 colors", "cartpole": "steps upright of 500"}


class Params(params.Params):
    """Number and length of the runs, and the brains."""

    seeds: int = pydantic.Field(5, ge=1, le=1000, description="runs of each brain in each world")
    quick: bool = pydantic.Field(False, description="few generations, to see that it works")
    brains: tuple[str, ...] | None = pydantic.Field(None, description="brains to compare; null: all")


class Brains(Study[Params]):
    """Compares brains in fitness, size and speed."""

    def trials(self) -> list[Trial]:
        """Returns a run for every brain, world and seed."""
        shorter = ["run.generations=3", "run.capacity=32", "run.episodes=2"] if self.params.quick else []
        return [
            Trial(
                load_config(experiment(name, world), [f"seed={seed}", *shorter]),
                {"brain": name, "world": world, "seed": seed},
            )
            for name in self.names
            for world in WORLDS
            for seed in range(1, num_seeds(self.params) + 1)
        ]

    @property
    def names(self) -> list[str]:
        """The names of the brains to compare."""
        return list(self.params.brains or ()) or compared_networks()

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns a table for each world, one of sizes and speed, and the limits of each brain."""
        parts = [_HEAD.format(command=command("brains", self.params), seeds=num_seeds(self.params))]
        for world, unit in WORLDS.items():
            parts += [
                f"## {world}\n\nHeld-out fitness, {unit}: mean with its 95 % interval, and the value of each run.\n",
                _scores(world, outcomes),
            ]
        return "\n".join([*parts, _COST, self._costs(), _limits(self.names)]) + "\n"

    def _costs(self) -> str:
        lines = [
            "| brain | weights | operations | bytes | agent-steps/s | x reading | x dense |",
            "|---|---|---|---|---|---|---|",
        ]
        rows = {row["case"]: row for row in self._measured()}
        for name in self.names:
            counted, row = bare(name).count(), rows[f"{name} 32"]
            figures: list[Any] = [f"{counted[key]:,}" for key in ("weights", "operations", "bytes")]
            figures += [f"{row['steps/s']:.3g}", f"{row['x read']:.2f}", f"{row['x dense']:.2f}"]
            lines.append(f"| `{name}` | " + " | ".join(figures) + " |")
        return "\n".join([*lines, ""])

    def _measured(self) -> list[dict[str, Any]]:
        quick: dict[str, Any] = {"agents": 200, "seconds": 0.0} if self.params.quick else {}
        return bench_networks(32, self.names, **quick)


_HEAD = """# Comparison of brains

Written by `{command}`: the networks of `python run.py list brains` in two episodic worlds, {seeds} seeds
each, with the same genetic algorithm, the same number of genes and the same memory (configs/brains/).
"""
_COST = """## Sizes and speed

Width 32, no memory, each weight a gene, 12 senses and 4 actions. Agent-steps per second: of the brain alone, on all
cores. x reading: time as a multiple of the time to read its rows, measured in the same run. x dense: speed as a
multiple of that of dense layers (`python run.py bench brain`, which also has width 64). Bytes: memory traffic per step.
"""


def experiment(name: str, world: str) -> str:
    """Returns the path of a brain's configuration for a world. Raises UserError if there is none."""
    for folder in registry.folders("configs"):
        path = folder / "brains" / f"{name}-{world}.yaml"
        if path.is_file():
            return str(path)
    raise UserError(f"study brains: expected configs/brains/{name}-{world}.yaml, got none; write one")


def _scores(world: str, outcomes: Sequence[Outcome]) -> str:
    lines = ["| brain | genes | held out | runs |", "|---|---|---|---|"]
    here = [outcome for outcome in outcomes if outcome.labels["world"] == world]
    names = dict.fromkeys(outcome.labels["brain"] for outcome in here)
    scores = {name: [float(one.result["held_out"]) for one in here if one.labels["brain"] == name] for name in names}
    for name, values in sorted(scores.items(), key=lambda item: -bootstrap_mean(item[1]).value):
        genes = _genes(name, world)
        lines.append(
            f"| `{name}` | {genes} | {bootstrap_mean(values)} | {', '.join(f'{value:.3g}' for value in values)} |"
        )
    return "\n".join([*lines, ""])


def _genes(name: str, world: str) -> int:
    config = load_config(experiment(name, world))
    return make_experiment(config).brain.num_genes


def bare(name: str) -> Any:
    """Returns a network of width 32 without memory and projection, as `bench brain` compares them."""
    return make_brain({"name": name, "width": 32, "projection": None, "memory": None}, 12, 4)


def _limits(names: Sequence[str]) -> str:
    """Returns the first line of each brain's docstring, and its paragraph on cost and limits."""
    parts, described = ["## Costs and limits\n"], registry.describe("brains")
    for name in names:
        parts.append(f"- `{name}`: {described[name]['doc']} {_cost_of(name)}".rstrip())
    return "\n".join(parts)


def _cost_of(name: str) -> str:
    """Returns the paragraph of a brain's docstring that begins with Cost, "" if there is none."""
    doc = doc_of(sys.modules[registry.find("brains", name).__module__])
    _, found, rest = doc.partition("\nCost")
    return " ".join(f"Cost{rest.split(chr(10) * 2)[0]}".split()) if found else ""
