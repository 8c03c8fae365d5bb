"""Transform, random projection and the fixed-filter-bank network: identities, scales, correlation laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alife.brains import Brain, make_brain
from alife.brains.shared.base import INPUT_FLIPS, MEMBER_FLIPS
from alife.ops.reference import Reference
from alife.ops.sign_patterns import pattern
from alife.ops.vocabulary import Value
from tests.helpers import naive_brain

N = 32
INPUT_FLIP = MEMBER_FLIPS + INPUT_FLIPS


def applied(x: np.ndarray, word: Callable[[Value], Value]) -> np.ndarray:
    """A word applied to lanes [N, n]."""
    rows = np.ascontiguousarray(x, np.float32)
    o = Reference(rows.shape[1], {"input": rows})
    return word(o.load(o.input("x", rows.shape[1]))).data


def wht(x: np.ndarray) -> np.ndarray:
    return applied(x, lambda v: v.o.wht(v))


def project(x: np.ndarray, seed: int) -> np.ndarray:
    """H D_seed x, orthonormal."""
    return applied(x, lambda v: v.o.wht(v.o.flip(v, seed))) / np.sqrt(x.shape[1])


@pytest.mark.parametrize("n", [16, 32, 64, 128, 256])
def test_the_transform_is_the_popcount_matrix(n: int) -> None:
    parity = np.array([[(i & j).bit_count() % 2 for j in range(n)] for i in range(n)])
    np.testing.assert_array_equal(wht(np.eye(n)), 1.0 - 2.0 * parity)


def test_the_transform_is_its_own_inverse_and_keeps_length() -> None:
    x = np.random.default_rng(1).normal(size=(20, N)).astype(np.float32)
    np.testing.assert_allclose(wht(wht(x)) / N, x, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(wht(x), axis=1), np.sqrt(N) * np.linalg.norm(x, axis=1), rtol=1e-6)


def test_blocks_are_transformed_independently() -> None:
    x = np.random.default_rng(2).normal(size=(3, N)).astype(np.float32)
    blocks = applied(x, lambda v: v.o.wht(v, 8))
    for start in range(0, N, 8):
        expected = [naive_brain.transform(row[start : start + 8].tolist()) for row in x]
        np.testing.assert_allclose(blocks[:, start : start + 8], expected, atol=1e-5)


def test_a_projection_is_undone_by_its_steps_in_reverse_order_only() -> None:
    x = np.random.default_rng(3).normal(size=(5, N)).astype(np.float32)
    y = project(project(x, 1), 2)

    def undo(v: np.ndarray, seed: int) -> np.ndarray:
        return applied(wht(v) / np.sqrt(N), lambda value: value.o.flip(value, seed))

    np.testing.assert_allclose(undo(undo(y, 2), 1), x, atol=1e-5)
    assert np.abs(undo(undo(y, 1), 2) - x).max() > 0.1


def test_a_projection_flattens_one_lane_and_makes_dense_input_gaussian() -> None:
    np.testing.assert_allclose(np.abs(project(np.eye(N), 7)), 1 / np.sqrt(N), rtol=1e-6)
    dense = project(np.random.default_rng(4).choice([-1.0, 1.0], (4000, 256)), 7)
    assert np.mean(dense**4) / np.mean(dense**2) ** 2 == pytest.approx(3.0, abs=0.05)


def test_a_sample_of_projected_lanes_keeps_length_on_average() -> None:
    x = np.random.default_rng(5).normal(size=(1, 64)) * np.linspace(0, 3, 64)
    lengths = [np.sum(project(x, seed)[0, :16] ** 2) * 64 / 16 for seed in range(3000)]
    assert np.mean(lengths) == pytest.approx(np.sum(x**2), rel=0.03)


def direct(**spec: Any) -> Brain:
    """A network without memory, in which each weight is a gene."""
    return make_brain({"name": "wht", "projection": None, "memory": None, "injection": 0, **spec}, N - 1, 1)


def run(brain: Brain, weights: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
    """Notes [N, n] of a step for each row of observations."""
    records = [brain.record(weights, np.zeros(brain.num_states), observed) for observed in observations]
    return {name: np.array([record[name] for record in records]) for name in records[0]}


def random_observations(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, N - 1)).astype(np.float32)


def test_slopes_of_one_over_c_make_an_odd_depth_the_identity() -> None:
    """L + 1 transforms, an even number, leave y = D x."""
    brain, observations = direct(layers=3), random_observations(4, 6)
    seen = run(brain, np.full(brain.num_genes, 1 / np.sqrt(3)), observations)
    flipped = [naive_brain.flip(x.tolist(), INPUT_FLIP) for x in seen["input"]]
    np.testing.assert_allclose(seen["output"], flipped, atol=2e-6)


def superposition_error(brain: Brain, genes: np.ndarray) -> float:
    """The deviation from linearity in x: y(x3) minus the same mixture of y(x1) and y(x2) that x3 is of x1 and x2."""
    first, second = random_observations(2, 7)
    seen = run(brain, genes, np.array([first, second, (first + second) / 2], np.float32))
    x, y = seen["input"].astype(np.float64), seen["output"]
    parts = np.linalg.lstsq(x[:2].T, x[2], rcond=None)[0]
    np.testing.assert_allclose(parts @ x[:2], x[2], atol=1e-5)
    return float(np.abs(parts @ y[:2] - y[2]).max())


def test_equal_slopes_make_the_net_linear_and_different_ones_do_not() -> None:
    brain, rng = direct(layers=3), np.random.default_rng(8)
    equal = np.repeat(rng.uniform(-1, 1, (3, 1, N)), 2, axis=1).reshape(-1)
    assert superposition_error(brain, equal) < 1e-5
    assert superposition_error(brain, rng.uniform(-1, 1, brain.num_genes)) > 0.01


def test_a_layer_with_slopes_one_and_zero_is_a_dense_relu_layer() -> None:
    brain, observations = direct(layers=2), random_observations(5, 10)
    weights = np.tile(np.repeat([[1.0], [0.0]], N, axis=1), (2, 1)).reshape(-1)
    seen = run(brain, weights, observations)
    hadamard = wht(np.eye(N)).astype(np.float64)
    signs = np.where(pattern(INPUT_FLIP, N), -1, 1)
    h = seen["input"].astype(np.float64) * signs
    for _ in range(2):
        h = np.maximum(h @ hadamard * np.sqrt(3 / N), 0)
    np.testing.assert_allclose(seen["output"], h @ hadamard / np.sqrt(N), rtol=1e-5, atol=1e-5)


def test_random_slopes_keep_mean_energy() -> None:
    """E[a^2] = 1/3 for slopes uniform in [-1, 1], and the scale of a layer is sqrt(3)."""
    brain = make_brain({"name": "wht", "width": 256, "projection": None, "memory": None, "injection": 0}, 255, 1)
    genes = brain.init(100, seed=3)
    observed = np.random.default_rng(11).normal(size=255)
    records = [brain.record(g, np.zeros(0), observed) for g in genes]
    for layer in (1, 2, 3):
        assert np.mean([np.mean(r[f"layer_{layer}"] ** 2) for r in records]) == pytest.approx(1.0, abs=0.06)


def test_the_input_has_constant_length_yet_shows_strength() -> None:
    brain = direct()
    observed = random_observations(1, 12)[0]
    weak, strong = (run(brain, brain.init(1, 1)[0], (observed * k)[None])["input"][0] for k in (0.1, 10.0))
    assert np.linalg.norm(weak) == pytest.approx(np.sqrt(N), rel=1e-5) == np.linalg.norm(strong)
    assert weak[N - 1] > 5 * strong[N - 1] > 0


def test_actions_are_continuous_across_switches() -> None:
    brain = direct()
    genes, (a, b) = brain.init(1, 2)[0], random_observations(2, 13)
    path = np.array([a + (b - a) * t for t in np.linspace(0, 1, 2001)], np.float32)
    y = brain.step(np.tile(genes, (2001, 1)), brain.new_states(2001), path)[:, 0]
    assert np.abs(np.diff(y)).max() < 0.02 * max(1.0, np.ptp(y))


def correlations(injection: int, layers: int) -> list[float]:
    """Mean correlation, over networks of width 256, of the units for two inputs, after each layer."""
    spec = {"name": "wht", "width": 256, "layers": layers, "projection": None, "memory": None, "injection": injection}
    brain, rng = make_brain(spec, 255, 1), np.random.default_rng(14)
    first, second = rng.normal(size=(2, 255))
    pairs = [[brain.record(g, np.zeros(0), observed) for observed in (first, second)] for g in brain.init(12, seed=4)]
    names = [f"layer_{layer}" for layer in range(1, layers + 1)]
    return [float(np.mean([np.corrcoef(a[name], b[name])[0, 1] for a, b in pairs])) for name in names]


def arc_cosine(c: float) -> float:
    """F: the correlation after a layer of slopes uniform in [-1, 1], as of He-scaled ReLUs (Cho, Saul, NIPS 2009)."""
    return c / 2 + (np.sqrt(1 - c * c) + c * np.arcsin(c)) / np.pi


def test_depth_decorrelates_as_predicted_and_injection_keeps_the_input() -> None:
    """For unrelated inputs: c <- F(c); with injections of energy 1/3 per layer c <- E F(c) / (E + 1/3), E growing."""
    plain, injected, washed, kept = 0.0, 0.0, [], []
    for layer in range(8):
        energy = 1 + layer / 3
        plain, injected = arc_cosine(plain), energy * arc_cosine(injected) / (energy + 1 / 3)
        washed.append(plain)
        kept.append(injected)
    np.testing.assert_allclose(correlations(0, 8), washed, atol=0.08)
    np.testing.assert_allclose(correlations(1, 8), kept, atol=0.08)
    assert washed[-1] - kept[-1] > 0.1


def test_injection_weights_of_zero_reproduce_the_plain_net() -> None:
    plain, injected = direct(), direct(injection=2)
    weights = plain.init(1, 5)[0].reshape(6, N)
    rows = np.insert(weights, 4, 0.0, axis=0)
    observations = random_observations(3, 15)
    np.testing.assert_array_equal(
        run(plain, weights.reshape(-1), observations)["output"], run(injected, rows.reshape(-1), observations)["output"]
    )


def test_members_are_averaged_and_differ() -> None:
    """Each member has its own flips, so that even equal weights give different activations."""
    one, three = direct(), direct(ensemble=3)
    genes, observations = three.init(1, 6)[0], random_observations(40, 16)
    seen = run(three, genes, observations)
    members = np.array([seen[name] for name in ("layer_3", "member_2_layer_3", "member_3_layer_3")])
    outputs = np.array([wht(m) / np.sqrt(N) for m in members])
    np.testing.assert_allclose(outputs.mean(axis=0), seen["output"], atol=1e-6)
    np.testing.assert_array_equal(run(one, genes[: one.num_genes], observations)["layer_3"], seen["layer_3"])
    twins = np.tile(genes[: one.num_genes], 3)
    twin = run(three, twins, observations)
    first, second = twin["layer_3"], twin["member_2_layer_3"]
    assert np.mean((first - second) ** 2) > 0.3 * np.mean(first**2)
