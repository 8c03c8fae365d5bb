"""Worlds that ask: as a game in plain Python has it, 1 for who remembers, and the known score for who guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from alife.config.registry import find, find_params
from alife.config.schema import load_config
from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from tests.helpers.played import check_card, live, play, trial_of

COUNT = 160
Steps = Iterator[tuple[list[float], int | None]]  # observations of a step, and the right answer if one is asked for


def world_of(name: str, **params: Any) -> Any:
    return find("worlds", name)(find_params("worlds", name)(**params))


def one_hot(value: int, count: int) -> list[float]:
    return [float(value == k) for k in range(count)]


def repeat_previous(p: Any, f: dict[str, Any]) -> Steps:
    hand: list[int] = []
    for card in f["deck"][:-1]:
        hand.append(card % 4)
        yield one_hot(hand[-1], 4), hand[-p.k] if len(hand) >= p.k else None


def recalls_previous(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    return seen[max(len(seen) - p.k, 0)][:, :4]


def repeat_first(p: Any, f: dict[str, Any]) -> Steps:
    for card in f["deck"][:-1]:
        yield one_hot(card // 4, 13), f["deck"][0] // 4


def recalls_first(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    return seen[0]


def autoencode(p: Any, f: dict[str, Any]) -> Steps:
    suits = [card % 4 for card in f["deck"]]
    order = suits if p.order == "forward" else suits[::-1]
    for suit in suits[:-1]:
        yield [*one_hot(suit, 4), 1], None
    for shown, suit in zip([suits[-1]] + [0] * p.cards, order, strict=False):
        yield [*one_hot(shown, 4), 0], suit


def recalls_in_order(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    asked = max(len(seen) - p.cards, 0)
    return seen[asked if p.order == "forward" else min(p.cards, len(seen)) - 1 - asked][:, :4]


def count_recall(p: Any, f: dict[str, Any]) -> Steps:
    dealt: list[int] = []
    for card, query in list(zip(f["deck"], f["queries"], strict=True))[:-1]:
        dealt.append(card % 4)
        yield [*one_hot(card % 4, 4), *one_hot(query % 4, 4)], dealt.count(query % 4)


def counts(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    dealt = (np.sum(seen, axis=0)[:, :4] * seen[-1][:, 4:]).sum(axis=1)
    return dealt[:, None] == np.arange(p.cards // 4 + 1)


def higher_lower(p: Any, f: dict[str, Any]) -> Steps:
    ranks = [card // 4 % 13 for card in f["deck"]]
    for rank, following in pairwise(ranks):
        yield one_hot(rank, 13), None if rank == following else int(following < rank)


def counts_ranks(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    left, rank = 4 - np.sum(seen, axis=0), seen[-1].argmax(axis=1)[:, None]
    higher, lower = ((left * side).sum(axis=1) for side in (np.arange(13) > rank, np.arange(13) < rank))
    return np.where(higher >= lower, 1.0, -1.0)[:, None]


def compares(p: Any, seen: list[np.ndarray]) -> np.ndarray:
    history, who = np.array(seen), np.arange(seen[0].shape[0])
    sample, _, nonmatch = (history[:, :, p.symbols + k] for k in range(3))
    last = len(seen) - 1 - sample[::-1].argmax(axis=0)
    same = history[last, who, : p.symbols].argmax(axis=1) == history[-1, :, : p.symbols].argmax(axis=1)
    return np.where(same ^ (nonmatch[last, who] > 0), 1.0, -1.0)[:, None]


@dataclass
class Case:
    """A world, the game in plain Python, and a policy that answers from all it has seen, with its score."""

    params: dict[str, Any]
    game: Callable[[Any, dict[str, Any]], Steps]
    memory: Callable[[Any, list[np.ndarray]], np.ndarray]
    chance: float
    score: float = 1.0


CASES = {
    "repeat_previous": Case({"k": 3, "cards": 24}, repeat_previous, recalls_previous, -0.5),
    "repeat_first": Case({"cards": 52, "face": "ranks"}, repeat_first, recalls_first, 2 / 13 - 1),
    "autoencode": Case({"cards": 12}, autoencode, recalls_in_order, -0.5),
    "autoencode forward": Case({"cards": 12, "order": "forward"}, autoencode, recalls_in_order, -0.5),
    "count_recall": Case({"cards": 24, "face": "suits"}, count_recall, counts, 2 / 7 - 1),
    "higher_lower": Case({}, higher_lower, counts_ranks, 0, 0.56),
}


@pytest.fixture(scope="module", params=CASES)
def asked(request: pytest.FixtureRequest) -> tuple[Evaluator, Case]:
    case = CASES[request.param]
    return trial_of(world_of(request.param.split()[0], **case.params), COUNT), case


def guesses(f: Any, now: int) -> np.ndarray:
    return np.random.default_rng(now).normal(size=f["actions"].shape).astype(np.float32)


def choice(actions: np.ndarray) -> np.ndarray:
    """Answers of each agent; of a single lane 0 if it is above 0."""
    return actions.argmax(axis=1) if actions.shape[1] > 1 else (actions[:, 0] <= 0).astype(int)


def test_an_episode_is_the_game(asked: tuple[Evaluator, Case]) -> None:
    of, case = asked
    seen, answers = [], []
    for _ in play(of, guesses):
        seen.append(of.fields["observations"].copy())
        answers.append(choice(of.fields["actions"]))
    f = of.fields
    for agent in range(0, COUNT, 4):
        steps = list(case.game(of.world.params, {name: f[name][agent].tolist() for name in f if len(f[name]) == COUNT}))
        assert f["taken"][agent] == len(steps) <= of.world.lifetime
        assert np.array_equal([observation for observation, _ in steps], np.array(seen)[: len(steps), agent])
        right = [answers[now][agent] == answer for now, (_, answer) in enumerate(steps) if answer is not None]
        assert f["asked"][agent] == len(right) <= of.world.questions
        assert f["fitness"][agent] == pytest.approx((2 * sum(right) - len(right)) / of.world.questions, abs=1e-6)
        assert f["measures"][agent, 0] == pytest.approx(np.mean(right))


def test_who_remembers_is_right_and_who_guesses_is_not(asked: tuple[Evaluator, Case]) -> None:
    of, case = asked
    chance = np.mean([live(of, guesses, first=COUNT * k)["fitness"].mean() for k in range(3)])
    assert chance == pytest.approx(case.chance, abs=0.03)
    history: list[np.ndarray] = []

    def remembers(f: Any, now: int) -> np.ndarray:
        history.append(f["observations"].copy())
        return case.memory(of.world.params, history).astype(np.float32)

    f = live(of, remembers, first=7)
    if case.score == 1:
        assert (f["fitness"] == 1).all() and (f["measures"] == 1).all()
    assert f["fitness"].mean() == pytest.approx(case.score, abs=0.03)


def test_episodes_depend_on_seed_and_number_alone(asked: tuple[Evaluator, Case]) -> None:
    of, _ = asked

    def seen(first: int) -> np.ndarray:
        return np.array([of.fields["observations"].copy() for _ in play(of, guesses, first)])

    here, there = seen(0), seen(5)
    assert np.array_equal(here[:, 5:], there[:, :-5]) and not np.array_equal(here, there)


@pytest.mark.parametrize("rule", ["match", "nonmatch", "cued"])
def test_a_probe_comes_after_each_delay_and_half_of_them_match(rule: str) -> None:
    p = {"symbols": 3, "fewest": 0, "most": 2, "trials": 5, "rule": rule}
    of, seen = trial_of(world_of("delayed_match", **p), COUNT), []

    def remembers(f: Any, now: int) -> np.ndarray:
        seen.append(f["observations"].copy())
        return compares(of.world.params, seen).astype(np.float32)

    f = live(of, remembers)
    assert (f["fitness"] == 1).all() and (f["asked"] == 5).all()
    delays, matches, rules = [], [], set()
    for agent in range(COUNT):
        symbols, sample, probe, nonmatch = np.split(np.array(seen)[: f["taken"][agent], agent].T, [3, 4, 5])
        starts, ends = np.flatnonzero(sample), np.flatnonzero(probe)
        delays += (ends - starts - 1).tolist()
        matches += (symbols[:, starts] == symbols[:, ends]).all(axis=0).tolist()
        rules |= set(nonmatch[0, starts].tolist())
        assert (symbols.sum(axis=0) == 1).all() and (starts[1:] == ends[:-1] + 1).all()
        assert starts[0] == 0 and ends[-1] == f["taken"][agent] - 1
    assert np.bincount(delays) / len(delays) == pytest.approx(1 / 3, abs=0.05)
    assert np.mean(matches) == pytest.approx(0.5, abs=0.05)
    assert rules == {"match": {0}, "nonmatch": {1}, "cued": {0, 1}}[rule]
    assert np.mean([live(of, guesses, first=COUNT * k)["fitness"].mean() for k in range(3)]) == pytest.approx(
        0, abs=0.1
    )


@pytest.mark.parametrize("name", ["count_recall", "higher_lower", "delayed_match"])
def test_on_a_gpu_it_is_the_same(name: str, host_device: Any) -> None:
    check_card(world_of(name, **({"cards": 16} if name == "count_recall" else {})))


@pytest.mark.parametrize(
    ("name", "keys", "text"),
    [
        ("repeat_previous", ["k=52"], "expected k below cards, got 52 and 52; write k: 51"),
        ("repeat_previous", ["cards=51"], "multiple of 4"),
        ("delayed_match", ["fewest=9"], "expected fewest at most most, got 9 and 8; write fewest: 8"),
    ],
)
def test_wrong_params_are_refused_in_one_line(name: str, keys: list[str], text: str) -> None:
    with pytest.raises(UserError, match=text) as caught:
        load_config(name.replace("_", "-"), [f"world.{key}" for key in keys])
    assert "\n" not in str(caught.value)
