"""Networks of structured matrices (butterfly, double, circulant): their matrices, their weights, their limits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains.double import compile_matrix
from alife.brains.shared.base import MEMBER_FLIPS, NETWORK_FLIPS
from alife.errors import UserError
from alife.ops.reference import Reference
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

BARE: Spec = {"projection": None, "memory": None, "injection": 0}
CASES: dict[str, Spec] = {
    "butterfly": {"name": "butterfly"},
    "butterfly_relu": {"name": "butterfly", **BARE, "unit": "relu", "width": 16},
    "butterfly_members": {"name": "butterfly", "ensemble": 2, "recurrent": 3, "injection": 1, "storage": "float16"},
    "butterfly_64": {"name": "butterfly", "width": 64, "memory": None},
    "double": {"name": "double"},
    "double_outside": {"name": "double", **BARE, "switch": "outside", "transforms": 3},
    "double_16": {"name": "double", "width": 16, "projection": 64, "transforms": 1, "memory": None},
    "circulant": {"name": "circulant"},
    "circulant_powers": {"name": "circulant", **BARE, "powers": 8, "block": 4, "width": 16, "layers": 2},
    "circulant_whole": {"name": "circulant", **BARE, "block": 32},
    "circulant_members": {"name": "circulant", "ensemble": 2, "injection": 1, "recurrent": 2, "storage": "float16"},
}
H = {n: np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(n)]) for n in (16, 32)}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize(
    "case", ["butterfly", "butterfly_relu", "double", "double_outside", "circulant", "circulant_powers"]
)
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers({name: spec for name, spec in CASES.items() if name != "circulant_whole"}, most=8)


def inputs_of(brain, genes: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """[N, n] the same after the member's flips, from the note of the brain's input."""
    x = brain.notes(genes, brain.new_states(len(genes)), observed)["input"].astype(np.float64)
    return np.where(pattern(brain.network.flips(0), brain.network.width), -x, x)


def signed(h: np.ndarray) -> np.ndarray:
    """After the flips before the last transform, if no value is below 0."""
    return np.where(pattern(MEMBER_FLIPS + NETWORK_FLIPS, len(h)), -h, h)


def rows_of(genes: np.ndarray, n: int) -> np.ndarray:
    return genes.astype(np.float64).reshape(len(genes), -1, n)


@pytest.mark.parametrize("unit", ["switch", "relu"])
def test_a_butterfly_is_a_product_of_sparse_matrices(unit) -> None:
    n = 16
    brain = brain_of({"name": "butterfly", **BARE, "width": n, "layers": 1, "unit": unit})
    genes, observed = brain.init(4, seed=1), random_observations(4, 1)[0]
    rows, h = rows_of(genes, n), inputs_of(brain, genes, observed)
    for agent in range(4):
        matrix = np.eye(n)
        for level in range(4):
            own, other = rows[agent, 2 * level], rows[agent, 2 * level + 1]
            factor = np.diag(own) + other[:, None] * np.eye(n)[np.arange(n) ^ (1 << level)]
            assert (np.count_nonzero(factor, axis=1) == 2).all()
            matrix = np.sqrt(1.5) * factor @ matrix
        assert np.count_nonzero(matrix) == n * n
        s = matrix @ h[agent]
        slopes = rows[agent, 8:]
        out = (
            np.sqrt(2) * np.maximum(s, 0) if unit == "relu" else np.sqrt(3) * np.where(s >= 0, slopes[0], slopes[1]) * s
        )
        expected = H[n] @ (signed(out) if unit == "relu" else out) / np.sqrt(n)
        actions = brain.step(genes, brain.new_states(4), observed)[agent]
        np.testing.assert_allclose(actions, expected[:ACTIONS], rtol=1e-4, atol=1e-5)


def test_a_butterfly_of_ones_is_the_transform() -> None:
    n = 32
    brain = brain_of({"name": "butterfly", **BARE, "width": n, "layers": 1})
    genes, observed = np.zeros((3, brain.num_genes), np.float32), random_observations(3, 1)[0]
    rows = genes.reshape(3, -1, n)
    for level in range(5):
        rows[:, 2 * level] = np.where(np.arange(n) >> level & 1, -1, 1)
        rows[:, 2 * level + 1] = 1
    rows[:, 10:] = 1
    h = inputs_of(brain, genes, observed) @ H[n].T * 1.5**2.5 * np.sqrt(3)
    np.testing.assert_allclose(
        brain.step(genes, brain.new_states(3), observed), (h @ H[n].T)[:, :ACTIONS] / np.sqrt(n), rtol=1e-4
    )


@pytest.mark.parametrize(("switch", "k"), [("inside", 2), ("outside", 3)])
def test_double_weighting_is_a_sum_of_weighted_transforms(switch, k) -> None:
    n = 16
    brain = brain_of({"name": "double", **BARE, "width": n, "layers": 1, "switch": switch, "transforms": k})
    genes, observed = brain.init(4, seed=1), random_observations(4, 1)[0]
    h, expected = inputs_of(brain, genes, observed), []
    for x, rows in zip(h, rows_of(genes, n), strict=True):
        each = iter(rows)
        if switch == "outside":
            total = sum((H[n] @ (next(each) * x)) * next(each) for _ in range(k))
            matrix = sum(np.outer(b, a) for a, b in zip(rows[0 : 2 * k : 2], rows[1 : 2 * k : 2], strict=True))
            assert np.linalg.matrix_rank(matrix) == k
            np.testing.assert_allclose(total, (H[n] * matrix) @ x, rtol=1e-10)
            out = signed(np.sqrt(2) * np.maximum(total, 0))
        else:
            out = 0
            for _ in range(k):
                z = H[n] @ (next(each) * x)
                out = out + np.where(z >= 0, next(each), next(each)) * z
        expected.append(H[n] @ (out * 3 / np.sqrt(n * k)) / np.sqrt(n))
    np.testing.assert_allclose(
        brain.step(genes, brain.new_states(4), observed), np.array(expected)[:, :ACTIONS], rtol=2e-4, atol=1e-4
    )


@pytest.mark.parametrize("n", [16, 32])
def test_a_dense_matrix_compiles_to_the_nearest_sum_of_transforms(n) -> None:
    """The error is that of the singular values left out; n transforms are exact; the identity needs them all."""
    target, transform = np.random.default_rng(n).normal(size=(n, n)), H[n] / np.sqrt(n)
    sizes = np.linalg.svd(np.sqrt(n) * H[n] * target, compute_uv=False)
    for k in (1, 3, n - 1, n):
        after, before = compile_matrix(target, k)
        made = sum(b[:, None] * transform * a[None] for b, a in zip(after, before, strict=True))
        assert np.linalg.norm(target - made) == pytest.approx(np.sqrt((sizes[k:] ** 2).sum() / n), abs=1e-10)
        assert after.size + before.size == 2 * n * k
    assert np.linalg.svd(np.sqrt(n) * H[n] * np.eye(n), compute_uv=False).min() > 0.99
    with pytest.raises(ValueError, match="n a power of two"):
        compile_matrix(np.eye(12), 2)


def test_a_matrix_compiles_by_alternating_least_squares_to_outputs_nearest_on_examples() -> None:
    """Exact if there is an exact sum; else the gradient by all weights is 0, where the error is below the nearest's."""
    rng, n, k = np.random.default_rng(1), 16, 3
    inputs, transform = rng.normal(size=(200, n)) * np.linspace(0.05, 2, n), H[n] / 4

    def miss(target: np.ndarray, after: np.ndarray, before: np.ndarray) -> float:
        return float(np.square(inputs @ (transform * (after.T @ before) - target).T).sum())

    exact = transform * (rng.normal(size=(k, n)).T @ rng.normal(size=(k, n)))
    assert miss(exact, *compile_matrix(exact, k, inputs)) < 1e-10
    target = rng.normal(size=(n, n))
    after, before = compile_matrix(target, k, inputs)
    least = miss(target, after, before)
    assert least < 0.8 * miss(target, *compile_matrix(target, k))
    slopes = [
        (miss(target, after + 1e-5 * step, before) - miss(target, after - 1e-5 * step, before)) / 2e-5
        for step in rng.normal(size=(5, k, n))
    ]
    assert np.abs(slopes).max() < 1e-2 * least
    with pytest.raises(ValueError, match=r"expected examples \[E, 16\]"):
        compile_matrix(target, k, inputs[:, :3])


