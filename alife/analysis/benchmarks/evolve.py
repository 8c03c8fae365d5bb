"""A run from the command line with all its records, cold and warm; a generation beside peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from alife.analysis.benchmarks.lineage import bench_lineage
from alife.analysis.benchmarks.peers import bench_peers

COLD_LIMIT = 4.0  # seconds from the command to the end of the first step, with nothing compiled before


def bench_evolve(backend: str) -> list[dict[str, Any]]:
    """Returns rows of what, value, unit and limit."""
    with tempfile.TemporaryDirectory() as folder:
        cold = _seconds(folder, "cold", backend, 1)
        warm = _seconds(folder, "warm", backend, 1)
        run = _evolve(folder, "run", backend, 2000)
    return [
        {"what": "first step, nothing compiled", "value": cold, "unit": "s", "limit": COLD_LIMIT},
        {"what": "first step, compiled before", "value": warm, "unit": "s", "limit": COLD_LIMIT},
        {"what": "meadow, 2,000 steps with records", "value": run["agent_steps_per_s"], "unit": "agent-steps/s"},
        *bench_lineage(),
        *bench_peers(),
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
