"""The catalog of the start page: configurations, worlds, genomes and runs of the current folder, and shipped ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alife.config import registry
from alife.config.file_kinds import CONFIG, GENOME, kind_of
from alife.errors import as_shown
from alife.experiment.descriptions import described, find_runs, genome_line, run_line

RUNS = 200  # that are listed, the newest
MOST_TEXT = 2**16  # bytes of a YAML file that are read to see if it is a configuration


@dataclass(frozen=True)
class Choice:
    """One line of the catalog.

    Attributes:
        name: what it is called.
        target: name or path, as `open_target` takes it.
        text: its description, one line.
        own: True if it is of the current folder and not shipped; all runs are, and it is False.
    """

    name: str
    target: str
    text: str
    own: bool = False

    def fits(self, words: str) -> bool:
        """Returns True if name or description contain each of some words, in letters of any case."""
        text = f"{self.name} {self.text}".lower()
        return all(word in text for word in words.lower().split())


Catalog = dict[str, tuple[Choice, ...]]  # title of a kind -> what there is


def read_catalog() -> Catalog:
    """Reads what can be watched from here; nothing is imported, and damaged genomes are listed with what is wrong.

    Raises:
        OSError: the current folder is gone or cannot be read.
    """
    here = Path.cwd()
    loose = sorted(path for path in here.iterdir() if path.suffix in (".yaml", ".safetensors") and _is_readable(path))
    configs = [_loose(path, registry.described(path)["doc"]) for path in loose if _is_config(path)]
    genomes = [_loose(path, genome_line(path)) for path in loose if _is_genome(path)]
    return {
        "Configurations": (*configs, *_registered("configs")),
        "Worlds": tuple(_registered("worlds")),
        "Genomes": (*genomes, *_registered("genomes")),
        "Runs": tuple(_run(path) for path in find_runs(here)[:RUNS]),
    }


def _registered(kind: str) -> Iterator[Choice]:
    """Yields what `list` prints, that of the current folder first."""
    entries = described(kind).items()
    own = [name for name, _ in entries if not registry.is_shipped(kind, name)]
    for name, entry in sorted(entries, key=lambda one: one[0] not in own):
        target = name if kind == "worlds" else entry["file"]
        yield Choice(as_shown(name), target, entry["doc"], name in own)


def _loose(path: Path, text: str) -> Choice:
    return Choice(as_shown(path.name), path.name, text, own=True)


def _run(path: Path) -> Choice:
    name = os.path.relpath(path)
    return Choice(as_shown(path.name if name == "." else name), name, run_line(path))


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _is_config(path: Path) -> bool:
    """Returns True for YAML with a world at its top level: other programs write YAML, too."""
    if path.suffix != ".yaml" or kind_of(path) != CONFIG:
        return False
    with path.open("rb") as file:
        return any(line.startswith(b"world:") for line in file.read(MOST_TEXT).splitlines())


def _is_genome(path: Path) -> bool:
    return path.suffix == ".safetensors" and kind_of(path) == GENOME
