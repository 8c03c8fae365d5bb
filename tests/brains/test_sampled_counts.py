"""Samples and partitions of plain arrays: totals, bounds, means, and equality with those of the brain."""

from __future__ import annotations

import numpy as np
import pytest

import alife
from alife.analysis.instruments.shared.sparse_rows import sampled
from alife.brains.layers.sampled_counts import ORDER, POINTS, draws
from alife.errors import UserError

SCHEMES = ("systematic", "stratified", "multinomial")
BOUND = {"systematic": 1.0, "stratified": 2.0, "multinomial": np.inf}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("samples", [1, 7, 64, 5000])
def test_counts_have_the_signs_the_total_and_the_bounds(scheme, samples) -> None:
    weights = np.random.default_rng(0).normal(size=(20, 33))
    weights[3], weights[:, 5] = 0.0, 0.0
    counts, scale = alife.sample(weights, samples, scheme, seed=3)
    assert counts.dtype == np.int64 and counts.shape == weights.shape and scale.shape == (20,)
    sizes = np.abs(weights).sum(axis=1)
    assert (np.abs(counts).sum(axis=1) == np.where(sizes > 0, samples, 0)).all()
    assert not counts[3].any() and not counts[:, 5].any() and (counts * weights >= 0).all()
    np.testing.assert_allclose(np.abs(counts * scale[:, None]).sum(axis=1), sizes)
    expected = samples * np.abs(weights) / np.maximum(sizes, 1e-9)[:, None]
    assert (np.abs(np.abs(counts) - expected) < BOUND[scheme]).all()
    assert (counts == alife.sample(weights, samples, scheme, seed=3)[0]).all()
    assert samples > 1000 or (counts != alife.sample(weights, samples, scheme, seed=4)[0]).any()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_mean_over_seeds_is_the_matrix_and_strata_lower_the_variance(scheme) -> None:
    weights = np.random.default_rng(1).normal(size=(400, 16))
    weights[:] = weights[0]  # 400 rows of one distribution, each with draws of its own
    counts, scale = alife.sample(weights, 8, scheme, seed=1)
    found = counts * scale[:, None]
    error = found.std(axis=0) / 20
    assert (np.abs(found.mean(axis=0) - weights[0]) < 4.5 * error + 1e-9).all()
    plain, factor = alife.sample(weights, 8, "multinomial", seed=2)
    assert scheme == "multinomial" or found.var(axis=0).sum() < 0.8 * (plain * factor[:, None]).var(axis=0).sum()


def test_systematic_counts_are_those_of_the_brain() -> None:
    weights = np.random.default_rng(2).normal(size=(32, 40)).astype(np.float32).astype(float)
    counts, scale = alife.sample(weights, 10, "systematic", seed=5)
    order = np.argsort(draws(ORDER, 1, 40, 5)[0], kind="stable")
    other = sampled(weights, 10, draws(POINTS, 32, 1, 5)[:, 0], order)
    assert (np.abs(other - counts * scale[:, None]) > 1e-9).mean() < 0.01  # float32 may round a point to a neighbor


def test_partitions_are_equal_complete_and_of_one_draw_each() -> None:
    for n, parts in ((10, 3), (128, 9), (5, 5), (4, 1)):
        sizes = np.bincount(alife.partition(n, parts, seed=1), minlength=parts)
        assert sizes.sum() == n and sizes.max() - sizes.min() <= 1 and len(sizes) == parts
    assert (alife.partition(50, 5, 1) != alife.partition(50, 5, 2)).any()
    sizes = np.bincount(alife.partition(2000, 4, 1, equal=False), minlength=4)
    assert len(sizes) == 4 and sizes.min() > 400 and sizes.max() - sizes.min() > 1
    inputs, w = np.random.default_rng(0).normal(size=(2, 64))
    parts = alife.partition(64, 4, 7)
    cycle = [4 / 3 * (w * (parts != k)) @ inputs for k in range(4)]
    assert np.mean(cycle) == pytest.approx(w @ inputs) and np.std(cycle) > 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: alife.sample(np.zeros(3), 1), r"matrix: expected finite numbers \[R, M\], got \[3\]"),
        (lambda: alife.sample(np.full((1, 2), np.nan), 1), "matrix: expected finite"),
        (lambda: alife.sample(np.full((1, 2), 1e308), 1), "matrix: expected rows whose sums of sizes are finite"),
        (lambda: alife.sample(np.ones((1, 2)), 0), "samples: expected an integer from 1 to"),
        (
            lambda: alife.sample(np.ones((2, 2)), 2**30, "multinomial"),
            "samples: expected at most 33554432",
        ),
        (lambda: alife.sample(np.ones((1, 2)), 1, "sobol"), "scheme: expected one of systematic"),
        (lambda: alife.sample(np.ones((1, 2)), 1, seed=-1), "seed: expected"),
        (lambda: alife.partition(3, 4, 0), "parts: expected an integer from 1 to 3, got 4"),
    ],
)
def test_other_arguments_are_refused(call, said) -> None:
    with pytest.raises(UserError, match=said):
        call()


@pytest.mark.parametrize("scheme", ["systematic", "stratified"])
def test_the_number_of_samples_takes_no_memory(scheme: str) -> None:
    counts, scale = alife.sample(np.array([[1.0, 2.0, 1.0], [0.0, -3.0, 1.0]]), 2**31 - 1, scheme)
    np.testing.assert_allclose(counts * scale[:, None], [[1, 2, 1], [0, -3, 1]], rtol=1e-8)
    assert (np.abs(counts).sum(axis=1) == 2**31 - 1).all()
