"""The columns of agents in every world, and statistics and hashes of whole populations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from alife.config.declarations import refuse
from alife.laws.fields import Field
from alife.world import World


def population_fields(
    genes: int, states: int, observations: int, actions: int, gene_type: str = "float32", phenotypes: int = 0
) -> tuple[Field, ...]:
    """Returns the columns that agents have in every world.

    genes, states, observations, actions, phenotypes: G, S, I, O, P, values of a row; 0 phenotypes make no
    column. gene_type: float32 or float16.
    """
    born = Field(
        "phenotype", "float32", (phenotypes,), meaning="weights and tables that its genes were developed into at birth"
    )
    return (
        *((born,) if phenotypes else ()),
        Field("alive", "uint8", meaning="1 while the slot holds a living agent", low=0, high=1),
        Field("id", "int64", meaning="never reused", low=0),
        Field("parent_id", "int64", meaning="-1 for a founder", low=-1),
        Field("birth_step", "int64", unit="steps", meaning="when it was placed", low=0),
        Field("generation", "int32", meaning="0 for a founder, else the parent's + 1", low=0),
        Field("clade", "int64", meaning="id of the founder it descends from", low=0),
        Field("offspring", "int32", meaning="children placed so far", low=0),
        Field("genome", gene_type, (genes,), unit="-1..1", meaning="genes", finite=True),
        Field("state", "float32", (states,), meaning="the brain's state and memory, zero at birth"),
        Field("observations", "float32", (observations,), meaning="what it sensed in the last step", kept=False),
        Field("actions", "float32", (actions,), meaning="raw outputs of its brain in the last step", kept=False),
        Field("wants_child", "uint8", meaning="set by the world: place a child of it in this step", kept=False),
        Field("died", "uint8", meaning="1 + cause of death, set by the world; 0 while it lives", kept=False),
        Field("parent_slot", "int32", meaning="of a newborn: its parent's slot", kept=False),
        Field("living", "int32", meaning="slots of the living, ascending; then unused", kept=False),
        Field("newborn", "int32", meaning="slots of this step's children; then unused", kept=False),
        Field("parents", "int32", meaning="slots of those who got a child; then unused", kept=False),
        Field("candidates", "int32", meaning="slots of those who want a child; then unused", kept=False),
        Field("child_rank", "int32", meaning="of a newborn: its place among this step's children", kept=False),
        Field("dead", "int32", meaning="slots of this step's dead; then unused", kept=False),
        Field("dead_id", "int64", table="log", meaning="log of the dead since it was last read", kept=False),
        Field("dead_parent", "int64", table="log", meaning="log of the dead", kept=False),
        Field("dead_birth", "int64", table="log", unit="steps", meaning="log of the dead", kept=False),
        Field("dead_step", "int64", table="log", unit="steps", meaning="log of the dead", kept=False),
        Field("dead_cause", "int32", table="log", meaning="log of the dead", kept=False),
    )


def own_fields(world: World, taken: Iterable[Field]) -> tuple[Field, ...]:
    """Returns the columns that a world declares.

    Raises:
        LocatedError: one has the name of a column that the engine has, which `taken` lists.
    """
    names = {field.name for field in taken}
    for part in world.columns:
        for name, field in part.columns().items():
            if field.name in names:
                refuse(part, name, "a column that is new", f"{field.name}, which every agent has", "another name")
    return world.fields


def state_hash(arrays: Mapping[str, np.ndarray]) -> str:
    """Returns the SHA-256 of arrays [...], in the order of their names, with every NaN made the same one first."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        if array.dtype.kind == "f" and np.isnan(array).any():
            array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def spread(rows: np.ndarray, most: int = 64) -> np.ndarray:
    """Returns at most `most` of the rows, evenly chosen: [N] -> [<= most]."""
    chosen: np.ndarray = rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
    return chosen


def diversity(genomes: np.ndarray) -> float:
    """Returns the root mean square difference of a gene between two of the genomes [N, G]; 0 for clones."""
    if len(genomes) < 2:
        return 0.0
    variance = genomes.astype(np.float64).var(axis=0).mean() * 2 * len(genomes) / (len(genomes) - 1)
    return float(np.sqrt(variance))
