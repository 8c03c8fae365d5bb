"""Dense layers: equal to matrices in NumPy; weights unfold at birth; feedback is an input of the next step."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.errors import UserError
from tests.helpers.brain_checks import (
    ACTIONS,
    OBSERVATIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
)
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "dense", "memory": None}
CASES: dict[str, Spec] = {
    "default": {"name": "dense"},
    "bare": {**BARE, "width": 16, "layers": 2},
    "unfolded": {**BARE, "projection": 64, "storage": "float16"},
    "recurrent": {**BARE, "feedback": 5, "unit": "tanh", "layers": 2, "ensemble": 2, "injection": 1, "recurrent": 3},
    "wide": {"name": "dense", "width": 64},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "unfolded", "recurrent"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES, most=4)


@pytest.mark.parametrize("unit", ["relu", "tanh"])
def test_layers_are_matrices(unit) -> None:
    """Two layers with feedback, by NumPy's own products."""
    n, k = 16, 4
    brain = brain_of({**BARE, "width": n, "layers": 2, "feedback": k, "unit": unit})
    genes, states, before = brain.init(3, seed=1), brain.new_states(3), np.zeros((2, 3, k))
    rows = genes.astype(np.float64).reshape(3, -1, n)
    gain = np.sqrt((6 if unit == "relu" else 3) / (n + k))
    for observed in random_observations(3, 3):
        actions = brain.step(genes, states, observed)
        h = np.concatenate([observed, np.ones((3, 1)), np.zeros((3, n - OBSERVATIONS - 1))], axis=1)
        h *= np.sqrt(n) / np.linalg.norm(h, axis=1, keepdims=True)
        at = 0
        for layer in range(2):
            own, back, bias = rows[:, at : at + n], rows[:, at + n : at + n + k], rows[:, at + n + k]
            total = np.einsum("aj,ajr->ar", h, own) + np.einsum("aj,ajr->ar", before[layer], back)
            total = total * gain + bias
            h = np.maximum(total, 0) if unit == "relu" else np.tanh(total)
            before[layer] = h[:, :k]
            at += n + k + 1
        expected = np.einsum("aj,ajr->ar", h, rows[:, at:]) * np.sqrt(3 / n)
        np.testing.assert_allclose(actions, expected[:, :ACTIONS], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("unit", "low", "high"), [("relu", 0.8, 1.8), ("tanh", 0.3, 0.6)])
def test_layers_nearly_keep_the_length_of_their_input(unit, low, high) -> None:
    """Biases add a sixth of 1 to the mean square of a layer of ReLUs."""
    brain = brain_of({**BARE, "width": 64, "layers": 4, "unit": unit})
    genes, observed = brain.init(200, seed=3), random_observations(200, 1)[0]
    notes = brain.notes(genes, brain.new_states(200), observed)
    squares = [np.mean(notes[f"layer_{layer}"] ** 2) for layer in (1, 2, 3, 4)]
    assert all(low < value < high for value in squares)


def test_weights_and_operations_are_the_formula() -> None:
    n, layers, k = 32, 3, 4
    counted = brain_of({**BARE, "layers": layers, "feedback": k}).count()
    plain = brain_of({**BARE, "layers": layers - 1, "feedback": k}).count()
    assert counted["weights"] == counted["genes"] == layers * n * (n + 1 + k) + n * n
    assert counted["operations"] - plain["operations"] == n * (2 * (n + k) + 4)


def test_more_feedback_than_lanes_is_refused() -> None:
    with pytest.raises(UserError, match="brain.feedback: expected at most the width 16, got 20; write feedback: 8"):
        brain_of({**BARE, "width": 16, "feedback": 20})
