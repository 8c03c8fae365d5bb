"""Matrices of genomes in a card's memory, and laws run over them there, one at a time.

The text is that of the laws' CUDA form, so that a strategy is the same to the last bit on card and host. Arrays of the
host that a law names are copied to the card for the call, and those that it writes are copied back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from alife.backends.binding import Typed, typed
from alife.backends.cuda import law_expressions, law_statements
from alife.backends.cuda.device import Device, DeviceArray, Memory
from alife.laws.ir import Function
from alife.laws.law import Law

BLOCK = 128  # threads
NAME = "evolution_law"


class DeviceMatrix(DeviceArray):
    """[N, G] on a card. Values are written once, by the law that makes it; reading it as an array copies it."""

    def __init__(
        self,
        machine: DeviceGenomeArrays,
        ptr: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        dtype: np.dtype,
        owner: Memory | None,
    ) -> None:
        super().__init__(ptr, shape, strides, dtype, owner)
        self.machine = machine

    @property
    def ndim(self) -> int:
        """2."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """A copy of it on the host."""
        array = np.zeros(self.shape, self.dtype)
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
        return DeviceMatrix(self, memory.ptr, shape, (4 * shape[1], 4), np.dtype(np.float32), memory)

    def at(self, ptr: int, array: np.ndarray) -> DeviceMatrix:
        """What lies at an address of the card, with the type, shape and strides of an array of the host."""
        return DeviceMatrix(self, ptr, array.shape, array.strides, array.dtype, None)

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Run a law over rows 0..count-1; scalars are arrays without dimensions."""
        function = _translated(typed(law, names, None))
        laws = [(function, law.arguments)]
        args = law_statements.law_args(laws, law.kind, [name for name, array in names.items() if not array.ndim])
        kernel = self._kernel(law_statements.print_kernel(NAME, laws, law.kind, args))
        placed = {name: self._placed(names[name]) for name, _ in args.params if name not in args.constants}
        bound = args.bind(params=[placed.get(name, names[name]) for name, _ in args.params])
        total = self.card.to_device(np.array([count], np.int64))
        self.card.call(kernel, bound, total.ptr, self._threads(law, names, count), BLOCK)
        written = dict(zip(law.parameters, law.arguments, strict=True))
        for name in (written[parameter] for parameter in function.writes):
            if isinstance(names[name], np.ndarray):
                self.card.download(names[name], placed[name].ptr)
        self.card.synchronize()  # what was copied for this call is let go of

    def _placed(self, array: np.ndarray | DeviceMatrix) -> DeviceArray:
        return array if isinstance(array, DeviceMatrix) else self.card.to_device(array)

    def _kernel(self, text: str) -> Any:
        if text not in self._kernels:
            whole = "\n".join([law_expressions.INLINE, law_expressions.PRELUDE, text])
            self._kernels[text] = self.card.load(whole, [NAME])[NAME]
        return self._kernels[text]

    @staticmethod
    def _threads(law: Law, names: Mapping[str, Any], count: int) -> int:
        bound = dict(zip(law.parameters, law.arguments, strict=True))
        return count * (names[bound[law.columns]].shape[1] if law.columns else 1)


@lru_cache(maxsize=256)
def _translated(signature: Typed) -> Function:
    law, types, _ = signature
    return law.translate(dict(types), None)
