"""Least values that strategies find of two functions: the median of three seeds after 20,000 evaluations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.evolution.test_strategies import founders, strategy


def sphere(genomes: np.ndarray, rotation: np.ndarray | None = None) -> np.ndarray:
    """Returns the squared distance of x = 2 genes from -1.2 .. 1.2, so that the best genes are -0.6 .. 0.6."""
    x = 2 * genomes.astype(np.float64)
    total: np.ndarray = ((x - np.linspace(-1.2, 1.2, x.shape[1])) ** 2).sum(axis=1)
    return total


def rosenbrock(genomes: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Returns the rotated Rosenbrock function of x = 4 genes; the genes of its minimum have norm 0.79."""
    x = 4 * genomes.astype(np.float64) @ rotation
    total: np.ndarray = (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(axis=1)
    return total


def found(name: str, params: dict[str, Any], count: int, problem: Any, genes: int, seed: int) -> float:
    """Returns the least value found in 20,000 evaluations."""
    own = strategy(name, params)
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(genes, genes)))[0]
    state = own.init(seed, founders(seed, count, genes))
    for _ in range(20_000 // count):
        state = own.tell(state, -problem(own.ask(state), rotation))
    return -own.best(state)[1]


FINDS: list[tuple[str, dict[str, Any], int, float, float]] = [
    # strategy, params, population, limits of sphere-20 and of rosenbrock-10
    ("ga", {}, 100, 4e-6, 9.0),
    ("ga", {"mutation": "adaptive"}, 100, 1e-11, 8.0),
    ("gray", {"form": "comma"}, 100, 6e-5, 11.0),
    ("open_es", {"sigma_decay": 0.99, "sigma_min": 0.001}, 100, 0.01, 8.0),
    ("snes", {}, 100, 4e-8, 7.5),
    ("cmaes", {}, 100, 1e-12, 1e-9),
    ("cmaes", {"form": "separable"}, 100, 1e-12, 6.0),
]


@pytest.mark.parametrize(("name", "params", "count", "sphere_limit", "rosenbrock_limit"), FINDS)
def test_optimisers_find_minima(name, params, count, sphere_limit, rosenbrock_limit) -> None:
    """The median of three seeds is below the limit."""
    for problem, genes, limit in ((sphere, 20, sphere_limit), (rosenbrock, 10, rosenbrock_limit)):
        assert np.median([found(name, params, count, problem, genes, seed) for seed in range(3)]) < limit


def test_climbers_find_minima() -> None:
    """Ten groups of four consecutive rows, which are independent, act as ten seeds. Measured: 4e-7 and 6."""
    for problem, genes, limit in ((sphere, 20, 1e-6), (rosenbrock, 10, 9.0)):
        rotations = [np.linalg.qr(np.random.default_rng(seed).normal(size=(genes, genes)))[0] for seed in range(10)]
        own = strategy("gray", {})
        state = own.init(1, founders(0, 40, genes))
        for _ in range(20_000 // 4):
            genomes = own.ask(state)
            groups = zip(genomes.reshape(10, 4, genes), rotations, strict=True)
            state = own.tell(state, -np.concatenate([problem(group, rotation) for group, rotation in groups]))
        assert np.median(-state.held_fitness.reshape(10, 4).max(axis=1)) < limit
