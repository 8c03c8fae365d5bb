"""Studies: their runs go on where they stopped, their pages say what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from alife.cli import run as command
from alife.registry import UserError, names
from alife.studies.brains import WORLDS, Brains, Params, experiment
from alife.studies.statistics import mean_of
from alife.studies.study import run_study


def test_a_bootstrap_interval_holds_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    means = [mean_of(rng.normal(3.0, 2.0, 20).tolist()) for _ in range(200)]
    assert 0.87 < np.mean([mean.low <= 3.0 <= mean.high for mean in means]) < 0.99
    assert mean_of([2.0]) == (2.0, 2.0, 2.0) and str(mean_of([1.0, 2.0])) == "1.5 [1, 2]"


def test_a_study_goes_on_and_writes_its_page(tmp_path) -> None:
    study = Brains(Params(seeds=2, quick=True, brains=("dense", "wht")))
    page = tmp_path / "docs" / "brains.md"
    first = run_study(study, tmp_path / "runs", page, "none")
    text = page.read_text()
    assert len(first) == 8 and all(f"| `{name}` | 192 |" in text for name in ("dense", "wht"))
    for outcome in first:
        assert f"{outcome.result['held_out']:.3g}" in text
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    again = run_study(study, tmp_path / "runs", page, "none")
    assert again == first
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    with pytest.raises(UserError, match="--sweep: .* began with other values"):
        run_study(Brains(Params(seeds=1, quick=True)), tmp_path / "runs", page, "none")


@pytest.mark.parametrize("name", names("brains"))
def test_every_brain_has_its_experiments_at_equal_genes(name) -> None:
    from alife.studies.brains import _genes

    for world in WORLDS:
        assert experiment(name, world) and _genes(name, world) == _genes("wht", world)


def test_an_unknown_study_is_refused(capsys) -> None:
    assert command(["study", "brain"]) == 2
    assert "unknown studie" not in (said := capsys.readouterr().err) and "did you mean 'brains'" in said
