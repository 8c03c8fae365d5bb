"""Classes of sizes: the nearest cache that holds the rows of a kernel."""

from __future__ import annotations

import os
from functools import cache

USUAL = {"L2": 1 << 19, "L3": 1 << 24}  # bytes, where the system does not say
NAMES = {"L2": "SC_LEVEL2_CACHE_SIZE", "L3": "SC_LEVEL3_CACHE_SIZE"}
MEMORY = "memory"


@cache
def cache_sizes() -> dict[str, int]:
    """Returns bytes of each cache, the nearest first."""
    return {cache_name: _size(name) or USUAL[cache_name] for cache_name, name in NAMES.items()}


def _size(name: str) -> int:
    try:
        return max(0, os.sysconf(name))
    except (AttributeError, ValueError, OSError):  # another system, which has no such name
        return 0


def size_class(size: int, threads: int) -> str:
    """Returns the nearest cache that holds `size` bytes, or "memory". Each of the threads has an L2 of its own."""
    sizes = cache_sizes()
    if size <= sizes["L2"] * threads:
        return "L2"
    return "L3" if size <= sizes["L3"] else MEMORY
