"""Discovery by file name, in folders and by entry points: listed without being imported, used by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alife.analysis.report.report import measure
from alife.analysis.report.subject import load
from alife.brains import make_brain
from alife.config import registry
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve

WORLD = '''"""A bare plain.

More words.
"""
from alife.config.params import Params as Base

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


ENTRIES = {
    "brains": """from alife.brains.wht import Params as Base, Wht
class Params(Base): ...
class TallGrass(Wht): ...
""",
    "strategies": """from alife.evolution.ga import Ga, Params as Base
class Params(Base): ...
class TallGrass(Ga): ...
""",
    "instruments": """from alife.analysis.instruments.card import Card, Params as Base
class Params(Base): ...
class TallGrass(Card): ...
""",
    "studies": """from alife.analysis.studies.meadow import Meadow, Params as Base
class Params(Base): ...
class TallGrass(Meadow): ...
""",
    "worlds": """from alife.config.registry import find, find_params
class Params(find_params("worlds", "mushrooms")): ...
class TallGrass(find("worlds", "mushrooms")): ...
""",
}
KINDS = sorted(ENTRIES)
SHIPPED = {"worlds": "cartpole", "brains": "wht", "strategies": "ga", "instruments": "card", "studies": "meadow"}


@pytest.fixture
def forget() -> Iterator[None]:
    """Modules that a test imports are forgotten after it."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.endswith(".tall_grass") or name.startswith("their_package"):
            del sys.modules[name]


@pytest.fixture
def user_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: None) -> Path:
    monkeypatch.chdir(tmp_path)
    for kind, text in ENTRIES.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "tall_grass.py").write_text(f'"""Tall grass."""\n{text}')
    return tmp_path


@pytest.fixture
def installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: None) -> Path:
    """An installed package with an entry point of each kind; importing it leaves a file `imported`."""
    site, here = tmp_path / "site", tmp_path / "here"
    info = site / "their_package-1.0.dist-info"
    info.mkdir(parents=True)
    here.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.0\n")
    points = (f"[alife.{kind}]\ntall_grass = their_package.{kind}.tall_grass:TallGrass\n" for kind in KINDS)
    (info / "entry_points.txt").write_text("\n".join(points))
    for kind, text in ENTRIES.items():
        (site / "their_package" / kind).mkdir(parents=True)
        (site / "their_package" / kind / "tall_grass.py").write_text(f'"""Their grass."""\n{text}')
    (site / "their_package" / "__init__.py").write_text("open('imported', 'w').close()\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.chdir(here)
    return site / "their_package"


def check_found(kind: str, module: str, file: Path, doc: str) -> None:
    assert "tall_grass" in registry.names(kind) and not registry.is_shipped(kind, "tall_grass")
    assert registry.describe(kind)["tall_grass"] == {"doc": doc, "file": str(file)}
    assert not Path("imported").exists() and module not in sys.modules
    found, params = registry.find(kind, "tall_grass"), registry.find_params(kind, "tall_grass")
    assert found.__name__ == "TallGrass" and found.__module__ == params.__module__ == module
    assert registry.find(kind, "tall_grass") is found


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_in_a_user_folder_is_found(kind: str, user_folders: Path) -> None:
    check_found(kind, f"{kind}.tall_grass", user_folders / kind / "tall_grass.py", "Tall grass.")


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_point_of_an_installed_package_is_found(kind: str, installed_package: Path) -> None:
    file = installed_package / kind / "tall_grass.py"
    check_found(kind, f"their_package.{kind}.tall_grass", file, "Their grass.")
    assert Path("imported").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_current_directory_comes_first_and_installed_packages_last(kind: str, installed_package: Path) -> None:
    shipped = SHIPPED[kind]
    points = installed_package.parent / "their_package-1.0.dist-info" / "entry_points.txt"
    points.write_text(f"[alife.{kind}]\n{shipped} = their_package.{shipped}\n" + points.read_text())
    assert registry.is_shipped(kind, shipped)
    Path(kind).mkdir()
    for name in ("tall_grass", shipped):
        Path(kind, f"{name}.py").write_text(f'"""Mine."""\nclass Params: ...\nclass {registry.class_name(name)}: ...\n')
    assert {registry.describe(kind)[name]["doc"] for name in ("tall_grass", shipped)} == {"Mine."}
    assert registry.find(kind, "tall_grass").__module__ == f"{kind}.tall_grass"


def test_files_in_user_folders_run(user_folders: Path) -> None:
    names = [f"{part}.name=tall_grass" for part in ("world", "brain", "strategy")]
    sizes = ["run.generations=2", "run.capacity=6", "run.episodes=1", "run.threads=1", "world.encounters=2"]
    Path("c.yaml").write_text("world: {name: tall_grass}\n")
    ours = evolve(load_config("c.yaml", [*names, *sizes]), "run")
    shipped = evolve(load_config("mushrooms", ["brain.name=wht", "strategy.name=ga", *sizes]))
    assert ours.simulation.state_hash() == shipped.simulation.state_hash()
    spec = registry.find_params("brains", "tall_grass")(width=64)
    same = make_brain({"name": "wht", "width": 64}, 7, 3).spec()
    assert make_brain(spec, 7, 3).spec() == {**same, "name": "tall_grass"}
    titles = [finding.title for finding in measure(load(Path("run")))]
    assert len(titles) == len(set(titles)) + 1  # that of card stands there twice


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_imported_is_one_line(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / kind).mkdir()
    monkeypatch.chdir(tmp_path)
    for text, words in (
        ("x = (\n", r"broken.py:1: .*SyntaxError"),
        ("import nothing_of_the_kind\nclass Params: ...\nclass Broken: ...\n", "nothing_of_the_kind"),
        (
            "raise SystemExit(3)\nclass Params: ...\nclass Broken: ...\n",
            "got SystemExit: 3 in .*; correct the file",
        ),
    ):
        (tmp_path / kind / "broken.py").write_text(text)
        with pytest.raises(UserError, match=words) as caught:
            registry.find(kind, "broken")
        assert "\n" not in str(caught.value) and f"{kind}.broken" not in sys.modules


def test_an_entry_point_that_does_not_fit_is_one_line(installed_package: Path) -> None:
    points = installed_package.parent / "their_package-1.0.dist-info" / "entry_points.txt"
    points.write_text("[alife.brains]\nreed = their_package.brains.tall_grass\nrush = their_package.rush\n")
    place = "entry point alife.brains reed = their_package.brains.tall_grass"
    with pytest.raises(
        UserError, match=f"{place}: expected a module reed that defines Reed and Params, got .*; correct"
    ):
        registry.find("brains", "reed")
    assert registry.describe("brains")["rush"] == {"doc": "their_package.rush", "file": ""}
    with pytest.raises(
        UserError, match="rush = their_package.rush: expected a brain that Python can import, got Module"
    ):
        registry.find("brains", "rush")
    with pytest.raises(UserError, match="unknown brain 'rus': .*did you mean 'rush'"):
        registry.find("brains", "rus")
