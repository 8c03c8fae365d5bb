"""Bandit: arms pay as often as drawn, payouts move when told, and who finds the arm that pays is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.simulation.evaluator import Evaluator
from tests.helpers.played import check_card, live, play, trial_of
from worlds import bandit

COUNT = 200


def trial(**params: Any) -> Evaluator:
    return trial_of(bandit.Bandit(bandit.Params(**params)), COUNT)


def pull(arms: np.ndarray, count: int) -> np.ndarray:
    return np.eye(count, dtype=np.float32)[arms]


def at_random(f: Any, now: int) -> np.ndarray:
    return np.random.default_rng(now).normal(size=f["actions"].shape).astype(np.float32)


@pytest.fixture(scope="module")
def drawn() -> Evaluator:
    return trial(arms=3, pulls=60)


@pytest.fixture(scope="module")
def moving() -> Evaluator:
    return trial(arms=3, pulls=60, payouts="one", good=1, bad=0, reversal=0.1)


def test_arms_pay_with_their_probability_and_fitness_is_the_return(drawn: Evaluator) -> None:
    paid, pulled, seen = [], [], []
    for _ in play(drawn, at_random):
        f = drawn.fields
        seen.append(f["observations"].copy())
        paid.append(f["paid"].copy())
        pulled.append(f["actions"].argmax(axis=1))
    paid, pulled, seen = np.array(paid), np.array(pulled), np.array(seen)
    assert np.allclose(f["fitness"], (2 * paid.sum(axis=0) - 60) / 60, atol=1e-6)
    assert not seen[0].any()
    assert np.array_equal(seen[1:, :, 0], paid[:-1]) and np.array_equal(seen[1:, :, 1:].argmax(axis=2), pulled[:-1])
    expected = f["payout"][np.arange(COUNT), pulled]
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)):
        chosen = (expected >= low) & (expected < high)
        assert chosen.sum() > 1000 and paid[chosen].mean() == pytest.approx(expected[chosen].mean(), abs=0.04)
    assert np.allclose(f["measures"][:, 0], paid.mean(axis=0))
    assert np.allclose(f["measures"][:, 1], (expected == f["payout"].max(axis=1)).mean(axis=0))


def test_scores_of_chance_and_of_who_knows_the_best_of_n_arms(drawn: Evaluator) -> None:
    assert live(drawn, at_random)["fitness"].mean() == pytest.approx(0, abs=0.05)
    known = live(drawn, lambda f, now: f["payout"])["fitness"].mean()
    assert known == pytest.approx((3 - 1) / (3 + 1), abs=0.05)


def test_payouts_move_in_a_ring_at_the_rate_told(moving: Evaluator) -> None:
    shifts, paid = [], []

    def first(f: Any, now: int) -> np.ndarray:
        return pull(np.zeros(COUNT, int), 3)

    for _ in play(moving, first):
        shifts.append(moving.fields["shift"].copy())
        paid.append(moving.fields["paid"].copy())
    good = moving.fields["payout"].argmax(axis=1)
    assert np.array_equal(np.array(paid), (np.array(shifts) == good).astype(int))
    steps = np.diff(np.array(shifts), axis=0) % 3
    assert np.bincount(steps.ravel()) / steps.size == pytest.approx([0.9, 0.05, 0.05], abs=0.01)


def test_two_arms_swap_and_who_stays_after_a_win_loses_one_pull_each_time() -> None:
    of = trial(arms=2, pulls=60, payouts="one", good=1, bad=0, reversal=0.1)
    arms = np.zeros(COUNT, int)
    shifts = []

    def stay_or_shift(f: Any, now: int) -> np.ndarray:
        if now:
            arms[f["observations"][:, 0] == 0] ^= 1
        return pull(arms, 2)

    for _ in play(of, stay_or_shift):
        shifts.append(of.fields["shift"].copy())
    f = of.fields
    best = f["payout"].argmax(axis=1) ^ np.array(shifts)
    lost = (np.diff(best, axis=0) != 0).sum(axis=0) + best[0]
    assert np.allclose(f["fitness"], 1 - 2 * lost / 60, atol=1e-6) and lost.max() > 3


def test_episodes_depend_on_seed_and_number_alone(drawn: Evaluator) -> None:
    one = live(drawn, at_random)["payout"].copy()
    assert np.array_equal(live(drawn, at_random, first=5)["payout"][:-5], one[5:]) and len(np.unique(one)) > 500


def test_on_a_gpu_it_is_the_same(host_device: Any) -> None:
    check_card(bandit.Bandit(bandit.Params(arms=3, pulls=20, reversal=0.2)))
