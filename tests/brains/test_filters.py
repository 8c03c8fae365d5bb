"""Filters of sampled weights: equal to a naive convolution of counts found by search; one law at all positions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains import Brain, make_brain
from alife.config.registry import find
from alife.config.schema import load_config
from alife.errors import UserError
from tests.brains.test_sampled import SCHEMES, draws, points, searched
from tests.conftest import ROOT
from tests.helpers.brain_checks import (
    ACTIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
    same_bits,
)
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "sampled", "memory": None, "width": 16, "channels": 4, "form": "conv"}
CASES: dict[str, Spec] = {
    "conv": {"name": "sampled", "form": "conv", "width": 64, "retina": 3},
    "separable": {**BARE, "form": "separable", "layers": 2, "draw": "life", "scheme": "stratified"},
    "unfolded": {**BARE, "projection": 64, "storage": "float16", "scheme": "multinomial", "kernel": 2, "samples": 5},
    "each_step": {**BARE, "draw": "step", "ensemble": 2, "injection": 1, "recurrent": 3, "unit": "tanh"},
    "anywhere_each_step": {
        **BARE, "form": "separable", "draw": "step", "scheme": "multinomial", "samples": 3, "kernel": 4
    },
    "jittered_each_step": {**BARE, "draw": "step", "scheme": "stratified", "channels": 16, "kernel": 1},
    "few": {**BARE, "width": 64, "samples": 4, "form": "separable", "channels": 8, "kernel": 5},
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["conv", "unfolded", "each_step", "anywhere_each_step"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers({case: CASES[case] for case in ("conv", "each_step", "anywhere_each_step")}, most=4)


def banks(brain: Brain) -> list[tuple[int, int]]:
    """(input channels of a filter, its taps) of each bank of a layer."""
    p = brain.params
    return [(p.channels, p.kernel)] if p.form == "conv" else [(1, p.kernel), (p.channels, 1)]


def by_hand(brain: Brain, genes: np.ndarray, state: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Actions of one agent, its filters sampled by a search and convolved position by position, in float64."""
    p, n = brain.params, brain.network.width
    positions, own, h, stream = n // p.channels, iter(genes.astype(np.float64)), np.roll(x, -p.retina), 1 << 16
    for _ in range(p.layers):
        for bank, (channels, taps) in enumerate(banks(brain)):
            weights = np.array([[next(own) for _ in range(p.channels)] for _ in range(channels * taps)])
            sampled = np.array([sample(brain, state, weights[:, c], stream, c) for c in range(p.channels)])
            rectified = p.unit == "relu" and bank == len(banks(brain)) - 1
            h = brain.network.gain(channels * taps, rectified) * convolved(h.reshape(p.channels, -1), sampled, taps)
            stream += 1
        h = h + np.repeat([next(own) for _ in range(p.channels)], positions)
        h = np.maximum(h, 0) if p.unit == "relu" else np.tanh(h)
    last = np.array([next(own) for _ in range(n * n)]).reshape(n, n)
    sampled = np.array([sample(brain, state, last[:, i], 1, i) for i in range(ACTIONS)])
    return sampled @ h[brain.network.order(1, 0)] * brain.network.gain(n, False)


def sample(brain: Brain, state: np.ndarray, weights: np.ndarray, stream: int, lane: int) -> np.ndarray:
    """[m] sampled weights of a list, by search in rationals."""
    p = brain.params
    count = p.samples if p.scheme == "multinomial" else 2
    u = [draws(brain, state[None], stream, i)[0, lane] for i in range(count)]
    at = [Fraction(float(x)) for x in u] if p.scheme == "multinomial" else points(p.samples, p.scheme, u[0], u[1])
    return np.array(searched(weights, at)) * np.sign(weights) * np.abs(weights).sum() / p.samples


