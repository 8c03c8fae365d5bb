"""Founders: the genomes that a run starts from, of a genome file, a folder of them, or the living of another run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from alife.atomic_files import exists, is_file
from alife.brains import Brain
from alife.config.params import parse_params
from alife.config.registry import find, find_params
from alife.errors import UserError, as_shown
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.world import World


def load_founders(source: str | Path, brain: Brain, world: World) -> dict[str, np.ndarray]:
    """Loads founders: "genome" [F, G] of the brain's gene type, and heritable traits [F].

    A genome file that holds a sample of its population stands for that sample, any other for its one genome. A
    trait that some of them lack is left out. Islands, or a sweep, stand for the champions of their runs.

    Raises:
        UserError: there is nothing to start from, or it belongs to another brain or to other sensors.
    """
    folder = RunFolder(Path(source))
    if is_file(folder.colony):
        return load_founders(folder.champions, brain, world)
    found = _living(folder, brain, world) if folder.is_run() else _of_files(Path(source), brain, world)
    return {**found, "genome": _kept(str(source), found["genome"], brain)}


def _of_files(path: Path, brain: Brain, world: World) -> dict[str, np.ndarray]:
    """The genomes and traits of genome files, or of the samples in them."""
    senses = [sensor.name for sensor in world.sensors]
    genomes = load_genomes(path)
    for file, genome in genomes.items():
        _same_brain(str(file), genome.brain, brain.spec())
        _same_senses(str(file), genome.meta.get("sensors"), senses)
        if len(genome.params) != brain.num_genes:
            raise UserError(
                f"{file}: expected {brain.num_genes} genes for this brain and world, got {len(genome.params)}"
            )
    samples = [genome.population for genome in genomes.values()]
    if all(samples):
        names = [name for name in ("genome", *world.heritable) if all(name in sample for sample in samples)]
        return {name: np.concatenate([sample[name] for sample in samples]) for name in names}
    params = np.stack([genome.params for genome in genomes.values()])
    return {"genome": params, **_traits(genomes, world.heritable)}


def _kept(source: str, genes: np.ndarray, brain: Brain) -> np.ndarray:
    """Converts genes to the brain's type: widening is exact, float16 rounds to nearest. Raises UserError."""
    with np.errstate(over="ignore"):
        kept = genes.astype(brain.gene_type)
    beyond = np.isinf(kept) & np.isfinite(genes)
    if beyond.any():
        value = genes[beyond][0]
        raise UserError(
            f"{source}: expected genes that float16 can hold, got {value}; write brain: {{storage: float32}}"
        )
    return kept


def _traits(genomes: dict[Path, Genome], heritable: Sequence[str]) -> dict[str, np.ndarray]:
    told = [genome.meta.get("traits") for genome in genomes.values()]
    traits = [entry if isinstance(entry, dict) else {} for entry in told]
    shared = [name for name in heritable if all(isinstance(entry.get(name), float) for entry in traits)]
    return {name: np.array([entry[name] for entry in traits], np.float32) for name in shared}


def load_genomes(path: Path) -> dict[Path, Genome]:
    """Loads the genome file `path`, or all genome files in the folder `path`, by file. Raises UserError."""
    if not exists(path):
        raise UserError(f"run.founders: expected a genome file, a folder of them or a run, and there is no {path}")
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"run.founders: expected genome files (*.safetensors) in {path}, and there is none")
    return {file: load_genome(file) for file in files}


def _living(folder: RunFolder, brain: Brain, world: World) -> dict[str, np.ndarray]:
    """The genomes and traits of those alive at a run's last checkpoint."""
    config = folder.load_config()
    theirs = find("worlds", config.names["world"])(config.world).sensors
    _same_senses(str(folder.root), [sensor.name for sensor in theirs], [sensor.name for sensor in world.sensors])
    _same_brain(str(folder.root), {"name": config.names["brain"], **config.brain.model_dump(mode="json")}, brain.spec())
    last = checkpoint.load_last(folder.checkpoints)
    if last is not None and "genomes" in last.arrays:  # of generations: the last one
        return {"genome": last.arrays["genomes"]}
    alive = last.arrays["alive"] > 0 if last else np.zeros(0, bool)
    if last is None or not alive.any():
        raise UserError(f"run.founders: expected living agents at the last checkpoint of {folder.root}, got none")
    names = [name for name in ("genome", *world.heritable) if name in last.arrays]
    return {name: last.arrays[name][alive] for name in names}


def fits(genome: Genome, spec: dict[str, Any], world: World) -> bool:
    """True if a genome belongs to the brain of this spec and to the sensors of this world."""
    try:
        _same_brain("", genome.brain, spec)
        _same_senses("", genome.meta.get("sensors"), [sensor.name for sensor in world.sensors])
    except UserError:
        return False
    return True


def _same_brain(source: str, came: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raises UserError naming the first key in which two brain specs differ; absent keys stand for their defaults.

    Storage types, and when weights unfold, may differ: they change no gene's meaning.
    """
    came, wanted = _complete(source, came), _complete(source, wanted)
    for key in wanted:
        if came.get(key) != wanted[key]:
            theirs = as_shown(str(came.get(key)))
            hint = f"write brain: {{{key}: {theirs}}}"
            raise UserError(f"{source}: expected a brain with {key} {wanted[key]}, got one with {theirs}; {hint}")


def _same_senses(source: str, came: Any, wanted: list[str]) -> None:
    """Checks that genes meet the sensors they evolved with. A genome that names none is accepted."""
    if came is None or came == wanted:
        return
    pairs = zip_longest(came if isinstance(came, list) else [], wanted)
    lane, (theirs, ours) = next((lane, pair) for lane, pair in enumerate(pairs) if pair[0] != pair[1])
    hint = "evolve founders in the same world"
    got = as_shown(str(theirs or "none"))
    raise UserError(f"{source}: expected sensor {lane + 1} to be {ours or 'none'}, got {got}; {hint}")


def _complete(source: str, spec: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in spec.items() if key != "name"}
    params = parse_params(find_params("brains", spec["name"]), rest, f"{source}: brain")
    return {"name": spec["name"], **_without_storage(params.model_dump(mode="json"))}


def _without_storage(spec: dict[str, Any]) -> dict[str, Any]:
    inner = {key: _without_storage(value) if isinstance(value, dict) else value for key, value in spec.items()}
    return {key: value for key, value in inner.items() if key not in ("storage", "unfold")}
