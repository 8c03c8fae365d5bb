"""Benchmarks of `alife bench`: a module for each subject, rows of figures beside their limits, and the machine."""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alife.atomic_files import write_whole
from alife.backends.cpu.jit import cpu_name
from alife.backends.cpu.threads import default_threads
from alife.backends.cuda import device, nvrtc


def machine(backend: str) -> dict[str, str | int]:
    """Returns what the figures were measured on, and the date. backend: "cpu" or "gpu"."""
    return {
        **(_gpu() if backend == "gpu" else {}),
        "cpu": _cpu_model(),
        "code for": cpu_name(),
        "cores": default_threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "llvmlite")},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _gpu() -> dict[str, str | int]:
    gpu = device.first_device()
    compiler = ".".join(map(str, nvrtc.version()))
    return {"gpu": gpu.name, "arch": gpu.arch, "driver": gpu.driver, "runtime": gpu.runtime, "nvrtc": compiler}


def save(rows: dict[str, Any], facts: dict[str, str | int], folder: Path = Path("benchmarks")) -> Path:
    """Writes figures of a GPU as JSON, in a file named after the GPU and the date, and returns its path."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{facts['gpu']} {facts['date']}".lower()) + ".json"
    write_whole(folder / name, [json.dumps({"machine": facts, **rows}, indent=1).encode(), b"\n"])
    return folder / name


def _cpu_model() -> str:
    """Returns the name of the processor, on Linux that in /proc/cpuinfo."""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
