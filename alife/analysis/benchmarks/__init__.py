"""Benchmarks of `alife bench`: a module for each subject, rows of figures beside their limits, and the machine."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from alife import __version__
from alife.backends.cpu.jit import cpu_name, has
from alife.backends.cpu.threads import default_threads
from alife.backends.cuda import device, nvrtc

Measure = Callable[[], list[dict[str, Any]]]  # returns rows
Progress = Callable[[str, float], None]  # called before a measurement: what is measured, the share that is done, 0..1
SIMD = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX", "sse2": "SSE2", "neon": "NEON"}  # the widest first


def silent(what: str, share: float) -> None:
    """Progress that is not shown."""


def collect(cases: Mapping[str, Measure], progress: Progress) -> list[dict[str, Any]]:
    """Returns the rows of all cases, one case after the other. cases: {what it measures: returns its rows}."""
    rows: list[dict[str, Any]] = []
    for at, (what, measure) in enumerate(cases.items()):
        progress(what, at / len(cases))
        rows += measure()
    return rows


def machine(backend: str, command: str) -> dict[str, str | int]:
    """Returns what the figures are measured on, the date, and the command. backend: "cpu" or "gpu"."""
    return {
        **(_gpu() if backend == "gpu" else {}),
        "cpu": _cpu_model(),
        "code for": cpu_name(),
        "simd": next((name for feature, name in SIMD.items() if has(feature)), "none known"),
        "cores": default_threads(),
        **_load(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "llvmlite")},
        "walsh-life": __version__,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": command,
    }


def _load() -> dict[str, str | int]:
    """Processes that want a core, the mean of the last minute: what else the machine does; unknown on Windows."""
    return {"load before": f"{os.getloadavg()[0]:.1f}"} if hasattr(os, "getloadavg") else {}


def _gpu() -> dict[str, str | int]:
    gpu = device.first_device()
    compiler = ".".join(map(str, nvrtc.version()))
    return {"gpu": gpu.name, "arch": gpu.arch, "driver": gpu.driver, "runtime": gpu.runtime, "nvrtc": compiler}


def _cpu_model() -> str:
    """Returns the name of the processor, on Linux that in /proc/cpuinfo."""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
