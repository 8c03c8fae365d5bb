"""Studies: their runs continue where they stopped, and their pages hold what was measured."""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from alife.analysis.instruments.shared import contest
from alife.analysis.instruments.shared.contest import ContestParams
from alife.analysis.statistics import bootstrap_mean
from alife.analysis.studies import control, meadow, memory, minds
from alife.analysis.studies.brains import WORLDS, Brains, Params, _genes, experiment
from alife.analysis.studies.shared.base import Outcome
from alife.analysis.studies.shared.base import command as command_line
from alife.analysis.studies.shared.held_out import held_out
from alife.analysis.studies.shared.run import run_study
from alife.brains import compared_networks
from alife.cli.commands import run as command
from alife.config.params import parse_params
from alife.errors import UserError
from alife.evolution import natural
from alife.experiment.build import make_experiment
from alife.experiment.islands import evolve
from alife.simulation.shared_world import Simulation


def test_a_bootstrap_interval_covers_the_mean_as_often_as_it_claims() -> None:
    rng = np.random.default_rng(1)
    means = [bootstrap_mean(rng.normal(3.0, 2.0, 20).tolist()) for _ in range(200)]
    assert 0.87 < np.mean([mean.low <= 3.0 <= mean.high for mean in means]) < 0.99
    assert bootstrap_mean([2.0]) == (2.0, 2.0, 2.0) and str(bootstrap_mean([1.0, 2.0])) == "1.5 [1, 2]"


def test_a_study_continues_and_writes_its_page(tmp_path) -> None:
    study = Brains(Params(seeds=2, quick=True, brains=("dense", "wht")))
    page = tmp_path / "docs" / "brains.md"
    one = run_study(Brains(Params(seeds=1, quick=True, brains=("dense", "wht"))), tmp_path / "runs", page, "none")
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    first = run_study(study, tmp_path / "runs", page, "none")
    assert [outcome for outcome in first if outcome.labels["seed"] == 1] == one  # more seeds, in the same folder
    assert written and all(path.stat().st_mtime_ns == time for path, time in written.items())
    assert "**A smoke test** (`--quick`)" in page.read_text()
    text = page.read_text()
    assert len(first) == 8 and all(f"| `{name}` | 192 |" in text for name in ("dense", "wht"))
    for outcome in first:
        assert f"{outcome.result['held_out']:.3g}" in text
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    again = run_study(study, tmp_path / "runs", page, "none")
    assert again == first
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    with pytest.raises(
        UserError, match="seed-1: began with other values; ask for the same sweep or study again, or name"
    ):
        run_study(Brains(Params(seeds=1, quick=True)), tmp_path / "runs", page, "none")


@pytest.mark.parametrize("name", compared_networks())
def test_every_brain_has_configurations_with_equal_numbers_of_genes(name) -> None:
    for world in WORLDS:
        assert experiment(name, world) and _genes(name, world) == _genes("wht", world)


def test_the_minds_fit_their_tasks_and_a_quick_study_calls_itself_a_smoke_test(tmp_path: Path) -> None:
    study = minds.Minds(minds.Params(seeds=1, quick=True, tasks=("autoencode",), arms=("mind", "gated")))
    for task in minds.TASKS:
        assert make_experiment(study.config(task, "mind", 1)).brain.num_genes > 0
    genes = [make_experiment(study.config("autoencode", arm, 1)).brain.num_genes for arm in minds.ARMS]
    assert len(set(genes)) >= 8
    run_study(study, tmp_path / "runs", tmp_path / "page.md", "none")
    page = (tmp_path / "page.md").read_text()
    assert "smoke test" in page and "2 generations of 16 at most" in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == ["| `mind`", "| `gated`"] and all(row[3] == "32" for row in rows)
    with pytest.raises(UserError, match="arms: expected one of mind, no tape, .*, got 'minds'; write mind"):
        parse_params(minds.Params, {"arms": ["minds"]}, "study")


