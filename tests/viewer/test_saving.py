"""A steered run in memory is saved in a folder, to the same bits; what would be lost is asked about."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from pathlib import Path

import pygame
import pytest

import alife
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.open import open_target
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.run import Run
from alife.viewer.keys import SHARED_KEYS
from alife.viewer.speed import FULL, STEPS
from alife.viewer.window import Window
from tests.conftest import ROOT, Command
from tests.helpers.fake_run import FakeRun
from tests.helpers.small_run import SMALL
from tests.viewer.test_steering import frames, press

CHANGES = [*SMALL, "run.metrics_every=5", "run.checkpoint_every=10"]
CONFIG = load_config("meadow", CHANGES)
FILES = ("config.yaml", "metrics.csv", "interventions.jsonl")


def typed(window: Window, text: str) -> None:
    for letter in text:
        press(window, ord(letter), text=letter)


def touched_window() -> Window:
    """A window on a run in memory at step 12 that was changed at step 7, with a savepoint of that step."""
    window = Window(Run(CONFIG), (900, 600))
    frames(window, 7)
    press(window, pygame.K_k)
    window.session.intervene("set", param="upkeep", value=0.03)
    frames(window, 5)
    return window


def saved(window: Window, folder: Path) -> None:
    press(window, pygame.K_F7)
    typed(window, str(folder))
    press(window, pygame.K_RETURN)


def test_a_run_is_saved_as_if_it_had_been_recorded_from_the_start(tmp_path: Path) -> None:
    window = touched_window()
    session = window.session
    before = session.run.simulation.state_hash()
    saved(window, tmp_path / "saved")
    for _ in range(200):
        frames(window, 1)
        if not session.saving:
            break
    run = session.run
    assert run.out == tmp_path / "saved" and session.status.startswith(f"Saved in {run.out}, with 1 change by hand")
    assert run.simulation.state_hash() == before and run.simulation.steps == 12 and not session.paused
    frames(window, 8)
    session.run.close()
    straight = Run(CONFIG, tmp_path / "straight")
    straight.step(7)
    straight.intervene("set", param="upkeep", value=0.03)
    straight.step(13)
    straight.close()
    for name in (*FILES, "lineage.csv", "checkpoints/step-000000020.safetensors"):
        assert (tmp_path / "saved" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes(), name
    (kept,) = alife.open_run(tmp_path / "saved").savepoints()
    assert kept.name == "step-7-1" and kept.picture is not None and kept.picture.exists()
    early = alife.open_run(tmp_path / "saved", savepoint=kept.name)
    early.step(13)
    assert early.simulation.state_hash() == straight.simulation.state_hash()


def test_saving_that_is_stopped_leaves_a_run_that_resumes_to_the_same_bits(tmp_path: Path) -> None:
    window = touched_window()
    session = window.session
    hashed = session.run.simulation.state_hash()
    session.save_in(str(tmp_path / "part"))
    assert session.saving is not None
    session.saving.step(2)
    assert not session.intervene("set", param="upkeep", value=0.04) and session.status.startswith("The run is being")
    press(window, pygame.K_F7)
    assert session.saving is None and session.status == f"{tmp_path / 'part'} holds the run up to step 2"
    assert session.run.out is None and session.run.simulation.state_hash() == hashed
    resumed = evolve(load_config("meadow", [*CHANGES, "run.steps=12"]), tmp_path / "part", resume=True)
    assert resumed.simulation.state_hash() == hashed
    session.save_in(str(tmp_path / "part"))
    assert "holds a run already" in session.status and session.saving is None


def test_a_window_asks_before_changes_by_hand_are_lost() -> None:
    window = Window(Run(CONFIG), (900, 600))
    press(window, pygame.K_q)
    assert window.session.closed  # nothing was done
    window = touched_window()
    session = window.session
    for leave in (lambda: press(window, pygame.K_q), lambda: session.go_to("")):
        leave()
        assert not session.closed and "F7 saves it" in session.status
        session.say("something else")
    window.handle(pygame.Event(pygame.QUIT))
    assert not session.closed
    window.handle(pygame.Event(pygame.QUIT))
    assert session.closed


def test_a_window_runs_to_a_step_and_goes_back_to_one() -> None:
    window = Window(Run(CONFIG), (900, 600))
    session = window.session
    press(window, pygame.K_n)
    assert session.sheet.rows()[0].value == "1000_"
    typed(window, "x37")
    press(window, pygame.K_RETURN)
    for _ in range(200):
        if session.paused:
            break
        frames(window, 1)
    hashed = session.run.simulation.state_hash()
    assert session.life.steps == 37 and session.until is None and session.status == "Step 37, paused"
    session.run_to("20")
    assert session.life.steps == 20 and session.paused
    session.run_to("37")
    press(window, pygame.K_SPACE)
    assert session.until is None and session.paused
    session.run_to("37")
    while not session.paused:
        frames(window, 1)
    assert session.run.simulation.state_hash() == hashed


def test_the_page_on_steering_names_keys_that_change_the_world() -> None:
    named = set(re.findall(r"\bF\d+\b", (ROOT / "docs" / "steering.md").read_text()))
    assert named and named <= {key.label for key in SHARED_KEYS if key.tool}


def test_full_speed_returns_to_the_speed_before() -> None:
    window = Window(FakeRun(20), (900, 600))
    press(window, pygame.K_PLUS, pygame.K_PLUS, pygame.K_z)
    assert window.session.speed.place == FULL
    press(window, pygame.K_z)
    assert STEPS[window.session.speed.place] == 4


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("file", "file: expected a new or empty folder, got an empty file; name another --out"),
        ("file/run", "file/run: cannot be written: not a directory; move the file that is in its way, or name another"),
        ("closed", "closed: cannot be written: permission denied; make it writable, or name another --out"),
        ("closed/run", "closed/run: cannot be written: permission denied; make it writable, or name another --out"),
        ("used", "used: expected a new or empty folder, got one with other content; name another --out"),
    ],
)
def test_a_folder_that_cannot_hold_a_run_is_one_line_before_the_window_opens(
    out: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    for name in ("closed", "used/other"):
        Path(name).mkdir(parents=True)

    def refuse(dir: Path) -> None:  # as it is to all but root
        if dir == Path("closed"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("expected no window")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr("alife.viewer.watch.open_window", opened)
    before = sorted(Path().rglob("*"))
    status, printed, errors = command("live", "meadow", *(f"--set={one}" for one in SMALL), "--out", out)
    assert (status, printed) == (2, "") and errors.startswith(f"alife: {told}") and errors.count("\n") == 1
    assert sorted(Path().rglob("*")) == before


def test_live_resumes_in_no_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    run = Run(CONFIG, tmp_path / "run")
    run.step(2)
    run.close()

    def refuse(dir: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    status, _, errors = command("live", tmp_path / "run", "--resume", "--frames", 1)
    assert status == 2
    assert errors == f"alife: {tmp_path / 'run'}: cannot be written: read-only file system; make it writable\n"
    assert command("live", tmp_path / "run", "--frames", 1)[0] == 0  # in memory


def test_live_records_in_a_new_folder_and_goes_on_in_it(tmp_path: Path) -> None:
    run = open_target("meadow", None, CHANGES, out=tmp_path / "run")
    assert isinstance(run, Run)
    run.step(12)
    run.intervene("set", param="upkeep", value=0.03)
    run.close()
    assert RunFolder(tmp_path / "run").is_run()
    again = open_target(str(tmp_path / "run"), None, [], resume=True)
    assert isinstance(again, Run) and again.out == tmp_path / "run" and again.simulation.steps == 12
    again.release()
    apart = open_target(str(tmp_path / "run"), None, [])
    assert apart.out is None and len(apart.interventions.done) == 1  # type: ignore[union-attr]
    for given, message in (
        (("meadow", tmp_path / "run", False), "holds a run already"),
        ((str(tmp_path / "run"), tmp_path / "x", False), "write --resume in place of --out"),
        (("meadow", None, True), "--resume: expected a run, got meadow"),
        (("cartpole", tmp_path / "x", False), "--out: expected a shared world, got cartpole"),
    ):
        with pytest.raises(UserError, match=message):
            open_target(given[0], None, [], out=given[1], resume=given[2])
