"""Memristor pairs: without faults they are the weights; levels, noise and stuck devices by their laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains import Brain
from alife.errors import UserError
from alife.ops.cost import Count
from tests.helpers.brain_checks import Spec, brain_of, check_cuda, check_native, check_registers, random_observations
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "crossbar", "memory": None, "noise": 0.0}
CASES: dict[str, Spec] = {
    "default": {"name": "crossbar"},
    "bare": {**BARE, "width": 16, "layers": 2, "levels": 16},
    "unfolded": {**BARE, "projection": 64, "storage": "float16", "stuck": 0.1, "noise": 0.2},
    "many": {
        **BARE,
        "noise": 0.3,
        "kind": "multiplicative",
        "ensemble": 2,
        "feedback": 4,
        "injection": 1,
        "recurrent": 3,
    },
    "plastic": {"name": "crossbar", "plasticity": 0.1, "layers": 2, "injection": 1, "ensemble": 2, "width": 16},
    "wide": {"name": "crossbar", "width": 64, "stuck": 0.2},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case: str) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "many", "plastic"])
def test_cuda_text_equals_native_code(case: str) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES, most=8)  # two plastic members of 16 lanes spill two words


def born(count: int = 20, **options: Any) -> tuple[Brain, np.ndarray, np.ndarray]:
    """A brain, genes [N, G], and the weights [N, G] of their pairs at birth."""
    brain = brain_of({**BARE, "width": 16, **options})
    genes = brain.init(count, seed=1)
    pairs = brain.develop(genes, brain.new_states(count, seed=2))
    start = brain.slots["pairs"].start
    return brain, genes, pairs[:, start : start + brain.num_genes]


@pytest.mark.parametrize("low", [0.0, 0.01, 0.5])
def test_without_faults_pairs_are_the_weights_and_common_parts_cancel(low: float) -> None:
    _, genes, pairs = born(low=low)
    np.testing.assert_allclose(pairs, genes, atol=3e-7)


def test_without_faults_it_is_dense() -> None:
    crossbar, genes, _ = born(layers=2, feedback=3)
    dense = brain_of({"name": "dense", "memory": None, "width": 16, "layers": 2, "feedback": 3})
    ours, theirs = crossbar.new_states(20, seed=2), dense.new_states(20)
    for observed in random_observations(20, 3):
        a, b = crossbar.step(genes, ours, observed), dense.step(genes, theirs, observed)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("levels", [2, 5, 16])
def test_devices_are_set_to_the_nearest_level(levels: int) -> None:
    _, genes, pairs = born(levels=levels)
    expected = np.sign(genes) * np.floor(np.abs(genes.astype(np.float64)) * (levels - 1) + 0.5) / (levels - 1)
    np.testing.assert_allclose(pairs, expected, atol=3e-7)
    assert len(np.unique(pairs.round(5))) == 2 * levels - 1


@pytest.mark.parametrize("kind", ["lognormal", "multiplicative"])
def test_noise_differs_between_devices_and_agents(kind: str) -> None:
    """G+ of agents with equal genes has the mean and spread of its law; different weights are independent."""
    brain = brain_of({**BARE, "width": 16, "noise": 0.2, "low": 0.0, "kind": kind})
    genes = np.full((400, brain.num_genes), 0.5, np.float32)
    states = brain.new_states(400, seed=5)
    pairs = brain.develop(genes, states)[:, : brain.num_genes].astype(np.float64)
    z = np.log(pairs / 0.5) / 0.2 if kind == "lognormal" else (pairs / 0.5 - 1) / 0.2
    assert z.mean() == pytest.approx(0, abs=0.01) and z.std() == pytest.approx(1, abs=0.01)
    assert np.abs(z).max() <= 12**0.5 + 1e-3
    assert np.abs(np.corrcoef(z[:, :40].T) - np.eye(40)).max() < 0.25
    np.testing.assert_array_equal(pairs, brain.develop(genes, states)[:, : brain.num_genes])


@pytest.mark.parametrize("stuck", [0.1, 0.5, 1.0])
def test_a_share_of_devices_is_stuck_and_the_others_are_exact(stuck: float) -> None:
    _, genes, pairs = born(count=200, stuck=stuck)
    exact = np.abs(pairs - genes) < 1e-6
    assert exact.mean() == pytest.approx((1 - stuck) * (1 - stuck / 2), abs=0.01)
    if stuck == 1.0:
        values, counts = np.unique(pairs.round(4), return_counts=True)
        np.testing.assert_array_equal(values, [-1, 0, 1])
        np.testing.assert_allclose(counts / pairs.size, [0.25, 0.5, 0.25], atol=0.01)


def test_pulses_move_conductances_as_defined_and_saturate() -> None:
    """One hidden layer of 16, by NumPy: the weights of the next step, and bounds after many steps."""
    brain = brain_of({**BARE, "width": 16, "plasticity": 0.3, "low": 0.1})
    plain = brain_of({**BARE, "width": 16, "low": 0.1})
    genes, states = brain.init(5, seed=4), brain.new_states(5)
    rows = genes.astype(np.float64).reshape(5, -1, 16)
    g = np.stack([0.1 + 0.9 * np.maximum(s * rows, 0) for s in (1, -1)], axis=2)
    observed = random_observations(5, 1, seed=5)[0]
    same = plain.step(genes, plain.new_states(5), observed)
    np.testing.assert_allclose(brain.step(genes, brain.new_states(5), observed), same, rtol=1e-4, atol=1e-5)
    x = np.concatenate([observed, np.ones((5, 1)), np.zeros((5, 8))], axis=1)
    x *= 4 / np.linalg.norm(x, axis=1, keepdims=True)
    for step in range(60):
        w = (g[:, :, 0] - g[:, :, 1]) / 0.9
        h = np.maximum(np.einsum("aj,ajr->ar", x, w[:, :16]) * np.sqrt(6 / 16) + w[:, 16], 0)
        actions = brain.step(genes, states, observed)
        if step < 5:
            expected = np.einsum("aj,ajr->ar", h, w[:, 17:])[:, :3] * np.sqrt(3 / 16)
            np.testing.assert_allclose(actions, expected, rtol=1e-3, atol=1e-3)
        s = np.clip(x[:, :, None] * h[:, None], -1, 1) * 0.3
        for k, up in enumerate((s, -s)):
            g[:, :16, k] += np.maximum(up, 0) * (1 - g[:, :16, k]) - np.maximum(-up, 0) * (g[:, :16, k] - 0.1)
    pulses = brain.values("pulses", states)[:, 0, :16]
    born = np.stack([0.1 + 0.9 * np.maximum(s * rows[:, :16], 0) for s in (1, -1)], axis=2)
    assert (pulses + born).min() > 0.1 - 1e-5 and (pulses + born).max() < 1 + 1e-5 and np.abs(pulses).max() > 0.5
    with pytest.raises(UserError, match="brain.plasticity: expected 0 where devices are stuck"):
        brain_of({**BARE, "stuck": 0.1, "plasticity": 0.1})


def cost(layers: int, **spec: Any) -> dict[str, int]:
    """The cost of a network without memory, and the operations of a birth."""
    brain = brain_of({**BARE, "layers": layers, **spec})
    born = Count(brain.network.width)
    brain.network.develop(born)
    return {**brain.count(), "birth": born.operations}


def test_the_cost_of_a_layer_is_the_formulas_and_that_of_dense() -> None:
    n, one, two = 32, cost(1, noise=0.05), cost(2, noise=0.05)
    layer = {key: two[key] - one[key] for key in ("weights", "genes", "states", "operations", "birth")}
    assert [layer["weights"], layer["genes"], layer["states"]] == [n * n + n, n * n + n, 0]
    assert [layer["operations"], layer["birth"]] == [2 * n * n + 3 * n, 65 * (n * n + n)]
    dense = brain_of({"name": "dense", "memory": None, "layers": 2}).count()
    assert all(two[key] == dense[key] for key in ("weights", "genes", "operations"))
    assert cost(2)["birth"] - cost(1)["birth"] == 11 * (n * n + n)  # without noise


def test_the_cost_of_plasticity_is_the_formulas() -> None:
    n, fixed, moved = 32, [cost(layers) for layers in (1, 2)], [cost(layers, plasticity=0.1) for layers in (1, 2)]
    layer, fixed_layer = ({key: two[key] - one[key] for key in one} for one, two in (moved, fixed))
    assert layer["operations"] - fixed_layer["operations"] == 29 * n * n + 4 * n
    assert layer["states"] == 2 * (n * n + n)
    more = moved[0]["operations"] - fixed[0]["operations"]
    assert more - (29 * n * n + 4 * n) == 4 * n * n  # of the last matrix


def test_a_share_above_one_and_a_single_level_are_refused() -> None:
    with pytest.raises(UserError, match="brain.levels: expected 0 or at least 2, got 1; write levels: 16"):
        brain_of({**BARE, "levels": 1})
    with pytest.raises(UserError, match="brain: stuck: expected less than or equal to 1, got 1.5"):
        brain_of({**BARE, "stuck": 1.5})
