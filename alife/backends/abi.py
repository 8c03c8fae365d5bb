"""The calling convention of kernels: what each 64-bit argument cell holds, on the host and on a GPU.

The cells of a kernel come in this order; a kernel has only the groups that it declares:

    brain    for each kind of slot in `KINDS`: address of its rows, stride of a row in elements; 0 and 0 if absent
    list     address of the int32 list of the rows that the kernel runs over
    steps    number of steps of a loop over steps
    params   of an array: address, then length and stride in elements of each dimension; of a scalar: its address;
             of a constant scalar: its bits
    scratch  addresses of int32 arrays that exist on the GPU only

A host kernel is `void name(i64 lo, i64 hi, ptr args)`: it runs rows lo..hi-1, and `args` points to its cells. A GPU
kernel is `void name(const long long* count, const name_cells cells)`: it runs rows 0..*count-1, and its cells are a
struct passed by value. The function of a law takes the same parts of each array, one parameter a part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from alife.cached import cached_property
from alife.laws.types import Array, Scalar, Type
from alife.ops.vocabulary import KINDS

Params = tuple[tuple[str, Type], ...]
MAX_PARAMS = 96  # of a GPU kernel: CUDA takes 4096 bytes, and an array of two dimensions has five cells


class Strided(Protocol):
    """An array in host or device memory. strides: in bytes."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def itemsize(self) -> int: ...


@dataclass(frozen=True)
class KernelArgs:
    """Declares the argument cells of a kernel, and prints the lines that read them.

    Attributes:
        listed: the kernel runs over a list of rows.
        steps: it takes a number of steps.
        brain: it runs a brain.
        params: name and type of each array and scalar of its laws.
        constants: names of the scalars among `params` whose cell holds their bits.
        scratch: names of its scratch arrays.
    """

    listed: bool = False
    steps: bool = False
    brain: bool = False
    params: Params = ()
    constants: frozenset[str] = frozenset()
    scratch: tuple[str, ...] = ()

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        """The number of each cell."""
        cells: list[tuple[str, ...]] = []
        cells += [("brain", kind, part) for kind in KINDS for part in ("", "stride")] * self.brain
        cells += [("list",)] * self.listed
        cells += [("steps",)] * self.steps
        cells += [("params", name, part) for name, kind in self.params for part in _parts(kind)]
        cells += [("scratch", name) for name in self.scratch]
        return {cell: place for place, cell in enumerate(cells)}

    def bind(
        self,
        *,
        rows: Strided | None = None,
        steps: int = 0,
        brain: Mapping[str, Strided] | None = None,
        params: Sequence[Strided] = (),
        scratch: Sequence[object] = (),
    ) -> BoundArgs:
        """Binds the cells to what they hold.

        Args:
            rows: [capacity] int32 list of rows.
            steps: number of steps.
            brain: kind of slot -> [capacity, ...] rows; a kind may be absent.
            params: one for each of `self.params`; scalars are arrays without dimensions.
            scratch: one for each of `self.scratch`, of any type that `address` takes.
        """
        return BoundArgs(self, rows, steps, dict(brain or {}), tuple(params), tuple(scratch))

    # ---- LLVM IR: lines of a function that has `ptr %args`

    def llvm_list(self) -> list[str]:
        """Reads %list."""
        return self._llvm_load("%list", "ptr", "list")

    def llvm_steps(self) -> list[str]:
        """Reads %steps."""
        return self._llvm_load("%steps", "i64", "steps")

    def llvm_rows(self, kind: str) -> list[str]:
        """Reads the rows of a kind of slot, and their stride in elements: %state and %state_stride."""
        address = self._llvm_load(f"%{kind}", "ptr", "brain", kind, "")
        return [*address, *self._llvm_load(f"%{kind}_stride", "i64", "brain", kind, "stride")]

    def llvm_params(self) -> list[str]:
        """Reads all arrays and scalars, under the names of `llvm_values`."""
        lines: list[str] = []
        for name, kind in self.params:
            if isinstance(kind, Scalar):
                lines += self._llvm_load(f"%p.{name}.at", "ptr", "params", name, "")
                lines.append(f"  %p.{name} = load {kind.llvm}, ptr %p.{name}.at")
                continue
            for part, value in zip(_parts(kind), llvm_values(name, kind), strict=True):
                lines += self._llvm_load(value, "i64" if part else "ptr", "params", name, part)
        return lines

    def _llvm_load(self, name: str, kind: str, *cell: str) -> list[str]:
        place = self._places[cell]
        return [
            f"  %cell{place} = getelementptr i64, ptr %args, i64 {place}",
            f"  {name} = load {kind}, ptr %cell{place}",
        ]

    # ---- CUDA C

    def cuda_head(self, kernel: str, bounds: str) -> list[str]:
        """The struct of the cells and the head of a kernel, which defines `list`, `cuda_values` and the scratch arrays.

        bounds: those of `__launch_bounds__`.
        """
        lines = [
            f"struct {kernel}_cells {{ long long at[{len(self._places)}]; }};",
            f'extern "C" __global__ void __launch_bounds__({bounds})',
            f"{kernel}(const long long* count, const {kernel}_cells cells) {{",
        ]
        if self.listed:
            lines.append(f"  const int* const list = (const int*){self._cuda('list')};")
        lines += [line for name, kind in self.params for line in self._cuda_param(name, kind)]
        return lines + [f"  int* const {name} = (int*){self._cuda('scratch', name)};" for name in self.scratch]

    @property
    def cuda_steps(self) -> str:
        """The number of steps."""
        return self._cuda("steps")

    def cuda_row(self, kind: str, element: str) -> str:
        """The address of row `row` of a kind of slot. element: type of a value."""
        return f"({element}*){self._cuda('brain', kind, '')} + row * {self._cuda('brain', kind, 'stride')}"

    def _cuda_param(self, name: str, kind: Type) -> list[str]:
        cells = [self._cuda("params", name, part) for part in _parts(kind)]
        if isinstance(kind, Array):
            types = [f"{kind.element.c}*", *["long long"] * (len(cells) - 1)]
            parts = zip(types, cuda_values(name, kind), cells, strict=True)
            return [f"  {type_} const {value} = ({type_}){cell};" for type_, value, cell in parts]
        if name not in self.constants:
            return [f"  const {kind.c} p_{name} = *(const {kind.c}*){cells[0]};"]
        bits = f"__uint_as_float((unsigned int){cells[0]})" if kind.is_float else f"({kind.c}){cells[0]}"
        return [f"  const {kind.c} p_{name} = {bits};"]

    def _cuda(self, *cell: str) -> str:
        return f"cells.at[{self._places[cell]}]"


