"""A small run of the meadow for tests of what looks at runs."""

from __future__ import annotations

from pathlib import Path

from alife.config.schema import load_config
from alife.experiment.evolve import evolve

SMALL = ("world.side=48", "world.population=150", "run.capacity=400", "run.metrics_every=30")


def small_run(folder: Path, *changes: str) -> Path:
    evolve(load_config("meadow", [*SMALL, *changes]), folder)
    return folder
