"""Keys that have had another name: read as the new one wherever they stand, with one line that says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alife.analysis.report.subject import load
from alife.config import renamed_keys
from alife.config.renamed_keys import check_split
from alife.config.schema import dump_config, load_config, parse_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.records.genome import load_genome

ARENA = """world: {name: pursuit, lifetime: 12, side: 6.0, reach: 1.0}
brain: {memory: null, layers: 1, injection: 0}
strategy: {name: ga}
run:
  generations: 3
  capacity: 6
  episodes: 2
  threads: 1
  hall_of_fame: 3
  hall_of_fame_share: 0.25
"""
SOLO = """world: {name: mushrooms, encounters: 2}
strategy: {name: ga}
run:
  elites: 3
  generations: 3
  capacity: 6
  episodes: 1
  threads: 1
"""


def as_before(text: str) -> str:
    """The configuration as the version before these names wrote it."""
    above, head, run = text.partition("run:\n")
    new, dropped = ("hall_of_fame", "elites") if "pursuit" in text else ("elites", "hall_of_fame")
    run = re.sub(f"^  {dropped}: .*\n", "", run, flags=re.M)
    return above + head + run.replace("hall_of_fame_share:", "ancestors:").replace(f"{new}:", "hall:")


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(renamed_keys, "_warned", set())
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (SOLO, ["c.yaml:4: run.hall is now run.elites"]),
        (ARENA, ["c.yaml:9: run.hall is now run.hall_of_fame",
                 "c.yaml:10: run.ancestors is now run.hall_of_fame_share"]),
    ],
    ids=["solo", "arena"],
)  # fmt: skip
def test_an_old_file_is_the_same_configuration_and_each_key_is_reported_once(
    text: str, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("c.yaml").write_text(text)
    config = load_config("c.yaml")
    assert capsys.readouterr().err == ""
    Path("c.yaml").write_text(as_before(text))
    assert load_config("c.yaml") == load_config("c.yaml") == config
    assert capsys.readouterr().err == "".join(f"alife: {line}; write that\n" for line in lines)


@pytest.mark.parametrize("text", [SOLO, ARENA], ids=["solo", "arena"])
def test_a_run_of_an_older_version_continues(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text(text)
    whole = evolve(load_config("c.yaml", ["run.generations=5"]))
    evolve(load_config("c.yaml"), "run")
    stored = Path("run/config.yaml")
    stored.write_text(as_before(stored.read_text()))
    assert "hall:" in stored.read_text() and "run.hall_of_fame" not in stored.read_text()
    again = evolve(load_config("c.yaml", ["run.generations=5"]), "run", resume=True)
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    assert "run/config.yaml:" in capsys.readouterr().err and "hall:" not in stored.read_text()


def test_an_override_is_reported_too_and_the_later_value_wins(capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text(SOLO)
    assert load_config("c.yaml", ["run.hall=7"]).run.elites == 7
    assert capsys.readouterr().err == "alife: --set run.hall=7: run.hall is now run.elites; write that\n"
    assert load_config("c.yaml", ["run.elites=8", "run.hall=7"]).run.elites == 7
    assert load_config("c.yaml", ["run.hall=7", "run.elites=8"]).run.elites == 8
    assert load_config("c.yaml", ["run={hall: 7}"]).run.elites == 7
    assert capsys.readouterr().err == ""
    Path("c.yaml").write_text(as_before(SOLO))
    assert load_config("c.yaml", ["run.elites=8"]).run.elites == 8


def test_what_genome_files_hold_is_read_without_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = dump_config(parse_config(ARENA, "new"))
    assert parse_config(as_before(text), "old.safetensors").run == parse_config(text, "new").run
    assert capsys.readouterr().err == ""
    parse_config(text, "old.safetensors", ["run.hall=5"])
    assert "--set run.hall=5: run.hall is now run.hall_of_fame" in capsys.readouterr().err


def test_errors_of_an_old_key_name_its_line() -> None:
    Path("c.yaml").write_text(as_before(SOLO).replace("hall: 3", "hall: many"))
    with pytest.raises(UserError, match=r"^c.yaml:4: run.elites: expected a valid integer, got 'many'"):
        load_config("c.yaml")
    Path("c.yaml").write_text(SOLO + "  hall: 4\n")
    with pytest.raises(UserError, match=r"^c.yaml:9: run.hall is the old name of run.elites, which is there, too"):
        load_config("c.yaml")


SPLIT = [
    ("{name: mushrooms, walked: true, patience: 9}", "{name: mushrooms_walked, patience: 9}", "walked"),
    ("{name: mushrooms, walked: false, patience: 9, colours: 3}", "{name: mushrooms, colours: 3}", "walked"),
    ("{name: tmaze, form: continuous, turn_shown: true}", "{name: tmaze_walked, turn_shown: true}", "form"),
    ("{name: tmaze, form: discrete, turn_shown: false, turns: 1}", "{name: tmaze, turns: 1}", "form"),
]


@pytest.mark.parametrize(("old", "new", "key"), SPLIT)
def test_a_world_that_was_split_is_read_as_the_one_it_became(
    old: str, new: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"world: {new}\nstrategy: {{name: ga}}\n"
    Path(f"{key}.yaml").write_text(text)
    config = load_config(f"{key}.yaml")
    Path(f"{key}.yaml").write_text(text.replace(new, old))
    capsys.readouterr()
    assert load_config(f"{key}.yaml") == load_config(f"{key}.yaml") == config
    name = config.names["world"]
    assert parse_config(text.replace(new, old), "c").world == config.world
    assert capsys.readouterr().err == f"alife: {key}.yaml:1: world.{key} is gone; write world: {{name: {name}}}\n"


@pytest.mark.parametrize(("name", "key", "value"), [("mushrooms", "patience", 9), ("tmaze", "turn_shown", "true")])
def test_a_key_that_the_unwalked_form_ignored_is_still_ignored(
    name: str, key: str, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("c.yaml").write_text(f"world: {{name: {name}}}\nstrategy: {{name: ga}}\n")
    config = load_config("c.yaml")
    Path("c.yaml").write_text(f"world: {{name: {name}, {key}: {value}}}\nstrategy: {{name: ga}}\n")
    assert load_config("c.yaml") == config
    assert capsys.readouterr().err == (
        f"alife: c.yaml:1: world.{key} is ignored, as it is a key of {name}_walked; leave it out\n"
    )
    assert getattr(load_config("c.yaml", [f"world.name={name}_walked"]).world, key)


def test_a_form_that_was_never_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for world in ("{name: tmaze, form: spherical}", "{name: mushrooms, walked: 1}"):
        Path("c.yaml").write_text(f"world: {world}\n")
        with pytest.raises(UserError, match=r"^c.yaml:1: world.(form|walked): unknown key"):
            load_config("c.yaml")
    assert load_config("tmaze", ["world.form=continuous"]).names["world"] == "tmaze_walked"
    assert capsys.readouterr().err == (
        "alife: --set world.form=continuous: world.form is gone; write world: {name: tmaze_walked}\n"
    )


@pytest.mark.parametrize("old", ["tmaze-continuous", "mushrooms-continuous"])
def test_an_old_name_of_a_shipped_file_names_its_successor(old: str, tmp_path: Path) -> None:
    new = old.replace("continuous", "walked")
    with pytest.raises(UserError, match=f"^unknown config '{old}'; it is now '{new}'; write that$"):
        load_config(old)
    with pytest.raises(UserError, match=f"configs/{old}.yaml: expected a YAML .*; it is now '{new}'; write that$"):
        load_config(f"configs/{old}.yaml")
    with pytest.raises(UserError, match=f"genomes/{old}.safetensors: .* it is now '{new}'; write that$"):
        load_genome(f"genomes/{old}.safetensors")
    with pytest.raises(UserError, match=f"{old}: .* got neither; it is now '{new}'; write that$"):
        load(Path(old))
    (tmp_path / "c.yaml").write_text(f"world: {{name: {old.replace('-', '_')}}}\n")
    with pytest.raises(UserError, match=f"unknown world .*; it is now '{new.replace('-', '_')}'; write that$"):
        load_config(tmp_path / "c.yaml")


def test_a_key_of_a_split_world_names_the_new_world_where_nothing_is_renamed() -> None:
    said = "expected no form, got 'continuous'; it is gone; write the world tmaze_walked, alife/TmazeWalked-v0"
    with pytest.raises(UserError, match=f"world tmaze: {said}"):
        check_split("tmaze", {"form": "continuous"})
    with pytest.raises(UserError, match="world tmaze: .* write tmaze without it"):
        check_split("tmaze", {"form": "discrete"})
    check_split("tmaze", {"corridor": 3})
    check_split("cartpole", {"form": "continuous"})
