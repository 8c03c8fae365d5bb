"""Stateless pole: the cart of `cartpole`, of which positions alone are seen, with the noise told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.played import check_card, live, play, trial_of
from worlds import cartpole, stateless_pole

COUNT = 60


def world(**params: Any) -> stateless_pole.StatelessPole:
    return stateless_pole.StatelessPole(stateless_pole.Params(**params))


def at_random(f: Any, now: int) -> np.ndarray:
    return np.random.default_rng(now).normal(size=f["actions"].shape).astype(np.float32)


class Differences:
    """Pushes towards where the pole leans and turns, by the last two angles."""

    last: Any = None

    def __call__(self, f: Any, now: int) -> np.ndarray:
        angle = f["observations"][:, 1:].copy()
        turns = angle - (angle if self.last is None else self.last)
        self.last = angle
        return angle + 12 * turns


def test_the_cart_moves_as_that_of_cartpole_and_the_score_is_the_share_of_steps() -> None:
    ours = trial_of(world(), COUNT)
    whole = trial_of(cartpole.Cartpole(cartpole.Params(lifetime=200)), COUNT)
    for _ in zip(play(ours, at_random), play(whole, at_random), strict=True):
        f, g = ours.fields, whole.fields
        assert all(np.array_equal(f[name], g[name]) for name in ("x", "x_dot", "theta", "theta_dot", "done"))
        seen, lanes = f["observations"], g["observations"]
        assert np.allclose(seen, np.clip(lanes[:, [0, 2]] / 2, -1, 1), atol=1e-6)
    assert np.allclose(f["fitness"], g["fitness"] / 200) and f["fitness"].max() < 0.5


def test_two_angles_are_enough_to_keep_it_up_and_one_is_not() -> None:
    of = trial_of(world(), COUNT)
    assert (live(of, Differences())["fitness"] == 1).all()
    assert live(of, lambda f, now: f["observations"][:, 1:].copy())["fitness"].mean() < 0.4
    assert live(of, at_random)["fitness"].mean() == pytest.approx(0.11, abs=0.03)  # 22 steps


def test_noise_has_the_deviation_told_and_is_cut_off() -> None:
    of = trial_of(world(noise=0.1), COUNT)
    noise = []
    for _ in play(of, Differences()):
        f = of.fields
        noise.append((f["observations"] * [4.8, 0.41887902]).copy())
        assert np.abs(f["observations"]).max() <= 1
        if len(noise) == 1:
            first = noise[0]
    x = np.concatenate(noise[:5])[:, 0]
    assert x.std() == pytest.approx(0.1, abs=0.02) and len(np.unique(first)) == 2 * COUNT
    assert live(of, Differences())["fitness"].mean() < 0.9


def test_on_a_gpu_it_is_the_same(host_device: Any) -> None:
    check_card(world(noise=0.1))
