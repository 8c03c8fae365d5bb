"""README and the pages of docs/: what they name is there, and every part of the program is named."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from alife.config import registry
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()
MAP = (ROOT / "docs" / "architecture.md").read_text()
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    ROOT / "genomes" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LETTERS = ["N", "I", "O", "n", "L", "G", "W", "S", "P", "K", "V", "C"]


def test_readme_is_short_and_its_code_is_python() -> None:
    assert len(README.splitlines()) <= 150
    assert [line for line in README.splitlines() if len(line) > 120 and not line.startswith("|")] == []
    for code in re.findall(r"```python\n(.*?)```", README, re.S):
        ast.parse(code)


@pytest.mark.parametrize("kind", ["worlds", "brains", "strategies", "instruments"])
def test_readme_lists_everything(kind: str) -> None:
    rows = "\n".join(line.split("|")[1] for line in README.splitlines() if line.startswith("|"))
    assert [name for name in registry.names(kind) if f"`{name}`" not in rows] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_anchors_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text()):
        headings = re.findall(r"^#+ (.*)$", (page.parent / target if target else page).read_text(), re.M)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, anchor


def test_no_page_installs_from_an_index_that_has_no_such_package() -> None:
    for page in PAGES:
        assert "'walsh-life" not in page.read_text(), page


def test_the_map_has_every_room_and_the_order_of_the_contract() -> None:
    picture = MAP.split("```")[1]
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    rooms = [room.strip() for line in contract["layers"] for room in line.split("|")]
    here = {path.stem for path in (ROOT / "alife").iterdir() if not path.name.startswith("_")} - {"shipped"}
    assert set(rooms) == here
    places = [re.search(rf"│ {room}(\.py)? ", picture) for room in rooms]
    assert all(places)
    lines = [picture[: place.start()].count("\n") for place in places if place]
    assert lines == sorted(lines)


def test_files_named_on_the_map_exist() -> None:
    for name in re.findall(r"`([\w/.]+/[\w/.]*(?:\.py|/))`", MAP):
        written = name in ("champions/", "hall/")  # in a run folder
        assert written or (ROOT / name).exists() or (ROOT / "alife" / name).exists(), name


def test_letters_stand_on_the_map_and_only_there() -> None:
    table = MAP.split("## Letters")[1].split("## Glossary")[0]
    assert re.findall(r"^\| (\w) \|", table, re.M) == LETTERS
    for page in PAGES:
        if page.name != "architecture.md":
            assert not re.search(r"^## (Letters|Glossary)", page.read_text(), re.M), page
