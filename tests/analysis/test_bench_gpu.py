"""The GPU benchmarks run to their end on the emulated device, at meaningless sizes; their file is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alife.analysis.benchmarks import brain_gpu, gpu, world_gpu
from alife.cli import bench

SMALL = [
    (gpu, {"COPIED": 2**16, "REPEATS": 1}),
    (brain_gpu, {"AGENTS": 64, "STEPS": 1, "CASES": {"bare 32": brain_gpu.CASES["bare 32"]}}),
    (world_gpu, {"SCALES": {100: (120, 32, 400, 1.0, 2.0)}, "SETTLE": 2, "STEPS": 2, "GENOMES": (8,)}),
    (world_gpu, {"BORN": 60, "BIRTH_SIDE": 32, "REPEATS": 1}),
    (bench, {"BENCHMARKS": ("brain", "world")}),
]


def test_figures_of_a_gpu_are_printed_and_kept(host_device, monkeypatch, tmp_path, command) -> None:
    monkeypatch.chdir(tmp_path)
    for module, sizes in SMALL:
        for name, value in sizes.items():
            monkeypatch.setattr(module, name, value)
    status, out, errors = command("bench", "all", "--backend", "gpu", "--json")
    (kept,) = (Path("benchmarks")).iterdir()
    assert status == 0 and errors.splitlines()[-1] == f"alife: kept in {kept}"
    found = json.loads(out)
    assert found == json.loads(kept.read_text()) and set(found) == {"machine", "brain", "world"}
    assert {"gpu", "driver", "runtime", "nvrtc", "date"} <= set(found["machine"])
    rows = {row["what"]: row for row in found["world"]}
    meadow = rows["meadow, full step"]
    assert meadow["launch"] + meadow["memory"] + meadow["rest"] == pytest.approx(1)
    assert meadow["kernels"] >= 20 and meadow["bytes"] > 100 * 500
    assert rows["births"]["agents"] == 60 and rows["cartpole, one launch an episode"]["value"] > 0
