"""Code of others: said when it is imported, and left alone with --no-import."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alife.config import imports, registry
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.islands.worker import Worker
from tests.conftest import Command

WORLD = """from alife.config.registry import find, find_params


class Params(find_params("worlds", "cartpole")):
    pass


class Own{name}(find("worlds", "cartpole")):
    pass
"""
MADE = """from pathlib import Path

import gymnasium

Path("imported").touch()
gymnasium.register("Own-v0", entry_point="gymnasium.envs.classic_control:CartPoleEnv", max_episode_steps=9)
"""
ARRIVED = "seed: 1\nworld: {{name: {world}}}\nrun: {{generations: 1, capacity: 2, threads: 1}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as others send it: a configuration beside code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(imports, "_said", imports._Said())
    monkeypatch.setattr(sys, "path", list(sys.path))
    for kind, name in (("worlds", "own_pole"), ("brains", "own_brain"), ("instruments", "own_look")):
        (tmp_path / kind).mkdir()
        mark = '__import__("pathlib").Path("imported").touch()\n'
        text = mark + WORLD.format(name=name[4:].capitalize())
        (tmp_path / kind / f"{name}.py").write_text(text)
    (tmp_path / "foreign_code.py").write_text(MADE)
    yield tmp_path
    for name in ("worlds.own_pole", "brains.own_brain", "instruments.own_look", "foreign_code"):
        sys.modules.pop(name, None)


def test_what_is_imported_from_the_current_folder_is_said_once(
    folder: Path, command: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sent.yaml").write_text(ARRIVED.format(world="own_pole"))
    (folder / "instruments" / "own_look.py").unlink()
    refused = command("evolve", "sent.yaml", "--set", "world.lifetme=3")
    assert refused[0] == 2 and refused[2].count("\n") == 1 and "lifetme" in refused[2]
    assert load_config("sent.yaml").names["world"] == "own_pole"
    assert capsys.readouterr().err == "alife: worlds/own_pole.py: loaded from the current folder\n"
    load_config("sent.yaml")
    assert capsys.readouterr().err == ""
    sys.modules.pop("worlds.own_pole")
    monkeypatch.setattr(imports, "_said", imports._Said())
    assert command("evolve", "sent.yaml", "--out", "run", "--quiet")[::2] == (0, "")


@pytest.mark.parametrize("word", ["evolve", "live"])
@pytest.mark.parametrize(
    ("world", "part"),
    [
        ("own_pole", "world 'own_pole': expected one of the project's own with --no-import, got worlds/own_pole.py of"),
        ("cartpole}\nbrain: {name: own_brain", "brain 'own_brain': expected one of the project's own with --no-import"),
        ("gymnasium, environment: 'foreign_code:Own-v0'", "environment: expected one of Gymnasium's own, such as Cart"),
        ("gymnasium, environment: GymV21Environment-v0", "environment: expected one of Gymnasium's own, such as CartP"),
        ("gymnasium, environment: GymV21Environment", "environment: expected one of Gymnasium's own, such as CartPol"),
    ],
)
def test_nothing_of_others_is_imported(word: str, world: str, part: str, folder: Path, command: Command) -> None:
    (folder / "sent.yaml").write_text(ARRIVED.format(world=world))
    status, _, errors = command(word, "sent.yaml", "--no-import")
    assert status == 2 and part in errors and errors.count("\n") == 1
    assert not (folder / "imported").exists() and not imports.forbidden()


def test_a_run_without_imports_is_inspected_without_them(folder: Path, command: Command) -> None:
    (folder / "sent.yaml").write_text(ARRIVED.format(world="cartpole"))
    status, _, errors = command(*["evolve", "sent.yaml", "--out", "run", "--no-import", "--set", "brain.memory=null"])
    assert status == 0 and "inspect --no-import run" in errors
    assert "got neither" in command("inspect", "nothing.safetensors", "--no-import")[2]
    for kind in ("worlds", "instruments"):
        assert "own_" not in command("list", kind, "--no-import")[1] and "own_" in command("list", kind)[1]
    assert command("schema", "--no-import")[0] == 0
    assert not (folder / "imported").exists()


def test_code_beside_a_run_or_a_genome_is_not_imported(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sent.yaml").write_text(ARRIVED.format(world="own_pole"))
    (folder / "instruments" / "own_look.py").unlink()
    assert command(*["evolve", "sent.yaml", "--out", "run", "--quiet", "--set", "brain.memory=null"])[0] == 0
    genome = next((folder / "run" / "champions").iterdir())
    for place in (folder / "run", genome.parent):
        shutil.copytree("worlds", place / "worlds")
    (folder / "imported").unlink()
    sys.modules.pop("worlds.own_pole")
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder / "empty")
    for word, what in (("inspect", folder / "run"), ("live", genome)):
        status, _, errors = command(word, what)
        assert status == 2 and "unknown world 'own_pole'" in errors
    assert not (folder / "empty" / "imported").exists()


def test_the_variable_forbids_in_python_and_in_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sys.path[:0] = ["", str(folder)]
    monkeypatch.setenv(imports.VARIABLE, "1")
    Worker(str(folder), [])
    assert not {"", str(folder)} & set(sys.path)
    with pytest.raises(UserError, match="world 'own_pole': expected one of the project's own"):
        load_config({"world": {"name": "own_pole"}})
    with pytest.raises(UserError, match="unknown world 'own_pol': expected"):
        registry.find("worlds", "own_pol")
    assert load_config({"world": {"name": "gymnasium", "environment": "CartPole-v1"}}).names["world"] == "gymnasium"


def test_entry_points_are_said_and_forbidden(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    place = folder / "site"
    (place / "pack-1.dist-info").mkdir(parents=True)
    (place / "pack-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pack\nVersion: 1\n")
    (place / "pack-1.dist-info" / "entry_points.txt").write_text("[alife.worlds]\nown_row = packed.own_row\n")
    (place / "packed").mkdir()
    (place / "packed" / "__init__.py").touch()
    (place / "packed" / "own_row.py").write_text(WORLD.format(name="Row"))
    sys.path.insert(0, str(place))
    monkeypatch.setenv(imports.VARIABLE, "1")
    assert "own_row" not in registry.names("worlds")
    with pytest.raises(
        UserError, match="world 'own_row': .* got the entry point packed.own_row; leave --no-import out"
    ):
        registry.find("worlds", "own_row")
    monkeypatch.delenv(imports.VARIABLE)
    assert registry.find("worlds", "own_row").__name__ == "OwnRow"
    assert capsys.readouterr().err == "alife: world 'own_row': loaded from the package pack\n"
    for name in ("packed", "packed.own_row"):
        sys.modules.pop(name)
