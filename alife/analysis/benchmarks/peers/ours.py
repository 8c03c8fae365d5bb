"""Cart-pole in this library: a whole episode of an agent in one compiled loop, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alife.analysis.benchmarks.world import balancing


def default(genomes: int) -> Callable[[], int]:
    """Evaluates the default brain: three layers, 288 weights unfolded from 192 genes, a memory used in each step."""
    return _generation(genomes, {"name": "wht"})


def bare(genomes: int) -> Callable[[], int]:
    """Evaluates three layers of 64 weights, each a gene, without memory: the closest to the networks of the peers."""
    return _generation(genomes, {"name": "wht", "memory": None, "projection": None})


def _generation(genomes: int, brain: dict[str, Any]) -> Callable[[], int]:
    evaluator = balancing(genomes, threads=0, brain=brain)
    copies = evaluator.fields["genome"].copy()
    return lambda: int(evaluator.fitness(copies, episodes=1, first=0).sum())
