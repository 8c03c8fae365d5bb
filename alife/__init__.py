"""Artificial life and neuroevolution: populations of agents with small evolved brains.

    config = alife.load_config("meadow", overrides=["seed=2"])
    run = alife.evolve(config, out="runs/x")

Everything is imported when first used: `import alife` touches neither CUDA nor pygame, and takes no time.
"""

from __future__ import annotations

import importlib
from typing import Any

from alife.rendered import renderers

__version__ = "0.1.0"

_HOMES = {
    "load_config": "alife.config.schema",
    "dump_config": "alife.config.schema",
    "evolve": "alife.analysis.evolve",
    "open_run": "alife.experiment.evolve",
    "evolve_islands": "alife.analysis.evolve",
    "export": "alife.analysis.export.export",
    "Run": "alife.experiment.run",
    "Genome": "alife.experiment.records.genome",
    "load_genome": "alife.experiment.records.genome",
    "save_genome": "alife.experiment.records.genome",
    "make_brain": "alife.brains",
    "sample": "alife.brains.layers.sampled_counts",
    "partition": "alife.brains.layers.partition",
    "trained_genome": "alife.analysis.trained",
    "play": "alife.gym.play",
    "policy": "alife.gym.policy",
    "show": "alife.viewer.show",
    "UserError": "alife.errors",
}
renderers |= {kind: f"alife.analysis.notebook:{kind.lower()}_html" for kind in ("Run", "Genome", "Brain")}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'alife' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
