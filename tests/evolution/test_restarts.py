"""Restarts: when a population begins anew, of what, and that tasks with plateaus are solved by several populations."""

from __future__ import annotations

import numpy as np
import pytest

from alife.config.registry import find
from tests.evolution.test_strategies import founders, strategy

N, G = 24, 6


@pytest.mark.parametrize("name", ["restarts", "lexicase"])
def test_a_population_begins_anew_after_its_patience_and_not_before(name: str) -> None:
    own, same = strategy(name, {"patience": 3}), {"fitness": np.full(N, 1.0), "episodes": np.ones((N, 2))}
    state = own.init(1, founders())
    for generation in range(3):
        assert int(state.restarts[0]) == 0
        state = own.tell(state, **same)
        assert np.isfinite(state.record[0]) and int(state.generation[0]) == generation + 1
    bred = own.ask(state)
    state = own.tell(state, **same)
    drawn = own.ask(state)
    assert int(state.restarts[0]) == 1 and state.record[0] == -np.inf and int(state.record_generation[0]) == 4
    assert (own.parent_ids(state, N) == -1).all() and not np.isin(drawn, bred).any()
    assert drawn.min() >= -1 and drawn.max() < 1 and len(np.unique(drawn)) == N * G
    assert own.metrics(state)["restarts"] == 1
    state = own.tell(
        state, np.full(N, -5.0), episodes=same["episodes"]
    )  # worse than before, but a record of the new population
    assert state.record[0] == -5.0 and int(state.restarts[0]) == 1


def test_lexicase_without_patience_keeps_no_record() -> None:
    own, state = strategy("lexicase", {}), strategy("lexicase", {}).init(1, founders())
    assert not hasattr(state, "record") and own.metrics(state) == {} and own.columns == ()
    assert [column.name for column in find("strategies", "lexicase").columns] == ["restarts"]


def test_records_are_of_the_mean_of_parents_and_not_of_the_best() -> None:
    own = strategy("restarts", {"patience": 2, "truncation": 0.5})
    state = own.init(1, founders())
    for best in (1.0, 100.0, 200.0):
        fitness = np.full(N, -best)
        fitness[0] = best
        state = own.tell(state, fitness)
    assert int(state.restarts[0]) == 1


def test_no_valid_fitness_begins_anew_as_well() -> None:
    own = strategy("restarts", {"patience": 2})
    state = own.init(1, founders())
    for _ in range(3):
        state = own.tell(state, np.full(N, np.nan))
    assert int(state.restarts[0]) == 1


def test_several_populations_find_what_one_does_not() -> None:
    """A peak that a population only reaches from a corner of the founders' space, beside a broad slope to a plateau."""

    def fitness(genomes: np.ndarray) -> np.ndarray:
        corner = (genomes > 0.2).all(axis=1)
        peak: np.ndarray = np.where(corner, 2.0, np.round(-np.abs(genomes).sum(axis=1), 1))
        return peak

    reached = {}
    for name, params in (("ga", {}), ("restarts", {"patience": 2})):
        reached[name] = 0
        for seed in range(6):
            own = strategy(name, {**params, "mutation_precision": 10.0, "crossover": 0.0, "mutation_rate": 0.05})
            state = own.init(seed, founders(seed))
            for _ in range(120):
                state = own.tell(state, fitness(own.ask(state)))
            reached[name] += float(own.best(state)[1]) == 2.0
    assert reached["restarts"] >= reached["ga"] + 2
