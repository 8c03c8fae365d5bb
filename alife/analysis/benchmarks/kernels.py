"""Counts of the GPU kernels: registers, spills, bytes, instructions. They need the compiler, but no GPU."""

from __future__ import annotations

import re
from typing import Any

from alife.analysis.benchmarks import Progress, silent
from alife.analysis.benchmarks.brain_gpu import CASES, population
from alife.analysis.benchmarks.world import cpu_engine
from alife.backends.cuda import nvrtc
from alife.backends.cuda.kernels import Kernel, kernels_of, whole_text
from alife.backends.program import BrainStage
from alife.brains import make_brain
from alife.config.schema import load_config
from alife.experiment.run import Run

ARCH = "90"
SENSES = (12, 4)


def bench_kernels(backend: str, progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns a row for each kernel of a step of the meadow, then for each brain of `bench brain`, one kernel each.

    registers: per thread, spilled: bytes, both on sm_90. instructions: of the PTX as it is written, loops counted once.
    bytes: of its own row that a thread reads and writes, at most.
    """
    progress("meadow", 0.0)
    run = Run(load_config("meadow", ["run.backend=cpu"]))
    rows = _counted(kernels_of(run.simulation.stages(), cpu_engine(run).bindings), "meadow")
    for at, (name, spec) in enumerate(CASES.items(), 1):
        progress(f"brain {name}", at / (1 + len(CASES)))
        brain = make_brain(spec, *SENSES)
        kernels = kernels_of([BrainStage(brain.program)], population(brain, 64))
        rows += [{**row, "kernel": name} for row in _counted(kernels, "brain")]
    return rows


def _counted(kernels: list[Kernel], of: str) -> list[dict[str, Any]]:
    text = whole_text(kernels)
    used, instructions = nvrtc.usage(text, f"sm_{ARCH}"), _instructions(nvrtc.ptx(text, f"compute_{ARCH}"))
    return [
        {
            "of": of, "kernel": kernel.title, "registers": used[kernel.name][0], "spilled": used[kernel.name][1],
            "instructions": instructions[kernel.name], "bytes": kernel.moved or None,
        }
        for kernel in kernels
    ]  # fmt: skip


def _instructions(ptx: str) -> dict[str, int]:
    """Returns {kernel: number of instructions}: lines of PTX that end a statement and declare nothing."""
    bodies = re.findall(r"\.entry (\w+)\(.*?\n\{\n(.*?)\n\}", ptx, re.DOTALL)
    return {name: len(re.findall(r"^\s+[^.\s/].*;$", body, re.MULTILINE)) for name, body in bodies}
