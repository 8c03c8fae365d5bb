"""Runs that are changed from outside: recorded, replayed, resumed and taken back to the same bits."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import alife
from alife.analysis.report.single import subtitle
from alife.analysis.report.subject import load
from alife.config.schema import load_config
from alife.experiment.interventions import touched
from alife.experiment.records.interventions_jsonl import read_interventions
from alife.experiment.run import Run
from tests.conftest import ROOT, Command
from tests.helpers.small_run import SMALL

CONFIG = load_config("meadow", [*SMALL, "run.checkpoint_every=22", "run.steps=90"])
STEPS = (25, 35, 50)  # of its interventions


def steered(out: Path | None = None) -> tuple[Run, dict[int, str]]:
    """Returns a run at step 60, not closed, and its hash after what was done at some steps."""
    run, hashes = Run(CONFIG, out=out), {}
    run.step(25)
    ids = run.population["id"]
    run.intervene("remove", id=ids[0])
    run.intervene("clone", id=ids[1], x=3.0, y=4.0)
    hashes[25] = run.simulation.state_hash()
    run.step(10)
    run.intervene("set", param="upkeep", value=0.04)
    run.intervene("paint", field="food", x=9.5, y=20, radius=3, value=2.5)
    run.savepoint("painted")
    hashes[35] = run.simulation.state_hash()
    run.step(15)
    genome = alife.Genome(run.simulation.newest()[0], run.simulation.brain.spec())
    run.intervene("place", genome=genome, x=1, y=2, count=2)
    hashes[50] = run.simulation.state_hash()
    run.step(10)
    hashes[60] = run.simulation.state_hash()
    return run, hashes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str], str]:
    """A run folder that a kill left at step 60, its hashes, and that of the whole life in memory."""
    folder = tmp_path_factory.mktemp("steered") / "run"
    run, hashes = steered(folder)
    run.release()
    memory, again = steered()
    assert again == hashes
    memory.step(30)
    return folder, hashes, memory.simulation.state_hash()


def test_a_touched_run_resumes_to_the_same_bits_and_says_so(made, tmp_path: Path, command: Command) -> None:
    folder, _, end = made
    killed = shutil.copytree(folder, tmp_path / "killed")
    record = killed / "interventions.jsonl"
    record.write_bytes(record.read_bytes() + b'{"step": 60, "ki')  # written when it was killed: took no effect
    text = command("evolve", str(killed / "config.yaml"), "--out", str(killed), "--resume", "--json", "--quiet")[1]
    told = json.loads(text)
    assert told["state_hash"] == end and told["interventions"] == 5
    assert "0,[none],0,25,removed" in (killed / "lineage.csv").read_text().splitlines()
    assert subtitle(load(killed)) == "run in the world meadow, touched at steps 25, 35, 50"
    shown = command("inspect", str(killed), "--only", "lineage")[1]
    assert "touched at steps 25, 35, 50" in shown and "param upkeep, value 0.04" in shown
    resumed = alife.open_run(killed)
    assert repr(resumed).count("touched at steps 25, 35, 50") == 1
    resumed.intervene("set", param="upkeep", value=0.02)  # in place of the line that was cut short
    resumed.release()
    assert [one.step for one in read_interventions(record)] == [25, 25, 35, 35, 50, 90]


def test_back_undo_and_savepoints_give_the_bits_of_then(made) -> None:
    folder, hashes, end = made
    run = alife.open_run(folder, record=False)
    assert run.simulation.steps == 60 or run.step(60 - run.simulation.steps) is None
    assert run.simulation.state_hash() == hashes[60]
    for step in STEPS:
        past = run.back(60 - step)
        assert past.simulation.steps == step and past.simulation.state_hash() == hashes[step]
    past.step(40)  # the last one goes on
    assert past.simulation.state_hash() == end and past.out is None
    assert [(one.name, one.step) for one in run.savepoints()] == [("painted", 35)]
    kept = alife.open_run(folder, savepoint="painted")
    assert kept.simulation.state_hash() == hashes[35] and len(kept.interventions.ahead) == 1
    other = kept.back(0)
    kept.step(25)
    assert kept.simulation.state_hash() == hashes[60]
    assert other.interventions.ahead and other.intervene("remove", id=other.population["id"][0])
    other.step(25)  # another life: what was ahead of it is forgotten
    assert touched(other.interventions.done) == "touched at steps 25, 35" and not other.interventions.ahead
    undone = other.undo()
    undone.step(0)
    assert undone.simulation.steps == 60 and len(undone.interventions.done) == 4
    assert undone.simulation.state_hash() not in (hashes[60], other.simulation.state_hash())


def test_the_example_runs_and_a_run_in_memory_goes_back_from_its_savepoints() -> None:
    code = (ROOT / "docs" / "steering.md").read_text().split("```python")[1].split("```")[0]
    assert "run.intervene(" in code and "run.back(" in code
    small = re.sub(r"\b500\b", "20", code.replace('"meadow"', "config"))
    names: dict[str, Run] = {"config": CONFIG}  # type: ignore[dict-item]
    exec(small, names)  # noqa: S102
    run, before = names["run"], names["before"]
    untouched = Run(CONFIG)
    untouched.step(20)
    assert before.simulation.state_hash() != run.simulation.state_hash()
    assert [(one.name, one.step) for one in run.savepoints()] == [("before", 20)]
    assert run.back(20).undo().undo().simulation.state_hash() == untouched.simulation.state_hash()
    for name in ("before", "", "../x", 3):
        with pytest.raises(alife.UserError, match="savepoint: expected a"):
            run.savepoint(name)  # type: ignore[arg-type]
    for steps in (-1, 41, 1.5, True):
        with pytest.raises(alife.UserError, match="back: expected a number of steps from 0 to 40"):
            run.back(steps)  # type: ignore[arg-type]
    with pytest.raises(alife.UserError, match="undo: expected an intervention"):
        untouched.undo()


def test_a_wrong_record_is_one_line(made, tmp_path: Path) -> None:
    folder, *_ = made
    broken = shutil.copytree(folder, tmp_path / "broken")
    record = broken / "interventions.jsonl"
    lines = record.read_text().splitlines(keepends=True)
    for text, line in (
        ("".join([lines[0], "{}\n", *lines[2:]]), r"interventions.jsonl:2: expected an intervention with step"),
        ("".join([*lines[2:4], lines[0]]), r"interventions.jsonl:3: expected a step from 35 on, got 25"),
        (lines[0], r"expected the 4 interventions that the checkpoint continues, got 1"),
        ("".join([*lines[:4], lines[0].replace("25", "45")]), None),
    ):
        record.write_text(text)
        if line:
            with pytest.raises(alife.UserError, match=line):
                alife.open_run(broken)
    run = alife.open_run(broken, record=False)
    with pytest.raises(alife.UserError, match=r"interventions.jsonl:5: intervene: expected the id of a living agent"):
        run.step(40)
    with pytest.raises(alife.UserError, match="unknown savepoint 'x': expected painted"):
        alife.open_run(folder, savepoint="x")


def test_generations_are_not_changed_from_outside() -> None:
    run = Run({"world": {"name": "cartpole", "lifetime": 4}, "strategy": {"name": "ga"}, "run": {"capacity": 4}})
    with pytest.raises(alife.UserError, match="interventions: expected a shared world on the CPU, got generations"):
        run.intervene("remove", id=0)
