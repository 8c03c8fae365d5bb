"""Genomes that others made: names that are formulas, genes that overflow, changed worlds; and what --out replaces."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import alife
from alife.analysis.instruments import condensed, genes, life, veca
from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.report.finding import NotApplicable, Table
from alife.analysis.report.subject import load, of_genome
from alife.analysis.report.tables import rows_html
from alife.atomic_files import parse_json
from alife.brains import make_brain
from alife.config.schema import dump_config
from alife.experiment.records.genome import Genome, load_genome, save_genome
from tests.conftest import ROOT, Command

CARTPOLE = ROOT / "genomes" / "cartpole.safetensors"
NAMES = ["$\\frac{$", "位置 😀", "<script>alert(1)</script>", "x" * 500]


def cartpole(factor: float | None = None, brain: dict[str, Any] | None = None, **meta: Any) -> Genome:
    """The genome with all genes of one size, or with random ones of another brain, and with other metadata."""
    genome = load_genome(CARTPOLE)
    params = genome.params if factor is None else np.full_like(genome.params, factor)
    params = params if brain is None else make_brain(brain, 4, 1).init(1, 3)[0]
    return Genome(params, brain or genome.brain, {**genome.meta, **meta})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_names_of_any_signs_are_drawn_without_a_warning(here: Path, command: Command) -> None:
    save_genome("odd.safetensors", cartpole(sensors=NAMES, actuators=["push $x_"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        status, _, errors = command(
            "inspect", "odd.safetensors", "--only", "behaviour,life,condensed", "--out", "p.html"
        )
    text = Path("p.html").read_text()
    assert status == 0 and "Warning" not in errors
    assert "位置 😀" in text and "$\\frac{$" in text and "<script>alert" not in text


def test_names_of_acts_leave_room_for_the_picture() -> None:
    names = tuple(f"{'answer 1 high, ' * 10}{act}" for act in range(3))
    none, acts = np.zeros((6, 1), np.float32), np.array([0, 1, 2, 0, 1, 2])
    found = life.Result(Life(none, none, none, np.zeros(6, np.int64), np.zeros(0)), names, acts, ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = life._strip(found)
    assert "act 3" in picture.svg and "answer 1" not in picture.svg and "rows of the ethogram" in picture.caption


@pytest.mark.parametrize("size", [3e38, 0.0])
def test_genes_of_any_finite_size_are_drawn_and_lives_that_overflow_are_refused(size: float) -> None:
    subject = of_genome(cartpole(size))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        assert len(genes.Genes(genes.Params()).measure(subject).pictures) >= 2
    if size:
        for measure in (life.measure, condensed.measure, veca.measure):
            with pytest.raises(
                NotApplicable, match="not finite from step 0 of a recorded life on: genes are too large"
            ):
                measure(subject)


def test_a_world_with_other_actuators_now_is_none() -> None:
    genome = cartpole()
    assert of_genome(genome).config is not None
    wider = {**genome.meta, "actuators": ["push", "pull"]}
    other = of_genome(Genome(make_brain(genome.brain, 4, 2).init(1, 3)[0], genome.brain, wider))
    assert other.config is None
    with pytest.raises(NotApplicable, match="has no life to record"):
        recorded(other, 10)


def test_units_that_round_beside_direct_weights_are_no_exact_sum() -> None:
    spec = {"name": "sine", "memory": None, "direct": True}
    found = condensed.measure(cartpole(brain=spec), condensed.Params(steps=20, episodes=1))
    assert not found.exact and found.stepped and np.abs(found.offsets).max() > 0.01
    found = condensed.measure(cartpole(brain={**spec, "name": "dense"}), condensed.Params(steps=20, episodes=1))
    assert found.exact and not found.stepped


def test_whole_numbers_of_any_length_do_not_end_a_table() -> None:
    text = rows_html(Table("t", ("id",), ((2**70,), (3,)), sortable=True), Path())
    assert "1,180,591,620,717,411,303,424" in text and 'data-value="3.0"' in text
    with pytest.raises(ValueError, match="not finite"):
        parse_json(f'{{"id": 1{"0" * 400}}}')


def test_a_page_replaces_no_genome_and_an_export_nothing_but_an_export(here: Path, command: Command) -> None:
    shutil.copy(CARTPOLE, "one.safetensors")
    before = CARTPOLE.read_bytes()
    status, _, errors = command("inspect", "one.safetensors", "--only", "card", "--out", "one.safetensors")
    assert status == 2 and "--out: expected a file name ending in .html, got one.safetensors" in errors
    assert Path("one.safetensors").read_bytes() == before
    Path("run.json").write_text('{"starts": []}')
    status, _, errors = command("export", "one.safetensors", "--to", "json", "--out", "run.json")
    assert status == 2 and "run.json: expected an exported file to replace, got another one" in errors
    assert Path("run.json").read_text() == '{"starts": []}'
    for form, name in (("numpy", "a.py"), ("json", "a.json"), ("c", "a.h")):
        for _ in range(2):
            assert command("export", "one.safetensors", "--to", form, "--out", name)[0] == 0


@pytest.mark.skipif(shutil.which("g++") is None, reason="exported C is C++, too, where g++ is installed")
def test_headers_are_cpp_and_those_of_two_champions_stand_beside_each_other(here: Path) -> None:
    spec = {"name": "crossbar", "memory": None, "width": 16, "plasticity": 0.1}
    for name, brain in (("int", spec), ("2nd one", None)):
        alife.export(cartpole(brain=brain), "c", f"{name}.h")
    steps = "int_step(s, x, y); brain_2nd_one_step(s, x, y);"
    code = '#include "int.h"\n#include "2nd one.h"\nint main() {{ static float s[9999], x[4], y[1]; {} }}\n'
    Path("main.cpp").write_text(code.format(steps))
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
    subprocess.run(["g++", "-std=c++11", *flags, "main.cpp"], check=True)
    Path("other").mkdir()
    alife.export(cartpole(0.5), "c", "other/int.h")
    Path("main.cpp").write_text(code.format(steps).replace("2nd one", "other/int"))
    assert subprocess.run(["g++", "-std=c++11", *flags, "main.cpp"], capture_output=True).returncode != 0


def test_a_run_whose_world_changed_has_no_life(tmp_path: Path) -> None:
    root = tmp_path / "run"
    alife.evolve(alife.load_config("cartpole", ["run.generations=1", "run.capacity=4", "brain.memory=null"]), out=root)
    config = root / "config.yaml"
    config.write_text(dump_config(alife.load_config("bandit")))  # any world of other sensors
    assert load(root).config is None
