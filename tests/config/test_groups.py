"""Groups of parameters: keys below the name of a part are those of the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.config import registry
from alife.config.groups import groups
from alife.config.models import Config
from alife.config.schema import dump_config, load_config
from alife.errors import UserError

WIDE = "brain.width=64"


def loaded(folder: Path, world: str, *overrides: str) -> Config:
    path = folder / "mine.yaml"
    path.write_text(f"world:\n  name: meadow\n{world}")
    return load_config(path, overrides)


def test_grouped_and_flat_keys_are_one_configuration(tmp_path: Path) -> None:
    flat = loaded(tmp_path, "  upkeep: 0.02\n  side: 64\n  retina: 3\n  poison: 0.5\n  plant_kinds: 2\n", WIDE)
    grouped = "  energy: {upkeep: 0.02}\n  plane: {side: 64}\n  retina: {retina: 3}\n  poison: {poison: 0.5}\n"
    assert dump_config(loaded(tmp_path, grouped + "  patches:\n    plant_kinds: 2\n", WIDE)) == dump_config(flat)
    assert dump_config(loaded(tmp_path, "  energy: {}\n")) == dump_config(loaded(tmp_path, ""))


@pytest.mark.parametrize("world", ["  upkeep: 0.02\n", "  energy: {upkeep: 0.02}\n"])
@pytest.mark.parametrize("override", ["world.energy.upkeep=0.03", "world.upkeep=0.03"])
def test_an_override_wins_over_the_file_however_each_is_written(tmp_path: Path, world: str, override: str) -> None:
    assert loaded(tmp_path, world, override).world.model_dump()["upkeep"] == 0.03


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ("  energy: {upkep: 1}\n", "mine.yaml:3: world.energy.upkep: unknown key, expected one of founder_energy, "),
        ("  energy:\n    upkeep: -1.0\n", "mine.yaml:4: world.upkeep: expected greater than or equal to 0"),
        ("  energy: 3\n", "mine.yaml:3: world.energy: expected keys, got 3; write energy: {founder_energy: ...}"),
        ("  upkeep: 0.1\n  energy: {upkeep: 0.2}\n", "mine.yaml:4: world.energy.upkeep: world.upkeep is there, too"),
        ("  poison: {poisons: 1}\n", "mine.yaml:3: world.poison.poisons: unknown key, expected one of poison; did"),
    ],
)
def test_what_is_wrong_in_a_group_is_said_with_its_line(tmp_path: Path, world: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, world)
    assert str(caught.value).partition(f"{tmp_path}/")[2].startswith(said)


@pytest.mark.parametrize("name", registry.names("worlds"))
def test_every_key_is_in_one_group_at_most(name: str) -> None:
    found = groups(registry.find_params("worlds", name))
    keys = [key for group in found.values() for key in group]
    assert len(keys) == len(set(keys))
