"""The examples of docs/python.md, and what they rest on: a run that was opened has its genomes and its champion."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import alife
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()


def test_the_examples_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    codes = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    made: list[dict] = [{} for _ in codes]
    for code, names in zip(codes, made, strict=True):
        exec(code, names)  # noqa: S102
    first, opened, loaded = made
    assert len(first["table"]) == 11 and first["table"]["best_so_far"][-1] == opened["agents"]["fitness"].max() == 500
    assert Path("runs/poles/fitness.png").stat().st_size > 1000
    for name in ("genome", "fitness"):
        assert np.array_equal(first["run"].population[name], opened["agents"][name])
    assert np.array_equal(loaded["genome"].params, first["run"].simulation.champions()[""].params)


def test_a_run_without_one_champion_is_refused(tmp_path: Path) -> None:
    few = ["run.generations=1", "run.capacity=8", "run.threads=1"]
    alife.evolve(alife.load_config("pursuit", few), tmp_path / "two")
    with pytest.raises(alife.UserError, match="expected one champion, got that of each role; name .*-predator"):
        alife.load_genome(tmp_path / "two")
    for path in (tmp_path / "two" / "champions").iterdir():
        path.unlink()
    with pytest.raises(alife.UserError, match="expected a run with a champion, got one without"):
        alife.load_genome(tmp_path / "two")
