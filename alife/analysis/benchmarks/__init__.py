"""What `alife bench` measures: one module a subject, rows of figures beside their limits; and on what machine."""

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
from alife.backends.cuda import device as backends
from alife.backends.cuda import nvrtc


def machine(backend: str) -> dict[str, str | int]:
    """What the figures were measured on, and when. backend: "cpu" or "gpu"."""
    return {
        **(_card() if backend == "gpu" else {}),
        "cpu": _cpu_model(),
        "code for": cpu_name(),
        "cores": default_threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "llvmlite")},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _card() -> dict[str, str | int]:
    one = backends.first_device()
    compiler = ".".join(map(str, nvrtc.version()))
    return {"gpu": one.name, "arch": one.arch, "driver": one.driver, "runtime": one.runtime, "nvrtc": compiler}


def save(rows: dict[str, Any], facts: dict[str, str | int], folder: Path = Path("benchmarks")) -> Path:
    """Write figures of a card as JSON, in a file named after card and date. Returns its path."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{facts['gpu']} {facts['date']}".lower()) + ".json"
    write_whole(folder / name, [json.dumps({"machine": facts, **rows}, indent=1).encode(), b"\n"])
    return folder / name


def _cpu_model() -> str:
    """The processor's own name where Linux tells it."""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
