"""Budgets of time: what they end, what is kept of them, how such a run is repeated, and what is refused."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest

import alife
from alife.backends.compiling import compiling
from alife.cli.progress import ProgressReport, last_word
from alife.config.duration import seconds_of
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.budget import Budget
from alife.experiment.evolve import evolve
from alife.experiment.records import checkpoint
from alife.experiment.run import Run

FEW = ["run.capacity=8", "run.episodes=1", "world.encounters=2", "run.threads=1", "run.checkpoint_every=4"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """A clock that each look advances by a second; the current directory is an empty one."""
    seconds = [0.0]

    def now() -> float:
        seconds[0] += 1.0
        return seconds[0]

    monkeypatch.setattr("alife.experiment.budget._now", now)
    monkeypatch.chdir(tmp_path)
    return seconds


def of(budget: str, *more: str) -> Run:
    return evolve(load_config("mushrooms", [*FEW, "run.generations=null", f"run.budget={budget}", *more]), "run")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1d1s", 86401)])
def test_a_length_of_time_is_numbers_with_units(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "10", "-3m", "1e9h", "1000000h", "0s", "10min", "5m3h", "1.5h", " 3s", "３s", "m"]
)
def test_what_is_no_length_of_time_is_refused_in_one_line(text: str, command, clock) -> None:
    status, out, errors = command("evolve", "mushrooms", f"--budget={text}")
    assert status == 2 and not out and not Path("runs").exists()
    expected = f"expected a time of 1s to 366d, such as 90s, 10m or 1h30m, got {text!r}; write for example 10m"
    assert errors == f"alife: --budget: {expected}\n"
    with pytest.raises(UserError, match="budget: expected a time of 1s to 366d"):
        alife.evolve("mushrooms", budget=text)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("meadow", "--budget", "3s"), "run.budget needs a world with fitness, but 'meadow' is shared"),
        (("mushrooms", "--budget", "3s", "--islands", 2), "run.budget: expected none with islands"),
        (("mushrooms", "--set", "run.budget=10"), "got 10; write for example budget: 10m"),
    ],
)
def test_a_budget_that_does_not_fit_is_refused_in_one_line(words, error, command) -> None:
    status, _, errors = command("evolve", *words)
    assert status == 2 and error in errors and errors.count("\n") == 1


def test_the_clock_counts_work_and_neither_pauses_nor_compilers(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    budget = Budget("10s", used=3.0)
    assert (budget.used, budget.left) == (3.0, 7.0)
    with budget.counting():
        now[0] += 2.0
        assert budget.used == pytest.approx(5.0)
        with compiling():
            now[0] += 50.0
    now[0] += 1000.0
    assert budget.used == pytest.approx(5.0) and budget.left == pytest.approx(5.0)
    with budget.counting():
        now[0] += 20.0
    assert budget.left == 0.0 and Budget(None).left == float("inf")


def test_a_run_ends_when_its_time_is_used_and_the_same_generations_are_the_same_run(clock) -> None:
    run = of("20s")
    end = run.simulation.steps
    assert 1 < end < 20 and run.finished and run.budget.used >= 20
    assert Path(f"run/champions/step-{end:09d}.safetensors").is_file()
    again = evolve(load_config("run/config.yaml", ["run.budget=null", f"run.generations={end}"]), "again")
    assert again.simulation.state_hash() == run.simulation.state_hash()
    assert Path("again/metrics.csv").read_bytes() == Path("run/metrics.csv").read_bytes()


def test_the_last_word_repeats_the_run(clock, command) -> None:
    run = of("9s")
    line = next(line for line in last_word(run, None).splitlines() if line.startswith("repeat:"))
    words = shlex.split(line.partition(":")[2])
    assert words[-4:] == ["--set", "run.budget=null", "--set", f"run.generations={run.simulation.steps}"]
    status, out, _ = command(*words[words.index("evolve") :], "--out", "again", "--json", "--quiet")
    assert status == 0 and json.loads(out)["state_hash"] == run.simulation.state_hash()


def test_one_generation_is_evaluated_in_any_case_and_generations_end_it_earlier(clock) -> None:
    clock[0] = 0.0
    config = load_config("mushrooms", [*FEW, "run.generations=3", "run.budget=300s"])
    assert evolve(config, "short").simulation.steps == 3
    run = Run(load_config("mushrooms", [*FEW, "run.budget=1s"]))
    run.budget = Budget("1s", used=99.0)
    assert not run.finished
    run.step()
    assert run.finished


def test_time_that_was_used_counts_after_a_resume(clock) -> None:
    first = Run(load_config("mushrooms", [*FEW, "run.generations=null", "run.budget=300s"]), "run")
    first.step(6)  # the newest checkpoint is of generation 4
    used = first.budget.used
    first.release()
    saved = checkpoint.load_last(Path("run/checkpoints"))
    assert saved is not None and saved.meta.step == 4 and 0 < saved.meta.seconds < used
    config = load_config("mushrooms", [*FEW, "run.generations=null", f"run.budget={int(saved.meta.seconds) + 4}s"])
    again = evolve(config, "run", resume=True)
    assert 4 < again.simulation.steps < 10 and again.finished
    longer = evolve(config, "run", resume=True)
    assert longer.simulation.steps == again.simulation.steps


def test_progress_tells_the_time_that_is_left(clock, monkeypatch) -> None:
    run = Run(load_config("mushrooms", [*FEW, "run.generations=null", "run.budget=10m"]))
    run.budget, report, shown = Budget("10m", used=450.0), ProgressReport(quiet=True), []
    monkeypatch.setattr(report, "show", lambda *given: shown.append(given))
    report(run)
    ((done, total, line),) = shown
    assert (done, total) == (450.0, 600) and re.match(r"generation 0  2 min left  ", line)
    assert repr(run) == "Run(mushrooms, seed 1, generation 0, budget 10m)"