def convolved(h: np.ndarray, filters: np.ndarray, taps: int) -> np.ndarray:
    """[n] outputs for h [C, M]: filter c reads channels from c on, around each position, in a ring."""
    channels, positions = h.shape
    y = np.zeros((channels, positions))
    for c in range(channels):
        for at in range(positions):
            for k, weight in enumerate(filters[c]):
                y[c, at] += weight * h[(c + k // taps) % channels, (at + k % taps - taps // 2) % positions]
    return y.ravel()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("draw", ["fixed", "life", "step"])
@pytest.mark.parametrize("form", ["conv", "separable"])
def test_layers_are_convolutions_of_sampled_filters(form, draw, scheme) -> None:
    """For every scheme and time of draws; the first step draws as a birth does."""
    unit = "tanh" if scheme == "stratified" else "relu"
    options = {"form": form, "draw": draw, "scheme": scheme, "samples": 7, "retina": 2, "layers": 2, "unit": unit}
    brain = brain_of({**BARE, **options, "kernel": 3})
    genes, states = np.round(brain.init(3, seed=1) * 64) / 64, brain.new_states(3, seed=5)
    observed, salts = random_observations(3, 1)[0], states.copy()
    x = brain.notes(genes, states, observed)["input"].astype(np.float64)
    expected = [by_hand(brain, genes[agent], salts[agent], x[agent]) for agent in range(3)]
    np.testing.assert_allclose(brain.step(genes, states, observed), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("form", ["conv", "separable"])
def test_a_rotated_input_gives_a_rotated_output(form) -> None:
    """To the last bit: a filter is one law at all positions. The last channel is all ones, as the constant is."""
    brain = make_brain({**BARE, "form": form, "draw": "life", "layers": 2}, 15, ACTIONS)
    genes, states = brain.init(5, seed=2), brain.new_states(5, seed=3)
    seen = np.random.default_rng(1).integers(-2, 3, (5, 16)).astype(np.float32)  # sums of squares are exact
    seen[:, 12:] = 1.0
    turned = np.roll(seen.reshape(5, 4, 4), 1, axis=2).reshape(5, 16)
    first, second = (brain.notes(genes, states, observed[:, :15]) for observed in (seen, turned))
    for layer in ("layer_1", "layer_2"):
        same_bits(np.roll(first[layer].reshape(5, 4, 4), 1, axis=2).reshape(5, 16), second[layer])
        assert np.ptp(first[layer], axis=1).min() > 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("draw", ["fixed", "life"])
def test_signs_change_with_the_weights_and_scale_changes_only_scales(draw, scheme) -> None:
    brain = brain_of({**BARE, "form": "separable", "draw": draw, "scheme": scheme})
    genes, states = brain.init(4, seed=3), brain.new_states(4, seed=1)
    known, negated, scaled = (brain.develop(g, states) for g in (genes, -genes, genes / 4))
    for name in ("filters_1", "filters_2", "tables"):
        counts = brain.values(name, known)
        np.testing.assert_array_equal(brain.values(name, negated), -counts)
        np.testing.assert_array_equal(brain.values(name, scaled), counts)
        lists = np.abs(counts.reshape(4, -1, counts.shape[-2], counts.shape[-1])).sum(axis=2)
        np.testing.assert_array_equal(lists, brain.params.samples)
    for name in ("filter_scales_1", "filter_scales_2", "scales"):
        np.testing.assert_array_equal(brain.values(name, scaled) * 4, brain.values(name, known))


@pytest.mark.parametrize("form", ["conv", "separable"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("samples", [4, 100])
def test_layers_nearly_keep_the_length_of_their_input(samples, scheme, form) -> None:
    brain = brain_of({
        **BARE, "form": form, "width": 64, "layers": 3, "samples": samples, "scheme": scheme, "draw": "life"
    })  # fmt: skip
    notes = brain.notes(brain.init(400, seed=3), brain.new_states(400), random_observations(400, 1)[0])
    squares = [np.mean(notes[f"layer_{layer}"] ** 2) for layer in (1, 2, 3)]
    assert all(0.6 < value < 2.2 for value in squares)


def test_weights_and_operations_are_the_formulas() -> None:
    n, channels, k = 64, 8, 5

    def a_layer(**spec: Any) -> dict[str, int]:
        options = {**BARE, "width": n, "channels": channels, "kernel": k, **spec}
        two, three = (brain_of({**options, "layers": layers}).count() for layers in (2, 3))
        return {key: three[key] - two[key] for key in two}

    conv, separable = a_layer(), a_layer(form="separable")
    assert conv["weights"] == conv["genes"] == k * channels**2 + channels
    assert separable["weights"] == separable["genes"] == k * channels + channels**2 + channels
    assert conv["operations"] == 2 * k * channels * n + 3 * n
    assert separable["operations"] == 2 * (k + channels) * n + 4 * n
    assert conv["bytes phenotype"] == 2 * k * channels**2 + 4 * channels
    drawn = a_layer(draw="step")
    assert drawn["operations"] == 9 * k * channels * n + 7 * n
    whole = brain_of({**BARE, "width": n, "channels": channels, "kernel": k}).count()["weights"]
    assert whole == conv["weights"] + n * n


@pytest.mark.parametrize("name", ["sampled", "paths"])
def test_experiments_give_filters_a_whole_retina(name) -> None:
    """The convolution begins at the meadow's retina, and has as many positions."""
    config = load_config(ROOT / f"configs/brains/{name}-retina.yaml")
    meadow = find("worlds", "meadow")(config.world)
    assert config.brain.retina == meadow.scope.lane_of["senses", "retina_nearness"].first
    assert config.brain.width // config.brain.channels == config.world.retina
    assert meadow.sensors[config.brain.retina].name == "retina nearness 1"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"channels": 6}, "brain.channels: expected a power of two, at most the width 16, got 6; write channels: 4"),
        ({"channels": 32}, "brain.channels: expected a power of two, at most the width 16, got 32"),
        ({"kernel": 5}, "brain.kernel: expected at most the 4 positions, got 5; write kernel: 4"),
        ({"retina": 16}, "brain.retina: expected a lane below the width 16, got 16; write retina: 0"),
    ],
)
def test_filters_that_do_not_fit_are_refused(spec, message) -> None:
    with pytest.raises(UserError, match=message):
        brain_of({**BARE, **spec})
