"""Genome files: the genes of one agent, the brain they belong to, and where they come from.

A `.safetensors` file with the array `params`, a JSON object, and where it was saved from a population a sample of that:
`population.genome` and `population.<trait>`. Loading runs no code and trusts no size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import alife
from alife.atomic_files import exists, load_arrays, parse_json, save_arrays
from alife.config import registry
from alife.config.file_kinds import GENOME, check_kind
from alife.config.renamed_files import now_called
from alife.errors import UserError, as_shown, suggestion
from alife.experiment.records.run_folder import RunFolder
from alife.rendered import Rendered

GENES = (np.float32, np.float16)  # how genes may be kept
PREFIX = "population."  # of the arrays of the sample
FORMAT = 1  # raise when a file could no longer be read as before; older formats stay readable


@dataclass
class Genome(Rendered):
    """One agent's genes.

    params: [G] float32 or float16, finite. brain: the brain's spec, as `make_brain` takes it. meta: provenance, such as
    sensors and actuators (names), world, config (YAML text), seed, fitness, id, parents (ids), generation, step.
    population: a sample of those it lived among, to start a world from: "genome" [F, G] of the type of params, and
    inherited traits [F] float32.
    """

    params: np.ndarray
    brain: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)
    population: dict[str, np.ndarray] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Returns the brain, the number of genes, and where it comes from."""
        told = [f"{name}={self.meta[name]!r}" for name in ("world", "role", "fitness", "step") if name in self.meta]
        return f"Genome({', '.join([str(self.brain.get('name')), f'{np.size(self.params):,} genes', *told])})"


def save_genome(path: str | Path, genome: Genome) -> None:
    """Writes a genome file, whole or not at all. Raises UserError for params that could not be loaded again."""
    if not isinstance(genome, Genome) or not isinstance(path, str | Path) or "\0" in str(path):
        raise UserError(
            f"save_genome: expected a path and a Genome, got {as_shown(repr(path))}, {as_shown(repr(genome))}"
        )
    params = np.asarray(genome.params)
    _check(str(path), params)
    population = {name: np.asarray(array) for name, array in dict(genome.population or {}).items()}
    _check_population(str(path), population, params)
    told = _plain(str(path), {"brain": genome.brain, "meta": genome.meta})
    _check_description(path, told["brain"], told["meta"])
    meta = {"format": FORMAT, "package": alife.__version__, **told}
    sample = {PREFIX + name: array for name, array in population.items()}
    save_arrays(Path(path), {"params": params, **sample}, meta)


def find_genome(source: str | Path) -> Path:
    """Returns the genome file of a path, of a run, or of the bare name of a file in genomes/. Raises UserError."""
    if not isinstance(source, str | Path) or not str(source):
        raise UserError(f"genome: expected a genome file or the name of one in genomes/, got {source!r}")
    path = registry.located("genomes", Path(source))
    if RunFolder(path).is_run() and not RunFolder(path).colony.is_file():
        return _champion_of(path)
    if exists(path) and not registry.hides("genomes", path):
        check_kind(path, GENOME)
        return path
    if len(path.parts) == 1 and not path.suffix:
        return registry.path("genomes", str(source))
    hint = now_called(path.stem) or suggestion(path.stem, registry.names("genomes"))
    raise UserError(f"{path}: expected {GENOME}, and there is none of this name{hint}")


def _champion_of(run: Path) -> Path:
    """Returns the file of a run's newest champion. Raises UserError: there is none, or one of each role."""
    files = sorted(RunFolder(run).champions.glob("step-*.safetensors"))
    newest = [path for path in files if path.name[:14] == files[-1].name[:14]]  # step-000000080, -ROLE after it
    if not newest:
        raise UserError(f"{run}: expected a run with a champion, got one without; name a genome file")
    if len(newest) > 1:
        raise UserError(f"{run}: expected one champion, got that of each role; name {' or '.join(map(str, newest))}")
    return newest[0]


def load_genome(path: str | Path) -> Genome:
    """Reads a genome file, by path or by its bare name in genomes/; of a run folder, that of its newest champion.

    Raises:
        UserError: one line that names the file and what is wrong with it.
    """
    path = find_genome(path)
    arrays, blob = load_arrays(Path(path))
    version = blob.get("format")
    if not isinstance(version, int) or not 1 <= version <= FORMAT:
        raise UserError(
            f"{path}: expected genome format 1 to {FORMAT}, got {as_shown(repr(version))}; a newer package reads it"
        )
    population = {name.removeprefix(PREFIX): arrays.pop(name) for name in list(arrays) if name.startswith(PREFIX)}
    if set(arrays) != {"params"}:
        raise UserError(f"{path}: expected the array params, got {as_shown(', '.join(sorted(arrays))) or 'none'}")
    _check(str(path), arrays["params"])
    _check_population(str(path), population, arrays["params"])
    brain: Any = blob.get("brain")
    meta: Any = blob.get("meta")
    _check_description(path, brain, meta)
    return Genome(arrays["params"], brain, meta, population)


def _check_description(path: str | Path, brain: Any, meta: Any) -> None:
    if not isinstance(brain, dict) or not isinstance(brain.get("name"), str) or not isinstance(meta, dict):
        raise UserError(f"{path}: expected a brain with a name and a description, got neither; it is no genome file")


def _plain(path: str, told: dict[str, Any]) -> Any:
    """Returns a description as a file will hold it, NumPy's numbers as Python's. Raises UserError if none can."""
    try:
        return parse_json(json.dumps(told, default=lambda value: value.item(), allow_nan=False))
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise UserError(
            f"{path}: expected a description of text, finite numbers, lists and dicts, got one that is no JSON "
            f"({as_shown(str(error))})"
        ) from None


def _check(path: str, params: np.ndarray) -> None:
    if params.dtype not in GENES or params.ndim != 1 or not params.size:
        raise UserError(
            f"{path}: expected params [G] of float32 or float16, got {list(params.shape)} of {params.dtype}"
        )
    if not np.isfinite(params).all():
        gene = int(np.flatnonzero(~np.isfinite(params))[0])
        raise UserError(f"{path}: expected finite params, got {params[gene]} in gene {gene}")


def _check_population(path: str, population: dict[str, np.ndarray], params: np.ndarray) -> None:
    if not population:
        return
    genomes = population.get("genome", np.zeros(0))
    count = genomes.shape[0] if genomes.ndim else 0
    for name, array in population.items():
        shape = (count, params.size) if name == "genome" else (count,)
        kind = params.dtype if name == "genome" else np.dtype(np.float32)
        if not count or array.dtype != kind or array.shape != shape or not np.isfinite(array).all():
            actual = f"{list(array.shape)} of {array.dtype}"
            raise UserError(f"{path}: expected population.{name} {list(shape)} of finite {kind}, got {actual}")
