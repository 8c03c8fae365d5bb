"""The benchmark of the cost of a step at several sizes, at meaningless ones."""

from __future__ import annotations

import pytest

from alife.analysis.benchmarks import collect
from alife.analysis.benchmarks.world_scale import MOST, bench_scale


def test_costs_and_their_ratios_beside_the_aim() -> None:
    *costs, grown, spread = bench_scale({40: 2, 80: 1})
    assert [row["agents"] for row in costs] == [40, 80] and all(row["value"] > 0 for row in costs)
    few, many = (row["value"] for row in costs)
    assert grown["value"] == pytest.approx(many / few) and grown["most"] == spread["most"] == MOST
    assert grown["what"] == "  cost at 80 over cost at 40 agents"
    assert spread["value"] == pytest.approx(max(few, many) / min(few, many))


def test_progress_comes_before_each_case() -> None:
    told: list[object] = []
    cases = {"a": lambda: told.append("measures a") or [{"what": 1}], "b": lambda: [{"what": 2}, {"what": 3}]}
    rows = collect(cases, lambda what, share: told.append((what, share)))
    assert rows == [{"what": 1}, {"what": 2}, {"what": 3}] and told == [("a", 0.0), "measures a", ("b", 0.5)]
