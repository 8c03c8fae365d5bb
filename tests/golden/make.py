"""Makes the files beside it that are not there yet: `python -m tests.golden.make`. What is there is never made anew.

Genome files NAME.safetensors with the actions NAME.npy of their brains, one for each form that such files have had; and
runs NAME/ with a checkpoint, whose hash after some more steps stands in hashes.json. When a format changes, add a name.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from alife.brains import make_brain
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.records.genome import Genome, load_genome, save_genome

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent.parent / "genomes"
STEPS = 8  # of a brain, and of a run behind its checkpoint
SMALL = ("run.checkpoint_every=4", "run.metrics_every=2", "run.threads=1", "run.backend=cpu", "brain.memory=null")


def actions(genome: Genome) -> np.ndarray:
    """[STEPS, O] of the genome's brain, which sees plain fractions."""
    brain = make_brain(genome.brain, len(genome.meta["sensors"]), len(genome.meta["actuators"]))
    states = brain.new_states(1)
    seen = (np.arange(STEPS)[:, None] * 13 + np.arange(len(genome.meta["sensors"])) * 7) % 17
    looks = (seen.astype(np.float32) - 8) / 8
    return np.concatenate([brain.step(genome.params[None], states, look[None]) for look in looks])


def sampled(genome: Genome) -> Genome:
    """With a sample of three: champions of a population, since there are such samples."""
    return replace(genome, population={name: array[:3] for name, array in genome.population.items()})


def alone(genome: Genome) -> Genome:
    """Without one: the first form."""
    return replace(genome, population={})


def halved(genome: Genome) -> Genome:
    """Genes kept as float16, since brains may."""
    population = dict(sampled(genome).population)
    population["genome"] = population["genome"].astype(np.float16)
    memory = {**genome.brain["memory"], "storage": "float16"}
    brain = {**genome.brain, "storage": "float16", "memory": memory}
    return replace(genome, params=genome.params.astype(np.float16), brain=brain, population=population)


def honoured(genome: Genome) -> Genome:
    """One of a hall of fame: it names its parents."""
    return replace(alone(genome), meta={**genome.meta, "id": 17, "parents": [3]})


Form = Callable[[Genome], Genome]
GENOMES: dict[str, tuple[str, Form]] = {
    "meadow": ("meadow", sampled),
    "meadow-alone": ("meadow", alone),
    "meadow-half": ("meadow", halved),
    "cartpole": ("cartpole", sampled),
    "mushrooms": ("mushrooms", sampled),
    "mushrooms-hall": ("mushrooms", honoured),
}
RUNS = {
    "mushrooms-run": ("mushrooms", "run.generations", ("run.capacity=4", "run.elites=2", "world.encounters=2")),
    "meadow-run": ("meadow", "run.steps", ("run.capacity=24", "world.side=32", "world.population=16")),
}


def begin(name: str) -> None:
    """A run with one checkpoint, without what is of this machine, and its hash after STEPS more."""
    world, length, changes = RUNS[name]
    config = load_config(world, [*SMALL, *changes, f"{length}=4"])
    evolve(config, HERE / name)
    for extra in ("run.json", ".lock"):
        (HERE / name / extra).unlink()
    for extra in ("champions", "hall"):
        shutil.rmtree(HERE / name / extra, ignore_errors=True)
    longer = load_config(world, [*SMALL, *changes, f"{length}={4 + STEPS}"])
    hashes = json.loads((HERE / "hashes.json").read_text()) if (HERE / "hashes.json").exists() else {}
    hashes[name] = evolve(longer).simulation.state_hash()
    (HERE / "hashes.json").write_text(json.dumps(hashes, indent=1) + "\n")


def make() -> None:
    """Everything that is not there."""
    for name, (source, form) in GENOMES.items():
        if not (HERE / f"{name}.safetensors").exists():
            save_genome(HERE / f"{name}.safetensors", form(load_genome(SHIPPED / f"{source}.safetensors")))
            np.save(HERE / f"{name}.npy", actions(load_genome(HERE / f"{name}.safetensors")))
    for name in RUNS:
        if not (HERE / name).exists():
            begin(name)


if __name__ == "__main__":
    make()