def test_a_quick_study_of_control_needs_neither_box2d_nor_ray(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("gymnasium")
    monkeypatch.setitem(sys.modules, "Box2D", None)
    monkeypatch.setattr(evolve, "RayPool", None)
    page = tmp_path / "page.md"
    options = ["--quiet", "--out", str(tmp_path / "runs"), "--page", str(page)]
    assert command(["study", "control", "--quick", *options]) == 0, capsys.readouterr().err
    text = page.read_text()
    assert "smoke test" in text and "2 seeds for 2 generations of 8 genomes in 2 episodes" in text
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == ["| `recipe`", "| `by bounds`"]
    assert all(row[3:6] == ["0 of 2", "open", "32"] for row in rows)
    fresh = [float(row["fresh"]) for row in csv.DictReader(page.with_suffix(".csv").open())]
    assert all(8 <= one <= 500 for one in fresh) and [round(one) for one in fresh[:1] + fresh[2:3]] == [
        int(part) for part in rows[0][2].split(", ")
    ]


def test_a_target_of_the_control_study_is_open_until_five_seeds_decide_it() -> None:
    found = [[control.verdict(reached, seeds) for reached in range(seeds + 1)] for seeds in (1, 3, 5, 10)]
    assert found[0] == ["open", "open"] and found[1] == ["missed", "open", "open", "met"]
    assert found[2] == ["missed"] * 3 + ["met"] * 3 and found[3] == ["missed"] * 6 + ["met"] * 5


def test_arms_of_the_control_study_differ_as_described_and_a_folder_takes_more_of_them(tmp_path: Path) -> None:
    pytest.importorskip("gymnasium")
    study = control.Control(control.Params(seeds=1, quick=True))
    configs = {arm: study.config("CartPole-v1", arm, 1) for arm in control.ARMS}
    assert configs["recipe"].world.normal and configs["by bounds"].world.normal is None  # type: ignore[attr-defined]
    assert configs["no memory"].brain.memories == () != configs["recipe"].brain.memories  # type: ignore[attr-defined]
    assert configs["lexicase"].names["strategy"] == "lexicase" != configs["recipe"].names["strategy"]
    with pytest.raises(UserError, match="arms: expected one of recipe, by bounds, .*, got 'minds'; write recipe"):
        parse_params(control.Params, {"arms": ["minds"]}, "study")
    first, second = (
        run_study(control.Control(control.Params(seeds=seeds, quick=True, arms=("recipe",))), tmp_path, page, "none")
        for seeds, page in ((1, tmp_path / "1.md"), (2, tmp_path / "2.md"))
    )
    assert second[0].result == first[0].result and [one.labels["seed"] for one in second] == [1, 2]


def test_arms_of_the_memory_study_differ_as_described() -> None:
    trials = memory.Memory(memory.Params(seeds=1, tasks=("mushrooms", "mushrooms-8"))).trials()
    for task, held in (("mushrooms", 64), ("mushrooms-8", 128)):
        brains = {one.labels["arm"]: one.config.brain for one in trials if one.labels["task"] == task}
        for arm, ablation in (("full", "none"), ("reset", "reset"), ("shuffled", "shuffled")):
            ablated = brains["full"].memory.model_copy(update={"ablation": ablation})
            assert brains[arm] == brains["full"].model_copy(update={"memory": ablated})
        assert brains["off"] == brains["full"].model_copy(update={"memory": None})
        assert brains["recurrent"].memory is None and brains["recurrent"].recurrent.lanes == held
        assert brains["dense"].memory is None and brains["dense"].feedback == brains["dense"].width


def test_the_page_of_the_memory_study_holds_the_results_of_its_runs(tmp_path) -> None:
    study = memory.Memory(memory.Params(seeds=1, quick=True, tasks=("mushrooms",)))
    outcomes = run_study(study, tmp_path / "runs", tmp_path / "memory.md", "none")
    rows = list(csv.DictReader((tmp_path / "memory.csv").open()))
    text = (tmp_path / "memory.md").read_text()
    assert [row["arm"] for row in rows] == list(memory.ARMS) and "above 96" in text
    line = """`python run.py study memory --set seeds=1 --set quick=true --set 'tasks=["mushrooms"]'`"""
    assert line in text and command_line("memory", memory.Params()) == "python run.py study memory"
    for outcome, row in zip(outcomes, rows, strict=True):
        assert float(row["held_out"]) == outcome.result["held_out"] == pytest.approx(0.5, abs=0.1)
        again = held_out(outcome.folder, study._config("mushrooms", row["arm"], 1))
        assert again == pytest.approx(outcome.result["held_out"], abs=0.06)  # other episodes
        assert f"| `{row['arm']}` | 0 of 1 |" in text


def test_the_meadow_study_marks_the_agents_whose_memories_are_emptied(tmp_path) -> None:
    study = meadow.Meadow(meadow.Params(seeds=1, quick=True))
    outcomes = run_study(study, tmp_path / "runs", tmp_path / "meadow.md", "none")
    text = (tmp_path / "meadow.md").read_text()
    assert re.search(r"\| 1 \| [+-]\d\.\d\d \[", text) and "after 20 steps and its 95 % t interval over 2" in text
    contest = meadow.Marked(ContestParams(steps=1), meadow.Meadow._subject(outcomes))
    world = contest.world_type(contest.world_params)
    simulation = Simulation(world, contest.brain, natural.Natural(natural.Params()), 1024, 1)
    contest.params = ContestParams(steps=5)
    contest.step(simulation)
    rows, column = simulation.living(), contest.brain.layout["marked"][1]
    older = rows[simulation.fields["birth_step"][rows] < simulation.steps - 1]
    odd = simulation.fields["clade"][older] % 2
    assert odd.any() and not odd.all()
    np.testing.assert_array_equal(simulation.fields["state"][older, column], odd)


def test_a_pair_with_an_extinct_population_is_named_and_left_out_of_the_mean(monkeypatch) -> None:
    study, arms = meadow.Meadow(meadow.Params(seeds=2)), list(meadow.ARMS)
    outcomes = [Outcome({"arm": arm, "seed": seed}, {}, Path(f"{arm}{seed}")) for seed in (1, 2) for arm in arms]

    def living(one: Outcome) -> dict[str, np.ndarray]:
        return {"genome": np.zeros((2 if one.folder.name == "off1" else 9, 1))}

    monkeypatch.setattr(meadow, "_living", living)
    won, even = (contest.Outcome("", np.zeros(1), mean, mean, mean) for mean in (0.5, 0.0))
    fake = SimpleNamespace(between=lambda *_: won, within=lambda *_: even)
    monkeypatch.setattr(meadow, "Marked", lambda *_, **__: fake)
    monkeypatch.setattr(meadow, "Contest", lambda *_, **__: fake)
    monkeypatch.setattr(meadow.Meadow, "_subject", staticmethod(lambda _: None))
    text = study.page(outcomes)
    assert "| 1 | one died out |  |\n| 2 | +0.50 [+0.50, +0.50] | +0.00" in text and "| all | 0.5 [-inf" in text
    monkeypatch.setattr(meadow, "_living", lambda one: {"genome": np.zeros((0, 1))})
    assert study.page(outcomes).endswith("| all |  |  |\n")


def test_the_memory_study_needs_a_task_and_runs_each_once() -> None:
    twice = memory.Memory(memory.Params(seeds=1, tasks=("tmaze", "tmaze")))
    assert len(twice.trials()) == len(memory.ARMS)
    with pytest.raises(ValueError, match="tasks"):
        memory.Params(tasks=())


def test_an_unusable_folder_or_page_is_one_line(tmp_path, capsys) -> None:
    """A page whose folder cannot be made fails before any run; one that cannot be written loses the page alone."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").write_text("world: {name: mushrooms}\n")
    (tmp_path / "file").write_text("")
    few = ["study", "brains", "--quick", "--seeds", "1", "--set", "brains=[dense]", "--address", "none", "--out"]
    for out, page, message, runs in (
        ("new", "file/x.md", "file/x.md: cannot be written: ", 0),
        ("new", "run", f"{tmp_path}/run: cannot be written: ", 2),
        ("run", "x.md", "run: expected a new folder or that of a study, got one of another run; name another", 0),
    ):
        assert command([*few, str(tmp_path / out), "--page", str(tmp_path / page)]) == 2
        assert message in capsys.readouterr().err
        assert len(list((tmp_path / out).rglob("metrics.csv"))) == (runs and runs + 1)  # one more is that of the study


def test_an_unknown_study_is_refused(capsys) -> None:
    assert command(["study", "brain"]) == 2
    error = capsys.readouterr().err
    assert "unknown studie" not in error and "did you mean 'brains'" in error
