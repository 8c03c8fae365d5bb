"""One step of a brain on the card, for arrays of the host: they are copied there, and what changed is copied back.

For whole lives use an engine, whose fields stay on the card.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.backends.cuda import cuda_text, law_expressions, nvrtc
from alife.backends.cuda.device import Memory, first_device, span
from alife.backends.cuda.ops_kernel import BLOCK, LANES, NAME, kernel_text
from alife.ops.program import BrainProgram
from alife.ops.vocabulary import KINDS


class DeviceBrainStep:
    """A step compiled for the card. Raises UserError where none answers."""

    def __init__(self, brain: BrainProgram) -> None:
        self._card, self._width = first_device(), brain.width
        shared = (law_expressions.INLINE, law_expressions.PRELUDE, cuda_text.PRELUDE)
        text = "\n".join([*shared, kernel_text(brain.step, brain.width)])
        self._kernel = self._card.kernels(nvrtc.cubin(text, self._card.arch), [NAME])[NAME]

    def __call__(self, rows: Mapping[str, np.ndarray]) -> None:
        """Run it over all rows. rows: kind of slot -> [N, ...] float32; state and output are changed."""
        count = len(rows["input"])
        copies = {kind: self._copy(array) for kind, array in rows.items()}
        listed, total = self._copy(np.arange(count, dtype=np.int32)), self._copy(np.array([count]))
        cells = [cell for kind in KINDS for cell in self._cells(copies.get(kind), rows.get(kind))]
        packed = np.array(((*cells, listed.ptr),), [("at", np.int64, (len(cells) + 1,))])
        blocks = max(1, -(-count * self._width // LANES // BLOCK))
        self._card.launch(self._kernel, blocks, BLOCK, total.ptr, packed)
        for kind in ("state", "output"):
            self._card.download(rows[kind], copies[kind].ptr)

    def _copy(self, array: np.ndarray) -> Memory:
        memory = self._card.allocate(span(array))
        self._card.upload(memory.ptr, array)
        return memory

    def _cells(self, copy: Memory | None, array: np.ndarray | None) -> tuple[int, int]:
        return (0, 0) if copy is None or array is None else (copy.ptr, array.strides[0] // array.itemsize)
