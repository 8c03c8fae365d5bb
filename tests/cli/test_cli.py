"""The command line: exit statuses, one line for every wrong input, JSON alone on standard output, the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command


def test_evolve_prints_one_json_object_and_nothing_else(tiny: Path, command: Command) -> None:
    status, out, errors = command("evolve", tiny, "--out", "run", "--json", "--threads", 1)
    found = json.loads(out)
    assert status == 0 and out.count("\n") == 1 and "look next" in errors
    wanted = "out step agent_steps agent_steps_per_s seconds fitness held_out champion state_hash backend threads"
    assert set(wanted.split()) <= set(found)
    assert (found["step"], found["backend"], found["threads"], found["out"]) == (120, "cpu", 1, "run")
    _, again, _ = command("evolve", tiny, "--out", "again", "--json", "--threads", 2)
    assert json.loads(again)["state_hash"] == found["state_hash"]


def test_a_run_whose_world_is_drawn_says_that_it_can_be_watched(tmp_path: Path, command: Command) -> None:
    few = ("--set", "run.generations=1", "--set", "run.capacity=4", "--set", "run.episodes=1", "--threads", 1)
    _, _, errors = command("evolve", "cartpole", *few, "--out", tmp_path / "drawn")
    assert f"live {tmp_path / 'drawn'}" in errors and f"inspect {tmp_path / 'drawn'}" in errors
    pytest.importorskip("gymnasium")
    _, _, errors = command("evolve", "gymnasium", *few, "--out", tmp_path / "hosted")
    assert f"live {tmp_path / 'hosted'}" in errors and f"inspect {tmp_path / 'hosted'}" in errors


def test_quiet_is_quiet(tiny: Path, command: Command) -> None:
    assert command("evolve", tiny, "--set", "run.steps=5", "--quiet") == (0, "", "")
    assert [path.name[:5] for path in Path("runs").iterdir()] == ["tiny-"]


REFUSALS = {
    ("evolve",): "Missing argument 'TASK'. (see --help)",
    ("evolv",): "No such command 'evolv'. Did you mean 'evolve'? (see --help)",
    ("evolve", "nope.yaml"): "nope.yaml: expected a YAML file, and there is none of this name",
    ("evolve", "tiny.yaml", "--set", "sead=1"): "--set sead=1: sead: unknown key, expected one of seed, world, brain,"
    " strategy, run, records, islands; did you mean 'seed'?",
    ("evolve", "tiny.yaml", "--set", "generations=9"): "--set generations=9: generations: unknown key, expected one of"
    " seed, world, brain, strategy, run, records, islands; write --set run.generations=VALUE",
    ("evolve", "tiny.yaml", "--set", "run.generations=ten"): "--set run.generations=ten: run.generations: expected a"
    " valid integer, got 'ten'; write for example generations: 100",
    ("evolve", "tiny.yaml", "--backend", "tpu"): "backend: expected auto, cpu or gpu, got 'tpu'; write --backend auto",
    ("evolve", "tiny.yaml", "--resume"): "--resume: expected a run in runs/tiny-DATE-3, and there is none; name its"
    " folder with --out DIR",
    ("evolve", "tiny.yaml", "--resume", "--out", "no"): "no: expected the folder of a run, which holds a config.yaml;"
    " there is none",
    ("evolve", "tiny.yaml", "--set", "run.founders=gone"): "--set run.founders=gone: run.founders: expected a genome"
    " file, a folder of them or a run, and there is no gone",
    (
        "evolve",
        "tiny.yaml",
        "--out",
        "tiny.yaml/sub",
    ): "tiny.yaml/sub: cannot be written: not a directory; move the file that is in its way, or name another --out",
    ("live", "nope.safetensors"): "nope.safetensors: expected a genome file, and there is none of this name",
    ("list",): "list: expected one of worlds, brains, strategies, instruments, studies, configs, genomes, got nothing;"
    " write list worlds",
    ("inspect", "mushroms"): "mushroms: expected a genome file or a run folder, got neither; did you mean 'mushrooms'?",
    ("list", "world"): "unknown kind 'world': expected brains, configs, genomes, instruments, strategies, studies,"
    " worlds; did you mean 'worlds'?",
    ("bench", "brian"): "unknown benchmark 'brian': expected all, brain, evolve, islands, kernels, peers, window,"
    " world;"
    " did you mean 'brain'?",
}


@pytest.mark.parametrize(("arguments", "message"), REFUSALS.items())
def test_wrong_input_is_one_line_status_2_and_creates_nothing(
    arguments: tuple[str, ...], message: str, tiny: Path, command: Command
) -> None:
    status, out, errors = command(*arguments)
    assert (status, out, errors) == (2, "", f"alife: {message}\n")
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


def test_nothing_is_overwritten(tiny: Path, command: Command) -> None:
    Path("mine").mkdir()
    Path("mine/file").write_text("keep")
    assert command("evolve", tiny, "--out", "mine")[2].endswith("got one with other content; name another --out\n")
    command("evolve", tiny, "--out", "run", "--quiet")
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    assert command("evolve", tiny, "--out", "run")[0] == 2
    status, _, errors = command("evolve", tiny, "--out", "run", "--resume", "--set", "seed=4")
    assert status == 2 and "the run in run began differently: seed began as 3, got 4; write the same" in errors
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["worlds", "brains", "strategies", "instruments", "studies", "configs", "genomes"])
def test_list_names_doc_and_file_of_everything(kind: str, command: Command) -> None:
    status, out, errors = command("list", kind, "--json")
    assert status == 0 and not errors
    listed = command("list", kind)[1]
    for name, entry in json.loads(out).items():
        assert Path(entry["file"]).stem == name and entry["doc"]
        assert name in listed


def test_narrow_terminals_get_narrow_lines(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for arguments in (("list", "configs"), ("--help",), ("evolve", "--help")):
        assert max(len(line) for line in command(*arguments)[1].splitlines()) <= 60


def test_an_extinct_run_ends_well(tiny: Path, command: Command) -> None:
    status, out, errors = command("evolve", tiny, "--set", "world.upkeep=1.0", "--json")
    assert status == 0 and json.loads(out)["agents"] == 0
    assert "extinct, seen at step" in errors and "starved 80" in errors


def test_schema_is_json(command: Command) -> None:
    assert json.loads(command("schema")[1])["properties"]["world"]


def test_run_py_starts_again_in_no_other_environment_when_it_has_all_it_needs() -> None:
    code = "from run import *; print(all(map(present, needed(False))), present('no-such>=1'), present('numpy>=999'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


def test_the_wheel_ships_worlds_and_configs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--no-compile", "-q"]
    wheel = str(next(tmp_path.glob("*.whl")))
    subprocess.run([*install, "--target", str(target), wheel], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    for kind, name in (("worlds", "meadow"), ("configs", "meadow-small"), ("brains", "wht")):
        line = [sys.executable, "-m", "alife", "list", kind, "--json"]
        done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)[name]["file"].startswith(str(target))
