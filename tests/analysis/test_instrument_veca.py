"""Redundancy of activity: identities with eigenvalues, cases known by hand, and a saved genome."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import veca
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import load


def test_the_figures_are_those_of_the_eigenvalues() -> None:
    rng = np.random.default_rng(1)
    activity = rng.normal(size=(200, 7)) @ rng.normal(size=(7, 7)) + 3
    found = veca.redundancy(activity)
    covariance = np.cov(activity.T)
    values = np.linalg.eigvalsh(covariance)
    assert found["veca"] == pytest.approx(values.var(), rel=1e-10)
    assert found["participation"] == pytest.approx(values.sum() ** 2 / np.sum(values**2), rel=1e-10)
    assert found["vovu"] == pytest.approx(np.diag(covariance).var(), rel=1e-10)
    assert found["redundancy"] == pytest.approx(7 / found["participation"] - 1, rel=1e-10)
    assert found["redundancy"] == pytest.approx(found["unequal"] + found["correlated"], rel=1e-10)


def test_cases_known_by_hand() -> None:
    hadamard = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]], float)
    white = veca.redundancy(hadamard[:, 1:] * 5)  # columns of equal variance, orthogonal
    assert white["veca"] == pytest.approx(0, abs=1e-9) and white["participation"] == pytest.approx(3)
    together = veca.redundancy(np.arange(6.0)[:, None] * [1, -2, 0.5, 0])
    assert together["participation"] == pytest.approx(1) and together["redundancy"] == pytest.approx(3)
    unequal = veca.redundancy(hadamard[:, 1:] * [1, 2, 3])
    assert unequal["correlated"] == pytest.approx(0, abs=1e-12) and unequal["unequal"] > 0.4
    assert np.isnan(veca.redundancy(np.ones((5, 3)))["participation"])


def test_order_and_scale_of_all_units_change_no_ratio() -> None:
    rng = np.random.default_rng(2)
    activity = rng.normal(size=(50, 5)) * [1, 2, 3, 4, 5]
    one, other = veca.redundancy(activity), veca.redundancy(10 * activity[:, ::-1])
    assert other["redundancy"] == pytest.approx(one["redundancy"])
    assert other["veca"] == pytest.approx(1e4 * one["veca"])


def test_a_saved_genome_uses_some_of_its_dimensions() -> None:
    subject = load(Path("cartpole"))
    result = veca.measure(subject, veca.Params(steps=20, episodes=2))
    assert result.layers == ("layer_1", "layer_2", "layer_3") and result.steps == 40
    assert np.all((result.participation >= 1) & (result.participation <= 32))
    for share, spectrum in zip(result.participation, result.spectra, strict=True):
        assert 1 / np.sum(spectrum**2) == pytest.approx(share)
    finding = veca.Veca(veca.Params(steps=20, episodes=2)).measure(subject)
    assert finding.facts["steps recorded"] == 40 and len(finding.tables[0].rows) == 3


def test_worlds_of_arenas_are_left_out_with_a_reason() -> None:
    with pytest.raises(NotApplicable, match="meet in arenas"):
        veca.measure(load(Path("pursuit-prey")))
