"""Every generational strategy: runs resume to the bit, draws depend on the seed, invalid fitness never wins.

Strategies are found by folder; `VARIANTS` adds the forms that the defaults leave out. How well they optimize is in
test_optimisers.py, test_diversity.py and test_nsga2.py.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config.registry import find, find_params, names
from alife.evolution.shared.base import GenerationalStrategy, StrategyState, initial_fields
from alife.evolution.shared.breeding import Breeding, Parents, make_children
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import BRAINS, WORLDS

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "ga": [{"selection": "tournament", "mutation": "adaptive"}, {"mutation": "gaussian", "crossover": 0.0}],
    "gray": [{"form": "comma"}],
    "cmaes": [{"form": "separable"}],
    "map_elites": [{"variation": "iso_line", "cells": 5}, {"mutation": "gaussian"}],
    "novelty": [{"fitness_weight": 0.5, "archive": 30}],
    "restarts": [{"patience": 1}],
    "lexicase": [{"by_mean": 0.0, "epsilon": 0.0}, {"patience": 1, "deletion": 0.5}],
    "open_es": [{"optimiser": "momentum", "weight_decay": 0.01}],
}
FOUND = [name for name in names("strategies") if issubclass(find("strategies", name), GenerationalStrategy)]
CASES = [(name, params) for name in FOUND for params in ({}, *VARIANTS.get(name, []))]
every_case = pytest.mark.parametrize(("name", "params"), CASES, ids=[f"{name}-{params}" for name, params in CASES])
N, G = 24, 6


def strategy(name: str, params: dict[str, Any]) -> Any:
    return find("strategies", name)(find_params("strategies", name)(**params))


def founders(seed: int = 0, count: int = N, genes: int = G) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (count, genes)).astype(np.float32)


def frozen(state: Any) -> Any:
    """Returns the state, all its arrays set read-only."""
    for array in arrays(state).values():
        array.flags.writeable = False
    return state


def arrays(state: Any) -> dict[str, np.ndarray]:
    return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}


def same(ours: Any, theirs: Any) -> bool:
    pairs = zip(arrays(ours).values(), arrays(theirs).values(), strict=True)
    return all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)


def parent_rows(own: Any, state: Any) -> np.ndarray:
    """Returns [N] rows, in the last generation, of the parents of the genomes asked next; -1: elsewhere or unknown."""
    rows = own.parent_ids(state, N) - (state.generation[0] - 1) * N
    return np.where(rows >= 0, rows, -1)


def near(genomes: np.ndarray) -> np.ndarray:
    """Returns the fitness [N]: minus the squared distance of genomes [N, G] from 0.3."""
    fitness: np.ndarray = -((genomes - np.float32(0.3)) ** 2).sum(axis=1)
    return fitness


def by_episode(fitness: np.ndarray) -> np.ndarray:
    """Returns fitness [N, 3] in three episodes whose mean is (the first) fitness, [N] or [N, K]."""
    first = fitness.reshape(N, -1)[:, :1]
    return first + np.array([0.0, 0.25, -0.25], np.float32)


def tell(own: Any, state: Any, fitness: np.ndarray, genomes: np.ndarray) -> Any:
    """Returns the next state; the measures of a genome are its first two genes, scaled from -1..1 to 0..1."""
    return frozen(own.tell(state, fitness, (genomes[:, :2] + 1) / 2, episodes=by_episode(fitness)))


def evolved(own: Any, state: Any, generations: int, fitness: Any = near) -> Any:
    """Returns the state after a number of generations."""
    for _ in range(generations):
        genomes = own.ask(state)
        state = tell(own, state, fitness(genomes), genomes)
    return state


@every_case
def test_a_run_rebuilt_from_its_arrays_continues_to_the_bit(name, params) -> None:
    own = strategy(name, params)
    first = frozen(own.init(7, founders()))
    whole = evolved(own, first, 12)
    for middle in (0, 1, 5):
        half = evolved(own, first, middle)
        again = type(half)(**{key: array.copy() for key, array in arrays(half).items()})
        shapes = [(array.dtype, array.ndim) for array in arrays(half).values()]
        assert shapes == [(array.dtype, array.ndim) for array in arrays(first).values()]
        assert same(evolved(strategy(name, params), frozen(again), 12 - middle), whole)


@every_case
def test_draws_depend_on_the_seed_and_ask_is_pure(name, params) -> None:
    own = strategy(name, params)
    one, two, other = (evolved(own, frozen(own.init(seed, founders())), 3) for seed in (7, 7, 2**40 + 7))
    assert same(one, two)
    assert not np.array_equal(own.ask(one), own.ask(other))
    first = own.ask(one).copy()
    assert np.array_equal(own.ask(one), first) and not np.array_equal(own.ask(evolved(own, one, 1)), first)


@every_case
def test_genes_stay_in_bounds_although_fitness_rewards_leaving_them(name, params) -> None:
    own = strategy(name, params)
    state = frozen(own.init(1, founders()))
    for _ in range(30):
        genomes = own.ask(state)
        assert genomes.shape == (N, G) and genomes.dtype == np.float32 and np.abs(genomes).max() <= 1
        state = tell(own, state, genomes.sum(axis=1), genomes)
    best, fitness = own.best(state)
    assert best.shape == (G,) and fitness == best.sum() > 0.6 * G


@every_case
def test_invalid_fitness_is_never_selected_and_is_counted(name, params) -> None:
    """Genomes whose first gene exceeds 0.2 would be the best, but their fitness is NaN or infinite."""
    own = strategy(name, params)
    ends = []
    for wrong in (np.nan, np.inf, -np.inf):
        state, refused = frozen(own.init(3, founders())), 0
        for _ in range(10):
            genomes = own.ask(state)
            bad = genomes[:, 0] > 0.2
            refused += bad.sum()
            state = tell(own, state, np.where(bad, np.float32(wrong), genomes[:, 0]), genomes)
            rows = parent_rows(own, state)
            assert not bad[rows[rows >= 0]].any()
        assert state.refused[0] == refused > 0 and own.best(state)[0][0] == own.best(state)[1] <= 0.2
        ends.append(state)
    assert same(ends[0], ends[1]) and same(ends[0], ends[2])


@every_case
def test_invalid_measures_or_one_invalid_objective_are_refused(name, params) -> None:
    own = strategy(name, params)
    genomes, bad = founders(), np.arange(N) % 3 == 0
    measures, objectives = genomes[:, :2].copy(), np.stack([genomes[:, 0], -genomes[:, 0]], axis=1)
    measures[bad, 1], objectives[bad, 1] = np.nan, np.inf
    for fitness, did in ((near(genomes), measures), (objectives, genomes[:, :2])):
        state = own.tell(frozen(own.init(3, founders())), fitness, did, episodes=by_episode(fitness))
        rows = parent_rows(own, state)
        assert state.refused[0] == bad.sum() and not bad[rows[rows >= 0]].any()
        assert own.best(state)[1] == fitness.reshape(N, -1)[~bad, 0].max()


@every_case
def test_every_row_of_metrics_has_the_declared_columns(name, params) -> None:
    own = strategy(name, params)
    first = frozen(own.init(3, founders()))
    rows = [own.metrics(state) for state in (first, evolved(own, first, 1), evolved(own, first, 4))]
    assert {tuple(row) for row in rows} == {tuple(column.name for column in own.columns)}
    assert all(np.isfinite(list(row.values())).all() for row in rows)


@every_case
def test_generations_without_valid_fitness_are_survived(name, params) -> None:
    own = strategy(name, params)
    state = evolved(own, frozen(own.init(3, founders())), 3, lambda genomes: np.full(N, np.nan))
    assert state.refused[0] == 3 * N and state.best_fitness[0] == -np.inf
    assert own.best(evolved(own, state, 10))[1] > -np.inf and np.isfinite(own.ask(state)).all()


@every_case
def test_only_the_order_of_fitness_counts(name, params) -> None:
    own = strategy(name, params)
    first = frozen(own.init(5, founders()))
    ours, theirs = evolved(own, first, 6), evolved(own, first, 6, lambda genomes: 4 * near(genomes))
    assert np.array_equal(own.ask(ours), own.ask(theirs))


@every_case
def test_fitness_of_each_genome_is_required(name, params) -> None:
    own = strategy(name, params)
    state = own.init(5, founders())
    with pytest.raises(ValueError, match=f"each of the {N} genomes asked"):
        own.tell(state, np.zeros(N - 1), np.zeros((N - 1, 2)))


def test_climbers_are_independent() -> None:
    own = strategy("gray", {})
    genomes = founders()
    ours, changed = evolved(own, own.init(5, genomes), 8), genomes.copy()
    changed[3] = 0.9
    theirs = evolved(own, own.init(5, changed), 8, lambda asked: near(asked) - 5 * (np.arange(N) == 3))
    others = np.arange(N) != 3
    assert (
        np.array_equal(own.ask(ours)[others], own.ask(theirs)[others]) and not (own.ask(ours) == own.ask(theirs)).all()
    )


@pytest.mark.parametrize(("name", "still"), [("open_es", ("centre",)), ("snes", ("centre", "sigma"))])
def test_flat_fitness_moves_nothing(name, still) -> None:
    own = strategy(name, {})
    first = own.init(5, founders())
    after = evolved(own, first, 3, lambda genomes: np.zeros(N))
    for field in still:
        assert np.allclose(getattr(after, field), getattr(first, field), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("count", [23, 24])
def test_samples_are_mirrored_pairs_with_a_gradient(count) -> None:
    """Samples are mirrored about the mean, and the gradient of a linear fitness points up the slope."""
    own = strategy("open_es", {"bounded": False})
    state = own.init(1, founders(count=count))
    genomes = own.ask(state).astype(np.float64)
    assert np.allclose((genomes[: count - count % 2 : 2] + genomes[1::2]) / 2, state.centre, atol=1e-7)
    assert count % 2 == 0 or np.array_equal(genomes[-1], state.centre.astype(np.float32))
    slope = np.arange(1.0, G + 1)
    after = own.tell(state, genomes @ slope)
    assert np.dot(after.mean, slope) > 0.5 * np.linalg.norm(after.mean) * np.linalg.norm(slope)


@pytest.mark.parametrize("name", FOUND)
def test_each_runs_and_resumes_in_an_episodic_world(name) -> None:
    place = WORLDS["cartpole" if "objectives" in find("strategies", name).needs else "mushrooms"]
    brain = make_brain(BRAINS["bare"], len(place.sensors), len(place.actuators))
    runs = [Generations(Evaluator(place, brain, 10, seed=1), strategy(name, {}), episodes=1) for _ in range(2)]
    runs[0].step(2)
    runs[1].restore(runs[0].state())
    for run in runs:
        run.step(2)
    assert runs[0].state_hash() == runs[1].state_hash() and runs[0].metrics()["best_so_far"] > -np.inf


def test_deletions_take_the_place_of_their_share_of_mutations() -> None:
    """The same draws decide which genes mutate; of these a share is 0, all others are as without deletions."""
    genomes, rows = founders(count=200), np.arange(200)
    state, parents = StrategyState(**initial_fields(3, genomes)), Parents(rows, rows, np.zeros(200, np.int32))
    plain, half, all_of_them = (
        make_children(Breeding(mutation_rate=0.4, deletion=share), state, genomes, parents, None)
        for share in (0.0, 0.5, 1.0)
    )
    deleted = half == 0
    assert 0.37 < (all_of_them == 0).mean() < 0.43 and 0.17 < deleted.mean() < 0.23 and (plain != 0).all()
    assert np.array_equal(half[~deleted], plain[~deleted]) and (all_of_them[deleted] == 0).all()
    assert np.array_equal(all_of_them[all_of_them != 0], genomes[all_of_them != 0])
