"""Cart and pole here: a whole episode of sensing, thinking and acting in one loop an agent, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alife.analysis.benchmarks.world import balancing


def default(genomes: int) -> Callable[[], int]:
    """The default brain: three layers, 288 weights unfolded from 192 genes, and a memory read and written each step."""
    return _generation(genomes, {"name": "wht"})


def bare(genomes: int) -> Callable[[], int]:
    """Three layers of 64 weights, each a gene, and no memory: what is nearest to the networks of the peers."""
    return _generation(genomes, {"name": "wht", "memory": None, "projection": None})


def _generation(genomes: int, brain: dict[str, Any]) -> Callable[[], int]:
    trial = balancing(genomes, threads=0, brain=brain)
    asked = trial.fields["genome"].copy()
    return lambda: int(trial.fitness(asked, episodes=1, first=0).sum())
