"""Lexicase selection: its law against plain Python, specialists that survive, and the worlds that it fits."""

from __future__ import annotations

import numpy as np
import pytest

from alife.evolution import lexicase
from alife.evolution.lexicase import deviations, selected
from tests.conftest import Command
from tests.evolution.test_strategies import founders, strategy


def chosen(scores: np.ndarray, epsilon: np.ndarray, order: np.ndarray, lot: int) -> int:
    """Returns the row that one choice ends at, as La Cava et al. write it."""
    left = np.arange(len(scores))
    for episode in order:
        values = scores[left, episode]
        left = left[values >= values.max() - epsilon[episode]]
    return int(left[lot % len(left)])


@pytest.mark.parametrize("values", [4, 50])
def test_each_choice_ends_where_the_definition_does(values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(values)
    scores = draw.integers(0, values, (40, 6)).astype(np.float32)
    orders = draw.random((90, 6)).argsort(axis=1).astype(np.int32)
    lots, epsilon = draw.integers(0, 2**31, 90).astype(np.int32), deviations(scores) * np.float32(0.5)
    expected = [chosen(scores, epsilon, order, int(lot)) for order, lot in zip(orders, lots, strict=True)]
    assert selected(scores, epsilon, orders, lots).tolist() == expected and len(set(expected)) > 3
    monkeypatch.setattr(lexicase, "BLOCK", 7 * 40)  # the last block is not full
    assert selected(scores, epsilon, orders, lots).tolist() == expected


def test_deviations_are_medians_of_distances_from_the_median() -> None:
    assert deviations(np.array([[0, 5], [1, 5], [3, 5], [9, 6]], np.float32)).tolist() == [1.5, 0.0]


def test_a_specialist_with_the_lowest_mean_has_children_and_the_best_mean_goes_on() -> None:
    """Row 0 alone masters the last of four episodes and fails elsewhere; row 1 is the best of all others."""
    own = strategy("lexicase", {"elites": 1, "epsilon": 0.0, "by_mean": 0.0})
    genomes = founders(count=50)
    episodes = np.full((50, 4), 0.5, np.float32)
    episodes[0], episodes[1] = (0, 0, 0, 1), (0.6, 0.6, 0.6, 0.5)
    fitness = episodes.mean(axis=1)
    assert fitness[0] == fitness.min()
    state = own.tell(own.init(1, genomes), fitness, episodes=episodes)
    parents = np.bincount(own.parent_ids(state, 50), minlength=50)
    assert 3 < parents[0] < 30 < parents[1] and parents.sum() == parents[:2].sum()
    assert np.array_equal(own.ask(state)[0], genomes[1])
    for share in (0.5, 1.0):
        mixed = strategy("lexicase", {"elites": 0, "epsilon": 0.0, "by_mean": share, "truncation": 0.02})
        parents = mixed.parent_ids(mixed.tell(mixed.init(1, genomes), fitness, episodes=episodes), 50)
        assert (set(parents.tolist()) == {1}) == (share == 1.0) and set(parents.tolist()) <= {0, 1}


def test_it_needs_episodes_that_all_genomes_share(command: Command) -> None:
    own = strategy("lexicase", {})
    with pytest.raises(ValueError, match="episodes: expected the fitness in each of them"):
        own.tell(own.init(1, founders()), np.zeros(len(founders())))
    status, _, errors = command("evolve", "pursuit", "--set", "strategy.name=lexicase")
    assert status == 2 and errors.count("\n") == 1
    assert "strategy 'lexicase' needs a world of one population, but 'pursuit' has two; write strategy" in errors
