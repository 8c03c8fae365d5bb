"""Runs one law in a test, compiled over rows or as plain Python."""

from __future__ import annotations

import numpy as np

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.threads import Program


def cells(values):
    """Returns arrays as they are, numbers as arrays without dimensions."""
    return {name: value if isinstance(value, np.ndarray) else _cell(value) for name, value in values.items()}


def _cell(value):
    if isinstance(value, np.generic):
        return np.array(value)
    return np.array(value, np.float32 if isinstance(value, float) else np.int32)


def run_rows(law, count, threads=1, **values):
    """Runs the compiled law over rows 0..count-1 of any table."""
    rows = np.arange(count, dtype=np.int32)
    names = dict.fromkeys(("living", "newborn", "parents", "agents", "bins"), np.array([count], np.int64))
    kinds = Rows({**names, "": np.array([1], np.int64)}, dict.fromkeys(("living", "newborn", "parents"), rows))
    Program(bind([law], cells(values), kinds)).run(threads)


def run_plain(law, count, **values):
    """Runs the same law as plain Python, row by row."""
    given = [array if array.ndim else array[()] for array in (cells(values)[name] for name in law.array_form.arguments)]
    for i in range(count) if law.rows else [None]:
        law(*([np.int32(i)] if law.rows else []), *given)
