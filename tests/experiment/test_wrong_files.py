"""A path that is another kind of file than a command takes: it is told what it is and which command takes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from alife.config.file_kinds import CHECKPOINT, CONFIG, GENOME, ISLANDS, RUN, kind_of
from alife.config.schema import find_config, load_config
from alife.experiment.evolve import evolve
from alife.experiment.records.genome import find_genome
from tests.conftest import ROOT

STEP = "step-000000001.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("files")
    short = ["run.generations=1", "run.capacity=4", "run.episodes=1", "world.lifetime=4", "brain.memory=null"]
    evolve(load_config("cartpole", short), root / "run")
    shutil.copy(ROOT / "genomes/cartpole.safetensors", root / "some.safetensors")
    (root / "mine.yaml").write_text("seed: 1\n")
    (root / "noise").write_bytes(b"\xff\xfe\x00" * 30)
    (root / "pole.py").write_text("x = 1\n")
    (root / "both").mkdir()
    (root / "both/colony.json").write_text("{}")
    (root / "folder").mkdir()
    (root / "folder/some.txt").write_text("x")
    (root / "sketch.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (root / "table.csv").write_text("a,b\n1,2\n")
    (root / "data.json").write_text('{"a": 1}\n')
    (root / "bench.json").write_text('{"machine": {}, "brain": []}\n')
    (root / "empty").write_bytes(b"")
    return root


def test_kinds_are_told_by_content(folder: Path) -> None:
    kinds = {"run": RUN, "some.safetensors": GENOME, "mine.yaml": CONFIG, "both": ISLANDS}
    kinds |= {f"run/checkpoints/{STEP}": CHECKPOINT, f"run/champions/{STEP}": GENOME}
    assert {name: kind_of(folder / name) for name in kinds} == kinds and kind_of(folder / "noise") is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("inspect mine.yaml", "expected a genome file or a run, got a configuration; write alife evolve mine.yaml"),
        ("evolve some.safetensors", "expected a configuration, got a genome file; write alife live some.safetensors"),
        (
            "evolve run",
            "expected a configuration, got a run; write alife live run, alife inspect run, or",
        ),
        ("live runs/nope", "expected a configuration, a run or a genome file, and there is none of this name"),
        (f"live run/checkpoints/{STEP}", "got a checkpoint; name its run: alife live run, alife inspect run"),
        (f"evolve run/checkpoints/{STEP}", "expected a configuration, got a checkpoint; name its run: alife live run"),
        ("inspect run/metrics.csv", "got a record of a run; it belongs to a run: alife inspect run"),
        ("evolve run/run.json", "expected a configuration, got a record of a run"),
        ("evolve pole.py", "got a Python file; a world or brain is named in a configuration: world: {name: pole}"),
        ("inspect noise", "expected a genome file or a run, got a file of another kind; see alife list configs"),
        ("live noise", "expected a configuration, text in UTF-8"),
        ("evolve both", "got islands or a sweep; name one of the runs in it"),
        ("evolve .", "expected a configuration, got a folder without a run; name one of its files, such as mine.yaml"),
        ("evolve meadow --set run.founders=mine.yaml", "mine.yaml: expected a genome file, got a configuration; write"),
    ],
)
def test_the_wrong_kind_is_named(folder: Path, command, monkeypatch: pytest.MonkeyPatch, words: str, said: str) -> None:
    monkeypatch.chdir(folder)
    status, out, errors = command(*words.split())
    assert (status, out, errors.count("\n")) == (2, "", 1) and said in errors, errors


KINDS = {  # of what lies in `folder`, with what is said of it
    "some.safetensors": "got a genome file; write alife live some.safetensors, alife inspect some.safetensors, or",
    "run": "got a run; write alife live run, alife inspect run, or",
    "mine.yaml": "got a configuration; write alife evolve mine.yaml or alife live mine.yaml",
    "sketch.png": "got a picture; ",
    "table.csv": "got a table; ",
    "data.json": "got a JSON file; ",
    "bench.json": "got results of a benchmark; write alife bench bench.json",
    "empty": "got an empty file; ",
    "both": "got islands or a sweep; name one of the runs in it",
    "folder": "got a folder without a run; name the folder of a run",
    "gone.txt": "",
}
COMMANDS = {  # with what it takes of these, and the words where that is more than a path
    "evolve {}": {"mine.yaml"},
    "live {}": {"mine.yaml", "some.safetensors", "run"},
    "inspect {}": {"some.safetensors", "run"},
    "evolve cartpole --resume --out {}": {"run"},
    "evolve cartpole --out {}": {"run", "gone.txt", "both", "folder"},
    "evolve cartpole --set run.founders={} --out new": {"some.safetensors", "run", "both"},
    "bench {}": {"bench.json"},
    "study {}": set(),
    "list {}": set(),
    "list worlds {}": set(),
}
SAID_OTHERWISE = {  # by commands that take names, or folders of another content
    ("evolve {}", "data.json"): "data.json:1: a: unknown key, expected one of seed,",
    ("live {}", "data.json"): "data.json:1: a: unknown key, expected one of seed,",
    ("evolve {}", "empty"): "empty:1: expected keys such as 'seed: 1', got nothing",
    ("live {}", "empty"): "empty:1: expected keys such as 'seed: 1', got nothing",
    ("live {}", "both"): "both: expected a single run, got islands or a sweep; name one of its runs",
    ("inspect {}", "both"): "both: expected a single run, got islands or a sweep; name one of its runs",
    ("evolve cartpole --resume --out {}", "both"): "both: expected the folder of a run, which holds a config.yaml;",
    ("evolve cartpole --resume --out {}", "folder"): "folder: expected the folder of a run, which holds a config.yaml;",
    ("evolve cartpole --set run.founders={} --out new", "folder"): "expected genome files (*.safetensors) in folder",
    ("bench {}", "data.json"): "data.json: expected results of a benchmark, got something else; write one with bench",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_says_what_a_path_is_that_it_does_not_take(folder: Path, command, monkeypatch, kind: str) -> None:
    monkeypatch.chdir(folder)
    for words in [words for words, takes in COMMANDS.items() if kind not in takes]:
        named = words.partition(" ")[0] in ("bench", "study", "list") and "." not in kind  # a bare name is no path
        said = SAID_OTHERWISE.get((words, kind), "unknown " if named else KINDS[kind])
        status, out, errors = command(*words.format(kind).split())
        assert (status, out, errors.count("\n")) == (2, "", 1), (words, errors)
        assert kind in errors and said in errors, (words, errors)
        assert not Path("new").exists()


def test_a_folder_does_not_hide_a_file_of_its_bare_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("cartpole", "mushrooms"):
        Path(name).mkdir()
    assert find_config("cartpole").is_file() and find_genome("mushrooms").is_file()
    assert load_config("cartpole").label == "cartpole"
