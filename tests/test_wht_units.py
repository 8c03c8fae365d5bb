"""Units of the fixed-filter-bank network beside the switch: their functions, lengths, signs of every layer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cuda_run import needs_compiler
from minds import ACTIONS, Spec, brain_of, check_cuda, check_native, looks

from alife.operations.signs import pattern

UNITS = ("switch", "relu", "prelu", "tanh", "elu", "selu", "sine")
BARE: Spec = {"name": "wht", "projection": None, "memory": None, "injection": 0, "width": 16}
CASES: dict[str, Spec] = {
    **{unit: {"name": "wht", "unit": unit} for unit in UNITS},
    "square": {**BARE, "square": True, "signs": "layer"},
    "members": {"name": "wht", "unit": "prelu", "signs": "layer", "ensemble": 2, "recurrent": 2, "square": True},
}
FUNCTIONS = {
    "relu": lambda x, a: np.maximum(x, 0) * math.sqrt(2),
    "prelu": lambda x, a: np.where(x >= 0, x, a * x) * math.sqrt(1.5),
    "tanh": lambda x, a: np.tanh(x) * 1.5929,
    "elu": lambda x, a: np.where(x >= 0, x, np.expm1(x)) * 1.2454,
    "selu": lambda x, a: np.where(x >= 0, x, 1.6732632 * np.expm1(x)) * 1.0507010,
    "sine": lambda x, a: np.maximum(np.sin(x), 0) * 2.1518,
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
def test_layers_are_what_is_written(unit, signs, square) -> None:
    n, layers = 16, 2
    brain = brain_of({**BARE, "unit": unit, "signs": signs, "square": square, "layers": layers})
    genes, look = brain.init(4, seed=1), looks(4, 1)[0]
    count = 2 if unit in ("switch", "prelu") else 1
    assert brain.num_genes == layers * count * n
    hadamard = np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(n)]) / np.sqrt(n)
    h = brain.notes(genes, brain.new_states(4), look)["input"].astype(np.float64)
    first = brain.network.flips(0)
    rows = genes.astype(np.float64).reshape(4, layers, count, n)
    for layer in range(layers):
        flips = first if layer == 0 else first + (1 << 14) + layer + 1 if signs == "layer" else None
        h = h if flips is None else np.where(pattern(flips, n), -h, h)
        z, own = np.sqrt(3) * h @ hadamard.T, rows[:, layer]
        if unit == "switch":
            h = np.where(z >= 0, own[:, 0], own[:, 1]) * z
        else:
            h = FUNCTIONS[unit](own[:, 0] * z, own[:, -1])
        h = h * abs(h) / np.sqrt(3) if square else h
    actions = brain.step(genes, brain.new_states(4), look)
    np.testing.assert_allclose(actions, (h @ hadamard.T)[:, :ACTIONS], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("unit", UNITS)
def test_layers_nearly_keep_lengths(unit) -> None:
    brain = brain_of({**BARE, "unit": unit, "width": 64, "layers": 4})
    genes, look = brain.init(300, seed=3), looks(300, 1)[0]
    notes = brain.notes(genes, brain.new_states(300), look)
    squares = [float(np.mean(notes[f"layer_{layer}"].astype(np.float64) ** 2)) for layer in (1, 2, 3, 4)]
    assert all(0.35 < square < 2.0 for square in squares)
