"""What a configuration may leave out: the strategy follows the world; a configuration in a folder is found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.config import registry
from alife.config.schema import load_config
from alife.errors import UserError


@pytest.mark.parametrize(
    ("world", "strategy"), [("meadow", "natural"), ("cartpole", "ga"), ("pursuit", "ga"), ("mushrooms_walked", "ga")]
)
def test_the_default_strategy_follows_the_world(world: str, strategy: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    for text in ("", "brain: {name: dense}\n", "strategy: {mutation_rate: 0.1}\n", "strategy:\n"):
        path.write_text(f"world: {{name: {world}}}\n{text}")
        assert load_config(path).names["strategy"] == strategy
    assert load_config("meadow", [f"world={{name: {world}}}"]).names["strategy"] == strategy


def test_a_strategy_that_does_not_fit_is_still_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="strategy 'natural' needs a shared world, but 'cartpole' is episodic"):
        load_config("cartpole", ["strategy={name: natural}"])
    (tmp_path / "c.yaml").write_text("world: {name: cartpol}\n")
    with pytest.raises(UserError, match=r"c.yaml:1: world.name: unknown world 'cartpol'.*did you mean 'cartpole'"):
        load_config(tmp_path / "c.yaml")


def test_a_configuration_in_a_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("brains/wht-mushrooms", "brains/wht-mushrooms.yaml"):
        config = load_config(name)
        assert config.label == "wht-mushrooms" and config.names["world"] == "mushrooms"
    (tmp_path / "configs" / "brains").mkdir(parents=True)
    (tmp_path / "configs" / "brains" / "wht-mushrooms.yaml").write_text("world: {name: cartpole}\n")
    assert load_config("brains/wht-mushrooms").names["world"] == "cartpole"
    with pytest.raises(UserError, match="brains/wht-nothing: expected a YAML file, and there is none of this name"):
        load_config("brains/wht-nothing")
    with pytest.raises(UserError, match="none of this name"):
        load_config("brains/../nothing")


@pytest.mark.parametrize("file", sorted(registry.PACKAGE.parent.glob("configs/**/*.yaml")), ids=lambda file: file.stem)
def test_a_shipped_configuration_has_a_title_of_one_line(file: Path) -> None:
    first, second, *_ = file.read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ") and first.endswith(".") and 20 < len(first) <= 100 and first.count(". ") == 0
