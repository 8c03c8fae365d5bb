"""A run from the command line with all its records, cold and warm; the writing of lineage.csv."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from alife.analysis.benchmarks import Progress, silent
from alife.analysis.benchmarks.lineage import bench_lineage

COLD_LIMIT = 4.0  # seconds from the command to the end of the first step, with nothing compiled before
COLD, WARM = "first step, nothing compiled", "first step, compiled before"
WHOLE = "meadow, 2,000 steps with records"


def bench_evolve(backend: str, progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns rows of what, value, unit, most and least."""
    with tempfile.TemporaryDirectory() as folder:
        progress(COLD, 0.0)
        cold = _seconds(folder, "cold", backend, 1)
        progress(WARM, 0.2)
        warm = _seconds(folder, "warm", backend, 1)
        progress(WHOLE, 0.4)
        run = _evolve(folder, "run", backend, 2000)
    progress("lineage.csv", 0.9)
    return [
        {"what": COLD, "value": cold, "unit": "s", "most": COLD_LIMIT},
        {"what": WARM, "value": warm, "unit": "s", "most": COLD_LIMIT},
        {"what": WHOLE, "value": run["agent_steps_per_s"], "unit": "agent-steps/s"},
        *bench_lineage(),
    ]


def _seconds(folder: str, name: str, backend: str, steps: int) -> float:
    began = time.perf_counter()
    _evolve(folder, name, backend, steps)
    return time.perf_counter() - began


def _evolve(folder: str, name: str, backend: str, steps: int) -> dict[str, Any]:
    """Runs `evolve` with the code cache of this benchmark and returns the JSON that it prints."""
    command = [sys.executable, "-m", "alife", "evolve", "meadow", "--json", "--quiet", "--backend", backend]
    command += ["--set", f"run.steps={steps}", "--out", str(Path(folder) / name)]
    environment = {**os.environ, "ALIFE_CACHE": str(Path(folder) / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
