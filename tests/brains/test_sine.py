"""Sine shift-and-add: the table and its identity, whole numbers, weights on a circle, the dense limit."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains.sine import AMPLITUDE, TURN, UNIT_PHASE, table_entry
from alife.ops.reference import Reference
from alife.ops.vocabulary import Value
from tests.helpers.brain_checks import (
    ACTIONS,
    OBSERVATIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
    same_bits,
)
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "sine", "memory": None}
CASES: dict[str, Spec] = {
    "default": {"name": "sine"},
    "bare": {**BARE, "width": 16, "layers": 2},
    "many": {**BARE, "ensemble": 2, "injection": 1, "recurrent": 3, "projection": 64, "storage": "float16"},
    "wide": {"name": "sine", "width": 64},
}
TABLE = np.round(AMPLITUDE * np.cos(2 * np.pi * np.arange(TURN) / TURN)).astype(np.int64)


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case: str) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "many"])
def test_cuda_text_equals_native_code(case: str) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES)


def test_computed_entries_are_the_table() -> None:
    phases = np.arange(-TURN, TURN + 1)
    rows = np.repeat(phases[:, None], 16, axis=1).astype(np.float32)
    found = table_entry(Value(Reference(16, {"input": rows}), rows)).data[:, 3]
    np.testing.assert_array_equal(found, TABLE[phases % TURN])


def test_two_entries_are_a_product_of_sines_to_one_unit_of_the_table() -> None:
    a, b = np.meshgrid(np.arange(-128, 128), np.arange(-64, 65))
    product = AMPLITUDE * np.sin(a * 2 * np.pi / TURN) * np.sin(b * 2 * np.pi / TURN)
    assert np.abs((TABLE[(a - b) % TURN] - TABLE[(a + b) % TURN]) / 2 - product).max() <= 0.5 + 1e-9


def net(genes: np.ndarray, observed: np.ndarray, n: int, layers: int) -> np.ndarray:
    """[O] actions of one agent, in whole numbers by table."""
    x = np.array([*observed, 1.0] + [0.0] * (n - OBSERVATIONS - 1))
    h, rows = x * np.sqrt(n) / np.linalg.norm(x), iter(genes.astype(np.float64).reshape(-1, n))

    def product(inputs: np.ndarray) -> np.ndarray:
        a = np.floor(np.clip(inputs * UNIT_PHASE, -64, 64) + 0.5).astype(np.int64)
        w = np.array([np.floor(next(rows) * 128 + 0.5) for _ in range(n)]).astype(np.int64)
        total = TABLE[(w - a[:, None]) % TURN] - TABLE[(w + a[:, None]) % TURN]
        return total.sum(axis=0) * 2 / (AMPLITUDE * np.sqrt(n))

    for _ in range(layers):
        h = np.floor(np.clip((product(h) + next(rows)) * UNIT_PHASE, 0, 64) + 0.5) / UNIT_PHASE
    return (product(h) * np.sqrt(0.5))[:ACTIONS]


def test_it_is_its_definition_in_whole_numbers() -> None:
    brain = brain_of({**BARE, "layers": 2})
    genes, observed = brain.init(30, seed=1), random_observations(30, 1)[0]
    actions = brain.step(genes, brain.new_states(30), observed)
    expected = np.array([net(g, seen, 32, 2) for g, seen in zip(genes, observed, strict=True)])
    np.testing.assert_allclose(actions, expected, rtol=1e-5, atol=1e-6)


def test_weights_lie_on_a_circle() -> None:
    """Genes two apart are one weight, to the bit; -1 and 1 are the same. Biases are ordinary numbers."""
    brain, rng = brain_of(BARE), np.random.default_rng(2)
    genes, observed = brain.init(20, seed=3), random_observations(20, 1)[0]
    genes[:] = np.floor(genes * 128 + 0.5) / 128
    turned = genes + 2 * rng.integers(-2, 3, genes.shape).astype(np.float32)
    turned[:, 32 * 32 : 33 * 32] = genes[:, 32 * 32 : 33 * 32]
    states = brain.new_states(20)
    same_bits(brain.step(genes, states, observed), brain.step(turned, states, observed))
    weight = np.zeros((2, 65 * 32), np.float32)
    weight[:, 5], weight[:, 33 * 32 :] = (-1.0, 1.0), 0.25
    same_bits(*brain.step(weight, brain.new_states(2), observed[:1].repeat(2, axis=0)))


def test_small_phases_make_an_ordinary_net_up_to_the_third_order() -> None:
    """Sums with weights w instead of sin w have an eight times larger error for phases twice as large."""
    rng, errors = np.random.default_rng(4), []
    brain = brain_of({**BARE, "width": 16, "layers": 1})
    whole = rng.integers(-3, 4, (200, 33, 16))
    observed = random_observations(1, 1)[0].repeat(200, axis=0)
    for times in (4, 8):
        w = whole * times
        w[:, 17:], w[:, 16] = 64 * (np.arange(16)[:, None] == np.arange(16)), 0  # the last matrix: sin = 1, no bias
        genes = (w / 128).reshape(200, -1).astype(np.float32)
        actions = brain.step(genes, brain.new_states(200), observed)
        x = np.array([*observed[0], 1.0] + [0.0] * 8)
        a = np.floor(np.clip(x * 4 / np.linalg.norm(x) * UNIT_PHASE, -64, 64) + 0.5) * 2 * np.pi / TURN
        hidden = {}
        for name, weights in (("sine", np.sin(w[:, :16] * 2 * np.pi / TURN)), ("plain", w[:, :16] * 2 * np.pi / TURN)):
            hidden[name] = np.einsum("j,ajr->ar", np.sin(a), weights)
        errors.append(np.abs(hidden["sine"] - hidden["plain"]).mean())
        phases = np.floor(np.clip(4 / 4 * hidden["sine"] * UNIT_PHASE, 0, 64) + 0.5)
        expected = np.sin(phases * 2 * np.pi / TURN) * 4 / 4 * np.sqrt(0.5)
        near = np.abs(np.clip(hidden["sine"] * UNIT_PHASE, 0, 64) % 1 - 0.5).min(axis=1) > 0.02  # no rounding in doubt
        assert near.sum() > 20
        np.testing.assert_allclose(actions[near], expected[near, :ACTIONS], atol=2e-4)
    assert errors[1] / errors[0] == pytest.approx(8, rel=0.05)


def test_layers_leave_half_of_a_mean_square_of_one_and_then_keep_it() -> None:
    brain = brain_of({**BARE, "width": 64, "layers": 3})
    notes = brain.notes(brain.init(200, seed=3), brain.new_states(200), random_observations(200, 1)[0])
    assert all(0.4 < np.mean(notes[f"layer_{layer}"] ** 2) < 0.65 for layer in (1, 2, 3))


def test_weights_and_operations_are_the_formula() -> None:
    n = 32
    three, two = (brain_of({**BARE, "layers": layers}).count() for layers in (3, 2))
    assert three["weights"] == three["genes"] == 3 * n * (n + 1) + n * n
    assert three["operations"] - two["operations"] == 44 * n * n + 13 * n
