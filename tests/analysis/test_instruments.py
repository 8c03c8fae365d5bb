"""Instruments: findings equal what the brain computes; the page is self-contained; wrong input is one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import assay
from alife.analysis.instruments.genes import unfolded
from alife.analysis.instruments.shared.contest import Contest, ContestParams, taken
from alife.analysis.instruments.shared.sweep import sweep
from alife.analysis.report.report import Report, inspect, measure, tell
from alife.analysis.report.subject import Subject, load
from alife.config.registry import names
from alife.errors import UserError
from alife.ops.sign_patterns import pattern
from tests.helpers.small_run import small_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("runs") / "small", "run.steps=120", "run.checkpoint_every=60")


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    """The whole default report, which changes no file of the run but its page."""
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    made = inspect(run)
    after = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert {path: text for path, text in after.items() if path.name != "report.html"} == {
        path: text for path, text in before.items() if path.name != "report.html"
    }
    return made


@pytest.fixture(scope="module")
def champion(run: Path) -> Subject:
    return load(sorted((run / "champions").iterdir())[-1])


def test_every_instrument_is_found_and_measures_a_run(run: Path, report: Report) -> None:
    parts = ["card", "genes", "behaviour", "memory", "ancestry", "lineage", "assay"]
    assert set(parts) <= set(names("instruments"))
    of_run = ["The run", "Lineage", "Saved genomes"]
    titles = [*of_run, "The genome", "Genes and weights", "Behavior", "Memory", "Provenance"]
    found = [f.title for f in report.findings]
    assert [title for title in found if title in titles] == titles and len(set(found)) == len(found)
    assert [f.title for f in measure(load(run), quick=True)] == [*of_run, "Provenance"]


def test_unfolded_weights_are_those_of_the_random_projection(champion: Subject) -> None:
    from alife.brains.shared.base import MEMBER_FLIPS, UNFOLD_FLIPS

    genes = champion.genome.params[64:].astype(np.float64)
    flips = 1.0 - 2.0 * np.concatenate([pattern(MEMBER_FLIPS + UNFOLD_FLIPS + row, 32) for row in range(4)])
    hadamard = np.array([[(-1) ** bin(i & j).count("1") for j in range(128)] for i in range(128)])
    first = hadamard @ (genes * flips) / np.sqrt(128)
    rows = np.concatenate(list(unfolded(champion).values()))
    assert rows.shape == (7, 32) and np.allclose(rows[:4].ravel(), first, atol=1e-5)


def test_a_sweep_moves_one_sense_and_gives_the_brains_own_actions(champion: Subject) -> None:
    values, actions = sweep(champion, 5)
    brain, middle = champion.brain, np.array([(v[0] + v[-1]) / 2 for v in values], np.float32)
    for sensor, point in ((0, 0), (9, 3), (24, 4)):
        seen = middle.copy()
        seen[sensor] = values[sensor, point]
        alone = brain.step(champion.genome.params[None], brain.new_states(1), seen[None], engine="reference")
        assert np.array_equal(actions[sensor, point], alone[0])


def test_the_page_is_self_contained(
    run: Path, report: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    tell(report)
    text = (run / "report.html").read_text()
    links = [link for link in re.findall(r"""(?:src|href)=["']([^"'#]+)""", text) if not link.startswith("data:")]
    assert links and all((run / link).is_file() and not link.startswith("/") for link in links)
    assert "url(http" not in text and text.count("<svg") >= 7
    summary = capsys.readouterr().out
    assert f"report: {run / 'report.html'}" in summary
    assert max(len(line) for line in summary.splitlines() if not line.startswith("report:")) <= 60


def test_json_is_one_object(champion: Subject, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    genome = sorted((run / "champions").iterdir())[-1]
    tell(inspect(genome, tmp_path / "page.html", only=["card", "genes"]), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["report"] == str(tmp_path / "page.html") and (tmp_path / "page.html").exists()
    assert found["The genome"]["facts"]["world"] == "meadow" and found["Genes and weights"]["facts"]["genes"] == 192


def test_a_contest_shows_a_handicap_and_a_draw_between_equals(run: Path) -> None:
    subject = load(run)
    contest = Contest(ContestParams(each=40, steps=150, worlds=6, threads=1), subject)
    from alife.experiment.records import checkpoint

    last = checkpoint.load_last(subject.run.checkpoints)
    living = {"genome": last.arrays["genome"][last.arrays["alive"] > 0]}
    still = {"genome": np.zeros_like(living["genome"])}  # zero slopes: it never turns, but grazes where it is
    now_then, then_then = contest.between("now / then", living, still), contest.within("then / then", still)
    assert then_then.low <= 0 <= then_then.high or abs(then_then.mean) < 0.3
    assert now_then.logs.shape == (6,) and now_then.low <= now_then.mean <= now_then.high
    assert np.array_equal(contest.between("again", living, still).logs, now_then.logs)
    some = {"genome": living["genome"][:40]}
    none = {"genome": still["genome"][:40]}
    assert contest.compete(none, some, 5) == pytest.approx(-contest.compete(some, none, 5), abs=1.0)


def test_the_assay_measures_if_both_checkpoints_exist_and_names_them_if_not(run: Path) -> None:
    size = assay.Params(then=60, each=30, steps=60, worlds=2, threads=1)
    finding = assay.Assay(size).measure(load(run))
    assert "those of step 60 (then)" in finding.text
    compared = ["now / then", "now / now", "then / then"]
    assert [row[:2] for row in finding.tables[0].rows] == [(b, name) for b in ("equal", "own") for name in compared]
    assert assay.Assay(assay.Params()).measure(load(run)).text.startswith("Needs a checkpoint at step 1,000")


def test_own_bodies_are_those_that_were_drawn_and_equal_ones_do_not_bite(run: Path) -> None:
    subject = load(run)
    population = {"genome": np.zeros((4, subject.brain.num_genes), np.float32)}
    population |= {name: np.arange(4, dtype=np.float32) / 8 for name in ("size", "diet", "hue")}
    for bodies in ("equal", "own"):
        contest = Contest(ContestParams(), subject, bodies)
        founders = contest._founders(taken(population, np.array([0, 1])), taken(population, np.array([2, 3])))
        sizes = [0, 0.25, 0.125, 0.375] if bodies == "own" else [1.0] * 4
        assert founders["size"].tolist() == sizes


def test_an_extinct_run_reports_its_fate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_run(tmp_path / "gone", "run.steps=120", "world.founder_energy=0.001", "world.graze=0.0")
    tell(inspect(tmp_path / "gone"))
    assert "extinct; most frequent cause of death: starved" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("content", [None, b"", b"no genome", b"\xff" * 100])
def test_a_missing_or_damaged_file_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "g.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as refusal:
        inspect(path)
    assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)
    assert not list(tmp_path.glob("*.html"))
