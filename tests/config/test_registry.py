"""Discovery by file name: one new file is found, listed and described; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.config import registry
from alife.errors import UserError

WORLD = '''"""A bare plain.

More words.
"""
from alife.config.schema import Params as Base

class Params(Base):
    width: int = 3

class BarePlain:
    pass
'''


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "worlds").mkdir()
    path = tmp_path / "worlds" / "bare_plain.py"
    path.write_text(WORLD)
    return path


def test_a_new_file_is_a_new_world(plain: Path) -> None:
    assert "bare_plain" in registry.names("worlds")
    found = registry.find("worlds", "bare_plain")
    assert found.__name__ == "BarePlain" and found.__module__ == "worlds.bare_plain"
    assert registry.find_params("worlds", "bare_plain")().width == 3
    assert registry.find("worlds", "bare_plain") is found
    assert registry.describe("worlds")["bare_plain"] == {"doc": "A bare plain.", "file": str(plain)}


def test_listing_runs_no_code(plain: Path) -> None:
    plain.write_text(WORLD + "\nraise SystemExit('ran')\n")
    assert "bare_plain" in registry.describe("worlds")


def test_shared_parts_beside_entries_are_not_listed(plain: Path) -> None:
    plain.with_name("shared_part.py").write_text("class SharedPart:\n    pass\n")
    plain.with_name("_hidden.py").write_text(WORLD)
    assert not {"shared_part", "_hidden"} & set(registry.names("worlds"))
    assert {"wht"} <= set(registry.names("brains")) and "memory" not in registry.names("brains")
    assert {"ga", "natural"} <= set(registry.names("strategies"))
    assert not {"operators", "generational"} & set(registry.names("strategies"))


def test_the_current_directory_comes_before_the_shipped_files(plain: Path) -> None:
    own = plain.with_name("meadow.py")
    own.write_text(WORLD.replace("BarePlain", "Meadow"))
    assert registry.path("worlds", "meadow") == own


def test_unknown_names_get_the_nearest_one() -> None:
    with pytest.raises(UserError, match="unknown brain 'wth': expected .*did you mean 'wht'"):
        registry.find("brains", "wth")
    with pytest.raises(UserError, match="unknown strategy 'natura'"):
        registry.find("strategies", "natura")
    with pytest.raises(UserError, match="did you mean 'worlds'"):
        registry.names("world")


@pytest.mark.parametrize("kind", ["worlds", "brains", "strategies", "instruments"])
def test_every_entry_imports_and_has_typed_params_and_a_docstring(kind: str) -> None:
    for name, entry in registry.describe(kind).items():
        assert registry.find_params(kind, name).model_config["extra"] == "forbid"
        assert registry.find(kind, name).__name__ == registry.class_name(name)
        assert entry["doc"]


def test_a_world_that_cannot_be_imported_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "worlds").mkdir()
    monkeypatch.chdir(tmp_path)
    for text, words in (
        ("x = (\n", r"broken.py:1: .*SyntaxError"),
        ("import nothing_of_the_kind\nclass Params: ...\nclass Broken: ...\n", "nothing_of_the_kind"),
    ):
        (tmp_path / "worlds" / "broken.py").write_text(text)
        with pytest.raises(UserError, match=words) as refusal:
            registry.find("worlds", "broken")
        assert "\n" not in str(refusal.value)
