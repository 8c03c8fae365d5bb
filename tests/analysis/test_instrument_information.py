"""Information: counts against closed forms, a null that holds, MINE against a Gaussian, and saved genomes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import information
from alife.analysis.instruments.shared.counting import coded, entropy, quantized, shared
from alife.analysis.instruments.shared.counting import information as counted
from alife.analysis.instruments.shared.mine import Critic, mine
from alife.analysis.report.subject import load


def test_independent_uniform_series_share_nothing_once_corrected() -> None:
    draws = np.random.default_rng(1)
    found = np.array([_independent(draws, corrected) for corrected in (True, False) for _ in range(30)]).reshape(2, 30)
    bias = 7 * 7 / (2 * 500 * np.log(2))  # of the plug-in estimate, (K_x - 1)(K_y - 1) / (2 T) nats
    assert abs(found[0].mean()) < 0.01 < found[1].mean() == pytest.approx(bias, rel=0.1)


def _independent(draws: np.random.Generator, corrected: bool) -> float:
    x, y = draws.integers(0, 8, (2, 500))
    return counted(x, y, corrected)


def test_a_series_shares_its_entropy_with_itself_and_no_more_with_what_it_determines() -> None:
    rows = np.random.default_rng(2).integers(0, 3, (200, 4))
    first = coded(rows)
    second = coded(rows.sum(axis=1, keepdims=True) > 4)
    assert counted(first, first, corrected=False) == pytest.approx(entropy(first, corrected=False))
    assert entropy(first, corrected=False) >= entropy(second, corrected=False) > 0  # data processing, on counts
    assert counted(first, second, corrected=False) == pytest.approx(entropy(second, corrected=False))
    assert entropy(np.repeat(np.arange(8), 5), corrected=False) == pytest.approx(3)
    assert entropy(np.zeros(9, int)) == 0


def test_the_null_holds_for_unrelated_series_and_not_for_related_ones() -> None:
    draws = np.random.default_rng(3)
    x, y = draws.integers(0, 4, (2, 300))
    found = shared([(x, y), (x, (x + (draws.random(300) < 0.2)) % 4)], shuffles=40)
    assert found.bits[0] < found.high[0] + 0.02 and found.bits[1] > found.high[1] + 0.5
    assert np.all(np.abs(found.null) < 0.02)


def test_bins_reach_from_end_to_end() -> None:
    values = np.array([[-1.0, 7], [-0.5, 7], [0, 7], [1, 7], [9, 7]])
    found = quantized(values, np.array([-1.0, 7]), np.array([1.0, 7]), 4)
    assert found.tolist() == [[0, 0], [1, 0], [2, 0], [3, 0], [3, 0]]


def test_mine_finds_the_information_of_a_gaussian() -> None:
    draws, rho = np.random.default_rng(4), 0.8
    x = draws.normal(size=(2400, 1))
    y = rho * x + np.sqrt(1 - rho**2) * draws.normal(size=(2400, 1))
    assert mine(x, y, 200) == pytest.approx(-0.5 * np.log2(1 - rho**2), abs=0.1)
    assert mine(x, draws.permutation(y), 100) < 0.05
    assert mine(x, np.ones_like(y), 10) == 0


def test_the_gradient_of_mine_is_that_of_its_network() -> None:
    draws = np.random.default_rng(5)
    critic, rows, upstream = Critic(3, draws), draws.normal(size=(6, 3)), draws.normal(size=6)
    for array, gradient in zip(critic.weights, critic.gradients(critic.layers(rows), upstream), strict=True):
        place = tuple(draws.integers(size) for size in array.shape)
        kept, slope = array[place], []
        for step in (1e-6, -1e-6):
            array[place] = kept + step
            slope.append(float(upstream @ critic(rows)))
        array[place] = kept
        assert gradient[place] == pytest.approx((slope[0] - slope[1]) / 2e-6, rel=1e-4, abs=1e-8)


def test_the_layers_of_a_saved_genome_know_its_action() -> None:
    subject = load(Path("cartpole"))
    size = information.Params(steps=20, episodes=2, shuffles=5)
    result = information.measure(subject, size)
    assert result.steps == 40 and result.limit == pytest.approx(np.log2(40))
    assert result.action.bits.shape == result.ahead.bits.shape == (3,) and result.sensors.bits.shape == (4,)
    assert np.all(result.entropy >= result.action.bits - 0.2) and 0 < result.action_entropy < 2.2
    finding = information.Information(size).measure(subject)
    assert ("Saturated" in finding.text) == bool(result.saturated.any())
