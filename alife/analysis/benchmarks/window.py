"""Time of a frame of the window, without a display: a step of the meadow, and drawing it; and of the first frame."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np

from alife.analysis.benchmarks import Progress, collect, silent
from alife.config.schema import load_config
from alife.experiment.run import Run

FRAMES = 240
WARM_UP = 15  # frames that are not measured; sprites are made when they are first drawn
STEPPED = ("step and draw", 5_000, 384, 16.0)  # what, agents, side of the torus in cells, limit in ms a frame
COLORED = ("draw, by species", 10_000, 512, 6.0)  # the slowest colors, with their legend
INSIDE = ("draw, inside an agent", 10_000, 512, 6.0)  # its network and panel, of steps that are not measured
DRAWN = ("draw", 100_000, 1600, 33.0)
FIRST = ("first frame", 5, 3000.0)  # what, starts after one that compiles, limit in ms


def bench_window(backend: str, progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns rows of what, agents, ms (median of a frame) and slowest (ms, 95th percentile), at most `most`."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    cases = {scale[0]: partial(_measured, *scale, backend) for scale in (STEPPED, COLORED, INSIDE, DRAWN)}
    return collect({**cases, FIRST[0]: partial(_first_frame, backend)}, progress)


def _first_frame(backend: str) -> list[dict[str, Any]]:
    """Returns the time of a process that opens a window on the meadow, draws one frame, and ends."""
    what, starts, limit = FIRST
    command = [sys.executable, "-m", "alife", "live", "meadow", "--frames", "1", "--backend", backend]
    times = []
    for _ in range(1 + starts):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(1000 * (time.perf_counter() - began))
    median, slowest = (float(value) for value in np.percentile(times[1:], (50, 95)))
    agents = load_config("meadow").world.model_dump()["population"]
    return [{"what": f"{what}, warm start", "agents": agents, "ms": median, "slowest": slowest, "most": limit}]


def _measured(what: str, agents: int, side: int, limit: float, backend: str) -> list[dict[str, Any]]:
    from alife.viewer.window import Window

    window = Window(_meadow(agents, side, backend))
    window.session.paused = what not in (STEPPED[0], INSIDE[0])
    if what == COLORED[0]:
        _color(window.session)
    if what == INSIDE[0]:
        window.session.toggle_network()
    rows = []
    for view in ("close", "whole world"):
        living, frames = _frame_times(window, drawn=what == INSIDE[0])
        median, slowest = (float(value) for value in np.percentile(frames, (50, 95)))
        rows.append({"what": f"{what}, {view}", "agents": living, "ms": median, "slowest": slowest, "most": limit})
        window.session.reset_view()
    return rows


def _color(session: Any) -> None:
    """Colors agents by species, which takes longest, and shows the legend."""
    while session.coloring.title != "species":
        session.next_coloring()


def _meadow(agents: int, side: int, backend: str) -> Run:
    """Returns a young meadow whose population has fallen to about `agents`."""
    size = [f"world.side={side}", f"world.population={int(1.4 * agents)}", f"run.capacity={2 * agents}"]
    run = Run(load_config("meadow", [*size, f"run.backend={backend}"]))
    while run.simulation.num_alive > agents:
        run.step(1)
    return run


def _frame_times(window: Any, drawn: bool) -> tuple[int, np.ndarray]:
    """Returns the number of agents at the end, and the milliseconds of each frame: [FRAMES].

    drawn: measures drawing alone, with an agent selected.
    """
    times, session = [], window.session
    for _ in range(WARM_UP + FRAMES):
        began = time.perf_counter()
        session.advance()
        if drawn and not session.selected_place():
            session.next_agent()
        began = time.perf_counter() if drawn else began
        window.draw(1 / 60)
        times.append(1000 * (time.perf_counter() - began))
    return session.living.size, np.array(times[WARM_UP:])
