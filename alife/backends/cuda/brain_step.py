"""One step of a brain on the GPU over host arrays, which are copied there; what changes is copied back.

For whole lives use an engine, which keeps the fields on the GPU.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cuda.device import first_device
from alife.backends.cuda.kernels import SHARED_TEXT
from alife.backends.cuda.ops_kernel import BLOCK, NAME, kernel_text
from alife.backends.cuda.register_builder import LANES
from alife.ops.program import BrainProgram


class DeviceBrainStep:
    """The step of a brain, compiled for the GPU."""

    def __init__(self, brain: BrainProgram) -> None:
        """Compiles the step.

        Raises:
            UserError: no GPU answers.
        """
        self._device, self._width = first_device(), brain.width
        text = "\n".join([*SHARED_TEXT, kernel_text(brain.step, brain.width)])
        self._kernel = self._device.load(text, [NAME])[NAME]

    def __call__(self, rows: Mapping[str, np.ndarray]) -> None:
        """Runs the step over all rows. rows: kind of slot -> [N, ...] float32; state and output are changed."""
        count = len(rows["input"])
        copies = {kind: self._device.to_device(array) for kind, array in rows.items()}
        listed = self._device.to_device(np.arange(count, dtype=np.int32))
        total = self._device.to_device(np.array([count]))
        args = BRAIN.bind(rows=listed, brain=copies)
        self._device.call(self._kernel, args, total.ptr, count * self._width // LANES, BLOCK)
        for kind in ("state", "output"):
            self._device.download(rows[kind], copies[kind].ptr)
