"""Rivals: NEAT plays the same episodes as a brain would, keeps to its limits, and its runs are kept."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from alife.analysis.studies import minds
from alife.analysis.studies.shared import neat_rival
from alife.analysis.studies.shared.run import run_study
from alife.errors import UserError

neat = pytest.importorskip("neat")

POLE = {"seeds": 1, "tasks": ("stateless-pole",), "arms": ("neat",)}


def _run(tmp_path: Path, **changes: object) -> neat_rival.NeatRun:
    """A run of NEAT in the pole, or another task."""
    study = minds.Minds(minds.Params.model_validate(POLE | {"quick": True} | changes))
    return neat_rival.NeatRun(study.config(study.params.tasks[0], "neat", 1), tmp_path)


def test_the_fitness_of_neat_is_that_of_episodes_played_by_hand(tmp_path: Path) -> None:
    gymnasium = pytest.importorskip("gymnasium")
    run = _run(tmp_path)
    genome = next(iter(run._population.population.values()))
    network = neat.nn.RecurrentNetwork.create(genome, run._settings)
    environment, returns = gymnasium.make("alife.gym:alife/StatelessPole-v0", seed=1), []
    for number in (7, 8, 9):
        network.reset()
        (seen, _), total, over = environment.reset(options={"episode": number}), 0.0, False
        while not over:
            seen, reward, terminated, truncated, _ = environment.step(network.activate(list(map(float, seen))))
            total, over = total + reward, terminated or truncated
        returns.append(total)
    assert run.fitness(genome, range(7, 10)) == pytest.approx(sum(returns) / 3, abs=1e-6)
    assert len({round(one, 6) for one in returns}) > 1


def test_neat_solves_a_short_pole(tmp_path: Path) -> None:
    """It finds a recurrent network that balances from positions alone for 60 steps, before its limit."""
    study = minds.Minds(minds.Params.model_validate(POLE | {"generations": 12, "episodes": 1}))
    config = study.config("stateless-pole", "neat", 1, ["world.lifetime=60", "run.capacity=64", "run.target=0.9"])
    run = neat_rival.NeatRun(config, tmp_path)
    row = run.result(40)
    assert row["held_out"] >= 0.8 and row["evaluations"] < 12 * 64 and row["step"] * 64 >= row["evaluations"] - 64
    assert row["agent_steps"] <= row["evaluations"] * 60


def test_neat_ends_by_evaluations_or_by_time(tmp_path: Path) -> None:
    row = _run(tmp_path).result(3)
    assert row["evaluations"] >= 2 * 16 and row["step"] == 2 and row["nodes"] >= 1
    study = minds.Minds(minds.Params.model_validate(POLE | {"budget": "1s", "threads": 1, "episodes": 1}))
    config = study.config("stateless-pole", "neat", 1, ["run.capacity=8", "run.target=null"])
    row = neat_rival.NeatRun(config, tmp_path).result(3)
    assert 1.0 <= row["seconds"] < 20 and row["step"] > 1


def test_equal_time_needs_equal_cores() -> None:
    study = minds.Minds(minds.Params.model_validate(POLE | {"budget": "1s"}))
    with pytest.raises(UserError, match="threads: expected 1 with a budget and arm neat, got 0; write threads=1"):
        study.trials()


def test_a_missing_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neat_rival.importlib.util, "find_spec", lambda name: None if name == "neat" else object())
    with pytest.raises(UserError, match="arm neat: expected the library neat-python, .* pip install '.\\[peers\\]'"):
        minds.Minds(minds.Params.model_validate(POLE)).trials()


def test_a_study_keeps_the_runs_of_rivals(tmp_path: Path) -> None:
    study = minds.Minds(minds.Params.model_validate(POLE | {"quick": True, "arms": ("mind", "neat")}))
    page, said = tmp_path / "page.md", []
    first = run_study(study, tmp_path / "runs", page, "none", before=lambda *given: said.append(given))
    text = page.read_text()
    assert "smoke test" in text and "| `neat` | " in text and "A genome is evaluated in 2 episodes" in text
    assert said == [(0, 1, "task stateless-pole, arm neat, seed 1")]
    rows = {row["arm"]: row for row in csv.DictReader(page.with_suffix(".csv").open())}
    assert float(rows["neat"]["held_out"]) == first[1].result["held_out"]
    assert f"{first[1].result['held_out']:.3g}" in text
    (path,) = (tmp_path / "runs" / "peers").rglob("result.json")
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "result": {**kept["result"], "held_out": 0.123}}))
    assert run_study(study, tmp_path / "runs", page, "none")[1].result["held_out"] == 0.123
    path.write_text(json.dumps({**kept, "config": "other"}))
    with pytest.raises(UserError, match="began with other values"):
        run_study(study, tmp_path / "runs", page, "none")
    path.write_text("[]")
    with pytest.raises(UserError, match="expected the result of a run, got something else; remove the file"):
        run_study(study, tmp_path / "runs", page, "none")
