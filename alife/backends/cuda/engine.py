"""The engine of a GPU: every stage of a step is a kernel in one stream, and the step is captured as a graph.

The fields are copied to the GPU once. A step reads its counts of rows there, so nothing waits for the host between
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from alife.backends.cuda.device import Device, Launch, Memory, first_device
from alife.backends.cuda.kernels import Kernel, Scratch, by_name, kernels_of, whole_text
from alife.backends.cuda.resident_fields import ResidentFields
from alife.backends.native_memory import NativeMemory
from alife.backends.program import Bindings, Stage
from alife.errors import UserError


class GpuEngine(NativeMemory):
    """An engine over the memory of a GPU; see `Engine`.

    Attributes:
        bindings: the host arrays that were copied.
        block: threads of a block for kernels that leave the choice: whole warps, at most 128; no result depends on it.
        device: the GPU.
        kernels, launches: those of a step, in order.
    """

    def __init__(self, bindings: Bindings, block: int = 128, device: Device | None = None) -> None:
        """Copies the life to the GPU.

        Raises:
            UserError: it does not fit there.
        """
        self.bindings, self.block, self.device = bindings, block, device or first_device()
        with self._out_of_memory_as_user_error():
            self._resident = ResidentFields(bindings.fields, self.device)
        self._scratch: dict[str, Memory] = {}
        self._writes: frozenset[str] = frozenset()
        self._graph: Callable[[], None] | None = None
        self.kernels: list[Kernel] = []
        self.launches: list[Launch] = []

    @property
    def fields(self) -> ResidentFields:
        """The fields; reading one waits for the GPU."""
        return self._resident

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Compiles the program of a step as few kernels, and copies what they name to the GPU; see `Engine`."""
        self.kernels = kernels_of(stages, self.bindings)
        self._writes = frozenset(name for kernel in self.kernels for name in kernel.writes)
        with self._out_of_memory_as_user_error():
            self._scratch = self._scratch_for(self.kernels)
        once = by_name(self.kernels)
        code = self.device.load(whole_text(self.kernels), list(once))
        with self._out_of_memory_as_user_error():
            launches = {name: self._launch_of(kernel, code[name]) for name, kernel in once.items()}
        self.launches = [launches[kernel.name] for kernel in self.kernels]
        self._graph = None

    def run(self, steps: int) -> None:
        """Queues `steps` steps on the GPU and returns before they are done."""
        if self._graph is None:
            self._graph = self.device.captured(self.step)
        self._resident.moved_on(self._writes)
        for _ in range(steps):
            self._graph()

    def step(self) -> None:
        """Queues one step, kernel by kernel."""
        for launch in self.launches:
            self.launch(launch)

    def launch(self, launch: Launch) -> None:
        """Queues one kernel of the step."""
        self._resident.moved_on(self._writes)
        self.device.launch(launch)

    def written(self, *names: str) -> None:
        """Copies fields whose host arrays the caller has changed to the GPU."""
        self._resident.push(names)

    def moved(self, *names: str) -> None:
        """Marks fields that something else has changed on the GPU."""
        self._resident.moved_on(names)

    # ---- building

    @contextmanager
    def _out_of_memory_as_user_error(self) -> Iterator[None]:
        """Turns MemoryError into one line: memory can run out late, as when another process takes it."""
        try:
            yield
        except MemoryError as error:
            most = len(self.bindings.rows.lists["living"]) * 9 // 10
            raise UserError(
                f"run.capacity: expected what fits into the memory of the {self.device.name}, got {error}; "
                f"write capacity: {most} or less, or end what else runs there",
                ("run", "capacity"),
            ) from None

    def _launch_of(self, kernel: Kernel, code: Any) -> Launch:
        count, block = self._resident.address(kernel.count), kernel.block or self.block
        return self.device.bind(
            code, kernel.args, count, kernel.threads, block, address=self._address, title=kernel.title
        )

    def _address(self, array: np.ndarray | Scratch) -> int:
        return self._scratch[array.name].ptr if isinstance(array, Scratch) else self._resident.address(array)

    def _scratch_for(self, kernels: Sequence[Kernel]) -> dict[str, Memory]:
        """Allocates each scratch array, as long as any kernel needs it."""
        lengths: dict[str, int] = {}
        for array in (array for kernel in kernels for array in kernel.args.scratch if isinstance(array, Scratch)):
            lengths[array.name] = max(lengths.get(array.name, 0), array.length)
        return {name: self.device.allocate(4 * length) for name, length in lengths.items()}
