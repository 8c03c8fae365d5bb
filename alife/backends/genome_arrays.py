"""Genomes [N, G] in the memory of the host or of a GPU: NumPy arrays, or matrices that stay on the device.

A strategy works on them through laws and the functions below, which are the same for both. Single genomes are copied
to the host as needed; a device matrix is copied whole only if it is converted to an array, as a checkpoint does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.threads import Program
from alife.laws.law import Law, per_row
from alife.laws.rows import Columns, Table, Vector


class Matrix(Protocol):
    """The interface of a matrix of genomes; a NumPy array has it, too."""

    @property
    def shape(self) -> tuple[int, ...]:
        """[N, G]."""

    @property
    def dtype(self) -> np.dtype:
        """The dtype of a gene."""

    @property
    def ndim(self) -> int:
        """2."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """Returns its values on the host, [N, G]."""


Genomes: TypeAlias = "np.ndarray | Matrix"  # [N, G]


class GenomeArrays(Protocol):
    """Makes matrices in one memory, and runs laws over them."""

    def matrix(self, array: np.ndarray) -> Any:
        """Returns a matrix of these values, [N, G] float32."""

    def zeros(self, shape: tuple[int, int]) -> Any:
        """Returns a matrix of zeros, to be written by a law."""

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Runs a law over rows 0..count-1.

        names: name -> matrix or host array; scalars are arrays without dimensions. Host arrays may be written, too.
        """


