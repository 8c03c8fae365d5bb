"""The pages that `python run.py docs` writes: the committed ones are what it writes now, and nothing is left out."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.documentation import gallery, pages, records
from alife.analysis.documentation.parameters import groups, parameters
from alife.analysis.documentation.reference import HEADS, entries
from alife.config import registry
from alife.config.models import OWN_PARTS
from alife.config.params import Params
from alife.config.schema import load_config
from alife.experiment.build import make_experiment
from alife.experiment.records.lineage_csv import COLUMNS
from alife.world import Metric
from tests.conftest import ROOT, Command

MODELS = {
    **{f"{kind}.{name}": registry.find_params(kind, name) for kind in HEADS for name in entries(kind)},
    **OWN_PARTS,
}


def test_the_committed_pages_are_what_the_command_writes_with_nothing_from_the_current_folder(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "worlds").mkdir()
    (tmp_path / "genomes").mkdir()
    (tmp_path / "worlds" / "meadow.py").write_text("class Params: pass\nclass Meadow: pass\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pages, "folder", lambda: tmp_path / "docs")
    status, out, _ = command("docs")
    assert status == 0 and out.split() == [os.path.normpath(f"docs/{name}") for name in pages.PAGES]
    same = {name: (tmp_path / "docs" / name).read_text() == (ROOT / "docs" / name).read_text() for name in pages.PAGES}
    if find_spec("gymnasium") is None:
        del same["worlds.md"]  # its world has no sensors
    assert [name for name, equal in same.items() if not equal] == [], "write them again: python run.py docs"
    assert "## meadow" in (tmp_path / "docs/reference/worlds.md").read_text()


def test_an_installed_package_has_no_pages_to_write(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SOURCE", tmp_path)
    assert command("docs") == (
        2,
        "",
        "alife: docs: expected a clone of the project, got an installed package, which has no docs folder\n",
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_has_a_meaning_a_range_and_a_default(name: str) -> None:
    models: list[type] = [MODELS[name], *groups(MODELS[name]).values()]
    for model in models:
        assert issubclass(model, Params)
        for parameter in parameters(model):
            assert parameter.meaning and parameter.range and parameter.default, f"{name}: {parameter.name}"
    if kept := [parameter for parameter in parameters(MODELS[name]) if parameter.range == "any"]:
        pytest.fail(f"{name}: {kept}: no type")


def test_types_ranges_and_defaults_read_as_yaml_is_written() -> None:
    found = {parameter.name: parameter for parameter in parameters(MODELS["worlds.meadow"])}
    assert found["side"].range == "integer, 16 to 8,192, a multiple of 4" and found["side"].default == "`192`"
    assert found["season"].range == "number, at least 0, below 1" and found["bites"].default == "`true`"
    found = {parameter.name: parameter for parameter in parameters(MODELS["brains.wht"])}
    assert found["projection"].range == "integer, 16 to 65,536, or `null`"
    assert (found["memory"].range, found["memory"].default) == ("keys of [memory](#memory), or `null`", "its defaults")
    found = {parameter.name: parameter for parameter in parameters(MODELS["strategies.ga"])}
    assert found["sigma"].range.endswith("at most 2, or a [schedule](run.md#schedules)")
    assert found["mutation"].range == "`exponent`, `gaussian`, or `adaptive`"


# ---- columns


def names(columns: Iterable[Metric]) -> list[str]:
    return [column.name for column in columns]


@pytest.mark.parametrize("name", ["swarm", "mushrooms", "pursuit"])
def test_columns_of_a_kind_are_those_of_another_world_of_it(name: str) -> None:
    process = make_experiment(load_config(name, ["run.capacity=700"])).process("cpu")
    title = {"swarm": "Shared worlds", "mushrooms": "Episodic and external worlds", "pursuit": "Arenas"}[name]
    expected = []
    for column in names(records.kind_columns(records.KINDS[title])):
        if column.startswith("ROLE"):
            continue
        if column == "deaths_CAUSE":
            expected += [f"deaths_{cause}" for cause in process.death_causes]
        elif column != "births_of_two":
            expected.append(column)
    own = [column for column in names(records.kind_columns("pursuit")) if column.startswith("ROLE")]
    expected += [column.replace("ROLE", role) for role in process.world.roles for column in own]
    assert list(process.metrics()) == [*expected, *names(records.world_columns(name))]


@pytest.mark.parametrize("name", [name for name in entries("strategies") if name != "natural"])
def test_columns_of_strategies(name: str) -> None:
    if name == "nsga2":
        pytest.importorskip("moocore")
    form = {"cmaes": ["strategy.form=separable"], "lexicase": ["strategy.patience=9"]}.get(name, [])
    config = load_config("cartpole", ["run.capacity=8", f"strategy={{name: {name}}}", *form])
    own = names(records.strategy_columns(name))
    assert list(make_experiment(config).process("cpu").metrics())[-len(own) or 99 :] == own


def test_columns_of_the_lineage() -> None:
    assert list(COLUMNS) == names(records.LINEAGE)


# ---- worlds


@pytest.mark.parametrize("name", entries("worlds"))
def test_every_world_is_on_the_page_with_its_picture(name: str) -> None:
    kind = registry.find("worlds", name)
    assert (ROOT / "docs" / "worlds.md").read_text().count(f"\n## {name}\n") == 1
    if kind.has_scene():
        header = (gallery.PICTURES / f"{name}.png").read_bytes()[:24]
        assert [int.from_bytes(header[at : at + 4], "big") for at in (16, 20)] == [1280, 800]


def test_the_page_of_worlds_has_sensors_measures_configurations_and_champions() -> None:
    page = (ROOT / "docs" / "worlds.md").read_text()
    for line in (
        "| taste | -2 | 2 |  | of what was bitten: 2 feeds, -2 poisons |",
        "| thrust | 0 | 1 |  | share of full speed |",
        "| sway | 0 | 2 | radians/s | how fast the pole turns either way, on average |",
        "`configs/meadow-small.yaml`, `configs/meadow.yaml`",
        "[cartpole](../genomes/README.md#cartpole) (fitness 500 [500, 500] in 100 fresh episodes)",
    ):
        assert line in page, line


@pytest.mark.parametrize(("name", "changes"), [("meadow", ("world.population=20",)), ("cartpole", ()), ("pursuit", ())])
def test_one_name_a_column_in_json_metrics_results_report_and_list(
    name: str, changes: tuple[str, ...], tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    changes = (*changes, "run.generations=2", "run.steps=2", "run.capacity=20", "run.metrics_every=1")
    small = [word for change in changes for word in ("--set", change)]
    told = json.loads(command("evolve", name, *small, "--out", "run", "--json", "--quiet")[1])
    header, *_, last = (line.split(",") for line in Path("run/metrics.csv").read_text().splitlines())
    for column, value in zip(header, map(float, last), strict=True):
        assert (told[column] is None and not np.isfinite(value)) or told[column] == value
    described = json.loads(command("list", "worlds", name, "--json")[1])["metrics"]
    assert [column["name"] for column in described] == header and all(column["meaning"] for column in described)
    page = html.unescape(Path("run/report.html").read_text())
    assert all(f"{column['name']}: {column['meaning']}" in page for column in described)
    many = ("--sweep", "seed=1..2", "--address", "none", "--out", "many", "--quiet")
    command("evolve", name, *small, *many)
    table = set(Path("many/results.csv").read_text().partition("\n")[0].split(","))
    assert table >= {*header, "state_hash"} and table - {"run", "seed"} <= {*told}
    assert {*told} - {*header} <= {*names(records.RESULTS)} | {
        f"{role}_{fact}" for role in ("predator", "prey") for fact in ("fitness", "held_out", "champion")
    }
