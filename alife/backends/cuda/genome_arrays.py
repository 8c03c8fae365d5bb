"""Matrices of genomes in a card's memory, and laws run over them there, one at a time.

The text is that of the laws' CUDA form, so that a strategy is the same to the last bit on card and host. Arrays of the
host that a law names are copied to the card for the call, and those that it writes are copied back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from alife.backends.abi import pointer_cells
from alife.backends.binding import Typed, typed
from alife.backends.cuda import law_expressions, law_statements, nvrtc
from alife.backends.cuda.device import Device, Memory, span
from alife.laws.ir import Function
from alife.laws.law import Law

BLOCK = 128  # threads
WAVES = 16  # blocks a multiprocessor, at most: threads take further rows in turn
NAME = "evolution_law"


class DeviceMatrix:
    """[N, G] on a card. Values are written once, by the law that makes it; reading it as an array copies it.

    stand: an array of the same type, shape and strides without memory of its own. ptr: where it lies on the card.
    """

    def __init__(self, machine: DeviceGenomeArrays, stand: np.ndarray, ptr: int, owner: Memory | None) -> None:
        self.machine, self.stand, self.ptr, self._owner = machine, stand, ptr, owner

    @property
    def shape(self) -> tuple[int, ...]:
        """[N, G]."""
        return self.stand.shape

    @property
    def dtype(self) -> np.dtype:
        """Of a gene."""
        return self.stand.dtype

    @property
    def ndim(self) -> int:
        """2."""
        return self.stand.ndim

    def __len__(self) -> int:
        return len(self.stand)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """A copy of it on the host."""
        array = np.zeros(self.stand.shape, self.stand.dtype)
        self.machine.card.download(array, self.ptr)
        return array if dtype is None else array.astype(dtype)


class DeviceGenomeArrays:
    """Makes matrices on a card and runs laws over them."""

    def __init__(self, card: Device) -> None:
        self.card = card
        self._kernels: dict[str, Any] = {}

    def matrix(self, array: np.ndarray) -> DeviceMatrix:
        """A copy of [N, G] float32 values on the card."""
        made = self.zeros((array.shape[0], array.shape[1]))
        self.card.upload(made.ptr, np.ascontiguousarray(array, np.float32))
        return made

    def zeros(self, shape: tuple[int, int]) -> DeviceMatrix:
        """A matrix to be written. Raises MemoryError where it does not fit."""
        memory = self.card.allocate(4 * shape[0] * shape[1])
        return DeviceMatrix(self, _stand(shape, (4 * shape[1], 4), np.dtype(np.float32)), memory.ptr, memory)

    def at(self, ptr: int, array: np.ndarray) -> DeviceMatrix:
        """What lies at an address of the card, with the type, shape and strides of an array of the host."""
        return DeviceMatrix(self, _stand(array.shape, array.strides, array.dtype), ptr, None)

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Run a law over rows 0..count-1; scalars are arrays without dimensions."""
        stands = {name: array.stand if isinstance(array, DeviceMatrix) else array for name, array in names.items()}
        function = _translated(typed(law, stands, None))
        fixed = [name for name, array in stands.items() if not array.ndim]
        text = law_statements.print_kernel(NAME, [(function, law.arguments)], law.kind, fixed)
        copies = {name: self._copy(names[name]) for name in law.arguments if name not in fixed}
        order = law_statements.cell_names([(function, law.arguments)], law.kind)
        cells = [cell for name in order for cell in _cells(stands[name], copies.get(name))]
        total = self._copy(np.array([count], np.int64))
        packed = np.array((cells,), [("at", np.int64, (len(cells),))])
        self.card.launch(self._kernel(text), self._blocks(law, stands, count), BLOCK, total.ptr, packed)
        written = dict(zip(law.parameters, law.arguments, strict=True))
        for name in (written[parameter] for parameter in function.writes):
            if isinstance(names[name], np.ndarray):
                self.card.download(names[name], copies[name].ptr)
        self.card.synchronize()  # what was copied for this call is let go of

    def _copy(self, array: np.ndarray | DeviceMatrix) -> Memory | DeviceMatrix:
        if isinstance(array, DeviceMatrix):
            return array
        memory = self.card.allocate(span(array))
        self.card.upload(memory.ptr, array)
        return memory

    def _kernel(self, text: str) -> Any:
        if text not in self._kernels:
            cubin = nvrtc.cubin("\n".join([law_expressions.INLINE, law_expressions.PRELUDE, text]), self.card.arch)
            self._kernels[text] = self.card.kernels(cubin, [NAME])[NAME]
        return self._kernels[text]

    def _blocks(self, law: Law, stands: Mapping[str, np.ndarray], count: int) -> int:
        bound = dict(zip(law.parameters, law.arguments, strict=True))
        threads = count * (stands[bound[law.columns]].shape[1] if law.columns else 1)
        return max(1, min(-(-threads // BLOCK), self.card.processors * WAVES))


@lru_cache(maxsize=256)
def _translated(signature: Typed) -> Function:
    law, types, _ = signature
    return law.translate(dict(types), None)


def _stand(shape: tuple[int, ...], strides: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    return np.lib.stride_tricks.as_strided(np.zeros(1, kind), shape, strides)


def _cells(stand: np.ndarray, copy: Memory | DeviceMatrix | None) -> list[int]:
    """A scalar's bits, or an array's address on the card, lengths and strides."""
    if copy is None:
        return [int.from_bytes(stand.tobytes(), "little", signed=True)]
    return [copy.ptr, *pointer_cells(stand)[1:]]
