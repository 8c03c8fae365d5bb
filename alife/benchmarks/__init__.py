"""What `alife bench` measures: one module a subject, rows of figures beside their limits; and on what machine."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version

from alife.compile.native import cpu_name, default_threads


def machine() -> dict[str, str | int]:
    """What the figures were measured on, and when."""
    return {
        "cpu": _cpu_model(),
        "code for": cpu_name(),
        "cores": default_threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "llvmlite")},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _cpu_model() -> str:
    """The processor's own name where Linux tells it."""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
