"""What is fuzzed: genomes, checkpoints, configurations and command lines."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import numpy as np

from alife.atomic_files import load_arrays, save_arrays
from alife.cli import commands
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.build import brain_spec, make_world
from alife.experiment.evolve import evolve, open_run
from alife.experiment.founders import fits
from alife.experiment.open import genome_config
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import load_genome
from tests.fuzz.damage import STRINGS, Rng, harm_array, harm_bytes, harm_json, harm_text

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = ("world.side=16", "world.population=20", "run.capacity=48", "run.steps=6", "run.checkpoint_every=3")
BRIEF = ("run.generations=4", "run.capacity=6", "run.episodes=1", "run.elites=1", "world.encounters=2")
ALWAYS = ("run.threads=1", "run.metrics_every=1", "brain.memory=null")
RUNS = {"meadow": SMALL, "mushrooms": (*BRIEF, "run.checkpoint_every=2")}
WORDS = (
    *(text for text in STRINGS if "\n" not in text and "\ud800" not in text and len(text) < 50),
    *("0", "-1", "1.5", "1e9", ".nan", ".inf", "010", "1:30", "true", "null", "~", "[]", "{}", "[1, 2]", "{a: 1}"),
    *("meadow", "cartpole", "wht", "dense", "natural", "ga", "cmaes", "&a", "*a", "!!int", "!!python/name:os.system"),
    *("9" * 5000, "2024-13-45", "name", "world", "brain", "strategy", "run", "seed", "<<", "'", '"\\uD800"', "auto"),
)


class Target(ABC):
    """Something that reads input. Inputs are made from `rng` alone, so that a case can be made again.

    Args:
        folder: an empty folder, for what inputs are made of.
    """

    memory = True  # the peak is measured

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def make(self, rng: Rng, folder: Path) -> tuple[Callable[[], object], int]:
        """Makes an input in an empty folder; returns a function that uses it, and its size in bytes."""


class Genomes(Target):
    """Genome files: damaged bytes, or sound files of wrong arrays and descriptions."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.files = sorted(path for path in (ROOT / "genomes").glob("*.safetensors") if path.stat().st_size < 60_000)

    def make(self, rng: Rng, folder: Path) -> tuple[Callable[[], object], int]:
        source, path = self.files[int(rng.integers(0, len(self.files)))], folder / "case.safetensors"
        _harm_file(rng, source, path)

        def read() -> None:
            genome, config = load_genome(path), genome_config(path, ())
            fits(genome, brain_spec(config), make_world(config))

        return read, path.stat().st_size


class Checkpoints(Target):
    """Checkpoints of runs that go on: damaged bytes, or sound files of arrays and descriptions that do not agree."""

    memory = False  # a simulation is built

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, overrides in RUNS.items():
            evolve(load_config(name, [*overrides, *ALWAYS]), folder / name)

    def make(self, rng: Rng, folder: Path) -> tuple[Callable[[], object], int]:
        out = folder / "run"
        shutil.copytree(self.folder / str(rng.choice(list(RUNS))), out)
        *_, last = checkpoint.listed(out / "checkpoints")
        _harm_file(rng, last, last)

        def resume() -> None:
            with contextlib.redirect_stderr(io.StringIO()):
                run = open_run(out, record=False)
                try:
                    run.step(2)
                    run.simulation.state_hash()
                finally:
                    run.close()

        return resume, last.stat().st_size


class Configurations(Target):
    """Configurations with damaged lines."""

    def make(self, rng: Rng, folder: Path) -> tuple[Callable[[], object], int]:
        sources = sorted((ROOT / "configs").rglob("*.yaml"))
        text = sources[int(rng.integers(0, len(sources)))].read_text()
        path = folder / "case.yaml"
        path.write_bytes(harm_text(rng, text, WORDS).encode(errors="replace"))
        if rng.random() < 0.1:
            path.write_bytes(harm_bytes(rng, path.read_bytes()))
        return lambda: load_config(str(path)), path.stat().st_size


