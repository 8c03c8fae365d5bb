"""Genomes [N, G] wherever they are: NumPy arrays of the host, or matrices that stay in the memory of a card.

A strategy works on them through laws and the few functions here, which are the same for both. What it reads of single
genomes is copied; a matrix of a card is copied whole only where somebody asks for it as an array, as a checkpoint does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.threads import Program
from alife.laws.law import Law, per_row


class Matrix(Protocol):
    """What a strategy may do with a matrix: a NumPy array is one, too."""

    @property
    def shape(self) -> tuple[int, ...]:
        """[N, G]."""

    @property
    def dtype(self) -> np.dtype:
        """Of a gene."""

    @property
    def ndim(self) -> int:
        """2."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """Its values on the host."""


Genomes: TypeAlias = "np.ndarray | Matrix"  # [N, G]


class GenomeArrays(Protocol):
    """Where matrices are, and laws over them run."""

    def matrix(self, array: np.ndarray) -> Any:
        """A matrix of these values, [N, G] float32."""

    def zeros(self, shape: tuple[int, int]) -> Any:
        """A matrix to be written."""

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Run a law over rows 0..count-1; scalars are arrays without dimensions. Arrays of the host change, too."""


class HostGenomeArrays:
    """Matrices are NumPy arrays."""

    def matrix(self, array: np.ndarray) -> np.ndarray:
        """The array itself, in one piece."""
        return np.ascontiguousarray(array, np.float32)

    def zeros(self, shape: tuple[int, int]) -> np.ndarray:
        """An array of zeros."""
        return np.zeros(shape, np.float32)

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Compiled, on this thread."""
        Program(bind([law], names, Rows({law.rows: np.array([count], np.int64)}, {}))).run()


HOST = HostGenomeArrays()


def machine_of(names: Mapping[str, Any]) -> GenomeArrays:
    """Where the matrices among these are; the host, if there are none."""
    found: GenomeArrays = next((array.machine for array in names.values() if hasattr(array, "machine")), HOST)
    return found


def run_law(law: Law, names: Mapping[str, Any], count: int) -> None:
    """Run a law over rows 0..count-1, where its matrices are; scalars are arrays without dimensions."""
    machine_of(names).run(law, names, count)


@per_row("agents", columns="out")
def take_rows(i, g, out, of, which):
    """Row `which` of another matrix."""
    out[i, g] = of[which[i], g]


@per_row("agents", columns="out")
def choose_rows(i, g, out, first, second, takes_first):
    """The row of one or the other."""
    out[i, g] = first[i, g] if takes_first[i] != 0 else second[i, g]


@per_row("agents", columns="out")
def join_rows(i, g, out, above, below, count):
    """Rows of one matrix, and then those of another."""
    out[i, g] = above[i, g] if i < count else below[i - count, g]


def rows(genomes: Any, which: np.ndarray) -> np.ndarray:
    """Copies of some genomes on the host: [K] rows -> [K, G]."""
    out = np.zeros((len(which), genomes.shape[1]), np.float32)
    if isinstance(genomes, np.ndarray):
        out[:] = genomes[which]
    elif len(which):
        run_law(take_rows, {"out": out, "of": genomes, "which": np.asarray(which, np.int32)}, len(which))
    return out


def taken(genomes: Any, which: np.ndarray) -> Any:
    """Some genomes as a matrix in the same place: [K] rows -> [K, G]."""
    if isinstance(genomes, np.ndarray):
        return genomes[which]
    out = genomes.machine.zeros((len(which), genomes.shape[1]))
    fill(out, genomes, which)
    return out


def fill(out: Any, of: Any, which: np.ndarray) -> None:
    """Make the first genomes of a new matrix [N, G] those rows [K] of another in the same place, K <= N."""
    if isinstance(out, np.ndarray):
        out[: len(which)] = of[which]
    elif len(which):
        run_law(take_rows, {"out": out, "of": of, "which": np.asarray(which, np.int32)}, len(which))


def chosen(takes_first: np.ndarray, first: Any, second: Any) -> Any:
    """[N, G]: rows of the first where `takes_first` [N] is true, of the second elsewhere."""
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return np.where(takes_first[:, None], first, second)
    machine = machine_of({"first": first, "second": second})
    out = machine.zeros((len(takes_first), first.shape[1]))
    names = {"out": out, "first": first, "second": second, "takes_first": takes_first.astype(np.int32)}
    machine.run(choose_rows, names, len(takes_first))
    return out


def joined(above: Any, below: Any) -> Any:
    """Two matrices as one, [N + M, G], where one of them is on a card on that."""
    if isinstance(above, np.ndarray) and isinstance(below, np.ndarray):
        return np.concatenate([above, below.astype(above.dtype)])
    machine, count = machine_of({"above": above, "below": below}), above.shape[0] + below.shape[0]
    out = machine.zeros((count, above.shape[1]))
    names = {"out": out, "above": above, "below": below, "count": np.array(above.shape[0], np.int32)}
    machine.run(join_rows, {**names, **_single(names)}, count)
    return out


def _single(names: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of the host as float32, which genes are."""
    return {name: array.astype(np.float32) for name, array in names.items() if _of_host(array)}


def _of_host(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.ndim == 2


def with_guests(genomes: Any, guests: np.ndarray | None) -> Any:
    """Genomes [N, G] asked, the last of them replaced by guests [K, G] from elsewhere."""
    if guests is None or not len(guests):
        return genomes
    return joined(taken(genomes, np.arange(len(genomes) - len(guests))), guests.astype(np.float32))
