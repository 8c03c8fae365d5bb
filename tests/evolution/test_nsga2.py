"""nsga2: fronts and distances are those of the paper, and the front found on ZDT1 is close to the true one."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution.nsga2 import crowding
from alife.experiment.evolve import evolve
from tests.evolution.test_strategies import founders, strategy

moocore = pytest.importorskip("moocore")
TRUE_FRONT = 1.1**2 - 1 / 3  # hypervolume below (1.1, 1.1) of f2 = 1 - sqrt(f1), f1 in 0..1


def zdt1(genomes: np.ndarray) -> np.ndarray:
    """Returns [N, 2] objectives, to be minimized: Zitzler, Deb, Thiele, Evolutionary Computation 8(2), 2000."""
    x = (genomes.astype(np.float64) + 1) / 2
    rest = 1 + 9 * x[:, 1:].mean(axis=1)
    return np.stack([x[:, 0], rest * (1 - np.sqrt(x[:, 0] / rest))], axis=1)


def test_the_front_on_zdt1_is_close_to_the_true_one() -> None:
    """Hypervolume after 20,000 evaluations, N = 100. Measured: 0.8656 to 0.8660 of 0.8767; pymoo 0.8672 to 0.8683."""
    own = strategy("nsga2", {})
    for seed in range(3):
        state = own.init(seed, founders(seed, 100, 30))
        for _ in range(200):
            state = own.tell(state, -zdt1(own.ask(state)))
        volume = moocore.hypervolume(-state.held_fitness.astype(np.float64), ref=[1.1, 1.1])
        assert 0.862 < volume < TRUE_FRONT and state.front[0] > 90


def test_elders_stay_where_children_are_not_better() -> None:
    """The genomes kept are the best of all evaluated by front and distance, so that the front never gets worse."""
    own = strategy("nsga2", {})
    state = own.init(1, founders())
    for _ in range(8):
        before = state.held_fitness
        state = own.tell(state, -zdt1(own.ask(state)))
        for old in before:
            assert not (old > state.held_fitness).all(axis=1).all()
        assert moocore.is_nondominated(-state.held_fitness.astype(np.float64), keep_weakly=True).sum() == state.front[0]


def test_crowding_is_the_gap_between_neighbors() -> None:
    fitness = np.array([[0, 4], [1, 2], [2, 1], [4, 0], [9, 9], [1, 2]], np.float32)
    fronts = np.array([1, 1, 1, 1, 0, 1])
    distance = crowding(fitness, fronts)
    assert np.isinf(distance[[0, 3, 4]]).all()
    assert distance[1] + distance[5] == pytest.approx((1 / 4 + 2 / 4) + (1 / 4 + 1 / 4), abs=1e-12)
    assert distance[2] == pytest.approx(3 / 4 + 2 / 4)


def test_the_first_of_two_objectives_is_fitness(tmp_path) -> None:
    small = ["run.generations=4", "run.capacity=16", "run.episodes=2", "strategy.name=nsga2"]
    run = evolve(load_config("cartpole", small), tmp_path / "run")
    memory = run.simulation.population.memory
    assert memory.held_fitness.shape == (16, 2) and run.row["best_so_far"] == memory.best_fitness[0]
    assert memory.held_fitness[:, 0].max() == memory.best_fitness[0] and run.row["front"] == memory.front[0] > 0


def test_a_missing_library_is_an_error(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "moocore", None)
    with pytest.raises(UserError, match="expected the package moocore, found none; write pip install '\\.\\[pare"):
        evolve(load_config("cartpole", ["strategy.name=nsga2", "run.capacity=4"]), tmp_path / "run")
    assert not (tmp_path / "run").exists()