def circulant_matrix(rows: np.ndarray, k: int) -> np.ndarray:
    """[n, n] of weight rows [n / k, n], by the definition of a circulant block."""
    n = rows.shape[1]
    matrix = np.zeros((n, n))
    for i in range(n // k):
        for j in range(n // k):
            r = rows[j, i * k : (i + 1) * k]
            matrix[i * k : (i + 1) * k, j * k : (j + 1) * k] = [[r[(p - q) % k] for q in range(k)] for p in range(k)]
    return matrix


@pytest.mark.parametrize(("k", "powers"), [(2, 0), (8, 0), (16, 5)])
def test_circulant_layers_are_their_matrices(k, powers) -> None:
    n = 16
    brain = brain_of({"name": "circulant", **BARE, "width": n, "block": k, "powers": powers})
    genes, observed = brain.init(4, seed=1), random_observations(4, 1)[0]
    x = brain.notes(genes, brain.new_states(4), observed)["input"].astype(np.float64)
    gain = 1 / np.sqrt(n * (sum(4.0**-m for m in range(powers)) / powers if powers else 1 / 3))
    for agent, rows in enumerate(rows_of(genes, n)):
        weights = power_of(rows, powers) if powers else rows
        count = n // k
        h = np.maximum(np.sqrt(2) * gain * circulant_matrix(weights[:count], k) @ x[agent] + rows[count], 0)
        expected = gain * circulant_matrix(weights[count + 1 :], k) @ h
        actions = brain.step(genes, brain.new_states(4), observed)[agent]
        np.testing.assert_allclose(actions, expected[:ACTIONS], rtol=1e-4, atol=1e-5)
    assert brain.count()["weights"] == 2 * n * n // k + n


def power_of(genes: np.ndarray, count: int) -> np.ndarray:
    """Sizes 1, 1/2, ... for equal intervals of |gene|."""
    return np.where(genes >= 0, 1, -1) * 2.0 ** (np.minimum(np.floor(abs(genes) * count), count - 1) - count + 1)


def test_powers_are_powers_and_their_products_exact() -> None:
    """Every size occurs, and no other; a product has the significand of the other factor."""
    genes = np.random.default_rng(2).uniform(-1, 1, (50, 16)).astype(np.float32)
    o = Reference(16, {"genome": genes})
    network = brain_of({"name": "circulant", **BARE, "width": 16, "powers": 6}).network
    weights = network._weight(o, o.load(o.genome("genes", 16))).data
    significands, exponents = np.frexp(weights)
    assert set(np.abs(significands).flat) == {0.5} and set((1 - exponents).flat) == set(range(6))
    x = np.random.default_rng(3).normal(size=(50, 16)).astype(np.float32)
    np.testing.assert_array_equal(np.frexp(weights * x)[0], np.sign(weights) * np.frexp(x)[0])


def test_the_output_of_a_circulant_block_rotates_with_its_input() -> None:
    matrix = circulant_matrix(np.random.default_rng(0).normal(size=(1, 16)), 16)
    x = np.random.default_rng(1).normal(size=16)
    np.testing.assert_allclose(np.roll(matrix @ x, 3), matrix @ np.roll(x, 3), rtol=1e-12)


@pytest.mark.parametrize("name", ["butterfly", "double", "circulant"])
def test_layers_nearly_keep_lengths(name) -> None:
    brain = brain_of({"name": name, **BARE, "layers": 4, "width": 64})
    genes, observed = brain.init(200, seed=3), random_observations(200, 1)[0]
    notes = brain.notes(genes, brain.new_states(200), observed)
    squares = [1.0, *(float(np.mean(notes[f"layer_{layer}"].astype(np.float64) ** 2)) for layer in (1, 2, 3, 4))]
    assert all(0.7 < after / before < 1.4 for before, after in pairwise(squares))


def test_weights_and_operations_are_the_formulas() -> None:
    n, logs = 32, 5

    def per_layer(spec: Spec) -> tuple[int, int]:
        two, one = (brain_of({**spec, **BARE, "layers": layers}).count() for layers in (2, 1))
        return two["weights"] - one["weights"], two["operations"] - one["operations"]

    assert per_layer({"name": "butterfly"}) == (2 * n * logs + 2 * n, 4 * n * logs + 3 * n)
    assert per_layer({"name": "double", "transforms": 3}) == (9 * n, 3 * (n * logs + 3 * n) + 2 * n + n)
    assert per_layer({"name": "double", "switch": "outside"}) == (4 * n, 2 * (n * logs + 2 * n) + n + 2 * n)
    weights, operations = per_layer({"name": "circulant", "block": 4})
    assert weights == n * n // 4 + n and operations == 2 * n * n + 4 * n


def test_blocks_that_do_not_fit_are_refused() -> None:
    for block in (12, 64):
        with pytest.raises(UserError, match=f"brain.block: expected a power of two up to the width 32, got {block}"):
            brain_of({"name": "circulant", "block": block})
