"""A run that goes on with another configuration: what may change, and what is said where it may not."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import pytest

from alife.config.models import Config
from alife.config.resume_check import FREE
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.records.run_folder import newest_root
from alife.experiment.run import Run

RUN = [
    "strategy.name=ga",
    "run.generations=2",
    "run.capacity=6",
    "run.episodes=1",
    "run.threads=1",
    "world.encounters=2",
]


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    config = load_config("mushrooms", RUN)
    evolve(config, "run")
    return config


def refusal(*changes: str) -> str:
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    with pytest.raises(UserError) as caught:
        evolve(load_config("mushrooms", [*RUN, *changes]), "run", resume=True)
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    message = str(caught.value)
    assert "\n" not in message and message.endswith(f"; only {', '.join(FREE)} may change")
    return message.removeprefix("--resume: the run in run began differently: ").split("; only")[0]


ANEW = "write the same again, or start anew in another --out"


def test_each_change_is_named_with_what_to_do(begun: Config) -> None:
    founders = " from its genomes with --set run.founders=run"
    assert refusal("seed=2") == f"seed began as 1, got 2; {ANEW}{founders}"
    assert refusal("run.episodes=2", "strategy.mutation_rate={0: 0.2, 5: 0.1}") == (
        f"strategy.mutation_rate began as 0.11, got {{'0': 0.2, '5': 0.1}}, run.episodes began as 1, got 2; "
        f"{ANEW}{founders}"
    )
    assert refusal("brain.memory.bits=128") == f"brain.memory.bits began as 64, got 128; {ANEW}"
    assert refusal("strategy={name: gray, mutation_rate: 0.3}").startswith("strategy.name began as 'ga', got 'gray';")
    assert "strategy.elites began as 2, got 1, 1 more; write" in refusal(
        "seed=2", "world.colours=3", "world.encounters=3", "brain.width=64", "strategy.elites=1", "run.capacity=7"
    )


def test_a_schedule_that_changes_is_named_at_its_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evolve(load_config("mushrooms", [*RUN, "strategy.mutation_rate={0: 0.2, 5: 0.1}"]), "run")
    said = refusal("strategy.mutation_rate={0: 0.2, 5: 0.3, 7: 0.1}")
    assert said.startswith("strategy.mutation_rate.5 began as 0.1, got 0.3, strategy.mutation_rate.7 began as nothing")


def test_what_is_free_may_change_and_the_rest_of_the_run_is_the_same(begun: Config) -> None:
    changes = ["run.steps=7", "run.generations=4", "run.backend=cpu", "run.threads=2", "run.checkpoint_every=3"]
    changes += ["run.checked=true", "run.checkpoint_minutes=5", "run.keep_checkpoints_every=2", "run.budget=9h"]
    assert {change.split("=")[0] for change in changes} == set(FREE)
    chosen = ["brain.name=wht"]  # as a budget would bring another
    again = evolve(load_config("mushrooms", [*RUN, *chosen, *changes]), "run", resume=True)
    whole = evolve(load_config("mushrooms", [*RUN, "run.generations=4"]), "whole")
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    assert load_config("run/config.yaml").run.checkpoint_every == 3
    for name in ("metrics.csv", "lineage.csv"):
        assert (Path("run") / name).read_bytes() == (Path("whole") / name).read_bytes()


def test_a_run_of_a_solo_world_founds_another_as_it_is_told_to(begun: Config) -> None:
    other = load_config("mushrooms", [*RUN, "seed=2", "run.founders=run"])
    assert np.array_equal(
        Run(other).simulation.population.genomes, Run(begun, "run", resume=True).simulation.population.genomes
    )


@pytest.mark.parametrize("label", ["c*", "c[1]", "c?", "[!a]", "..."])
def test_the_newest_run_of_a_name_is_that_of_no_other(
    label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config("mushrooms", RUN).model_copy(update={"label": label})
    for name in ("c1-20260101-000003-1", "c1-x-20260101-000003-1", f"{label}-x-20260101-000004-1"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "config.yaml").touch()
    with pytest.raises(UserError, match="and there is none; name its folder with --out DIR"):
        newest_root(config)
    for second in (1, 2):
        root = Path("runs") / f"{label}-20260101-00000{second}-1"
        root.mkdir()
        (root / "config.yaml").touch()
    assert newest_root(config) == root


def test_a_run_that_goes_on_with_other_versions_says_so(begun: Config, capsys: pytest.CaptureFixture[str]) -> None:
    longer = load_config("mushrooms", [*RUN, "run.generations=3"])
    evolve(longer, "run", resume=True)
    assert capsys.readouterr().err == ""
    facts = json.loads(Path("run/run.json").read_text())
    facts["starts"][-1] |= {"numpy": "1.0\x1b", "python": "3.0"}
    Path("run/run.json").write_text(json.dumps(facts))
    evolve(longer, "run", resume=True)
    said = capsys.readouterr().err
    here = f"numpy 1.0\\x1b, here {np.__version__}, python 3.0, here {platform.python_version()}"
    assert (
        said == f"alife: run: goes on with other versions: {here}; equal results are tested for equal versions only\n"
    )
