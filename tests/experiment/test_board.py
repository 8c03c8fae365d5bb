"""Event files for TensorBoard: the rows of metrics.csv, each once, also after a kill; refused where they cannot be."""

from __future__ import annotations

import csv
import importlib.util
import struct
from pathlib import Path

import pytest

import alife
from alife.experiment.evolve import evolve
from alife.experiment.records.tensorboard import FILE
from alife.experiment.run import Run
from tests.conftest import Command

ON = ["run.tensorboard=true", "run.steps=60"]


def points(root: Path) -> list[dict[str, float]]:
    """The rows in an event file, read with the library's own checksums and messages."""
    events = pytest.importorskip("tensorboardX.proto.event_pb2")
    checksum = pytest.importorskip("tensorboardX.record_writer").masked_crc32c
    text, found = (root / "tensorboard" / FILE).read_bytes(), []
    while text:
        (length,) = struct.unpack("<Q", text[:8])
        event, rest = text[12 : 12 + length], text[12 + length :]
        assert struct.unpack("<II", text[8:12] + rest[:4]) == (checksum(text[:8]), checksum(event))
        found.append(events.Event.FromString(event))
        text = rest[4:]
    first, *rows = found
    assert first.file_version == "brain.Event:2" and all(one.wall_time >= first.wall_time for one in rows)
    return [{"step": one.step, **{value.tag: value.simple_value for value in one.summary.value}} for one in rows]


def assert_equals_metrics(root: Path) -> None:
    with (root / "metrics.csv").open(newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    shown = points(root)
    assert len(shown) == len(rows) and all(one == pytest.approx(row) for one, row in zip(shown, rows, strict=True))


@pytest.mark.parametrize("step", [15, 45])
def test_points_are_the_rows_of_metrics_each_once_after_a_kill(step: int, tiny: Path) -> None:
    pytest.importorskip("tensorboardX")
    config = alife.load_config(tiny, ON)
    killed = Run(config, "killed")
    killed.step(step)
    killed.release()
    evolve(config, "killed", resume=True)
    assert_equals_metrics(Path("killed"))
    assert len(points(Path("killed"))) == 7
    evolve(config, "killed", resume=True)
    assert_equals_metrics(Path("killed"))


def test_a_missing_library_is_one_line_before_anything_is_created(
    tiny: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    status, out, errors = command("evolve", tiny, "--set", "run.tensorboard=true", "--out", "run")
    assert (status, out) == (2, "") and errors.count("\n") == 1
    assert "run.tensorboard: expected tensorboardX" in errors and "pip install '.[tensorboard]' in a clone" in errors
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


def test_no_event_files_unless_asked_for(tiny: Path) -> None:
    evolve(alife.load_config(tiny, ["run.steps=5"]), "run")
    assert not Path("run/tensorboard").exists()
