"""Units of the fixed-filter-bank network other than the switch: functions, lengths, signs of every layer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.ops.sign_patterns import pattern
from tests.helpers.brain_checks import (
    ACTIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
)
from tests.helpers.cuda_run import needs_compiler

UNITS = ("switch", "relu", "prelu", "tanh", "elu", "selu", "sine")
RNG = np.random.default_rng(0)
BARE: Spec = {"name": "wht", "projection": None, "memory": None, "injection": 0, "width": 16}
CASES: dict[str, Spec] = {
    **{unit: {"name": "wht", "unit": unit} for unit in UNITS},
    "square": {**BARE, "square": True},
    "square_signs": {**BARE, "square": True, "signs": "layer"},
    "members": {"name": "wht", "unit": "prelu", "signs": "layer", "ensemble": 2, "recurrent": 2, "square": True},
}
FUNCTIONS = {
    "relu": lambda x, a: np.maximum(x, 0) * math.sqrt(2),
    "prelu": lambda x, a: np.where(x >= 0, x, a * x) * math.sqrt(1.5),
    "tanh": lambda x, a: np.tanh(x) * 1.7814,
    "elu": lambda x, a: np.where(x >= 0, x, np.expm1(x)) * 1.2712,
    "selu": lambda x, a: np.where(x >= 0, x, 1.6732632 * np.expm1(x)) * 1.0507010 * 1.0430,
    "sine": lambda x, a: np.maximum(np.sin(x), 0) * 2.5031,
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["selu", "sine", "members"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("signs", ["once", "layer"])
@pytest.mark.parametrize("unit", UNITS)
def test_layers_are_their_definition(unit, signs, square) -> None:
    n, layers = 16, 2
    brain = brain_of({**BARE, "unit": unit, "signs": signs, "square": square, "layers": layers})
    genes, observed = brain.init(4, seed=1), random_observations(4, 1)[0]
    count = 2 if unit in ("switch", "prelu") else 1
    assert brain.num_genes == layers * count * n
    hadamard = np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(n)]) / np.sqrt(n)
    h = brain.notes(genes, brain.new_states(4), observed)["input"].astype(np.float64)
    first = brain.network.flips(0)
    h = np.where(pattern(first, n), -h, h)
    rows = genes.astype(np.float64).reshape(4, layers, count, n)
    for layer in range(layers):
        z, own = np.sqrt(3) * h @ hadamard.T, rows[:, layer]
        if unit == "switch":
            h = np.where(z >= 0, own[:, 0], own[:, 1]) * z
        else:
            h = FUNCTIONS[unit](own[:, 0] * z, own[:, -1])
        h = h**2 / np.sqrt(np.mean(h**4, axis=1, keepdims=True)) if square else h
        if signs == "layer":
            h = np.where(pattern(first + (1 << 14) + layer + 1, n), -h, h)
    h = h if unit in ("switch", "tanh") and not square else np.where(pattern(first + (1 << 14), n), -h, h)
    actions = brain.step(genes, brain.new_states(4), observed)
    np.testing.assert_allclose(actions, (h @ hadamard.T)[:, :ACTIONS], rtol=1e-3, atol=1e-4)


def mean_square(unit: str, t: np.ndarray, a: np.ndarray) -> float:
    return float(np.mean(FUNCTIONS[unit](t, a) ** 2))


@pytest.mark.parametrize("unit", UNITS[1:])
def test_gains_keep_the_mean_square_of_weighted_normal_values(unit) -> None:
    a, slope, z = (draw(200_000) for draw in (RNG.random, RNG.random, RNG.standard_normal))
    assert mean_square(unit, np.sqrt(3) * a * z, slope) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("unit", UNITS)
def test_layers_nearly_keep_lengths(unit) -> None:
    squares = layer_squares({"unit": unit}, (1, 2, 3, 4))
    assert all(0.5 < square < 1.6 for square in squares)


@pytest.mark.parametrize("unit", UNITS)
def test_squares_of_squares_neither_overflow_nor_vanish(unit) -> None:
    assert layer_squares({"unit": unit, "square": True}, (1, 4, 16)) == pytest.approx([1, 1, 1], rel=1e-4)


def layer_squares(spec: Spec, layers: tuple[int, ...]) -> list[float]:
    """The mean square of the outputs of layers, over networks and inputs."""
    brain = brain_of({**BARE, **spec, "width": 64, "layers": max(layers)})
    genes, observed = brain.init(300, seed=3), random_observations(300, 1)[0]
    notes = brain.notes(genes, brain.new_states(300), observed)
    return [float(np.mean(notes[f"layer_{layer}"].astype(np.float64) ** 2)) for layer in layers]


def test_squares_of_zeros_are_zeros() -> None:
    brain = brain_of({**BARE, "square": True})
    genes = np.zeros((2, brain.num_genes), np.float32)
    np.testing.assert_array_equal(brain.step(genes, brain.new_states(2), random_observations(2, 1)[0]), 0)


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES)


def test_weights_and_operations_are_the_formulas() -> None:
    n, logs = 16, 4

    def per_layer(**spec: Any) -> tuple[int, int]:
        two, one = (brain_of({**BARE, **spec, "layers": layers}).count() for layers in (2, 1))
        return two["weights"] - one["weights"], two["operations"] - one["operations"]

    assert per_layer() == (2 * n, n * logs + 3 * n)
    assert per_layer(unit="relu")[0] == n and per_layer(unit="prelu")[0] == 2 * n
    assert per_layer(square=True) == (2 * n, n * logs + 10 * n - 1)
    assert per_layer(signs="layer") == per_layer()
