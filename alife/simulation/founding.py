"""Founders of a shared world: they are placed in the first slots, and the world's laws give them their bodies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.backends.checks import run_checked
from alife.backends.cpu.engine import CpuEngine
from alife.backends.program import birth_stages
from alife.brains import Brain
from alife.errors import UserError
from alife.simulation import births
from alife.world import SharedWorld

Founders = Mapping[str, np.ndarray]  # "genome": [F, G], and any of the world's heritable fields: [F]


def place_founders(
    engine: CpuEngine,
    world: SharedWorld,
    brain: Brain,
    seed: int,
    mates: bool,
    founders: Founders | None,
    count: int,
    first_id: int = 0,
) -> None:
    """Places founders in the fields of an engine, and runs the laws that begin a life.

    Args:
        engine: holds new fields.
        world, brain: of the life.
        seed: of the genomes that are drawn.
        mates: True if agents may have two parents.
        founders: repeated in order; None draws random genomes.
        count: number of founders.
        first_id: id of the first of them.

    Raises:
        UserError: more founders than slots, or genomes that do not fit the brain.
    """
    f = engine.fields
    capacity = len(f["alive"])
    if count > capacity:
        raise UserError(
            f"run.capacity: expected room for {count} founders, got {capacity}; write capacity: {count} or more",
            ("run", "capacity"),
        )
    if founders is not None:
        _check_genomes(founders["genome"], brain)
    f["alive"][:count] = 1
    f["id"][:count] = f["clade"][:count] = np.arange(first_id, first_id + count)
    f["parent_id"][:count] = -1
    if mates:
        f["second_parent_id"][:count] = -1
    f["living"][:count] = np.arange(count)
    f["num_living"][0] = count
    f["next_id"][0] = first_id + count
    given = founders or {"genome": brain.init(count, seed)}
    f["genome"][:count] = np.resize(given["genome"], (count, brain.num_genes))
    run_checked(engine, (births.begin, births.salt_founder, *world.stage("reset")))
    for name in world.heritable:
        if name in given:
            f[name][:count] = np.resize(given[name], (count, *f[name].shape[1:]))
    grown = birth_stages(brain.program, "living")
    run_checked(engine, (births.begin, *grown, *world.stage("founding")))


def _check_genomes(genomes: np.ndarray, brain: Brain) -> None:
    """Checks genomes [F, G]. Raises UserError."""
    shape = genomes.shape
    if len(shape) != 2 or shape[0] < 1 or shape[1] != brain.num_genes:
        raise UserError(
            f"founders: expected genomes of {brain.num_genes} genes for this brain, "
            f"got an array of shape {shape}; write the brain that they were evolved with"
        )
