"""Sampled layers: counts equal to those of a search in rationals, their bounds and means, and the layers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains import Brain, make_brain
from alife.brains.layers import sampling
from alife.errors import UserError
from alife.ops.philox import philox, uniform
from alife.ops.reference import Reference
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import WORLDS
from tests.evolution.test_strategies import strategy
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
from tests.helpers.lives import life

LANES = 16
BARE: Spec = {"name": "sampled", "memory": None, "width": 16}
SCHEMES = ("systematic", "stratified", "multinomial")
CASES: dict[str, Spec] = {
    "default": {"name": "sampled"},
    "wide": {"name": "sampled", "width": 64, "samples": 200, "draw": "life"},
    "unfolded": {**BARE, "projection": 64, "storage": "float16", "draw": "life", "scheme": "multinomial"},
    "each_step": {**BARE, "draw": "step", "layers": 2, "ensemble": 2, "injection": 1, "recurrent": 3, "unit": "tanh"},
    "jittered_each_step": {**BARE, "draw": "step", "scheme": "stratified", "samples": 6},
    "anywhere_each_step": {"name": "sampled", "draw": "step", "scheme": "multinomial", "samples": 3},
    "jittered": {**BARE, "scheme": "stratified", "samples": 1},
    "few": {"name": "sampled", "width": 64, "samples": 4, "draw": "life", "layers": 2},
    "few_anywhere": {**BARE, "scheme": "multinomial", "samples": 1, "ensemble": 2},
    "anywhere": {**BARE, "scheme": "multinomial", "samples": 5},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize(
    "case", ["default", "unfolded", "few", "each_step", "jittered_each_step", "anywhere_each_step"]
)
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    """In each kind of step; the other cases differ only at birth."""
    cases = ("wide", "few", "each_step", "jittered_each_step", "anywhere_each_step")
    check_registers({case: CASES[case] for case in cases}, most=4)


# ---- sampling, of weights [m, lanes], one list on each lane


def counts(weights: Any, samples: int, scheme: str, a: Any, b: Any = 0.0) -> np.ndarray:
    """Signed counts [m, lanes] for two draws, each one number or one for each lane."""
    rows = np.ascontiguousarray(np.broadcast_to(np.asarray(weights, np.float32), (len(weights), LANES)))
    o, kept = Reference(LANES, {"genome": rows.reshape(1, -1)}), {}
    slot, draws = o.genome("w", *rows.shape), [np.broadcast_to(draw, LANES) for draw in (a, b)]

    def load(k: Any) -> Any:
        return o.load(slot, k)

    below = sampling.make_counter(o, lambda i: o.const(draws[i]), scheme, samples)
    s = sampling.absolute_sum(o, load, len(rows))
    sampling.sample_counts(o, load, len(rows), s, samples, below, lambda k, c: kept.update({k: c.data[0]}))
    return np.array([kept[k] for k in range(len(rows))])


def searched(weights: np.ndarray, points: list[Fraction]) -> list[int]:
    """[m] numbers of points, in parts of the sum of |w|, that fall on each weight, by search without rounding."""
    ends, s = [Fraction(0)], sum(Fraction(float(abs(w))) for w in weights)
    for w in weights:
        ends.append(ends[-1] + Fraction(float(abs(w))))
    return [sum(low <= x * s < high for x in points) for low, high in zip(ends[:-1], ends[1:], strict=True)]


def cell(draw: float, samples: int, middle: Fraction) -> Fraction:
    """A draw on a grid so coarse that a float holds samples + draw."""
    cells = 2 ** (21 - (samples - 1).bit_length())
    return (int(Fraction(float(np.float32(draw))) * cells) + middle) / cells


def points(samples: int, scheme: str, a: float, b: float) -> list[Fraction]:
    """[N] places of the samples, in 0..1."""
    first, step = cell(a, samples, Fraction(1, 2)), cell(b, samples, Fraction(0)) * (scheme == "stratified")
    return [(i + (first + i * step) % 1) / samples for i in range(samples)]


@pytest.mark.parametrize("scheme", SCHEMES[:2])
@pytest.mark.parametrize(("m", "samples"), [(1, 1), (1, 7), (3, 1), (16, 8), (16, 16), (5, 300), (32, 2)])
def test_the_closed_form_finds_what_a_search_finds(scheme, m, samples) -> None:
    """Counts sum to N, have the weights' signs, are 0 where these are, and lie less than 1 or 2 from N |w| / S."""
    rng = np.random.default_rng(m * samples)
    weights = rng.integers(-64, 65, (m, LANES)) / 64
    weights[0], weights[m // 2, 3:] = 1 / 64, 0.0 if m > 1 else -1.0
    a, b = rng.uniform(0, 1, (2, LANES))
    found = counts(weights, samples, scheme, a, b)
    expected = [searched(weights[:, r], points(samples, scheme, a[r], b[r])) for r in range(LANES)]
    np.testing.assert_array_equal(np.abs(found), np.array(expected).T)
    np.testing.assert_array_equal(np.abs(found).sum(axis=0), samples)
    assert (found * weights >= 0).all() and not found[weights == 0].any()
    share = np.abs(weights) / np.abs(weights).sum(axis=0)
    assert np.abs(np.abs(found) - samples * share).max() < (1 if scheme == "systematic" else 2)


def test_known_counts() -> None:
    weights = np.array([[0.5], [-0.3], [0.2]])
    assert counts(weights, 4, "systematic", 0.25)[:, 0].tolist() == [2, -1, 1]
    for scheme in SCHEMES[:2]:
        for u in (0.0, 0.3, 0.5, 1 - 2**-24):
            assert counts(weights, 10, scheme, u, u)[:, 0].tolist() == [5, -3, 2]


def test_rows_of_zeros_and_of_tiny_weights() -> None:
    tiny = np.array([[1e-45], [0.0], [-3e-45]])
    for scheme in SCHEMES[:2]:
        assert not counts(np.zeros((4, 1)), 9, scheme, 0.7, 0.2).any()
        assert counts(tiny, 4, scheme, 0.7, 0.2)[:, 0].tolist() in ([1, 0, -3], [2, 0, -2])


def grid(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def test_the_mean_over_draws_is_the_weight() -> None:
    """The mean over offsets on a grid of G is within 1/G of a count; that over jitters on a grid of G x G, too."""
    weights, samples = np.random.default_rng(1).uniform(-1, 1, (12, 1)), 9
    expected = samples * weights[:, 0] / np.abs(weights).sum()
    offsets = [counts(weights, samples, "systematic", u) for u in grid(64).reshape(-1, LANES)]
    assert np.abs(np.concatenate(offsets, axis=1).mean(axis=1) - expected).max() <= 1 / 64
    jitters = [
        counts(weights, samples, "stratified", u, b) for u in grid(32).reshape(-1, LANES) for b in np.arange(32) / 32
    ]
    assert np.abs(np.concatenate(jitters, axis=1).mean(axis=1) - expected).max() <= 1 / 32


def test_one_offset_fails_for_alternating_inputs_and_an_order_cures_it() -> None:
    """16 equal weights, inputs 1, -1, 1, ...: eight samples all hit one sign, unless jittered or in another order."""
    x, weights = np.tile([1.0, -1.0], 8), np.ones((16, 1))

    def variance(scheme: str, x: np.ndarray) -> float:
        drawn = [counts(weights, 8, scheme, u, b) for u in grid(32).reshape(-1, LANES) for b in np.arange(32) / 32]
        return float(np.var(x @ np.concatenate(drawn, axis=1) / 8))

    assert variance("systematic", x) == 1.0
    assert variance("stratified", x) == pytest.approx(0.125, abs=1e-9)
    assert variance("systematic", x[brain_of(BARE).network.order(1, 0)]) < 0.5


@pytest.mark.parametrize("power", [0, 3, 8, 14, 20])
def test_counts_approach_the_weights_as_samples_increase(power) -> None:
    """To the precision of a sum of 16 in float32: 2^-22."""
    weights, samples = np.random.default_rng(power).uniform(-1, 1, (16, LANES)), 2**power
    s = np.abs(weights.astype(np.float32)).sum(axis=0, dtype=np.float64)
    found = counts(weights, samples, "systematic", np.random.default_rng(power + 1).uniform(0, 1, LANES)) * s / samples
    assert (np.abs(found - weights) * samples / s).max() < 1 + samples * 2.0**-22
    np.testing.assert_allclose(np.abs(found).sum(axis=0), s, rtol=1e-12)


def test_counts_are_ternary_for_every_offset_if_no_weight_expects_more_than_one() -> None:
    weights = np.random.default_rng(3).uniform(-1, 1, (16, 1))
    limit = int(np.abs(weights).sum() / np.abs(weights).max())
    most = [max(np.abs(counts(weights, n, "systematic", u)).max() for u in grid(32).reshape(-1, LANES)) for n in
            (limit, limit + 1)]  # fmt: skip
    assert most == [1, 2]


@pytest.mark.parametrize("samples", [3, 16, 50, 300])
def test_counts_fit_the_bits_that_the_largest_weight_implies(samples) -> None:
    """A weight of share p has at most M = ceil(N p) hits by one offset: 1 + ceil(log2(M + 1)) bits hold all counts."""
    weights = np.random.default_rng(samples).uniform(-1, 1, (16, 1))
    most = int(np.ceil(samples * np.abs(weights).max() / np.abs(weights).sum()))
    bits = 1 + int(np.ceil(np.log2(most + 1)))
    found = np.concatenate([counts(weights, samples, "systematic", u) for u in grid(64).reshape(-1, LANES)], axis=1)
    assert np.abs(found).max() == most
    assert -(2 ** (bits - 1)) <= found.min() and found.max() < 2 ** (bits - 1)


@pytest.mark.parametrize("scheme", SCHEMES[:2])
def test_scale_changes_nothing_and_signs_change_with_the_weights(scheme) -> None:
    weights, draws = np.random.default_rng(4).uniform(-1, 1, (9, LANES)), np.random.default_rng(5).uniform(0, 1, 32)
    known = counts(weights, 7, scheme, draws[:16], draws[16:])
    np.testing.assert_array_equal(known, counts(weights / 32, 7, scheme, draws[:16], draws[16:]))
    np.testing.assert_array_equal(-known, counts(-weights, 7, scheme, draws[:16], draws[16:]))


# ---- the brain


def tables(brain: Brain, phenotypes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts [N, L + 1, n, n] and scales [N, L + 1, n]; listed numbers of inputs are counted here."""
    found, scales = (brain.values(name, phenotypes).astype(np.float64)[:, 0] for name in ("tables", "scales"))
    if not brain.network.listed:
        return found, scales
    inputs = np.arange(1, brain.network.width + 1)[:, None]
    return (np.sign(found)[:, :, :, None] * (np.abs(found)[:, :, :, None] == inputs)).sum(axis=2), scales


def draws(brain: Brain, states: np.ndarray, number: int, counter: int) -> np.ndarray:
    """[N, n] uniforms of a matrix, by the definition of `draw`."""
    salts = np.zeros(len(states)) if brain.salt_column < 0 else states[:, brain.salt_column]
    words = philox([np.arange(brain.network.width // 4), counter, 0, 0], [salts[:, None].astype(np.uint64), number])
    return uniform(np.stack(words, axis=2).reshape(len(states), -1))


@pytest.mark.parametrize("draw", ["fixed", "life"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("n", "samples"), [(16, 6), (64, 4)])
def test_phenotypes_are_the_counts_that_a_search_finds_for_the_draws(n, samples, scheme, draw) -> None:
    brain = brain_of({**BARE, "width": n, "samples": samples, "scheme": scheme, "draw": draw})
    genes, states = np.round(brain.init(3, seed=1) * 64) / 64, brain.new_states(3, seed=5)
    found, scales = tables(brain, brain.develop(genes, states))
    assert brain.network.listed == (n == 64)
    own = genes.reshape(3, 2 * n + 1, n).astype(np.float64)
    for number, first in ((1, 0), (2, n + 1)):
        weights = own[:, first : first + n]
        uniforms = np.array([draws(brain, states, number, i) for i in range(samples)], np.float64)
        for agent, lane in ((0, 0), (1, 7), (2, 15)):
            u = uniforms[:, agent, lane]
            at = [Fraction(x) for x in u] if scheme == "multinomial" else points(samples, scheme, u[0], u[1])
            expected = np.array(searched(weights[agent, :, lane], at)) * np.sign(weights[agent, :, lane])
            np.testing.assert_array_equal(found[agent, number - 1, :, lane], expected)
        s = np.abs(weights).sum(axis=1) * brain.network.gain(n, number == 1) / samples
        np.testing.assert_allclose(scales[:, number - 1], s, rtol=1e-6)
    assert (found[0] != found[1]).any() or draw == "fixed"


@pytest.mark.parametrize(("unit", "samples"), [("relu", 16), ("tanh", 16), ("relu", 1)])
def test_layers_are_matrices_of_counts(unit, samples) -> None:
    brain = brain_of({**BARE, "layers": 2, "unit": unit, "samples": samples})
    genes, states, observed = brain.init(3, seed=1), brain.new_states(3), random_observations(3, 1)[0]
    counted, scales = tables(brain, brain.develop(genes, states))
    biases = genes.astype(np.float64).reshape(3, -1, LANES)[:, [LANES, 2 * LANES + 1]]
    h = np.concatenate([observed, np.ones((3, 1)), np.zeros((3, LANES - OBSERVATIONS - 1))], axis=1)
    h *= np.sqrt(LANES) / np.linalg.norm(h, axis=1, keepdims=True)
    for matrix in range(3):
        ordered = h[:, brain.network.order(matrix + 1, 0)]
        h = np.einsum("ak,akr->ar", ordered, counted[:, matrix]) * scales[:, matrix]
        if matrix < 2:
            h = h + biases[:, matrix]
            h = np.maximum(h, 0) if unit == "relu" else np.tanh(h)
    np.testing.assert_allclose(brain.step(genes, states, observed), h[:, :ACTIONS], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("unit", ["relu", "tanh"])
def test_scales_fold_into_the_next_layer_only_after_relu(unit) -> None:
    """max(s x, 0) = s max(x, 0): whole numbers and biases over scales, and one scale for each output at the end."""
    brain = brain_of({**BARE, "layers": 2, "unit": unit})
    genes, states, observed = brain.init(3, seed=1), brain.new_states(3), random_observations(3, 1)[0]
    counted, scales = tables(brain, brain.develop(genes, states))
    biases = genes.astype(np.float64).reshape(3, -1, LANES)[:, [LANES, 2 * LANES + 1]]
    h = brain.notes(genes, states, observed)["input"].astype(np.float64)
    before = np.ones((3, LANES))
    for matrix in range(3):
        order = brain.network.order(matrix + 1, 0)
        folded = before[:, order, None] * counted[:, matrix]  # the scales of the layer before, by columns
        h = np.einsum("ak,akr->ar", h[:, order], folded)
        if matrix < 2:
            h = h + biases[:, matrix] / scales[:, matrix]
            h = np.maximum(h, 0) if unit == "relu" else np.tanh(h)
        before = scales[:, matrix]
    close = np.allclose((h * before)[:, :ACTIONS], brain.step(genes, states, observed), rtol=1e-5, atol=1e-5)
    assert close == (unit == "relu")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_first_draw_in_a_step_is_that_of_a_birth_and_the_next_another(scheme) -> None:
    born, drawn = (brain_of({**BARE, "scheme": scheme, "draw": draw, "samples": 5}) for draw in ("life", "step"))
    genes, observed = born.init(20, seed=1), random_observations(20, 1)[0]
    lives, steps = born.new_states(20, seed=9), drawn.new_states(20, seed=9)
    known = born.step(genes, lives, observed)
    np.testing.assert_allclose(drawn.step(genes, steps, observed), known, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(born.step(genes, lives, observed), known)
    assert np.abs(drawn.step(genes, steps, observed) - known).max() > 0.1


def test_the_clock_moves_on_and_begins_anew_before_floats_skip_numbers() -> None:
    brain = brain_of({**BARE, "draw": "step"})
    states, column = brain.new_states(2), brain.layout["clock"][1]
    states[1, column] = 2**24 - 1
    brain.step(brain.init(2, seed=1), states, random_observations(2, 1)[0])
    assert states[:, column].tolist() == [1, 0]


def births(count: int, **spec: Any) -> tuple[Brain, np.ndarray, np.ndarray]:
    """A brain, the weights [n, n] of its first matrix, and the counts [count, n, n] of `count` births of one genome."""
    brain = brain_of({**BARE, "draw": "life", **spec})
    genes = np.repeat(brain.init(1, seed=2), count, axis=0)
    found = tables(brain, brain.develop(genes, brain.new_states(count, seed=4)))[0][:, 0]
    return brain, genes[0].reshape(-1, LANES)[:LANES].astype(np.float64), found


def test_variances_are_those_of_theory_and_jitter_is_never_worse_than_independent_samples() -> None:
    count, samples, x = 1500, 8, np.random.default_rng(6).normal(size=LANES)
    seen = {}
    for scheme in SCHEMES:
        _, weights, found = births(count, scheme=scheme, samples=samples)
        s = np.abs(weights).sum(axis=0)
        y = np.einsum("k,akr->ar", x, found) * s / samples
        errors = y - x @ weights
        assert (np.abs(errors.mean(axis=0)) < 4.5 * y.std(axis=0) / np.sqrt(count)).all()
        seen[scheme] = y.var(axis=0)
    theory = (s * (x * x @ np.abs(weights)) - (x @ weights) ** 2) / samples
    np.testing.assert_allclose(seen["multinomial"], theory, rtol=4 * np.sqrt(2.5 / count))
    assert (seen["stratified"] < theory).all() and seen["systematic"].mean() < seen["stratified"].mean()


def test_rectified_sums_of_drawn_weights_are_too_large_and_less_so_with_more_samples() -> None:
    """Jensen: E max(y', 0) >= max(y, 0), here for sums without a bias."""
    x, excess = np.random.default_rng(7).normal(size=LANES), []
    for samples in (2, 8, 32):
        _, weights, found = births(1500, samples=samples)
        y = np.einsum("k,akr->ar", x, found) * np.abs(weights).sum(axis=0) / samples
        rectified = np.maximum(y, 0).mean(axis=0) - np.maximum(x @ weights, 0)
        assert (rectified > -4.5 * y.std(axis=0) / np.sqrt(1500)).all()
        excess.append(rectified.mean())
    assert excess[0] > 2 * excess[1] > 4 * excess[2] > 0


def test_every_living_agent_keeps_the_counts_of_its_birth() -> None:
    run = life(brain={"name": "sampled", "draw": "life", "projection": 64}, threads=2)
    run.step(60)
    rows, f = run.living(), run.fields
    assert run.births > 20
    np.testing.assert_array_equal(f["phenotype"][rows], run.brain.develop(f["genome"][rows], f["state"][rows]))


@pytest.mark.parametrize("draw", ["life", "step"])
def test_generations_are_the_same_on_a_gpu(draw, host_device) -> None:
    place = WORLDS["cartpole"]
    brain = make_brain({**BARE, "draw": draw, "memory": {}}, len(place.sensors), len(place.actuators))
    runs = [Generations(Evaluator(place, brain, 9, 1, 1, where), strategy("ga", {}), 1) for where in ("cpu", "gpu")]
    for run in runs:
        run.step(2)
    assert runs[0].state_hash() == runs[1].state_hash()


def test_with_one_sample_each_neuron_has_one_input() -> None:
    _, weights, found = births(400, samples=1)
    assert ((found != 0).sum(axis=1) == 1).all() and set(np.unique(found)) == {-1.0, 0.0, 1.0}
    chance = np.abs(weights) / np.abs(weights).sum(axis=0)
    assert np.abs(np.abs(found).mean(axis=0) - chance).max() < 5 * np.sqrt(chance.max() / 400)


def test_a_mutation_changes_the_counts_of_one_neuron() -> None:
    brain = brain_of(BARE)
    genes = np.repeat(brain.init(1, seed=3), 2, axis=0)
    genes[1, 4 * LANES + 5] += 0.7  # the weight from input 4 to neuron 5
    one, other = tables(brain, brain.develop(genes, brain.new_states(2)))[0]
    assert set(np.nonzero((one != other).any(axis=(0, 1)))[0]) == {5}


def test_counts_do_not_depend_on_other_agents() -> None:
    brain = brain_of({**BARE, "draw": "life"})
    genes, states = brain.init(6, seed=3), brain.new_states(6, seed=1)
    turned = np.random.default_rng(0).permutation(6)
    np.testing.assert_array_equal(brain.develop(genes, states)[turned], brain.develop(genes[turned], states[turned]))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("samples", [4, 16, 200])
def test_layers_nearly_keep_the_length_of_their_input(scheme, samples) -> None:
    """Biases add a sixth of 1 to the mean square of a layer of ReLUs."""
    brain = brain_of({**BARE, "width": 32, "layers": 3, "samples": samples, "scheme": scheme, "draw": "life"})
    genes, observed = brain.init(300, seed=3), random_observations(300, 1)[0]
    notes = brain.notes(genes, brain.new_states(300), observed)
    squares = [np.mean(notes[f"layer_{layer}"] ** 2) for layer in (1, 2, 3)]
    assert all(0.7 < value < 1.8 for value in squares)


def test_weights_operations_and_bytes_are_the_formulas() -> None:
    n = 32

    def a_layer(**spec: Any) -> dict[str, int]:
        two, three = (brain_of({**BARE, "width": n, "layers": layers, **spec}).count() for layers in (2, 3))
        return {key: three[key] - two[key] for key in two}

    fixed = a_layer()
    assert fixed["weights"] == fixed["genes"] == n * n + n and fixed["operations"] == 2 * n * n + 3 * n
    assert fixed["bytes phenotype"] == 2 * n * n + 4 * n and fixed["phenotypes"] == n * n // 2 + n
    few = a_layer(samples=2)
    assert few["operations"] == 2 * 5 * n + 3 * n and few["bytes phenotype"] == 2 * 2 * n + 4 * n
    assert a_layer(draw="step")["operations"] == 9 * n * n + 7 * n
    assert a_layer(draw="step", scheme="stratified")["operations"] == 14 * n * n + 10 * n
    assert a_layer(draw="step", scheme="multinomial", samples=3)["operations"] == 3 * 7 * n * n + 3 * n


@pytest.mark.parametrize("samples", [1, 16])
def test_neurons_without_weights_are_0(samples) -> None:
    brain = brain_of({**BARE, "samples": samples})
    actions = brain.step(np.zeros((2, brain.num_genes), np.float32), brain.new_states(2), random_observations(2, 1)[0])
    np.testing.assert_array_equal(actions, np.zeros((2, ACTIONS)))


@pytest.mark.parametrize("samples", [0, 2049])
def test_no_samples_and_more_than_float16_counts_are_refused(samples) -> None:
    with pytest.raises(UserError, match="samples"):
        brain_of({**BARE, "samples": samples})
