"""Tangents through all words: A s + b is the value itself, and A its change, in every brain."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis.instruments.shared.tangents import arrays_of, input_seeds, tangents
from alife.brains import make_brain
from alife.config.registry import names
from alife.ops.derived import tanh
from alife.ops.linearized import Linearized
from alife.ops.vocabulary import Operations

ROWS = 12
STEPS = "sine"  # rounds the input of each unit


@pytest.mark.parametrize("name", [name for name in names("brains") if name != STEPS])
def test_a_tangent_gives_the_output_and_its_change(name: str) -> None:
    brain = make_brain({"name": name, "width": 16, "layers": 2, "projection": None, "ensemble": 2}, 5, 2)
    genes, draw = brain.init(1, 3)[0], np.random.default_rng(0)
    observations = draw.uniform(-1, 1, (ROWS, 5)).astype(np.float32)
    states = np.repeat(brain.new_states(1), ROWS, axis=0)
    count = brain.network.num_inputs
    found = tangents(brain, genes, states, observations, input_seeds(brain.network), count, ("input", "output"))
    x = found.values["input"][:, :count].astype(np.float64)
    y, slopes = found.values["output"], found.slopes["output"]
    assert np.array_equal(y, brain.notes(np.repeat(genes[None], ROWS, axis=0), states, observations)["output"])
    sums = np.einsum("tnk,tk->tn", slopes, x) + found.offsets["output"]
    assert np.abs(y - sums).max() < 1e-5 and "output" not in found.bent

    step = 1e-3 * draw.normal(size=x.shape)
    arrays = arrays_of(brain, genes, states, observations)
    moved = Linearized(16, arrays, lambda _: 0, 0, edit=lambda note, lanes: _add(note, lanes, step))
    brain.program.step(moved)
    if brain.network.gains is None:  # whose scale counts as constant
        change = np.einsum("tnk,tk->tn", slopes, step)
        errors = np.linalg.norm(moved.values["output"] - y - change, axis=1) / np.linalg.norm(change, axis=1)
        assert np.median(errors) < 2e-3  # rows in which a switch changes are few


def _add(note: str, lanes: np.ndarray, step: np.ndarray) -> None:
    if note == "input":
        lanes[:, : step.shape[1]] += step.astype(np.float32)


def test_products_and_smooth_functions_have_the_gradient_of_calculus_and_say_so() -> None:
    def step(o: Operations) -> None:
        x = o.load(o.input("x", 4))
        o.note("x", x)
        o.note("square", x * x)
        o.note("tanh", tanh(x))
        o.note("ratio", x / o.sqrt(o.total(x * x)))
        o.note("linear", o.wht(o.flip(abs(x) - 3.0 * x + 2.0, 7)))

    x = np.array([[0.3, -0.8, 1.5, -0.1]], np.float32)
    moving = Linearized(16, {"input": x}, lambda name: 4 * (name == "x"), 4, frozen=False)
    step(moving)
    diagonal = np.arange(4)
    v = x[0].astype(np.float64)
    assert np.allclose(moving.maps["square"][0, diagonal, diagonal], 2 * v)
    assert np.allclose(moving.maps["tanh"][0, diagonal, diagonal], 1 - np.tanh(v) ** 2, atol=1e-5)
    length = np.linalg.norm(v)
    assert np.allclose(moving.maps["ratio"][0, :4, :4], np.eye(4) / length - np.outer(v, v) / length**3, atol=1e-6)
    assert moving.bent == {"square", "tanh", "ratio"} and "linear" in moving.maps
    for name, map_ in moving.maps.items():
        assert np.allclose(map_[0, :, :4] @ v + map_[0, :, 4], moving.values[name][0], atol=1e-5), name
