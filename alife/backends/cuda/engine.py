"""The engine on a graphics card: everything of a step happens there, as kernels in one stream, captured as a graph.

The fields are copied to the card once. A step reads its counters there, so nothing waits for the host between steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from alife.backends.cuda.device import Device, Launch, Memory, first_device
from alife.backends.cuda.kernels import Kernel, Scratch, by_name, kernels_of, whole_text
from alife.backends.cuda.resident_fields import ResidentFields
from alife.backends.program import Bindings, Stage
from alife.errors import UserError


class GpuEngine:
    """A life in the memory of a card.

    block: threads of a block where a kernel leaves the choice, whole warps, at most 128; no result depends on it.
    kernels, launches: of a step, in order.
    """

    def __init__(self, setting: Bindings, block: int = 128, device: Device | None = None) -> None:
        """Copy the life to the card. Raises UserError where it does not fit."""
        self.bindings, self.block, self.device = setting, block, device or first_device()
        with self._in_room():
            self._resident = ResidentFields(setting.fields, self.device)
        self._scratch: dict[str, Memory] = {}
        self._writes: frozenset[str] = frozenset()
        self._graph: Callable[[], None] | None = None
        self.kernels: list[Kernel] = []
        self.launches: list[Launch] = []

    @property
    def fields(self) -> ResidentFields:
        """The fields as they are when read; reading one waits for the card."""
        return self._resident

    def prepare(self, parts: Sequence[Stage]) -> None:
        """Compile the parts, as few kernels as possible, and place what they name."""
        self.kernels = kernels_of(parts, self.bindings)
        self._writes = frozenset(name for kernel in self.kernels for name in kernel.writes)
        with self._in_room():
            self._scratch = self._scratch_for(self.kernels)
        once = by_name(self.kernels)
        code = self.device.load(whole_text(self.kernels), list(once))
        with self._in_room():
            made = {name: self._launch(kernel, code[name]) for name, kernel in once.items()}
        self.launches = [made[kernel.name] for kernel in self.kernels]
        self._graph = None

    def run(self, steps: int) -> None:
        """Ask the card for so many steps; this returns before they are done."""
        if self._graph is None:
            self._graph = self.device.captured(self.step)
        self._resident.moved_on(self._writes)
        for _ in range(steps):
            self._graph()

    def step(self) -> None:
        """One step, kernel by kernel."""
        for launch in self.launches:
            self.launch(launch)

    def launch(self, launch: Launch) -> None:
        """One kernel."""
        self._resident.moved_on(self._writes)
        self.device.launch(launch)

    def written(self, *names: str) -> None:
        """Copy what the host has changed to the card."""
        self._resident.push(names)

    def moved(self, *names: str) -> None:
        """Something else than this engine has changed these fields on the card."""
        self._resident.moved_on(names)

    # ---- building

    @contextmanager
    def _in_room(self) -> Iterator[None]:
        """Memory that runs out late, say because another process takes it, is one line, too."""
        try:
            yield
        except MemoryError as error:
            most = len(self.bindings.rows.lists["living"]) * 9 // 10
            raise UserError(
                f"run.capacity: expected what fits into the memory of the {self.device.name}, came {error}; "
                f"write capacity: {most} or less, or end what else runs there"
            ) from None

    def _launch(self, made: Kernel, kernel: Any) -> Launch:
        count, block = self._resident.address(made.count), made.block or self.block
        return self.device.bind(kernel, made.args, count, made.threads, block, address=self._address, title=made.title)

    def _address(self, array: np.ndarray | Scratch) -> int:
        return self._scratch[array.name].ptr if isinstance(array, Scratch) else self._resident.address(array)

    def _scratch_for(self, kernels: Sequence[Kernel]) -> dict[str, Memory]:
        """Each scratch array, as long as any kernel needs it."""
        lengths: dict[str, int] = {}
        for array in (array for kernel in kernels for array in kernel.args.scratch if isinstance(array, Scratch)):
            lengths[array.name] = max(lengths.get(array.name, 0), array.length)
        return {name: self.device.allocate(4 * length) for name, length in lengths.items()}
