"""Writing lineage.csv, from the arrays of the dead to a file on the disk."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from alife.experiment.records.append_log import AppendOnlyFile
from alife.experiment.records.lineage_csv import death_rows, header

BIRTHS = 1_000_000
BATCH = 50_000  # dead agents per call, about as in a run
LEAST = 1e6  # rows per second
CAUSES = ("starved", "eaten", "poisoned")


def bench_lineage() -> list[dict[str, Any]]:
    """Returns one row: rows per second, and the least they may be."""
    dead = phylogeny(BIRTHS, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        write(dead, Path(folder) / "lineage.csv")
        rate = BIRTHS / (time.perf_counter() - began)
    return [{"what": "lineage.csv, a million births", "value": rate, "unit": "rows/s", "least": LEAST}]


def phylogeny(births: int, seed: int) -> dict[str, np.ndarray]:
    """Returns the dead of a made-up world of 1,000, by time of death: columns [births] as `death_rows` takes them."""
    draw = np.random.default_rng(seed)
    ids, alive = np.arange(births), 1000
    born = ids // alive
    parents = np.where(born == 0, -1, (born - 1) * alive + draw.integers(0, alive, births))
    died = born + draw.integers(1, 200, births)
    order = np.argsort(died, kind="stable")
    causes = draw.integers(0, len(CAUSES), births)
    columns = {"id": ids, "parent_id": parents, "origin_time": born, "destruction_time": died, "cause": causes}
    return {name: column[order] for name, column in columns.items()}


def write(dead: dict[str, np.ndarray], path: Path) -> None:
    """Writes the dead, columns [A], batch by batch, durable at the end; the deaths of a step are never split."""
    log, times = AppendOnlyFile(path, header(), 0), dead["destruction_time"]
    cuts = np.searchsorted(times, times[::BATCH])
    for start, end in zip(cuts, [*cuts[1:], len(times)], strict=True):
        log.append(death_rows({name: column[start:end] for name, column in dead.items()}, CAUSES))
    log.sync()
    log.close()
