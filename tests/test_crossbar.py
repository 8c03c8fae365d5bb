"""Memristor pairs: without faults they are the weights; levels, noise and stuck devices by their laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cuda_run import needs_compiler
from minds import Spec, brain_of, check_cuda, check_native, check_registers, looks

from alife.brains import Brain
from alife.compile import nvrtc
from alife.registry import UserError

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
    "wide": {"name": "crossbar", "width": 64, "stuck": 0.2},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case: str) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "unfolded", "many"])
def test_cuda_text_equals_native_code(case: str) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES, most=4)


def born(count: int = 20, **options: Any) -> tuple[Brain, np.ndarray, np.ndarray]:
    """A brain, genes, and what their pairs come to: [N, G] both."""
    brain = brain_of({**BARE, "width": 16, **options})
    genes = brain.init(count, seed=1)
    pairs = brain.develop(genes, brain.new_states(count, seed=2))
    start = brain.slots["pairs"].start
    return brain, genes, pairs[:, start : start + brain.num_genes]


@pytest.mark.parametrize("low", [0.0, 0.01, 0.5])
def test_without_faults_pairs_are_the_weights_and_what_is_common_cancels(low: float) -> None:
    _, genes, pairs = born(low=low)
    np.testing.assert_allclose(pairs, genes, atol=3e-7)


def test_without_faults_it_is_dense() -> None:
    crossbar, genes, _ = born(layers=2, feedback=3)
    dense = brain_of({"name": "dense", "memory": None, "width": 16, "layers": 2, "feedback": 3})
    ours, theirs = crossbar.new_states(20, seed=2), dense.new_states(20)
    for look in looks(20, 3):
        a, b = crossbar.step(genes, ours, look), dense.step(genes, theirs, look)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("levels", [2, 5, 16])
def test_devices_are_set_to_the_nearest_level(levels: int) -> None:
    _, genes, pairs = born(levels=levels)
    expected = np.sign(genes) * np.floor(np.abs(genes.astype(np.float64)) * (levels - 1) + 0.5) / (levels - 1)
    np.testing.assert_allclose(pairs, expected, atol=3e-7)
    assert len(np.unique(pairs.round(5))) == 2 * levels - 1


@pytest.mark.parametrize("kind", ["lognormal", "multiplicative"])
def test_noise_is_of_each_device_and_each_agent(kind: str) -> None:
    """Of agents with equal genes: G+ has the mean and spread of its law, unlike weights are independent."""
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


def test_its_weights_and_steps_cost_what_those_of_dense_do() -> None:
    crossbar, dense = brain_of(BARE).count(), brain_of({"name": "dense", "memory": None}).count()
    assert [crossbar[key] for key in ("weights", "genes", "operations")] == [
        dense[key] for key in ("weights", "genes", "operations")
    ]


def test_a_share_above_one_and_a_single_level_are_refused() -> None:
    with pytest.raises(UserError, match="brain.levels: expected 0 or at least 2, got 1; write levels: 16"):
        brain_of({**BARE, "levels": 1})
    with pytest.raises(UserError, match="brain: stuck: expected less than or equal to 1, came 1.5"):
        brain_of({**BARE, "stuck": 1.5})
