"""Scalars of YAML: each is read as it is written or refused at its line, and what is written is read again the same."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from alife.config.schema import load_config
from alife.config.yaml_source import parse, read_value, written
from alife.errors import UserError, as_shown
from alife.experiment.islands.sweep import sweep

VALUES = {
    "0": 0,
    "-12": -12,
    "1_000": 1000,
    "0o17": 15,
    "0x1F": 31,
    "1.5": 1.5,
    "1e-3": 0.001,
    "1e5": 100000.0,
    "-.5": -0.5,
    "007.5": 7.5,
    "-.inf": -math.inf,
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "False": False,
    "1:30": "1:30",
    "yes": "yes",
    "off": "off",
    "2020-01-31": "2020-01-31",
    "2020-13-45": "2020-13-45",
    "0b11": "0b11",
    "1_": "1_",
    "=": "=",
    "'010'": "010",
    "'true'": "true",
    "C:\\runs\\new": "C:\\runs\\new",
    "'C:\\runs\\new'": "C:\\runs\\new",
    '"\\u00e9 \\\\ \\U0001F600"': "é \\ 😀",
}
REFUSED = {
    "010": "expected a number without leading zeros, which some readers take for octal, got 010; write 10, or '010'",
    "-007": "got -007; write -7, or '-007'",
    "1" * 5000: "expected a whole number of at most 64 digits, got one of 5,000; write fewer",
    "1e999": "expected a number of about 1e-300 to 1e300, got 1e999",
    "1e-999": "expected a number of about 1e-300 to 1e300, got 1e-999",
    '!!int ""': "expected a value, got the tag !!int; leave it out",
    "!!timestamp x": "expected a value, got the tag !!timestamp; leave it out",
    "!!python/name:os.system {}": "got the tag !!python/name:os.system; leave it out",
    "! a": "got the tag !; leave it out",
    '"\\UFFFFFFFF"': "expected an escape such as \\u00e9, got one beyond Unicode; correct it",
    '"\\U00110000"': "expected an escape such as \\u00e9, got one beyond Unicode; correct it",
    '"\\uD800"': "expected text of one line without control characters, got \\ud800 in '\\ud800'; in double",
    '"C:\\runs\\new"': "got \\r in 'C:\\runs\\new'; in double quotes a backslash begins an escape: write single",
    '"\\e[31m"': "got \\x1b in '\\x1b[31m'",
    '{"a\\0": 1}': "got \\x00 in 'a\\x00'",
    "{[1]: 2}": "expected a name as key, got keys or a list",
    '"C:\\maps"': "expected an escape, got a backslash and another letter; in double quotes a backslash begins",
    "a\x7f": "expected text, got the control character \\x7f; remove it",
    "[" * 60 + "]" * 60: "expected at most 50 levels of keys and lists, got more; write fewer",
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_scalar_is_what_is_written(text: str, value: object) -> None:
    found = parse(f"key: {text}\n", "F").values["key"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_a_scalar_of_two_meanings_is_refused_at_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(f"first: 1\nkey: {text}\n", "F")
    assert str(caught.value).startswith("F:2: ") and message in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize("value", ["1e5", "0o17", "010", "1:30", "yes", "~", "", "é", "a: b", "2020-01-31", 1e20, 1e-7])
def test_what_is_written_is_read_again(value: object) -> None:
    assert read_value(written({"key": value}), "F") == {"key": value}


def test_words_for_booleans_name_the_boolean(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected a valid boolean, got 'yes'; write for example tensorboard: true"):
        load_config("meadow", ["run.tensorboard=yes"])


def test_options_read_numbers_as_files_do() -> None:
    for assignment in ("seed=1:30", "seed=010"):
        with pytest.raises(UserError, match=f"^--set {assignment}: seed: expected "):
            load_config("meadow", [assignment])
    with pytest.raises(UserError, match=r"^--sweep seed=1,010: expected a number without leading zeros"):
        sweep("cartpole", ["strategy.name=ga"], ["seed=1,010"])
    with pytest.raises(UserError, match=r"^--sweep seed=01..3: expected a number without leading zeros"):
        sweep("cartpole", ["strategy.name=ga"], ["seed=01..3"])
    configs, made = sweep("cartpole", [], ["seed=0x10,2", "run.episodes=1..2"])
    assert [config.seed for config in configs] == [16, 16, 2, 2] and made[0] == ["seed=16", "run.episodes=1"]


def test_text_from_a_file_is_cut_and_escaped(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    for text in ("{}: 1\n", "world: {{name: {}}}\n", "world: {{name: meadow, {}: 1}}", "run: {{backend: {}}}"):
        path.write_text(text.format("k" * 5000))
        with pytest.raises(UserError) as caught:
            load_config(path)
        assert len(str(caught.value).replace(str(path), "")) < 600
    with pytest.raises(UserError) as caught:
        load_config(tmp_path / "red\x1b[31m.yaml")
    assert "red\\x1b[31m.yaml" in str(caught.value)
    assert as_shown("\u202e" * 300) == ("\\u202e" * 40)[:197] + "..."
