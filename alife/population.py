"""The population as a struct of arrays: one table of fields allocates, saves, hashes and documents every column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

ALIGNMENT = 64  # bytes: rows of two-dimensional fields start on a cache line


@dataclass(frozen=True)
class Field:
    """One column. Its array is [rows of its table, *shape].

    kept: part of the life, so saved and hashed; a field that each step fills anew before reading it is not.
    """

    name: str
    dtype: str
    shape: tuple[int, ...] = ()
    table: str = "agents"
    unit: str = ""
    meaning: str = ""
    kept: bool = True


def population_fields(
    genes: int, states: int, observations: int, actions: int, gene_type: str = "float32", phenotypes: int = 0
) -> tuple[Field, ...]:
    """The columns that agents have in every world. gene_type: float32 or float16. phenotypes: 0 is no column."""
    born = Field("phenotype", "float32", (phenotypes,), meaning="what its genes came to at birth")
    return (
        *((born,) if phenotypes else ()),
        Field("alive", "uint8", meaning="1 while the slot holds a living agent"),
        Field("id", "int64", meaning="never reused"),
        Field("parent_id", "int64", meaning="-1 for a founder"),
        Field("birth_step", "int64", unit="steps", meaning="when it was placed"),
        Field("generation", "int32", meaning="0 for a founder, else the parent's + 1"),
        Field("clade", "int64", meaning="id of the founder it descends from"),
        Field("offspring", "int32", meaning="children placed so far"),
        Field("genome", gene_type, (genes,), unit="-1..1", meaning="genes"),
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


def cell_list_fields() -> tuple[Field, ...]:
    """The columns of alife.cells; the world gives the tables "bins" (B rows) and "bin_ends" (B + 1 rows)."""
    return (
        Field("bin_of", "int32", meaning="bin of each agent", kept=False),
        Field("bin_slots", "int32", meaning="slots sorted by bin", kept=False),
        Field("bin_count", "int32", table="bins", meaning="agents in the bin", kept=False),
        Field("bin_start", "int32", table="bin_ends", meaning="where the bin's run begins", kept=False),
    )


class Fields(Mapping[str, np.ndarray]):
    """The arrays of a field table. fields["energy"] is [capacity], fields["genome"] a [capacity, G] view."""

    def __init__(self, table: Iterable[Field], rows: Mapping[str, int]) -> None:
        """rows: length of each table.

        Raises:
            ValueError: two fields of one name.
        """
        self.table: dict[str, Field] = {}
        self._arrays: dict[str, np.ndarray] = {}
        for field in table:
            if field.name in self.table:
                raise ValueError(f"expected one field of each name, got {field.name} twice; rename one")
            self.table[field.name] = field
            self._arrays[field.name] = aligned(rows[field.table], field.shape, field.dtype)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def tables(self) -> dict[str, str]:
        """Name of each field's table."""
        return {name: field.table for name, field in self.table.items()}

    def row(self, name: str, row: int) -> np.ndarray:
        """A copy of one row of a field: [...]."""
        copy: np.ndarray = self.rows(name, np.array([row]))[0]
        return copy

    def total(self, name: str) -> int:
        """Sum over all values of a field of whole numbers. Cheap wherever the fields are."""
        return int(self[name].sum(dtype=np.int64))

    def row_bytes(self, name: str) -> int:
        """Bytes of one row of a field, without its padding."""
        array = self._arrays[name]
        return array.itemsize * int(np.prod(array.shape[1:]))

    def kept(self) -> dict[str, np.ndarray]:
        """The arrays that make the life."""
        return {name: self[name] for name, field in self.table.items() if field.kept}

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Copies of some rows of a field: [K] slots -> [K, ...]. Cheap wherever the fields are."""
        copies: np.ndarray = self[name][rows]
        return copies


def aligned(rows: int, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Zeros [rows, *shape] whose rows start on cache lines when there is a second dimension."""
    kind = np.dtype(dtype)
    if not shape:
        return _aligned_flat(rows, kind)
    width = int(np.prod(shape))
    step = ALIGNMENT // kind.itemsize
    padded = -(-width // step) * step
    return _aligned_flat(rows * padded, kind).reshape(rows, padded)[:, :width].reshape(rows, *shape)


def _aligned_flat(length: int, kind: np.dtype) -> np.ndarray:
    raw = np.zeros(length * kind.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + length * kind.itemsize].view(kind)


def state_hash(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over arrays in the order of their names, every NaN made the same one first."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        if array.dtype.kind == "f" and np.isnan(array).any():
            array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def spread(rows: np.ndarray, most: int = 64) -> np.ndarray:
    """At most so many of the rows, evenly chosen: [N] -> [<= most]."""
    chosen: np.ndarray = rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
    return chosen


def diversity(genomes: np.ndarray) -> float:
    """Root mean square difference of a gene between two of the genomes: [N, G] -> 0 for clones."""
    if len(genomes) < 2:
        return 0.0
    variance = genomes.astype(np.float64).var(axis=0).mean() * 2 * len(genomes) / (len(genomes) - 1)
    return float(np.sqrt(variance))
