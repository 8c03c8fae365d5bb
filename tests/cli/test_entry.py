"""`list KIND NAME`: everything that a configuration of it may say and that its runs record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alife.config.registry import find, find_params, names
from tests.conftest import Command


def test_a_world_tells_parameters_sensors_actuators_and_metrics(command: Command, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    status, text, errors = command("list", "worlds", "meadow")
    found = json.loads(command("list", "worlds", "meadow", "--json")[1])
    world = find("worlds", "meadow")(find_params("worlds", "meadow")())
    assert (status, errors, found["world"]) == (0, "", "shared")
    assert [one["name"] for one in found["parameters"]] == list(type(world.params).model_fields)
    for key in ("sensors", "actuators", "metrics"):
        own = [one.name for one in getattr(world, key)]
        assert [one["name"] for one in found[key]][-len(own) :] == own
        assert all(one["meaning"] for one in found[key])
        assert key in text and all(one["name"] in text for one in found[key])
    side = next(one for one in found["parameters"] if one["name"] == "side")
    assert side["default"] == "192" and "integer" in side["range"] and "  side " in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("kind", ["worlds", "brains", "strategies", "instruments", "studies", "configs", "genomes"])
def test_every_entry_can_be_told(kind: str, command: Command) -> None:
    name = names(kind)[-1]
    status, out, errors = command("list", kind, name)
    assert status == 0 and not errors and out.startswith(name) and "file: " in out


def test_an_unknown_entry_names_the_nearest(command: Command) -> None:
    assert command("list", "worlds", "meadov")[2].endswith("did you mean 'meadow'?\n")
    assert command("list", "configs", "meadov")[0] == 2


def test_a_world_of_the_user_is_told(tmp_path: Path, command: Command, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("worlds").mkdir()
    Path("worlds/pole.py").write_text(
        '"""A pole.\n\nIts second paragraph."""\n\nfrom alife.config.registry import find\n'
        'from worlds.cartpole import Params as Params\n\n\nclass Pole(find("worlds", "cartpole")):\n    pass\n'
    )
    _, out, _ = command("list", "worlds", "pole")
    assert out.startswith("pole: episodic world\n\nA pole.\n\nIts second paragraph.\n\nfile: ") and "measures" in out
