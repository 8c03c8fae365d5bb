"""Results of episodic worlds beside fitness: measures and objectives, equal to the bit on host and device."""

from __future__ import annotations

import numpy as np
import pytest

from alife.errors import UserError
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.world import Measure
from tests.backends.test_episode import WORLDS, genomes, trial


def results(of: Evaluator, episodes: int, first: int) -> list[np.ndarray]:
    """Returns fitness [N], measures [N, M] and objectives [N, K] of random genomes."""
    fitness = of.fitness(genomes(of), episodes, first)
    measures = of.measures
    assert measures is not None
    return [fitness, measures, of.objectives]


@pytest.mark.parametrize("world", WORLDS)
def test_results_of_two_episodes_are_means_of_each(world: str) -> None:
    of = trial(world, "bare", 60)
    both, one, other = results(of, 2, 5), results(of, 1, 5), results(of, 1, 6)
    for mean, first, second in zip(both, one, other, strict=True):
        np.testing.assert_allclose(mean, (first + second) / 2, rtol=1e-6, atol=1e-7)
    shares = both[1]
    assert shares.shape == (60, 2) and (shares >= 0).all() and (np.ptp(shares, axis=0) > 0.05).all()
    assert both[2].shape == (60, len(of.world.objectives))


@pytest.mark.parametrize("world", WORLDS)
def test_results_are_the_same_on_a_device(host_device, world: str) -> None:
    ours, theirs = trial(world, "bare", 27), trial(world, "bare", 27, backend="gpu")
    for host, device in zip(results(ours, 2, 3), results(theirs, 2, 3), strict=True):
        assert host.dtype == np.float32 and np.array_equal(host, device)


@pytest.mark.parametrize("world", WORLDS)
def test_fitness_by_episode_is_that_of_each_episode_and_its_mean_that_of_all(world: str) -> None:
    of = trial(world, "bare", 20)
    mean, single = of.fitness_by_episode(genomes(of), 3, 5)
    measures = of.measures
    assert (
        single.shape == (20, 3) and single.dtype == np.float32 and np.array_equal(mean, of.fitness(genomes(of), 3, 5))
    )
    assert np.array_equal(measures, of.measures)
    for number, column in enumerate(single.T):
        assert np.array_equal(column, of.fitness(genomes(of), 1, 5 + number))


def test_any_number_of_genomes_are_evaluated_in_the_same_held_out_episodes(host_device) -> None:
    for backend in ("cpu", "gpu"):
        of = trial("mushrooms", "bare", 8, backend=backend)
        many = of.arrays.matrix(trial("mushrooms", "bare", 21).brain.init(21, seed=3).astype(np.float32))
        fitness, measures = of.held_out_of_all(many, 3, HELD_OUT)
        assert fitness.shape == (21,) and measures is not None and measures.shape == (21, 2)
        assert of.fields["agent_steps"][0] == 0
        first = of.fitness(np.asarray(many)[13:21], 3, HELD_OUT)
        assert np.array_equal(fitness[13:], first) and np.array_equal(measures[13:], of.measures)


def test_measures_of_mushrooms_are_shares_eaten() -> None:
    """Genomes that eat everything or nothing have measures 1 or 0, and all of either kind have equal fitness."""
    of = trial("mushrooms", "bare", 300)
    fitness, measures, _ = results(of, 1, 0)
    assert [measure.name for measure in of.world.measures] == ["eaten first", "eaten second"]
    assert {measures[:, 0].min(), measures[:, 0].max()} == {0.0, 1.0}
    for shares in (0.0, 1.0):
        alike = (measures == shares).all(axis=1)
        assert alike.any() and len(np.unique(fitness[alike])) == 1


def test_a_constant_push_changes_nothing() -> None:
    """An agent that always pushes the same way has 0 changes and leaves the middle; the first step is no change."""
    of = trial("cartpole", "bare", 200)
    fitness, measures, objectives = results(of, 1, 0)
    changes = -objectives[:, 0]
    assert (changes < fitness).all() and (changes >= 0).all() and np.ptp(changes) > 5
    constant = changes == 0
    assert constant.any() and set(of.fields["push"][constant]) <= {-10.0, 10.0}
    assert (np.abs(measures[constant, 0] - 0.5) > 0.001).all()


def test_a_world_has_columns_only_for_what_it_declares() -> None:
    assert {"measures", "measures_total", "objectives", "objectives_total"} <= set(trial("cartpole", "bare", 3).fields)
    of = trial("mushrooms", "bare", 3)
    assert "objectives" not in of.fields and of.objectives.shape == (3, 0)


def test_a_measure_without_a_range_is_refused() -> None:
    with pytest.raises(UserError, match="measure place: expected low below high, got 2, 2"):
        Measure("place", 2, 2, "m", "")
