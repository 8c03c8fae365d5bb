"""Founders: the genomes that a run starts from, of a genome file, a folder of them, or the living of another run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from alife.experiment.records.genome import GENES, Genome, load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.laws.saved_arrays import Saved, check_form, check_values
from alife.world import ArenaWorld, SharedWorld, World

KEY = ("run", "founders")  # of the configuration
Founders = dict[str, np.ndarray]  # "genome": [F, G], and traits: [F]


def load_founders(source: str | Path, brain: Brain, world: World) -> Founders:
    """Loads founders: "genome" [F, G] of the brain's gene type, and heritable traits [F].

    A genome file that holds a sample of its population stands for that sample, any other for its one genome. A
    trait that some of them lack is left out. Islands, or a sweep, stand for the champions of their runs.

    Raises:
        UserError: there is nothing to start from, or it belongs to another brain, to other sensors, or to two roles.
    """
    found = _populations(source, brain, world)
    if len(found) > 1:
        raise UserError(
            f"{source}: expected the genomes of one population, got those of {' and '.join(sorted(found))}; name the "
            "genome file of one of them"
        )
    return next(iter(found.values()))


def load_founders_of_roles(source: str | Path, brain: Brain, world: ArenaWorld) -> list[np.ndarray]:
    """Loads the founders [F, G] of each role of a world, in its order. Genomes that name no role are for all roles.

    Raises:
        UserError: as `load_founders`, or a role has none.
    """
    found = _populations(source, brain, world)
    if lacking := [role for role in world.roles if role not in found and "" not in found]:
        raise UserError(
            f"{source}: expected genomes of each role, {' and '.join(world.roles)}, got none of {lacking[0]}; name a "
            "run of this world, or a folder with the champions of both"
        )
    return [found[role if role in found else ""]["genome"] for role in world.roles]


def _populations(source: str | Path, brain: Brain, world: World) -> dict[str, Founders]:
    """Returns founders by the role that they had; a population without roles has the role ""."""
    folder = RunFolder(Path(source))
    if is_file(folder.colony):
        return _populations(folder.champions, brain, world)
    found = _living(folder, brain, world) if folder.is_run() else _of_files(Path(source), brain, world)
    return {role: {**one, "genome": _kept(str(source), one["genome"], brain)} for role, one in found.items()}


def _of_files(path: Path, brain: Brain, world: World) -> dict[str, Founders]:
    """The genomes and traits of genome files, or of the samples in them, by role."""
    senses = [sensor.name for sensor in world.sensors]
    genomes = load_genomes(path)
    roles: dict[str, dict[Path, Genome]] = {}
    for file, genome in genomes.items():
        _check_fits(str(file), genome, brain, senses)
        roles.setdefault(str(genome.meta.get("role") or ""), {})[file] = genome
    return {role: _joined(own, world) for role, own in roles.items()}


def _check_fits(source: str, genome: Genome, brain: Brain, senses: list[str]) -> None:
    """Checks that a genome belongs to a brain and to sensors, by their names. Raises UserError."""
    _same_brain(source, genome.brain, brain.spec())
    _same_senses(source, genome.meta.get("sensors"), senses)
    if len(genome.params) != brain.num_genes:
        raise UserError(
            f"{source}: expected {brain.num_genes} genes for this brain and world, got {len(genome.params)}"
        )


def single_founder(genome: Genome, source: str, brain: Brain, world: World) -> Founders:
    """Returns one genome, without the sample in its file, as a founder: "genome" [1, G], and traits [1].

    Raises:
        UserError: it belongs to another brain or to other sensors. source: its name in that line.
    """
    _check_fits(source, genome, brain, [sensor.name for sensor in world.sensors])
    traits = _traits({Path(source): genome}, world.heritable)
    return {"genome": _kept(source, genome.params[None], brain), **traits}


def _joined(genomes: dict[Path, Genome], world: World) -> Founders:
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
        raise UserError(f"run.founders: expected a genome file, a folder of them or a run, and there is no {path}", KEY)
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"run.founders: expected genome files (*.safetensors) in {path}, and there is none", KEY)
    return {file: load_genome(file) for file in files}


def _living(folder: RunFolder, brain: Brain, world: World) -> dict[str, Founders]:
    """The genomes and traits of those alive at a run's last checkpoint, by role."""
    config = folder.load_config()
    theirs = find("worlds", config.names["world"])(config.world)
    ours = [sensor.name for sensor in world.sensors]
    _same_senses(str(folder.root), [sensor.name for sensor in theirs.sensors], ours)
    _same_brain(str(folder.root), {"name": config.names["brain"], **config.brain.model_dump(mode="json")}, brain.spec())
    last = checkpoint.load_last(folder.checkpoints)
    if last is None:
        raise UserError(f"run.founders: expected a checkpoint in {folder.root}, and there is none yet", KEY)
    with last.restoring("name another of its runs or a genome file"):
        if isinstance(theirs, SharedWorld):
            return {"": _alive(folder, last.arrays, brain, world.heritable)}
        roles = theirs.roles if isinstance(theirs, ArenaWorld) else ("",)
        names = [f"{role}.genomes" if role else "genomes" for role in roles]
        return {role: {"genome": _saved(last.arrays, name, brain)} for role, name in zip(roles, names, strict=True)}


def _alive(folder: RunFolder, arrays: Mapping[str, np.ndarray], brain: Brain, heritable: Sequence[str]) -> Founders:
    genomes = _saved(arrays, "genome", brain)
    check_form("alive", arrays.get("alive"), np.dtype(np.uint8), genomes.shape[:1])
    alive = arrays["alive"] > 0
    if not alive.any():
        raise UserError(f"expected living agents in {folder.root}, got none")
    found = {"genome": genomes[alive]}
    for name in heritable:
        if (trait := arrays.get(name)) is not None:
            check_form(name, trait, trait.dtype, genomes.shape[:1])
            check_values(name, trait, Saved(), {}, np.flatnonzero(alive))
            found[name] = trait[alive]
    check_values("genome", found["genome"], Saved(), {})
    return found


def _saved(arrays: Mapping[str, np.ndarray], name: str, brain: Brain) -> np.ndarray:
    """Genomes [N, G] of a checkpoint, finite where they are not those of empty slots. Raises UserError."""
    genomes = arrays.get(name)
    kind = genomes.dtype if genomes is not None and genomes.dtype in GENES else np.dtype(np.float32)
    check_form(name, genomes, kind, (1, brain.num_genes), Saved(("N",)))
    found: np.ndarray = arrays[name]
    if name != "genome":
        check_values(name, found, Saved(), {})
    return found


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
