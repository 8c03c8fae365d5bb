"""Weights unfolded from genes: linear, of the same length and variance, whatever their number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.brains import make_brain
from alife.brains.shared.projection import offset_row, unfold
from alife.ops.reference import Reference

GENES, WIDTH = 128, 32


def unfolded(genes: np.ndarray, rows: int, **options: Any) -> np.ndarray:
    """[N, rows * n] weights of [N, G] genes."""
    data = np.ascontiguousarray(genes, np.float32)
    o = Reference(WIDTH, {"genome": data})
    slot = o.genome("genes", data.shape[1] // WIDTH, WIDTH)
    loaded = [o.load(slot, row) for row in range(slot.rows)]
    weights = unfold(loaded, rows, seed=99, **options)
    return np.concatenate([w.data for w in weights], axis=1).astype(np.float64)


def matrix(rows: int) -> np.ndarray:
    """R: [W, G], the contribution of each gene to each weight."""
    return unfolded(np.eye(GENES), rows).T


def test_unfolding_is_linear() -> None:
    rng = np.random.default_rng(0)
    g = rng.uniform(-1, 1, (5, GENES)).astype(np.float32)
    np.testing.assert_allclose(unfolded(g, 12), g @ matrix(12).T, atol=1e-5)


def test_stacked_blocks_keep_length_and_can_be_inverted() -> None:
    blocks = 3
    r = matrix(blocks * GENES // WIDTH)
    np.testing.assert_allclose(r.T @ r, blocks * np.eye(GENES), atol=1e-5)
    g = np.random.default_rng(1).uniform(-1, 1, GENES)
    assert np.sum((r @ g) ** 2) == pytest.approx(blocks * np.sum(g**2), rel=1e-5)


def test_every_gene_moves_every_weight_equally() -> None:
    np.testing.assert_allclose(np.abs(matrix(7)), 1 / np.sqrt(GENES), rtol=1e-6)


def test_weights_keep_the_variance_of_the_genes() -> None:
    g = np.random.default_rng(2).uniform(-1, 1, (2000, GENES))
    assert unfolded(g, 7).var() == pytest.approx(1 / 3, rel=0.02)


def test_the_last_block_is_cut_not_changed() -> None:
    g = np.random.default_rng(3).uniform(-1, 1, (2, GENES))
    np.testing.assert_array_equal(unfolded(g, 7), unfolded(g, 8)[:, : 7 * WIDTH])


def test_up_to_g_weights_can_be_set_exactly() -> None:
    rng, r = np.random.default_rng(4), matrix(7)
    chosen = rng.permutation(len(r))[:40]
    wanted = rng.uniform(-1, 1, 40)
    g = r[chosen].T @ np.linalg.solve(r[chosen] @ r[chosen].T, wanted)
    np.testing.assert_allclose((r @ g)[chosen], wanted, atol=1e-6)


def test_the_error_of_a_wanted_weight_vector_is_the_share_without_genes() -> None:
    """Least squares leaves 1 - G/W of the variance of independent targets."""
    r = matrix(16)
    targets = np.random.default_rng(5).normal(size=(len(r), 200))
    g = np.linalg.lstsq(r, targets, rcond=None)[0]
    assert np.mean((targets - r @ g) ** 2) == pytest.approx(1 - GENES / len(r), rel=0.03)


def test_leverages_sum_to_the_number_of_genes() -> None:
    r, importance = matrix(16), np.random.default_rng(6).uniform(0.1, 10, 512)
    inverse = np.linalg.inv(r.T @ (importance[:, None] * r))
    leverage = importance * np.einsum("wg,gh,wh->w", r, inverse, r)
    assert leverage.sum() == pytest.approx(GENES, abs=1e-6) and leverage.min() >= 0 and leverage.max() <= 1


def test_fixed_weights_may_be_added_and_sizes_shaped() -> None:
    genes = np.random.default_rng(3).uniform(-1, 1, (4, GENES))
    plain, rows = unfolded(genes, 5), np.concatenate([offset_row(99 + row, WIDTH) for row in range(5)])
    added = unfolded(genes, 5, offset=0.5)
    np.testing.assert_allclose(added, plain + 0.5 * rows, atol=1e-6)
    np.testing.assert_allclose(unfolded(np.zeros((1, GENES)), 5, offset=1.0)[0], rows, atol=1e-7)
    assert abs(rows.mean()) < 0.15 and np.abs(rows).max() <= 1 and 0.25 < rows.var() < 0.42
    np.testing.assert_allclose(unfolded(genes, 5, shape="square"), plain * abs(plain), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(unfolded(genes, 5, shape="root"), np.sign(plain) * abs(plain) ** 0.5, rtol=1e-5)
    both = unfolded(genes, 5, offset=0.5, shape="square")
    np.testing.assert_allclose(both, added * abs(added), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", ["linear", "square", "root"])
def test_brains_with_fixed_and_shaped_weights_equal_their_definition(shape) -> None:
    spec = {"name": "wht", "projection_offset": 0.7, "projection_shape": shape, "ensemble": 2}
    brain = make_brain(spec, 5, 2)
    genes, states, observed = brain.init(9, 1), brain.new_states(9), np.ones((9, 5), np.float32)
    ours = brain.step(genes, states.copy(), observed)
    assert np.array_equal(ours, brain.step(genes, states.copy(), observed, engine="reference"))
    plain = make_brain({"name": "wht", "ensemble": 2}, 5, 2)
    assert not np.array_equal(ours, plain.step(genes, states, observed))
