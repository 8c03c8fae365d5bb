"""Measures for the benchmarks of a GPU: its bandwidth, and how the time of a program on it divides."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from alife.backends.cuda.device import Device
from alife.backends.cuda.engine import GpuEngine

COPIED = 2**30  # bytes of one copy
REPEATS = 7


def bandwidth(device: Device) -> float:
    """Returns the bytes per second that a copy within the GPU's memory reads and writes."""
    target, source = device.allocate(COPIED), device.allocate(COPIED)
    return 2 * COPIED / seconds(device, lambda: device.copy(target.ptr, source.ptr, COPIED))


def seconds(device: Device, work: Callable[[], None]) -> float:
    """Returns the median time on the GPU, after two runs that are not counted."""
    times = [device.seconds(work) for _ in range(REPEATS + 2)]
    return median(times[2:])


def shares(engine: GpuEngine, steps: int, per_second: float) -> dict[str, Any]:
    """Returns how the time of a step divides, as shares of it, beside its time, kernels and bytes.

    launch: the time of a step that does not begin, whose kernels find no rows. memory: bytes moved, at the bandwidth of
    a copy. rest: arithmetic, and latency that it does not hide.

    Args:
        engine: prepared.
        steps: number of steps to measure at a time.
        per_second: bandwidth, bytes.
    """
    whole = step_seconds(engine, steps)
    moved = bytes_moved(engine)
    launch, memory = _empty_step_seconds(engine, steps) / whole, moved / per_second / whole
    return {
        "us a step": 1e6 * whole,
        "kernels": len(engine.launches),
        "bytes": moved,
        "launch": launch,
        "memory": memory,
        "rest": 1 - launch - memory,
    }


def step_seconds(engine: GpuEngine, steps: int) -> float:
    """Returns the median time of a step, measured over `steps` in a row."""
    return seconds(engine.device, lambda: engine.run(steps)) / steps


def bytes_moved(engine: GpuEngine) -> int:
    """Returns the bytes of their own rows that the kernels of the last step read and wrote, each once a kernel."""
    for name in ("row_counts", "num_newborn", "num_dead"):
        engine.fields[name]  # brings the counts that the kernels point to up to date
    return sum(kernel.moved * int(kernel.count[0]) for kernel in engine.kernels)


def _empty_step_seconds(engine: GpuEngine, steps: int) -> float:
    """Returns the time of a step that does not begin, because the log of the dead is full."""
    logged = engine.fields["num_logged"]
    kept = int(logged[0])
    logged[0] = len(engine.fields["dead_id"])
    engine.written("num_logged")
    empty = step_seconds(engine, steps)
    logged[0] = kept
    engine.written("num_logged")
    return empty


def costs(engine: GpuEngine, agents: int, most: int = 8) -> list[tuple[str, float]]:
    """Returns (laws, picoseconds per agent) of each kernel launched alone, the `most` costliest first."""
    times: dict[str, list[float]] = {launch.title: [] for launch in engine.launches}
    for _ in range(REPEATS):
        for launch in engine.launches:
            times[launch.title].append(engine.device.seconds(lambda launch=launch: engine.launch(launch)))  # type: ignore[misc]
    found = [(title, 1e12 * median(spent) / agents) for title, spent in times.items()]
    return sorted(found, key=lambda pair: -pair[1])[:most]