class CommandLines(Target):
    """Command lines with words left out, doubled, moved and put in."""

    memory = False  # commands start runs
    lines = (
        "evolve small.yaml --out out --json",
        "evolve small.yaml --out out --set world.population=30 --seed 2 --checked",
        "evolve runs/meadow --resume",
        "inspect runs/meadow",
        "inspect genome.safetensors --set run.threads=1",
        "export genome.safetensors --to c",
        "list worlds meadow",
        "list configs",
        "list brains wht",
        "schema",
        "bench result.json",
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "small.yaml").write_text(
            "world: {name: meadow, side: 16, population: 20}\nbrain: {memory: null}\n"
            "run: {steps: 3, capacity: 48, threads: 1, checkpoint_every: 3}\n"
        )
        evolve(load_config(str(folder / "small.yaml")), folder / "runs" / "meadow")
        shutil.copy(ROOT / "genomes" / "mushrooms.safetensors", folder / "genome.safetensors")
        (folder / "result.json").write_text("{}")
        _command(["inspect", "runs/meadow"], folder)  # loads the libraries of reports, which no case is charged with

    def make(self, rng: Rng, folder: Path) -> tuple[Callable[[], object], int]:
        here = folder / "here"
        shutil.copytree(self.folder, here)
        words = str(rng.choice(self.lines)).split()
        for _ in range(rng.integers(1, 3)):
            at, kind = int(rng.integers(0, len(words) + 1)), rng.integers(0, 4)
            if kind == 0 and len(words) > 1:
                del words[min(at, len(words) - 1)]
            elif kind == 1:
                words.insert(at, words[int(rng.integers(0, len(words)))])
            elif kind == 2:
                words.insert(at, str(rng.choice(WORDS)))
            else:
                words[min(at, len(words) - 1)] = str(rng.choice([*WORDS, "small.yaml", "genome.safetensors", "runs"]))
        if {"bench", "evolve"} & {*words}:  # with one of these names it is a command that takes minutes
            words = ["small.yaml" if word in ("world", "meadow", "cartpole") else word for word in words]
        return lambda: _command(words, here), sum(map(len, words))


def _command(words: list[str], here: Path) -> None:
    """Runs a command line. Raises UserError with what it says if its status is 2."""
    out, errors, before = io.StringIO(), io.StringIO(), os.getcwd()
    os.chdir(here)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            status = commands.run(words)
    finally:
        os.chdir(before)
    said = errors.getvalue()
    assert status in (0, 2), f"{words}: expected exit status 0 or 2, got {status}: {said}"
    assert "Traceback" not in said, f"{words}: {said}"
    if status == 2:
        lines = said.strip().splitlines()
        assert lines, f"{words}: expected a line on standard error, got none"
        raise UserError(lines[-1])


def _harm_file(rng: Rng, source: Path, path: Path) -> None:
    """Writes a damaged copy of a file of arrays; half of the time its checksum is right."""
    if rng.random() < 0.4:
        path.write_bytes(harm_bytes(rng, source.read_bytes()))
        return
    arrays, meta = load_arrays(source)
    names = sorted(arrays)
    for _ in range(rng.integers(1, 3)):
        name, kind = str(rng.choice(names)), rng.random()
        if kind < 0.1:
            arrays.pop(name, None)
        elif kind < 0.15:
            arrays[name + "x"] = np.zeros(3, np.float32)
        elif kind < 0.6 and name in arrays:
            arrays[name] = harm_array(rng, arrays[name])
        else:
            meta = harm_json(rng, meta)
    path.unlink(missing_ok=True)
    with contextlib.suppress(UnicodeEncodeError):
        save_arrays(path, arrays, meta)


TARGETS: dict[str, type[Target]] = {
    "genome": Genomes,
    "checkpoint": Checkpoints,
    "yaml": Configurations,
    "cli": CommandLines,
}