BRAIN = KernelArgs(listed=True, brain=True)  # of a brain's step and birth


@dataclass(slots=True)
class BoundArgs:
    """The argument cells of a kernel, bound to what they hold; see `KernelArgs.bind`. Keeps the arrays alive."""

    declared: KernelArgs
    rows: Strided | None
    steps: int
    brain: Mapping[str, Strided]
    params: tuple[Strided, ...]
    scratch: tuple[object, ...]

    @property
    def arrays(self) -> list[Strided]:
        """The arrays that the cells point to, scratch aside."""
        listed = [] if self.rows is None else [self.rows]
        return [*listed, *self.brain.values(), *self.params]

    def host_cells(self) -> np.ndarray:
        """The cells of a kernel on the host: int64."""
        return np.array(self._cells(_host_address), np.int64)

    def device_cells(self, address: Callable[[Any], int]) -> np.ndarray:
        """The cells of a kernel on a GPU: [], one field of int64. address: returns an array's address there."""
        cells = self._cells(address)
        return np.array((tuple(cells),), [("at", np.int64, (len(cells),))])

    def _cells(self, address: Callable[[Any], int]) -> list[int]:
        declared, cells = self.declared, list[int]()
        if declared.brain:
            for kind in KINDS:
                rows = self.brain.get(kind)
                cells += (0, 0) if rows is None else (address(rows), rows.strides[0] // rows.itemsize)
        if declared.listed:
            cells.append(address(self.rows))
        if declared.steps:
            cells.append(self.steps)
        for (name, _), array in zip(declared.params, self.params, strict=True):
            cells += [_bits(array)] if name in declared.constants else [address(array), *_extents(array)]
        cells += map(address, self.scratch)
        return cells


def _host_address(array: np.ndarray) -> int:
    return array.ctypes.data


def _bits(scalar: Strided) -> int:
    assert isinstance(scalar, np.ndarray)
    return int.from_bytes(scalar.tobytes(), "little", signed=True)


def _extents(array: Strided) -> list[int]:
    """Length and stride in elements of each dimension."""
    sizes = zip(array.shape, array.strides, strict=True)
    return [size for length, stride in sizes for size in (length, stride // array.itemsize)]


def _parts(kind: Type) -> list[str]:
    """The parts of an array or scalar, in order: "" for its address or value, n0 for a length, s0 for a stride."""
    axes = range(kind.ndim) if isinstance(kind, Array) else ()
    return ["", *(f"{part}{axis}" for axis in axes for part in "ns")]


# ---- the function of a law


def llvm_values(name: str, kind: Type) -> list[str]:
    """The LLVM values of an array or scalar: %p.x, %p.x.n0, %p.x.s0."""
    return [f"%p.{name}.{part}" if part else f"%p.{name}" for part in _parts(kind)]


def llvm_arguments(name: str, kind: Type) -> list[str]:
    """The values with their types, as a call has them."""
    first, *sizes = llvm_values(name, kind)
    return [f"{kind.llvm if isinstance(kind, Scalar) else 'ptr'} {first}", *(f"i64 {size}" for size in sizes)]


def llvm_parameters(params: Params) -> str:
    """The parameters of a law's function, as its definition has them."""
    arguments = [text for name, kind in params for text in llvm_arguments(name, kind)]
    return ", ".join(text.replace("ptr ", "ptr noalias ") for text in arguments)


def cuda_values(name: str, kind: Type) -> list[str]:
    """The C variables of an array or scalar: p_x, p_x_n0, p_x_s0."""
    return [f"p_{name}_{part}" if part else f"p_{name}" for part in _parts(kind)]


def cuda_parameters(params: Params) -> str:
    """The parameters of a law's function, as its definition has them."""
    declared: list[str] = []
    for name, kind in params:
        first, *sizes = cuda_values(name, kind)
        type_ = kind.c if isinstance(kind, Scalar) else f"{kind.element.c}* __restrict__"
        declared += [f"{type_} {first}", *(f"long long {size}" for size in sizes)]
    return ", ".join(declared)