class HostGenomeArrays:
    """Makes NumPy arrays."""

    def matrix(self, array: np.ndarray) -> np.ndarray:
        """Returns the array itself if it is contiguous float32, else a copy that is: [N, G]."""
        return np.ascontiguousarray(array, np.float32)

    def zeros(self, shape: tuple[int, int]) -> np.ndarray:
        """Returns zeros of float32."""
        return np.zeros(shape, np.float32)

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Runs a law over rows 0..count-1, compiled, on this thread."""
        Program(bind([law], names, Rows({law.rows: np.array([count], np.int64)}, {}))).run()


HOST = HostGenomeArrays()


def arrays_of(names: Mapping[str, Any]) -> GenomeArrays:
    """Returns the maker of the device matrices among these; `HOST` if there are none."""
    found: GenomeArrays = next((array.arrays for array in names.values() if hasattr(array, "arrays")), HOST)
    return found


def run_law(law: Law, names: Mapping[str, Any], count: int) -> None:
    """Runs a law over rows 0..count-1 in the memory of its matrices; scalars are arrays without dimensions."""
    arrays_of(names).run(law, names, count)


class Copy(Columns, table="copies"):
    """A row of the matrix that is written.

    which: row of the matrix that is copied. first, second, takes_first: the rows to choose from, and 1 or 0.
    """

    out: Vector[float]
    which: int
    first: Vector[float]
    second: Vector[float]
    takes_first: int


class Source(Columns, table="source"):
    """A row of the matrix, or of the two, that are copied."""

    genome: Vector[float]
    above: Vector[float]
    below: Vector[float]


SOURCE = {"source": "source"}


class Genes(Columns, table="checked"):
    """A genome that is checked.

    most: the largest magnitude that a gene may have. num_within: genes that have no larger one.
    """

    genome: Vector[float]
    most: float
    num_within: int


@per_row("copies", columns="out", tables=SOURCE)
def take_rows(copy: Copy, g: int, source: Table[Source]) -> None:
    """Row `which` of another matrix."""
    copy.out[g] = source[copy.which].genome[g]


@per_row("copies", columns="out")
def choose_rows(copy: Copy, g: int) -> None:
    """The row of one or the other."""
    copy.out[g] = copy.first[g] if copy.takes_first != 0 else copy.second[g]


@per_row("copies", columns="out", tables=SOURCE)
def join_rows(copy: Copy, g: int, source: Table[Source]) -> None:
    """Rows of one matrix, and then those of another."""
    count = len(source.above)
    copy.out[g] = source[copy.row].above[g] if copy.row < count else source[copy.row - count].below[g]


@per_row("checked")
def count_within(one: Genes) -> None:
    """Counts genes within bounds, of which NaN is none."""
    count = 0
    for g in range(len(one.genome)):
        if one.genome[g] >= -one.most and one.genome[g] <= one.most:
            count += 1
    one.num_within = count


def rows_beyond(genomes: Any, most: float) -> np.ndarray:
    """Returns the rows of genomes [N, G] with a gene that is NaN or of larger magnitude than `most`: [K] int64."""
    if isinstance(genomes, np.ndarray):
        return np.flatnonzero(~(np.abs(genomes) <= most).all(axis=1))
    count = genomes.shape[0]
    names = {"genome": genomes, "most": np.full(count, most, np.float32), "num_within": np.zeros(count, np.int32)}
    run_law(count_within, names, count)
    return np.flatnonzero(names["num_within"] < genomes.shape[1])


def rows(genomes: Any, which: np.ndarray) -> np.ndarray:
    """Returns copies of some genomes on the host: [K] rows -> [K, G]."""
    out = np.zeros((len(which), genomes.shape[1]), np.float32)
    if isinstance(genomes, np.ndarray):
        out[:] = genomes[which]
    elif len(which):
        run_law(take_rows, {"out": out, "genome": genomes, "which": np.asarray(which, np.int32)}, len(which))
    return out


def taken(genomes: Any, which: np.ndarray) -> Any:
    """Returns some genomes as a matrix in the same memory: [K] rows -> [K, G]."""
    if isinstance(genomes, np.ndarray):
        return genomes[which]
    out = genomes.arrays.zeros((len(which), genomes.shape[1]))
    fill(out, genomes, which)
    return out


def fill(out: Any, of: Any, which: np.ndarray) -> None:
    """Writes rows [K] of a matrix to the first K rows of another in the same memory, out: [N, G], K <= N."""
    if isinstance(out, np.ndarray):
        out[: len(which)] = of[which]
    elif len(which):
        run_law(take_rows, {"out": out, "genome": of, "which": np.asarray(which, np.int32)}, len(which))


def chosen(takes_first: np.ndarray, first: Any, second: Any) -> Any:
    """Returns rows of the first matrix where `takes_first` [N] is true, of the second elsewhere: [N, G]."""
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return np.where(takes_first[:, None], first, second)
    arrays = arrays_of({"first": first, "second": second})
    out = arrays.zeros((len(takes_first), first.shape[1]))
    names = {"out": out, "first": first, "second": second, "takes_first": takes_first.astype(np.int32)}
    arrays.run(choose_rows, names, len(takes_first))
    return out


def joined(above: Any, below: Any) -> Any:
    """Returns two matrices as one, [N + M, G]; on the device if one of them is there."""
    if isinstance(above, np.ndarray) and isinstance(below, np.ndarray):
        return np.concatenate([above, below.astype(above.dtype)])
    arrays, count = arrays_of({"above": above, "below": below}), above.shape[0] + below.shape[0]
    out = arrays.zeros((count, above.shape[1]))
    names = {"out": out, "above": above, "below": below}
    arrays.run(join_rows, {**names, **_as_float32(names)}, count)
    return out


def _as_float32(names: Mapping[str, Any]) -> dict[str, Any]:
    """Converts the host matrices to float32, the dtype of genes."""
    matrices = {name: array for name, array in names.items() if isinstance(array, np.ndarray) and array.ndim == 2}
    return {name: array.astype(np.float32) for name, array in matrices.items()}


def with_injected(genomes: Any, injected: np.ndarray | None) -> Any:
    """Returns genomes [N, G] with the last of them replaced by injected ones [K, G] from elsewhere."""
    if injected is None or not len(injected):
        return genomes
    return joined(taken(genomes, np.arange(len(genomes) - len(injected))), injected.astype(np.float32))
