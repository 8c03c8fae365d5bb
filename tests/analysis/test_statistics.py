"""Intervals: how often they hold the true mean, and where there is nothing to resample."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis import statistics
from alife.analysis.statistics import bca_mean, bootstrap_mean, t_mean, t_quantile


def test_the_corrected_interval_holds_a_skewed_mean_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """For exponential samples of 15 percentiles hold about 0.90 of the means; the correction moves both ends up."""
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)
    samples = np.random.default_rng(1).exponential(2.0, (200, 15))
    corrected, plain = ([interval(row.tolist()) for row in samples] for interval in (bca_mean, bootstrap_mean))
    held = [np.mean([one.low <= 2.0 <= one.high for one in of]) for of in (corrected, plain)]
    assert held[0] >= held[1] and 0.87 <= held[0] <= 0.97
    assert np.mean([a.high > b.high for a, b in zip(corrected, plain, strict=True)]) > 0.9


def test_equal_values_have_no_width() -> None:
    assert bca_mean([1.0]) == (1.0, 1.0, 1.0) and bca_mean([0.5, 0.5, 0.5]) == (0.5, 0.5, 0.5)
    assert str(bca_mean([1.0, 2.0, 4.0])).startswith("2.33 [")


@pytest.mark.parametrize(("degrees", "quantile"), [(1, 12.706205), (2, 4.302653), (9, 2.262157), (14, 2.144787)])
def test_quantiles_of_student_are_those_of_tables(degrees: int, quantile: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(quantile, abs=1e-6)


def test_many_degrees_have_the_quantile_of_the_bisection(monkeypatch: pytest.MonkeyPatch) -> None:
    series = t_quantile(0.975, 12_000)
    monkeypatch.setattr(statistics, "MANY", 10**9)
    assert series == pytest.approx(t_quantile(0.975, 12_000), abs=1e-10) and series > 1.96


def test_the_t_interval_of_few_draws_holds_the_mean_and_that_of_pooled_worlds_does_not() -> None:
    """Three draws of five worlds each, which share what was drawn: the worlds of a draw are no independent values."""
    rng = np.random.default_rng(2)
    draws = rng.normal(size=(2000, 3, 1)) + 0.5 * rng.normal(size=(2000, 3, 5))
    by_draw, pooled = draws.mean(axis=2), draws.reshape(2000, 15)
    held = [np.mean([one.low <= 0 <= one.high for one in map(t_mean, values.tolist())]) for values in (by_draw, pooled)]
    assert 0.93 < held[0] < 0.97 and held[1] < 0.8
    assert t_mean([1.0]).high == np.inf
