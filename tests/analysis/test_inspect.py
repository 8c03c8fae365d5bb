"""`inspect` on two genomes, a folder, a sweep and the ancestors of a champion; what is asked for, and what is not."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.report.ancestors import ancestors
from alife.analysis.report.report import inspect
from alife.analysis.report.subject import load
from alife.analysis.statistics import bca_mean
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.records import checkpoint
from tests.conftest import ROOT, Command
from tests.helpers.small_run import small_run

FEW = ("run.generations=3", "run.capacity=6", "run.episodes=2", "run.threads=1", "brain.memory=null")
OWN = '''"""Parity: an example."""

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.finding import Finding, NotApplicable


class Parity(Instrument[Params]):
    order = 0.5
    long = True
    definition = "genes mod 2"

    def cost(self, subject):
        return "a minute of thought"

    def measure(self, subject):
        if subject.run is not None:
            raise NotApplicable("runs have no parity; name a genome")
        return Finding("Parity", "Odd or even.", {"parity": len(subject.genome.params) % 2})
'''


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("runs") / "shared", "run.steps=240", "run.checkpoint_every=120")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(found: dict[str, dict], section: str, table: str) -> list[dict]:
    return found[section][table]


# ---- what is asked for


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cartpole --only cart", "unknown instrument 'cart': expected "),
        ("cartpole --only behavior", "did you mean 'behaviour'?"),
        ("cartpole --only card,", "--only card,: expected names of instruments, got an empty one; write fresh,genes"),
        ("cartpole --only lineage", "lineage does not apply to cartpole: a saved genome has no lineage.csv; name its"),
        ("cartpole --set fresh.episode=3", "fresh.episode: unknown key, expected one of episodes; did you mean"),
        (
            "cartpole --set fresh.episodes=0",
            "--set fresh.episodes=0: fresh.episodes: expected greater than or equal to 1",
        ),
        ("cartpole --set fresh=3", "--set fresh=3: expected instrument.key=value, such as --set fresh.episodes=500"),
        ("cartpole --set fish.episodes=3", "--set fish.episodes=3: unknown instrument 'fish'"),
        ("cartpole --only card --set fresh.episodes=3", "an instrument of --only, got fresh; add it: card,fresh"),
        ("cartpole recall swarm", "expected one path, or two to compare, got 3: cartpole recall swarm; name a folder"),
        ("cartpole nothing", "nothing: expected a genome file or a run folder, got neither"),
        ("cartpole --out .", ".: expected a file, got a folder or a device; name another --out"),
    ],
)
def test_bad_input_is_one_line(here: Path, command: Command, words: str, said: str) -> None:
    status, out, errors = command("inspect", *words.split())
    last = errors.splitlines()[-1]
    assert (status, out) == (2, "") and said in last
    assert all(line.startswith("alife: inspect: ") for line in errors.splitlines()[:-1]) and not list(here.iterdir())


def test_only_what_is_asked_for_is_measured_with_what_is_set(here: Path, command: Command) -> None:
    status, out, errors = command("inspect", "cartpole", "--only", "fresh,card", "--set", "fresh.episodes=3", "--json")
    found = json.loads(out)
    assert status == 0 and set(found) == {"report", "title", "The genome", "Fresh episodes"}
    assert found["Fresh episodes"]["facts"]["episodes"] == 3 and found["report"] is None
    assert not list(here.iterdir()) and "fresh, 2 of 2" in errors


def test_a_long_instrument_runs_if_named_says_its_cost_and_why_it_does_not_apply(
    here: Path, run: Path, command: Command
) -> None:
    Path("instruments").mkdir()
    Path("instruments/parity.py").write_text(OWN)
    found = json.loads(command("inspect", "cartpole", "--json")[1])
    left = {"instrument": "parity", "cost": "a minute of thought", "add": "--only parity"}
    assert "Parity" not in found and left in rows(found, "Not in this report", "Long: measured if asked for")
    why = {row["instrument"]: row["why"] for row in rows(found, "Not in this report", "Does not apply")}
    assert why["lineage"] == "a saved genome has no lineage.csv; name its run" and "fresh" not in why
    status, out, errors = command("inspect", "cartpole", "--only", "parity", "--out", "page.html")
    assert status == 0 and "parity, 1 of 1 (a minute of thought)" in errors and "report: page.html" in out
    assert '<summary>Definition</summary><p class="definition">genes mod 2</p>' in Path("page.html").read_text()
    status, _, errors = command("inspect", run, "--only", "parity")
    assert status == 2 and "parity does not apply to shared: runs have no parity; name a genome" in errors


# ---- two genomes


def test_two_genomes_have_their_facts_in_one_table(here: Path) -> None:
    card, genes = inspect(Path("mushrooms"), Path("page.html"), only=("card", "genes"), beside=Path("recall")).findings
    one, two = (inspect(Path(name), only=("card",)).findings[0].facts for name in ("mushrooms", "recall"))
    assert card.tables[0].columns == ("", "mushrooms", "recall", "difference")
    for name, *values, difference in card.tables[0].rows:
        assert values == [one.get(name, ""), two.get(name, "")]
        assert difference == (values[1] - values[0] if all(isinstance(v, int | float) for v in values) else "")
    assert {**card.facts} == {"brain of mushrooms": one["brain"], "brain of recall": two["brain"]}
    assert genes.tables[0].rows[0] == ("genes", 192, 128, -64) and genes.tables[0].rows[1][0] == "genes beyond ±0.9"
    captions = [picture.caption.partition(":")[0] for picture in genes.pictures]
    assert captions == ["mushrooms", "recall"] * 3
    assert "<title>mushrooms and recall</title>" in Path("page.html").read_text()


def test_two_genomes_are_compared_by_an_instrument_that_can_or_it_says_why_not(here: Path) -> None:
    found = inspect(Path("pursuit-predator"), only=("symmetry",), beside=Path("pursuit-prey")).findings
    assert [one.title for one in found] == ["Function", "Function: the same or not"] and found[1].definition
    assert found[1].facts["same function"] == "no"
    left = inspect(Path("mushrooms"), only=("symmetry",), beside=Path("recall")).findings[-1].tables[0].rows
    assert left[0][0] == "symmetry, between the two" and "have different brains" in left[0][1]


# ---- a folder


def test_a_folder_of_genomes_is_a_sortable_table(here: Path, command: Command) -> None:
    for name in ("cartpole", "recall"):
        shutil.copy(ROOT / "genomes" / f"{name}.safetensors", here)
    evolve(load_config("cartpole", list(FEW)), "ran")
    Path("broken.safetensors").write_bytes(b"\xff" * 50)
    report = inspect(Path("."), Path("gallery.html"), only=("fresh",), assignments=("fresh.episodes=4",))
    table, damaged = report.findings[0].tables
    found = {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert list(found) == ["cartpole", "ran", "recall"] and damaged.rows[0][0] == "broken.safetensors"
    single = inspect(Path("cartpole"), only=("fresh",), assignments=("fresh.episodes=4",)).findings[0].facts
    assert found["cartpole"]["mean"] == single["mean"] and found["cartpole"]["genes"] == 192
    assert found["cartpole"]["held-out"] == load(Path("cartpole")).genome.meta["held_out"]
    text = Path("gallery.html").read_text()
    assert '<table class="sortable">' in text and f'data-value="{float(single["mean"])!r}"' in text
    Path("none").mkdir()
    Path("none/broken.safetensors").write_bytes(b"")
    said = "none: expected genomes, got 1 other files; the first: none/broken.safetensors: expected"
    assert said in command("inspect", "none")[2]
    status, _, errors = command("inspect", ".", "--only", "lineage")
    assert status == 2 and "lineage does not apply to any of them: a saved genome" in errors


# ---- a sweep


def test_a_sweep_is_a_page_over_seeds(here: Path, command: Command) -> None:
    sets = [word for change in FEW for word in ("--set", change)]
    sweep = ["--sweep", "seed=1..2", "--sweep", "brain.layers=1,2", "--address", "none"]
    assert command("evolve", "cartpole", *sets, *sweep, "--out", "sw", "--quiet")[0] == 0
    report = inspect(Path("sw"))
    assert report.page == Path("sw/report.html") and report.title == "sw: sweep of 4 runs over seed, brain.layers"
    with Path("sw/results.csv").open() as file:
        results = [row for row in csv.DictReader(file)]
    means = {table.title: table.rows for table in report.findings[0].tables}
    for layers, row in zip(("1", "2"), means["fitness"], strict=True):
        values = [float(one["fitness"]) for one in results if one["brain.layers"] == layers]
        assert row == (f"brain.layers={layers}", *bca_mean(values), 2, min(values), max(values))
    text = report.page.read_text()
    assert all(f'href="run-00{number}/report.html">run-00{number}' in text for number in range(4))
    assert text.count("mean over seeds, 95 % interval</h3>") == len(report.findings[0].charts) == 4
    asked = inspect(Path("sw"), only=("card",))
    genes = {table.title: table.rows for table in asked.findings[0].tables}["fitness"]
    assert asked.page is None and [row[1] for row in genes] == pytest.approx([row[1] for row in means["fitness"]])
    shutil.rmtree("sw/run-000")
    Path("sw/run-001/metrics.csv").unlink()
    assert "Not read" in {table.title for table in inspect(Path("sw"), only=("card",)).findings[0].tables}
    assert len(inspect(Path("sw")).findings[0].charts) == 4
    Path("sw/results.csv").unlink()
    assert "continue the sweep with --resume" in command("inspect", "sw")[2]


# ---- ancestors


def test_ancestors_are_those_of_a_walk_through_the_lineage(run: Path, here: Path) -> None:
    subject = load(run)
    with (run / "lineage.csv").open() as file:
        parents = {int(row["id"]): row["ancestor_list"].strip("[]") for row in csv.DictReader(file)}
    line = [subject.genome.meta["id"]]
    while parents[line[-1]] != "none":
        line.append(int(parents[line[-1]]))
    found = list(ancestors(subject))
    assert found[-1].id == line[0] and np.array_equal(found[-1].genome.params, subject.genome.params)
    kept = {}
    for path in checkpoint.listed(run / "checkpoints"):
        arrays = checkpoint.load(path).arrays
        kept |= {int(i): g for i, g, a in zip(arrays["id"], arrays["genome"], arrays["alive"], strict=True) if a}
    assert [one.id for one in found] == [id_ for id_ in reversed(line) if id_ in kept] and len(found) > 1
    assert all(np.array_equal(one.genome.params, kept[one.id]) for one in found)
    section = inspect(run, only=("card",)).findings[1]
    assert [row[1] for row in section.tables[0].rows] == [str(one.id) for one in found]


def test_a_damaged_checkpoint_costs_a_report_only_what_was_in_it(run: Path, here: Path, command: Command) -> None:
    shutil.copytree(run, "run")
    *_, newest = checkpoint.listed(Path("run/checkpoints"))
    newest.write_bytes(newest.read_bytes()[:-9])
    assert command("inspect", "run", "--only", "card,lineage")[0] == 0
    for path in checkpoint.listed(Path("run/checkpoints")):
        path.write_bytes(b"")
    status, out, errors = command("inspect", "run", "--only", "card,assay", "--set", "assay.steps=10")
    assert status == 0 and "damaged" in out and errors.count("damaged") <= 3
    status, _, errors = command("inspect", "run", "--only", "assay")
    assert status == 2 and "assay does not apply to run: run/checkpoints: expected a sound checkpoint, got" in errors


def test_the_last_generation_of_a_checkpoint_has_its_ids(here: Path) -> None:
    short = [*FEW, "run.checkpoint_every=1", "run.keep_checkpoints_every=1"]
    subject = load(evolve(load_config("cartpole", short), "ran").out)
    found = list(ancestors(subject))
    assert [int(one.born) for one in found] == sorted({int(one.born) for one in found}) and len(found) > 1
    files = {checkpoint.step_of(path): path for path in checkpoint.listed(subject.run.checkpoints)}
    for one in found:
        genomes = checkpoint.load(files[int(one.born) + 1]).arrays["genomes"]
        assert np.array_equal(genomes[one.id % len(genomes)], one.genome.params)
    shutil.rmtree(subject.run.checkpoints)
    shutil.rmtree(subject.run.hall)
    assert inspect(Path("ran"), only=("card",)).findings[1].text.startswith("Not followed along")
    assert len(inspect(Path("ran"), only=("making",)).findings) == 1
