"""Highlights: planted events are found, in order, and none is told twice."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis.instruments import highlights
from alife.analysis.instruments.shared.marginal_relevance import most_telling
from alife.analysis.report.finding import NotApplicable


def table(rows: int = 100) -> dict[str, np.ndarray]:
    """A quiet run of 1,000 agents in which a tenth dies at row 30, and meat begins to be eaten at row 70."""
    rng, row = np.random.default_rng(0), np.arange(rows)
    agents = 1000 + rng.integers(-3, 4, rows) - np.where(row >= 30, 100, 0)
    meat = np.cumsum(np.where(row >= 70, 50, 0)).astype(float)
    return {"step": 50 * row, "agents": agents.astype(float), "meat": meat, "constant": np.ones(rows)}


def test_planted_events_are_the_moments() -> None:
    found = highlights.select(table(), highlights.Params(moments=2))
    meat, agents = found.moments
    assert (agents.step, meat.step) == (1500, 3500)
    assert agents.changes[0].column == "agents" and agents.changes[0].score < -10
    assert str(meat.changes[0]) == "meat 0 to 50"  # a column that counts up is told as its rate
    assert "constant" not in found.columns


def test_a_moment_like_another_or_near_it_is_not_told_again() -> None:
    relevance, similarity = np.array([1.0, 0.9, 0.5]), np.eye(3)
    similarity[0, 1] = similarity[1, 0] = 0.95
    assert most_telling(relevance, similarity, 3) == [0, 2]
    assert most_telling(relevance, np.eye(3), 3) == [0, 1, 2]
    assert most_telling(relevance, similarity, 3, trade=1.0) == [0, 1, 2]


def test_a_run_without_events_or_with_few_rows_has_no_moments() -> None:
    still = {"step": np.arange(20.0), "agents": np.full(20, 7.0)}
    assert highlights.select(still, highlights.Params()).moments == ()
    with pytest.raises(NotApplicable, match="needs 8 rows of metrics, and the run has 3"):
        highlights.select({name: values[:3] for name, values in table().items()}, highlights.Params())
    first = table()
    first["agents"][0] = np.nan  # as fitness is before the first generation
    assert highlights.select(first, highlights.Params()).moments[1].step == 1500
