"""Small simulations for tests."""

from __future__ import annotations

import numpy as np

from alife.brains import make_brain
from alife.evolution import natural
from alife.simulation.shared_world import Simulation
from worlds import meadow


def life(seed=1, threads=1, capacity=400, brain=None, strategy=None, founders=None, backend="cpu", **world):
    """Returns a meadow of side 32 with 120 founders; `world`: other parameters."""
    meadow_world = meadow.Meadow(meadow.Params(**{"side": 32, "population": 120, **world}))
    network = make_brain(brain or {"name": "wht"}, len(meadow_world.sensors), len(meadow_world.actuators))
    breeding = natural.Natural(strategy or natural.Params())
    return Simulation(meadow_world, network, breeding, capacity, seed, threads, founders, backend)


def snapshot(simulation):
    """Returns copies of every array that a law may touch."""
    return {name: array.copy() for name, array in simulation.engine.bindings.names.items()}


def scalars(names):
    return {name: array if array.ndim else array[()] for name, array in names.items()}


def equal(a, b):
    """True if both have the same bits, where any NaN equals any other."""
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    nan = np.isnan(a) & np.isnan(b)
    bits = f"u{a.itemsize}"
    return np.array_equal(np.where(nan, 0, a.view(bits)), np.where(nan, 0, b.view(bits)))
