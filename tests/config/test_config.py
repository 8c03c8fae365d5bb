"""YAML and typed models: round trips, defaults, and the exact line of every error."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.brains.memory.params import MemoryParams
from alife.config.json_schema import schema
from alife.config.models import RunParams
from alife.config.registry import names
from alife.config.schema import dump_config, load_config
from alife.errors import UserError
from tests.conftest import TINY


def refusal(path: Path, text: str | bytes, *overrides: str) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UserError) as caught:
        load_config(path, overrides)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path), "F")


@pytest.mark.parametrize("name", names("configs"))
def test_every_config_loads_and_its_dump_is_the_same_config(name: str, tmp_path: Path) -> None:
    if name.startswith("gym"):
        pytest.importorskip("gymnasium")
    config = load_config(name)
    again = tmp_path / f"{name}.yaml"
    again.write_text(dump_config(config))
    assert load_config(again) == config
    assert config.label == name


def test_dump_writes_every_default(tiny: Path) -> None:
    text = dump_config(load_config(tiny))
    for key in (*RunParams.model_fields, "side", "bits", "mutation_rate"):
        assert f"{key}:" in text


def test_overrides_apply_in_order_and_reach_nested_keys(tiny: Path) -> None:
    config = load_config(tiny, ["seed=5", "seed=6", "brain.memory=null"])
    assert config.seed == 6 and config.brain.memory is None  # type: ignore[attr-defined]
    config = load_config(tiny, ["brain.memory=null", "brain.memory.bits=32"])
    assert config.brain.memory.bits == 32  # type: ignore[attr-defined]


ERRORS = {
    "world: {name: meadow}\nbrain:\n  name: wht\n  width: 33\n": "F:4: brain.width: expected one of 16, 32, 64, 128,"
    " 256, got 33; write width: 32",
    "world: {name: meadow}\nbrain:\n  name: wht\n  memory:\n    bits: 33\n": "F:5: brain.memory.bits: expected a"
    " multiple of the width 32, got 33; write bits: 64",
    "world: {name: meadow}\nbrain: {name: wht, width: 16}\n": "F:2: brain.width: expected observations + constant +"
    " recurrent + memory.values <= 16, got 27; write width: 32",
    "seed: 1\nworld: {name: meadow}\nrun:\n  stepz: 3\n": "F:4: run.stepz: unknown key, expected one of steps, "
    f"target, elites, ... (all {len(RunParams.model_fields)}: docs/reference/run.md, alife schema); did you "
    "mean 'steps'?",
    "sed: 1\nworld: {name: meadow}\n": "F:1: sed: unknown key, expected one of seed, world, brain, strategy, run,"
    " records, islands; did you mean 'seed'?",
    "seed: one\nworld: {name: meadow}\n": "F:1: seed: expected a valid integer, got 'one'; write for example seed: 1",
    "world: {name: meadow}\nrun: {tensorboard: 3}\n": "F:2: run.tensorboard: expected a valid boolean, got 3;"
    " write for example tensorboard: false",
    "world: {name: meadow}\nrun: {target: 0.9}\n": "F:2: run.target needs a world with fitness, but"
    " 'meadow' is shared; leave out target",
    "seed: true\nworld: {name: meadow}\n": "F:1: seed: expected a valid integer, got True; write for example seed: 1",
    "seed: -1\nworld: {name: meadow}\n": "F:1: seed: expected greater than or equal to 0, got -1;"
    " write for example seed: 1",
    "world: {name: meadow}\nrun: {backend: cup}\n": "F:2: run.backend: expected 'auto', 'cpu' or 'gpu', got 'cup';"
    " did you mean 'cpu'?",
    "world:\n  name: meadov\n": "F:2: world.name: unknown world 'meadov': expected "
    f"{', '.join(names('worlds'))}; did you mean 'meadow'?",
    "world: meadow\n": "F:1: world: expected keys, got 'meadow'; write world: {name: meadow}",
    "seed: 1\n": "F:1: world.name: expected a name, got nothing; write world: {name: autoencode}",
    "world: {name: meadow}\nbrain:\n  memory:\n    bitz: 3\n": "F:4: brain.memory.bitz: unknown key, expected one of "
    f"bits, ablation, familiarity, ... (all {len(MemoryParams.model_fields)}: docs/reference/brains.md, alife schema); "
    "did you mean 'bits'?",
    "world: {name: meadow}\nworld: {name: meadow}\n": "F:2: world: this key is there twice; keep one of the two",
    "world: {name: meadow, side: .nan}\n": "F:1: world.side: expected a valid integer, got nan;"
    " write for example side: 192",
    "world: &a {name: meadow}\nbrain: *a\n": "F:2: expected a value, got an alias (*); write it out",
    "world:\n\tname: meadow\n": "F:2: expected a key or a value, got a tab or a sign with a meaning in YAML; "
    "indent by spaces, write a value that begins with the sign in quotes",
    "seed:1\nworld: {name: meadow}\n": "F:2: expected one key here, got two; write a space after each colon, keys of"
    " one part at one depth, and one line each",
    "world: {name: meadow}\n---\nseed: 1\n": "F:2: expected one configuration, got --- and a second; write two files",
    "world:\n  - meadow\n": "F:1: world: expected keys, got ['meadow']; write world: {name: meadow}",
    "world: {name: meadow}\nside: 96\n": "F:2: side: unknown key, expected one of seed, world, brain, strategy, run,"
    " records, islands; it is a key of world, write it below world:",
    "world: {name: meadow}\nsteps: 96\n": "F:2: steps: unknown key, expected one of seed, world, brain, strategy, run,"
    " records, islands; it is a key of run, write it below run:",
    "world: {name: meadow}\nbrain: {name: wht, memory: true}\n": "F:2: brain.memory: expected keys, got True; write"
    " memory: {key: value}",
    "- 1\n": "F:1: expected keys such as 'seed: 1', got [1]",
    "": "F:1: expected keys such as 'seed: 1', got nothing",
}


@pytest.mark.parametrize(("text", "message"), ERRORS.items())
def test_each_error_names_file_line_key_and_what_to_write(text: str, message: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / "c.yaml", text) == message


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path / "c.yaml", "seed: 1\nworld: {name: meadow\n").startswith("F:3: ")


def test_binary_and_deep_files_are_refused(tmp_path: Path) -> None:
    assert "UTF-8" in refusal(tmp_path / "c.yaml", b"\xff\xfe\x00")
    assert "F:1: expected text, got the control character \\x00" in refusal(tmp_path / "c.yaml", b"\x00\x01")
    assert refusal(tmp_path / "c.yaml", "? [a]\n: 1\n").startswith("F:1: expected a name as key, got")
    assert refusal(tmp_path / "c.yaml", "[" * 5000).startswith("F:1: expected at most 50 levels of keys and lists")


def test_a_device_without_end_is_refused() -> None:
    with pytest.raises(UserError, match="^/dev/zero: expected a configuration of at most [0-9,]+ bytes, got more"):
        load_config("/dev/zero")


def test_override_errors_name_the_override(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    assert refusal(path, TINY, "seed") == (
        "--set seed: expected key=value, such as --set seed=2 or --set run.steps=1000"
    )
    assert refusal(path, TINY, "seed=x").startswith("--set seed=x: seed: expected a valid integer, got 'x'")
    assert refusal(path, TINY, "run.stepz=3").endswith("did you mean 'steps'?")
    assert refusal(path, TINY, "seed.deep=3") == "--set seed.deep=3: seed is 3 and holds no 'deep'"
    assert refusal(path, TINY, "brain=mind", "brain.explore=true") == (
        "--set brain.explore=true: brain is 'mind' and holds no 'explore'; write brain.name=mind in its place"
    )


def test_missing_file_names_the_nearest_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="none of this name; did you mean 'meadow'"):
        load_config("configs/meadov.yaml")
    with pytest.raises(UserError, match="unknown config 'meadov'.*did you mean 'meadow'"):
        load_config("meadov")


def test_schema_covers_every_entry_and_key() -> None:
    found = schema()
    assert set(found["properties"]) == {"seed", "world", "brain", "strategy", "run", "records", "islands"}
    assert found["required"] == ["world"]
    for kind in ("worlds", "brains", "strategies"):
        for name in names(kind):
            parts = [part.get("properties", {}).get("name", {}) for part in found["$defs"].values()]
            assert name in [part.get("const") for part in parts]
