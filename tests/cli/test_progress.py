"""Progress names its numbers, units and time left; results as JSON come first and name the champion's file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from alife.analysis.report.report import measure
from alife.analysis.report.subject import load
from alife.cli.progress import ProgressReport, duration
from alife.experiment.budget import Budget
from alife.experiment.records.genome import load_genome
from tests.conftest import Command

FEW = ("--set", "run.generations=2", "--set", "run.capacity=4", "--set", "run.episodes=1", "--threads", 1)


def run_at(steps: int, end: int, **figures: float) -> SimpleNamespace:
    simulation = SimpleNamespace(
        steps=steps, unit="generation", agent_steps=50 * steps, position="", progress=lambda row: list(figures.items())
    )
    return SimpleNamespace(simulation=simulation, end=end, row={}, budget=Budget(None))


def test_a_line_names_its_numbers_and_the_time_left() -> None:
    report = ProgressReport(quiet=True)
    report(run_at(1000, 4000))
    assert report.line(run_at(1000, 4000, best=float("nan"))) == "generation 1,000 of 4,000  0 agent-steps/s"
    report._started -= 100
    line = report.line(run_at(2000, 4000, agents=1234, best=0.51234, mean=float("nan")))
    parts = line.split("  ")
    assert parts[:3] == ["generation 2,000 of 4,000", "1,234 agents", "best 0.5123"]
    assert parts[3] in ("3 min left", "200 s left") and parts[4].endswith("agent-steps/s") and len(parts) == 5
    assert "left" not in report.line(run_at(4000, 4000))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (119, "119 s"), (130, "2 min"), (4000, "1 h 6 min"), (200000, "2 d 7 h")]
)
def test_a_duration_is_in_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_json_names_held_out_fitness_and_champion(tmp_path: Path, command: Command, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, errors = command("evolve", "cartpole", *FEW, "--out", "run", "--json")
    found = json.loads(out)
    champion = load_genome(found["champion"])
    assert status == 0 and found["champion"] == "run/champions/step-000000002.safetensors"
    assert found["fitness"] == champion.meta["fitness"] and found["held_out"] == champion.meta["held_out"]
    assert "look next" in errors
    many = ("--sweep", "seed=1..2", "--address", "none", "--out", "many", "--json", "--quiet")
    found = json.loads(command("evolve", "cartpole", *FEW, *many)[1])
    best = load_genome(found["champion"])
    assert best.meta["fitness"] == found["fitness"] and best.meta["held_out"] == found["held_out"]


def test_keys_that_a_world_does_not_use_are_said(tmp_path: Path, command: Command, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pole.yaml").write_text("world: {name: cartpole}\nrun: {generations: 1, capacity: 4, steps: 10}\n")
    said = "pole.yaml:2: run.steps is not used, as 'cartpole' counts generations; write run.generations\n"
    assert command("evolve", "pole.yaml", "--out", "run", "--threads", 1)[2].startswith(f"alife: {said}")
    assert "not used" not in command("evolve", "cartpole", *FEW, "--out", "b", "--set", "run.steps=5000")[2]
    longer = ("--set", "run.episodes=9", "--set", "run.steps=2", "--out", "c", "--threads", 1)
    told = "alife: --set run.episodes=9: run.episodes is not used, as 'meadow' has no fitness"
    assert told in command("evolve", "meadow-small", *longer)[2]


def test_inspect_says_what_it_measures(tmp_path: Path, command: Command, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    command("evolve", "cartpole", *FEW, "--out", "run", "--quiet")
    parts: list[tuple[str, int, int, bool, str]] = []
    measure(load(Path("run")), quick=True, progress=lambda *part: parts.append(part))
    assert [number for _, number, *_ in parts] == list(range(len(parts))) and parts[0][2] == len(parts)
    assert not any(long for *_, long, _ in parts) and {"making", "lineage"} <= {name for name, *_ in parts}


def test_json_is_alone_where_a_world_prints(tmp_path: Path, command: Command, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("worlds").mkdir()
    Path("worlds/loud.py").write_text(
        '"""Prints as it is imported."""\n\nfrom alife.config.registry import find\n'
        'from worlds.cartpole import Params as Params\n\nprint("hello")\n\n\n'
        'class Loud(find("worlds", "cartpole")):\n    pass\n'
    )
    Path("c.yaml").write_text("world: {name: loud}\nrun: {generations: 1, capacity: 4, episodes: 1, threads: 1}\n")
    _, out, errors = command("evolve", "c.yaml", "--out", "run", "--json")
    assert json.loads(out)["champion"] and "hello" in errors
    sys.modules.pop("worlds.loud")
    assert json.loads(command("list", "worlds", "loud", "--json")[1])["name"] == "loud"
