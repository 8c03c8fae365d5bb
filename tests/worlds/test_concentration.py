"""Concentration: the game in plain Python step by step; who knows the cards gets 1, who remembers all gets most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.simulation.evaluator import Evaluator
from tests.helpers.played import check_card, live, play, trial_of
from worlds import concentration

COUNT, CARDS = 120, 8


@pytest.fixture(scope="module")
def games() -> Evaluator:
    return trial_of(concentration.Concentration(concentration.Params(cards=CARDS)), COUNT)


def at_random(f: Any, now: int) -> np.ndarray:
    return np.random.default_rng(now).normal(size=f["actions"].shape).astype(np.float32)


def game(ranks: list[int], chosen: list[int]) -> tuple[list[list[int]], float]:
    """What is seen before each choice (-1 and 1 are ranks 0 and 1, 0 is face down), and the return."""
    up: set[int] = set()
    turn: list[int] = []
    shown: set[int] = set()
    seen, total = [], 0.0
    for place in chosen:
        seen.append([2 * rank - 1 if k in up | shown else 0 for k, rank in enumerate(ranks)])
        turn.append(place)
        shown = set(turn)
        if place in up:
            total, turn = total - len(turn) / 16, []
        elif len(turn) == 2:
            if turn[0] != turn[1] and ranks[turn[0]] == ranks[turn[1]]:
                up, total = up | shown, total + 2 / CARDS
            else:
                total -= 2 / 16
            turn = []
        if len(up) == CARDS:
            break
    return seen, total


def test_an_episode_is_the_game(games: Evaluator) -> None:
    seen, chosen = [], []
    for now in play(games, at_random):
        seen.append(games.fields["observations"].copy())
        chosen.append(games.fields["actions"].argmax(axis=1))
        assert games.world.lifetime == 16 and now < 16
    f = games.fields
    for agent in range(COUNT):
        expected, total = game((f["deck"][agent] // 4).tolist(), [choice[agent] for choice in chosen])
        assert f["taken"][agent] == len(expected)
        assert np.array_equal(expected, np.array(seen)[: len(expected), agent])
        assert f["fitness"][agent] == pytest.approx(total, abs=1e-6)
    assert np.allclose(f["measures"][:, 0], f["up"].mean(axis=1)) and np.ptp(f["found"]) > 2
    assert f["fitness"].mean() < -0.3


def test_who_knows_all_cards_gets_1(games: Evaluator) -> None:
    def knows(f: Any, now: int) -> np.ndarray:
        order = np.argsort(f["deck"] // 4, axis=1, kind="stable")  # cards of a rank side by side
        return np.eye(CARDS, dtype=np.float32)[order[:, min(now, CARDS - 1)]]

    f = live(games, knows)
    assert np.allclose(f["fitness"], 1) and (f["taken"] == CARDS).all() and (f["measures"] == 1).all()


def test_who_remembers_what_was_seen_finds_all_pairs(games: Evaluator) -> None:
    known = np.zeros((COUNT, CARDS))

    def remembers(f: Any, now: int) -> np.ndarray:
        known[f["observations"] != 0] = f["observations"][f["observations"] != 0]
        places = np.zeros(COUNT, int)
        for agent in range(COUNT):
            down = [k for k in range(CARDS) if not f["up"][agent, k] and k != f["first"][agent]]
            new = [k for k in down if not known[agent, k]]
            first = f["first"][agent]
            mates = [k for k in down if known[agent, k] and (first < 0 or known[agent, k] == known[agent, first])]
            pair = [k for k in mates if (known[agent, mates] == known[agent, k]).sum() > 1]
            options = (mates or new) if first >= 0 else (pair or new)
            places[agent] = (options or down or [0])[0]
        return np.eye(CARDS, dtype=np.float32)[places]

    f = live(games, remembers)
    assert (f["measures"] == 1).all() and f["fitness"].min() > 0.6 and (f["fitness"] < 0.99).any()


def test_episodes_depend_on_seed_and_number_alone(games: Evaluator) -> None:
    one = live(games, at_random)["deck"].copy()
    assert np.array_equal(live(games, at_random, first=5)["deck"][:-5], one[5:]) and len(np.unique(one, axis=0)) > 100


def test_on_a_gpu_it_is_the_same(host_device: Any) -> None:
    check_card(concentration.Concentration(concentration.Params(cards=CARDS)))
