"""Serial laws in many threads: the kernels of a GPU that leave the same values as one thread does."""

from __future__ import annotations

from dataclasses import dataclass

PARTS = 256  # blocks of a pass that splits its work into as many parts


@dataclass(frozen=True)
class Pass:
    """One kernel of a `Parallel` law: CUDA C over the columns that the law names, under the names of `abi.cuda_values`.

    over: the column whose length is the number of threads needed; "" for `PARTS` blocks, one per part. The body
    distributes its work over the threads of the launch, whole blocks of whole warps.
    """

    body: str
    over: str = ""


@dataclass(frozen=True)
class Parallel:
    """A serial law as kernels of many threads, which leave the same values; a test checks that.

    scratch: int32 arrays of its own, as (name, the column whose length it has, or the number of values).
    """

    passes: tuple[Pass, ...]
    scratch: tuple[tuple[str, str | int], ...] = ()
