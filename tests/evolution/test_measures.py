"""What a solo world tells beside fitness: measures are means over episodes, objectives sums; on a card the same."""

from __future__ import annotations

import numpy as np
import pytest

from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from alife.world import Measure
from tests.backends.test_alone import WORLDS, genomes, trial


def told(of: Evaluator, episodes: int, first: int) -> list[np.ndarray]:
    fitness = of.fitness(genomes(of), episodes, first)
    measures = of.measures
    assert measures is not None
    return [fitness, measures, of.objectives]


@pytest.mark.parametrize("world", WORLDS)
def test_two_episodes_tell_the_mean_of_each(world: str) -> None:
    of = trial(world, "bare", 60)
    both, one, other = told(of, 2, 5), told(of, 1, 5), told(of, 1, 6)
    for mean, first, second in zip(both, one, other, strict=True):
        np.testing.assert_allclose(mean, (first + second) / 2, rtol=1e-6, atol=1e-7)
    shares = both[1]
    assert shares.shape == (60, 2) and (shares >= 0).all() and (np.ptp(shares, axis=0) > 0.05).all()
    assert both[2].shape == (60, len(of.world.objectives))


@pytest.mark.parametrize("world", WORLDS)
def test_on_a_card_they_are_the_same(host_card, world: str) -> None:
    ours, theirs = trial(world, "bare", 27), trial(world, "bare", 27, backend="gpu")
    for mine, others in zip(told(ours, 2, 3), told(theirs, 2, 3), strict=True):
        assert mine.dtype == np.float32 and np.array_equal(mine, others)


def test_what_was_right_of_what_was_eaten() -> None:
    """Who eats everything or nothing is said to, and all who do so are right equally often."""
    of = trial("mushrooms", "bare", 300)
    fitness, measures, _ = told(of, 1, 0)
    assert [measure.name for measure in of.world.measures] == ["eaten first", "eaten second"]
    assert {measures[:, 0].min(), measures[:, 0].max()} == {0.0, 1.0}
    for shares in (0.0, 1.0):
        alike = (measures == shares).all(axis=1)
        assert alike.any() and len(np.unique(fitness[alike])) == 1


def test_a_calm_hand_changes_its_push_less() -> None:
    """Who always pushes the same way changes nothing, and is off the middle; nobody changes in its first step."""
    of = trial("cartpole", "bare", 200)
    fitness, measures, objectives = told(of, 1, 0)
    changes = -objectives[:, 0]
    assert (changes < fitness).all() and (changes >= 0).all() and np.ptp(changes) > 5
    stubborn = changes == 0
    assert stubborn.any() and set(of.fields["push"][stubborn]) <= {-10.0, 10.0}
    assert (np.abs(measures[stubborn, 0] - 0.5) > 0.001).all()


def test_a_world_has_columns_for_what_it_declares_alone() -> None:
    assert {"measures", "measures_total", "objectives", "objectives_total"} <= set(trial("cartpole", "bare", 3).fields)
    of = trial("mushrooms", "bare", 3)
    assert "objectives" not in of.fields and of.objectives.shape == (3, 0)


def test_a_measure_without_a_range_is_refused() -> None:
    with pytest.raises(UserError, match="measure place: expected low below high, got 2, 2"):
        Measure("place", 2, 2, "m", "")
