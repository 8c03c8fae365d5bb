"""Leaves out what takes a process of tests time and shows no fault: waits for the disk, collections that free nothing.

Only a power cut shows what fsync achieves. That it is called, where, and what happens if it fails is tested with
`faults`, which counts calls of this stand-in.
"""

from __future__ import annotations

import gc
import os
from typing import Any


def begin() -> None:
    """Lets fsync return at once from now on, and holds back collections until `end_of_collection`."""
    os.fsync = _fsync
    gc.disable()


def end_of_collection() -> None:
    """Collects garbage again, but not among the modules that are loaded by now, which stay until the process ends."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a look at young objects is cheap, and was made ten thousand times
    gc.enable()


def _fsync(file: Any) -> None:
    """Returns if the file is open. Raises OSError as fsync does if it is not."""
    os.fstat(file if isinstance(file, int) else file.fileno())
