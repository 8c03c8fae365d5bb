"""Genome files: exact round trip; every kind of wrong file refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from alife.errors import UserError
from alife.experiment.records.genome import Genome, load_genome, save_genome
from tests.conftest import Command

GENOME = Genome(np.linspace(-1, 1, 7, dtype=np.float32), {"name": "wht", "width": 32}, {"seed": 4, "parents": [1]})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "g.safetensors"
    save_genome(path, GENOME)
    return path


def expect_refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_genome(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_round_trip_is_exact(kind: str, saved: Path) -> None:
    params = GENOME.params.astype(kind)
    save_genome(saved, Genome(params, GENOME.brain, GENOME.meta))
    loaded = load_genome(saved)
    assert loaded.params.dtype == kind and loaded.params.tobytes() == params.tobytes()
    assert (loaded.brain, loaded.meta) == (GENOME.brain, GENOME.meta)
    assert [path.name for path in saved.parent.iterdir()] == ["g.safetensors"]


def test_a_cut_at_any_byte_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 13):
        saved.write_bytes(whole[:length])
        expect_refusal(saved)


def test_a_changed_byte_of_the_params_is_refused(saved: Path) -> None:
    whole = bytearray(saved.read_bytes())
    whole[-1] ^= 1
    saved.write_bytes(whole)
    assert "checksum" in expect_refusal(saved)


def test_garbage_huge_sizes_and_absent_files_are_refused(saved: Path) -> None:
    saved.write_bytes(b"hello, this is no genome")
    expect_refusal(saved)
    saved.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    expect_refusal(saved)
    assert "there is none of this name" in expect_refusal(saved.with_name("absent.safetensors"))
    expect_refusal(saved.parent)


@pytest.mark.parametrize("blob", ["[]", "nonsense", '{"format": NaN}', "[" * 100_000])
def test_strange_descriptions_are_refused(blob: str, saved: Path) -> None:
    save_file({"params": GENOME.params}, saved, {"alife": blob})
    expect_refusal(saved)
    save_file({"params": GENOME.params}, saved)
    expect_refusal(saved)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (np.array([0, np.nan, 1], np.float32), "got nan in gene 1"),
        (np.array([np.inf], np.float32), "got inf in gene 0"),
        (np.zeros(3, np.float64), "got [3] of float64"),
        (np.zeros((2, 3), np.float32), "got [2, 3] of float32"),
        (np.zeros(0, np.float32), "got [0] of float32"),
    ],
)
def test_wrong_params_are_refused_when_saving_and_write_nothing(params: np.ndarray, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        save_genome(tmp_path / "g.safetensors", Genome(params, {"name": "wht"}))
    assert words in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_wrong_params_are_refused_when_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "g.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr("alife.experiment.records.genome._check", lambda path, params: None)
        save_genome(path, Genome(np.array([np.nan], np.float32), {"name": "wht"}))
    assert "expected finite params" in expect_refusal(path)


def test_newer_formats_are_refused_by_number(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alife.experiment.records.genome.FORMAT", 2)
    save_genome(saved, GENOME)
    assert load_genome(saved).meta == GENOME.meta
    monkeypatch.setattr("alife.experiment.records.genome.FORMAT", 1)
    assert "got 2" in expect_refusal(saved)


def test_the_description_is_one_json_blob(saved: Path) -> None:
    size = int.from_bytes(saved.read_bytes()[:8], "little")
    metadata = json.loads(saved.read_bytes()[8 : 8 + size])["__metadata__"]
    assert list(metadata) == ["alife"] and json.loads(metadata["alife"])["format"] == 1


def test_the_sample_of_a_population_is_kept_and_checked(tmp_path: Path) -> None:
    sample = {"genome": np.stack([GENOME.params, -GENOME.params]), "size": np.array([1.0, 0.5], np.float32)}
    path = tmp_path / "g.safetensors"
    save_genome(path, Genome(GENOME.params, GENOME.brain, {}, sample))
    loaded = load_genome(path).population
    assert {name: array.tolist() for name, array in loaded.items()} == {n: a.tolist() for n, a in sample.items()}
    halves = {"genome": sample["genome"].astype(np.float16)}
    for wrong in (halves, {"genome": sample["genome"][:, 1:]}, {**sample, "size": np.array([np.nan, 1.0], np.float32)}):
        with pytest.raises(UserError, match="expected population"):
            save_genome(tmp_path / "no.safetensors", Genome(GENOME.params, GENOME.brain, {}, wrong))
    assert not (tmp_path / "no.safetensors").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a":' * 1000 + "1" + "}" * 1000, "too many levels"),
        ("[" * 100_000 + "]" * 100_000, "too many levels"),
        ('{"format": 1, "meta": {"world": "\\ud800"}}', "half of a pair of characters"),
        ('{"format": 1, "meta": {"\\udfff": 1}}', "half of a pair of characters"),
        ('{"format": 1, "meta": {"fitness": 1e999}}', "a number that is not finite"),
    ],
)
def test_a_description_that_no_file_has_is_refused(text: str, problem: str, saved: Path) -> None:
    save_file({"params": GENOME.params}, saved, metadata={"alife": text})
    assert expect_refusal(saved).endswith(f"not a file of this program, or a damaged one ({problem})")


def test_what_a_genome_tells_is_cut_and_escaped(saved: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved.parent / "genomes"
    save_genome(
        folder / "red.safetensors", Genome(GENOME.params, {"name": "b" * 5000}, {"world": "\x1b[31m", "step": 1})
    )
    monkeypatch.chdir(saved.parent)
    told = json.loads(command("list", "genomes", "--json")[1])["red"]["doc"]
    assert told == "b" * 197 + "... of 7 genes from \\x1b[31m, step 1"
    status, _, errors = command("inspect", folder / "red.safetensors")
    assert status == 2 and errors.count("\n") == 1 and len(errors) < 600
