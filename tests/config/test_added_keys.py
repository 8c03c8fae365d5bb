"""Keys that were added with another default than what files from before them mean: such files keep their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.config.schema import dump_config, load_config, parse_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.islands.evolve import evolve_islands
from alife.experiment.records.run_folder import RunFolder

pytest.importorskip("gymnasium")

SETTINGS = [
    "run.capacity=6",
    "run.episodes=1",
    "run.threads=1",
    "world.lifetime=9",
    "run.generations=1",
    "brain.memory=null",
    "brain.projection=null",
]


def before(text: str) -> str:
    """A configuration as the version without the added keys wrote it."""
    added = ("nonnegative:", "normal:", "  lanes:")
    return "".join(line for line in text.splitlines(True) if not any(key in line for key in added))


def test_a_stored_text_without_the_key_means_what_it_did() -> None:
    config = load_config("gymnasium", SETTINGS)
    old = before(dump_config(config))
    assert "nonnegative" not in old and config.world.nonnegative == "unit"  # type: ignore[attr-defined]
    assert parse_config(old, "genome").world.nonnegative == "symmetric"  # type: ignore[attr-defined]
    assert parse_config(old, "genome", ["world.nonnegative=unit"]).world == config.world
    assert parse_config(dump_config(config), "genome").world == config.world


def test_a_file_of_a_run_is_known_by_its_keys(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(before(dump_config(load_config("gymnasium", SETTINGS))))
    assert load_config(file).world.nonnegative == "symmetric"  # type: ignore[attr-defined]
    file.write_text("world: {name: gymnasium, environment: CartPole-v1, lifetime: 9, scale: 2.0}\n")
    assert load_config(file).world.nonnegative == "unit"  # type: ignore[attr-defined]
    assert load_config({"world": {"name": "gymnasium"}}).world.nonnegative == "unit"  # type: ignore[attr-defined]


def test_what_a_budget_measures_is_kept_by_the_file_and_by_a_run_that_goes_on(tmp_path: Path, monkeypatch) -> None:
    budget = [*SETTINGS, "run.budget=1h"]
    config = load_config("gymnasium", budget)
    pairs = config.world.normal  # type: ignore[attr-defined]
    assert len(pairs) == 4 and pairs == load_config("gymnasium", budget).world.normal  # type: ignore[attr-defined]
    assert parse_config(dump_config(config), "genome").world == config.world
    old = before(dump_config(load_config("gymnasium", [*budget, "world.normal=null"])))
    assert parse_config(old, "genome").world.normal is None  # type: ignore[attr-defined]
    assert load_config("gymnasium", SETTINGS).world.normal is None  # type: ignore[attr-defined]
    folder = RunFolder(tmp_path / "run")
    evolve(config, folder.root)
    monkeypatch.setattr("alife.parts.gymnasium_measured.STEPS", 50)
    again = load_config("gymnasium", [*budget, "run.generations=2"])
    assert again.world.normal != pairs  # type: ignore[attr-defined]
    evolve(again, folder.root, resume=True)
    assert folder.load_config().world.normal == pairs  # type: ignore[attr-defined]


def test_a_run_goes_on_as_it_began(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    evolve(load_config("gymnasium", [*SETTINGS, "world.nonnegative=symmetric"]), folder.root)
    folder.config.write_text(before(folder.config.read_text()))
    with pytest.raises(UserError, match="world.nonnegative began as 'symmetric', got 'unit'"):
        evolve(load_config("gymnasium", [*SETTINGS, "world.nonnegative=unit"]), folder.root, resume=True)
    evolve(load_config("gymnasium", [*SETTINGS, "run.generations=2"]), folder.root, resume=True)
    config = folder.load_config()
    assert (config.run.generations, config.world.nonnegative) == (2, "symmetric")  # type: ignore[attr-defined]


def test_a_sweep_goes_on_as_it_began(tmp_path: Path) -> None:
    root, made = tmp_path / "many", [["seed=1"], ["seed=2"]]

    def live(resume: bool, *more: str) -> None:
        configs = [load_config("gymnasium", [*SETTINGS, *more, *lines]) for lines in made]
        evolve_islands(configs, root, "none", made, resume)

    live(False, "world.nonnegative=symmetric")
    for file in root.rglob("config.yaml"):
        file.write_text(before(file.read_text()))
    live(True, "run.generations=2")
    assert {RunFolder(file.parent).load_config().world.nonnegative for file in root.rglob("config.yaml")} == {  # type: ignore[attr-defined]
        "symmetric"
    }
