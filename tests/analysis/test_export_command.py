"""`alife export`: its files, what they say of themselves, the examples of docs/export.md, and what it refuses."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import alife
from alife.analysis.export.champion import trace_champion
from alife.brains import Brain, make_brain
from alife.brains.shared.network import Network, WidthParams
from alife.config.schema import load_config
from alife.gym.control import NullNetwork
from alife.ops.vocabulary import Operations
from tests.conftest import BRIEF, BRIEF_RECORDS, ROOT, Command

SUFFIXES = {"numpy": ".py", "json": ".json", "c": ".h", "onnx": ".onnx"}
GENOME = ROOT / "genomes" / "mushrooms.safetensors"
WITHOUT = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
HERE = [name for name in SUFFIXES if name != "onnx" or not WITHOUT]


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "export.md").read_text(), re.S)


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text)]


def test_the_examples_of_the_page_act_as_the_brain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in HERE:
        file = f"mushrooms{SUFFIXES[name]}"
        assert command("export", "mushrooms", "--to", name, "--out", file) == (0, f"{file}\n", "")
    genome, expected = alife.load_genome("mushrooms"), []
    brain = make_brain(genome.brain, 6, 1)
    state, seen = brain.new_states(1), np.zeros((1, 6), np.float32)
    for number in range(3):
        seen[0, number] = 1.0
        expected.append(brain.step(genome.params[None], state, seen)[0, 0])
    by_numpy, by_onnx, of_json = examples("python")
    for code in [by_numpy, *[by_onnx] * (not WITHOUT)]:
        exec(compile(code, "example", "exec"), {})
        np.testing.assert_allclose(numbers(capsys.readouterr().out), expected, rtol=1e-6)
    exec(compile(of_json, "example", "exec"), {})
    assert "taste -2.0 2.0" in capsys.readouterr().out
    if shutil.which("gcc"):
        alife.export("swarm", "c", "other.h")
        Path("main.c").write_text(f'#include "other.h"\n{examples("c")[0]}')
        subprocess.run(["gcc", "-std=c99", "-O2", "-ffp-contract=off", "main.c", "-lm", "-o", "main"], check=True)
        printed = subprocess.run(["./main"], capture_output=True, text=True, check=True).stdout
        assert [np.float32(x) for x in printed.split()] == expected


def test_a_numpy_file_needs_numpy_alone(tmp_path: Path) -> None:
    alife.export("mushrooms", "numpy", tmp_path / "mushrooms.py")
    code = "import sys, mushrooms; print(sorted({'alife', 'llvmlite'} & set(sys.modules)), mushrooms.step.__name__)"
    done = subprocess.run([sys.executable, "-Werror", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[] step\n", "")


def test_files_say_what_they_are(command: Command) -> None:
    status, text, errors = command("export", "swarm", "--to", "json")
    about = json.loads(text)["about"]
    assert (status, errors, about["world"], about["brain"]) == (0, "", "swarm", "wht")
    assert about["written_by"] == f"walsh-life {alife.__version__}"
    turn = about["actuators"][0]
    assert turn["name"] == "turn" and turn["low"] < turn["high"] and turn["unit"] and turn["meaning"]
    for name in ("c", "numpy"):
        head = command("export", "swarm", "--to", name)[1][:6000]
        assert f"0. turn, {turn['low']:g} to {turn['high']:g} {turn['unit']}" in head and "world: swarm" in head


def test_a_genome_is_exported_without_a_file_or_its_world() -> None:
    genome = alife.load_genome("mushrooms")
    program = json.loads(str(alife.export(GENOME, "json")))["program"]
    genome.meta = {"sensors": [f'"""{k} */ \\' for k in range(6)], "actuators": ["eat\ud800"], "config": "world: gone"}
    read = json.loads(str(alife.export(genome, "json")))
    assert read["program"] == program and read["about"]["actuators"] == [{"name": "eat\\ud800"}]
    compile(str(alife.export(genome, "numpy")), "exported.py", "exec")
    assert str(alife.export(genome, "c")).count("*/\n\n#ifndef") == 1


def test_a_run_gives_its_last_champion(tmp_path: Path) -> None:
    run = alife.evolve(load_config("mushrooms", [*BRIEF["mushrooms"], *BRIEF_RECORDS]), out=tmp_path / "run")
    champions = sorted((tmp_path / "run" / "champions").glob("*.safetensors"))
    ours, theirs = (json.loads(str(alife.export(one, "json"))) for one in (run.out, champions[-1]))
    assert ours["about"].pop("name") == "run" and theirs["about"].pop("name") and ours == theirs
    for file in champions:
        file.unlink()
    with pytest.raises(alife.UserError, match="expected a run with a champion, got one without"):
        alife.export(run.out, "json")


REFUSALS = {
    ("export", "mushrooms"): "Missing option '--to'. (see --help)",
    ("export", "mushrooms", "--to", "cc"): "unknown format 'cc': expected c, json, numpy, onnx",
    ("export", "mushroom", "--to", "c"): "mushroom: expected a genome file or a run folder, got neither",
    ("export", "damaged.safetensors", "--to", "c"): "damaged.safetensors: ",
    ("export", "mushrooms", "--to", "c", "--out", "no/x.h"): "--out: expected a file in a folder that exists, got"
    " no/x.h; make no first",
    ("export", "mushrooms", "--to", "c", "--out", "folder.h"): "folder.h: expected a file, got a folder or a device",
    (
        "export",
        "mushrooms",
        "--to",
        "c",
        "--out",
        "damaged.safetensors",
    ): "--out: expected a file name ending in .h, got damaged.safetensors; write damaged.h",
    ("export", "mushrooms", "--to", "onnx"): "--out: expected a file for onnx, which is no text, got none; write --out"
    " mushrooms.onnx",
}


@pytest.mark.parametrize(("arguments", "message"), REFUSALS.items())
def test_what_cannot_be_exported_is_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.h").mkdir()
    damaged = GENOME.read_bytes()[:-8]
    Path("damaged.safetensors").write_bytes(damaged)
    status, out, errors = command(*arguments)
    assert (status, out, errors.count("\n")) == (2, "", 1) and errors.startswith(f"alife: {message}")
    assert Path("damaged.safetensors").read_bytes() == damaged and len(list(tmp_path.iterdir())) == 2


class Endless(Network):
    """A network with a constant that is not finite."""

    def step(self, o: Operations) -> None:
        o.store(o.output("actions", 1), o.load(o.input("observations", 1)) + np.inf)


def test_brains_that_cannot_be_exported_are_refused() -> None:
    for network, message in ((NullNetwork, "expected a brain that acts by itself"), (Endless, "that are finite")):
        brain = Brain(network(WidthParams(width=16), 1, 1), threads=1)
        with pytest.raises(alife.UserError, match=f"export: .*{message}"):
            trace_champion(brain, np.zeros(brain.num_genes, np.float32), "x", {})


def test_without_the_package_onnx_or_a_genome_one_line_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(alife.UserError, match="got 3"):
        alife.export(3)
    with pytest.raises(alife.UserError, match="pip install .*onnx"):
        alife.export("mushrooms", "onnx")
