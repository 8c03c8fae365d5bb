"""Cued action: trials as a game in plain Python scores them; who waits for the signal and remembers is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from tests.helpers.played import check_card, live, play, trial_of
from worlds import cued_action

COUNT = 120
PARAMS = {"cues": 3, "shortest": 0, "longest": 2, "distract": 0.3, "trials": 6}


@pytest.fixture(scope="module")
def trials() -> Evaluator:
    return trial_of(cued_action.CuedAction(cued_action.Params(**PARAMS)), COUNT)


def hesitant(f: Any, now: int) -> np.ndarray:
    """Acts at random, and mostly not."""
    return np.random.default_rng(now).normal(-1, 1, f["actions"].shape).astype(np.float32)


def scored(seen: np.ndarray, actions: np.ndarray) -> tuple[int, int, int, list[int]]:
    """Right, wrong and premature trials, and the delays of the others; seen: [T, 5], actions: [T, 3]."""
    right = wrong = early = 0
    delays, cue, waited = [], None, 0
    for lanes, outputs in zip(seen, actions, strict=True):
        flash, go = lanes[3:]
        taken = int(outputs.argmax()) if outputs.max() > 0 else None
        if cue is None:
            assert lanes[:3].sum() == 1 and not flash and not go
            cue, waited = int(lanes[:3].argmax()), -1
        assert lanes[:3].sum() == (waited == -1 or flash)
        if go:
            assert not lanes[:4].any()
            delays.append(waited)
            right, wrong = right + (taken == cue), wrong + (taken != cue)
            cue = None
        elif taken is not None:
            wrong, early, cue = wrong + 1, early + 1, None
        waited += 1
    assert cue is None
    return right, wrong, early, delays


def test_an_episode_is_the_game(trials: Evaluator) -> None:
    seen, actions = [], []
    for _ in play(trials, hesitant):
        seen.append(trials.fields["observations"].copy())
        actions.append(trials.fields["actions"].copy())
    f, flashes = trials.fields, []
    for agent in range(COUNT):
        steps = f["taken"][agent]
        lived = np.array(seen)[:steps, agent]
        right, wrong, early, _ = scored(lived, np.array(actions)[:steps, agent])
        assert right + wrong == 6 and f["fitness"][agent] == pytest.approx((right - wrong) / 6, abs=1e-6)
        assert f["measures"][agent] == pytest.approx([right / 6, early / 6])
        flashes += lived[(lived[:, :3].sum(axis=1) == 0) | (lived[:, 3] == 1)][:, 3:].tolist()
    waiting = np.array([flash for flash, go in flashes if not go])
    assert len(waiting) > 200 and waiting.mean() == pytest.approx(0.3, abs=0.08)


def test_who_waits_and_remembers_is_right_and_guesses_at_the_signal_are_right_at_times(trials: Evaluator) -> None:
    cues, seen = np.zeros(COUNT, int), []

    def remembers(f: Any, now: int) -> np.ndarray:
        lanes = f["observations"]
        shown = (lanes[:, :3].sum(axis=1) > 0) & (lanes[:, 3] == 0)
        cues[shown] = lanes[shown, :3].argmax(axis=1)
        seen.append(lanes.copy())
        return np.where(lanes[:, 4:] > 0, np.eye(3, dtype=np.float32)[cues], 0)

    f = live(trials, remembers)
    assert (f["fitness"] == 1).all() and (f["measures"][:, 1] == 0).all()
    delays = []
    for agent in range(COUNT):
        lived = np.array(seen)[: f["taken"][agent], agent]
        delays += scored(lived, lived[:, 4:] * [1, 0, 0])[3]
    assert np.bincount(delays) / len(delays) == pytest.approx(1 / 3, abs=0.06)

    def guesses(f: Any, now: int) -> np.ndarray:
        return f["observations"][:, 4:] * np.random.default_rng(now).random((COUNT, 3), np.float32)

    chance = [live(trials, guesses, first=COUNT * k)["fitness"].mean() for k in range(3)]
    assert np.mean(chance) == pytest.approx(2 / 3 - 1, abs=0.06)
    assert (live(trials, lambda f, now: np.zeros((COUNT, 3), np.float32))["fitness"] == -1).all()


def test_episodes_depend_on_seed_and_number_alone(trials: Evaluator) -> None:
    def seen(first: int) -> np.ndarray:
        return np.array([trials.fields["observations"].copy() for _ in play(trials, hesitant, first)])[:2]

    here, there = seen(0), seen(5)
    assert np.array_equal(here[0, 5:], there[0, :-5]) and not np.array_equal(here, there)


def test_on_a_gpu_it_is_the_same(host_device: Any) -> None:
    check_card(cued_action.CuedAction(cued_action.Params(**PARAMS)))


def test_delays_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(UserError, match="expected shortest at most longest, got 11 and 10; write shortest: 10"):
        load_config("cued-action", ["world.shortest=11"])
