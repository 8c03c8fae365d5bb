"""Errors name what has to be changed: the line of the file, the option as it was given, the nearest name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alife.config.schema import load_config, parse_config
from alife.errors import UserError
from alife.experiment.islands.sweep import job_specs
from alife.experiment.run import Run
from tests.conftest import Command

OPTIONS = {
    "--sweep strategy.elites=1,x": "--sweep strategy.elites=x: strategy.elites: expected a valid integer, got 'x'",
    "--sweep seed=1..2 --sweep nokey=1,2": "--sweep nokey=1: nokey: unknown key",
    "--sweep run.capacity=0,4": "--sweep run.capacity=0: run.capacity: expected greater than or equal to 1",
    "--set strategy.elites=x": "--set strategy.elites=x: strategy.elites: expected a valid integer",
    "--islands 3 --set world.name=pursuit": "--islands 3: islands.count: expected 1, as 'pursuit' has two",
    "--islands 3 --backend no": "--backend no: run.backend: expected 'auto', 'cpu' or 'gpu'",
    "--islands 3 --set run.capacity=6": "--set run.capacity=6",  # no error of its own: of what is too many for it
}


@pytest.mark.parametrize("words", OPTIONS)
def test_an_option_is_named_as_it_was_given(words: str, command: Command, tmp_path: Path) -> None:
    status, _, error = command("evolve", "cartpole", *words.split(), "--out", tmp_path / "x", "--address", "none")
    expected = "islands.migrants: expected at most half" if words.endswith("=6") else f"alife: {OPTIONS[words]}"
    assert status == 2 and error.count("\n") == 1 and expected in error
    assert not (tmp_path / "x").exists()


LATE = {  # found only where parts are made: the file, and how the error begins
    "founders": ("world: {name: meadow}\nrun: {capacity: 10}\n", "2: run.capacity: expected room for 3000 founders"),
    "population": ("strategy: {name: cmaes}\nworld: {name: cartpole}\nrun:\n  capacity: 1\n", "4: run.capacity: ex"),
    "source": ("world: {name: cartpole}\n\nrun: {founders: nope}\n", "3: run.founders: expected a genome file"),
}


@pytest.mark.parametrize("case", LATE)
def test_an_error_that_is_found_late_has_its_line(case: str, tmp_path: Path) -> None:
    text, expected = LATE[case]
    path = tmp_path / "own.yaml"
    path.write_text(text)
    config = load_config(path)
    with pytest.raises(UserError) as caught:
        Run(config.model_copy(update={"seed": 2}))
    assert str(caught.value).startswith(f"{path}:{expected}")


def test_what_islands_lack_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("world: {name: cartpole}\nrun: {capacity: 6}\nislands:\n  migrants: 5\n  count: 2\n")
    with pytest.raises(UserError, match=r"own.yaml:4: islands.migrants: .* got 5; write migrants: 3 or less"):
        job_specs([load_config(path)], swept=False)


def test_where_a_configuration_was_read_is_no_part_of_it(tmp_path: Path) -> None:
    text = "world: {name: cartpole}\nrun: {capacity: 1}\nstrategy: {name: cmaes}\n"
    (tmp_path / "own.yaml").write_text(text)
    read, stored = load_config(tmp_path / "own.yaml"), parse_config(text, "own.yaml")
    assert read == stored
    with pytest.raises(UserError, match="^run.capacity: expected at least 2"):
        Run(stored)


NEAREST: dict[str, Any] = {
    "brains/wht-mushroom": "brains/wht-mushrooms",
    "configs/brains/wht-mushroms.yaml": "brains/wht-mushrooms",
    "configs/meadw.yaml": "meadow",
    "elsewhere/meadw.yaml": "meadow",
    "meadw.yaml": "meadow",
}


@pytest.mark.parametrize("name", NEAREST)
def test_the_nearest_configuration_is_named_with_its_folder(name: str) -> None:
    with pytest.raises(UserError, match=f"{name}: expected a YAML file, .*; did you mean '{NEAREST[name]}'"):
        load_config(name)
