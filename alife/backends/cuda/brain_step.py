"""One step of a brain on the card, for arrays of the host: they are copied there, and what changed is copied back.

For whole lives use an engine, whose fields stay on the card.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cuda import cuda_text, law_expressions
from alife.backends.cuda.device import first_device
from alife.backends.cuda.ops_kernel import BLOCK, LANES, NAME, kernel_text
from alife.ops.program import BrainProgram


class DeviceBrainStep:
    """A step compiled for the card. Raises UserError where none answers."""

    def __init__(self, brain: BrainProgram) -> None:
        self._card, self._width = first_device(), brain.width
        shared = (law_expressions.INLINE, law_expressions.PRELUDE, cuda_text.PRELUDE)
        text = "\n".join([*shared, kernel_text(brain.step, brain.width)])
        self._kernel = self._card.load(text, [NAME])[NAME]

    def __call__(self, rows: Mapping[str, np.ndarray]) -> None:
        """Run it over all rows. rows: kind of slot -> [N, ...] float32; state and output are changed."""
        count = len(rows["input"])
        copies = {kind: self._card.to_device(array) for kind, array in rows.items()}
        listed, total = (self._card.to_device(array) for array in (np.arange(count, dtype=np.int32), np.array([count])))
        args = BRAIN.bind(rows=listed, brain=copies)
        self._card.call(self._kernel, args, total.ptr, count * self._width // LANES, BLOCK)
        for kind in ("state", "output"):
            self._card.download(rows[kind], copies[kind].ptr)
