"""Events of a watched world are marked, and keep savepoints by themselves, with pictures, of which the last stay."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pygame
import pytest

from alife.config.schema import load_config
from alife.experiment.evolve import open_run
from alife.experiment.kept_states import EVENTS
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.run import Run
from alife.experiment.savepoints import Start, drop_events, new_path
from alife.viewer.events import EventWatch
from alife.viewer.thumbnails import SIZE, small
from alife.viewer.window import Window
from alife.world import Milestone
from tests.helpers.fake_run import FakeWorld
from tests.helpers.small_run import SMALL
from tests.viewer.test_steering import frames, press

CONFIG = load_config("meadow", [*SMALL])


class Told(FakeWorld):
    milestones = (Milestone("giants", "one is large", lambda fields, rows: fields["size"][rows].max() > 2),)


def process(step: int, clades: list[int], size: float = 1.0) -> Any:
    fields = {"clade": np.array(clades), "size": np.full(len(clades), size)}
    living = np.arange(len(clades))
    return SimpleNamespace(world=Told(None), fields=fields, steps=step, num_alive=len(clades), living=lambda: living)


def test_each_event_is_noticed_once() -> None:
    watch = EventWatch(process(0, [*range(50)] * 2))
    told = {
        10: [*range(50)] * 2,  # nothing
        20: [*range(50), *range(30)],
        30: [*range(49)],  # less than half of 100
        40: [*range(48)],
        50: [7] * 30 + [8] * 30,  # half is not more than half
        60: [7] * 31 + [8] * 30,
        70: [7] * 40,
        80: [8] * 40,
    }
    found = {step: watch.look(living := process(step, clades), living.living()) for step, clades in told.items()}
    assert {step: texts for step, texts in found.items() if texts} == {
        30: ["population crash"],
        60: ["takeover by clade 7"],
        80: ["takeover by clade 8"],
    }
    large = process(90, [8] * 40, size=3.0)
    assert watch.look(large, large.living()) == ["giants"] and watch.look(large, large.living()) == []
    nobody = process(100, [])
    assert [watch.look(nobody, nobody.living()) for _ in range(2)] == [["population extinct"], []]
    assert EventWatch(large).look(large, large.living()) == []  # what was so before is no event


def test_a_crash_that_is_slow_is_none() -> None:
    watch = EventWatch(process(0, [*range(1000)]))
    slow = [process(500 * k, [*range(int(1000 * 0.8**k))]) for k in range(12)]
    assert not any(watch.look(one, one.living()) for one in slow)


@pytest.mark.parametrize("recorded", [False, True])
def test_the_last_savepoints_of_events_are_kept_and_all_by_hand(recorded: bool, tmp_path: Path) -> None:
    run = Run(CONFIG, tmp_path / "run" if recorded else None)
    hashes = {}
    for k in range(EVENTS + 3):
        run.step(1)
        if k in (0, 5):
            run.savepoint(f"mine-{k}")
        kept = run.keep_event(f"event {k}")
        hashes[kept.name] = run.simulation.state_hash()
        if kept.picture:
            kept.picture.parent.mkdir(exist_ok=True)
            kept.picture.write_bytes(b"")
    assert run.keep_event("event 10").name == "event-10-11"  # again: as it is
    found = [(one.name, one.reason, one.event) for one in run.savepoints()]
    events = [(f"event-{k}-{k + 1}", f"event {k}", True) for k in range(3, EVENTS + 3)]
    assert found == sorted([*events, ("mine-0", "", False), ("mine-5", "", False)], key=lambda one: step_of(one[0]))
    assert {name: run.at(name).simulation.state_hash() for name, *_ in events} == {
        name: hashes[name] for name, *_ in events
    }
    if recorded:
        pictures = {path.stem for path in (tmp_path / "run" / "savepoints").glob("*.png")}
        assert pictures == {f"event-{k + 1:09d}-event-{k}-{k + 1}" for k in range(3, EVENTS + 3)}
    run.release()


def test_a_savepoint_that_cannot_be_written_is_one_line_and_the_run_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(CONFIG, tmp_path / "run")
    run.step(2)
    (tmp_path / "run" / "savepoints").write_bytes(b"")  # where a folder should be
    run.keep_event("crash")
    run.close()
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "savepoints" in line]
    assert line.startswith(f"alife: {tmp_path / 'run' / 'savepoints'}") and "cannot be written" in line
    (tmp_path / "run" / "savepoints").unlink()
    assert open_run(tmp_path / "run").simulation.state_hash() == run.simulation.state_hash()


def test_the_same_event_of_another_life_is_another_savepoint() -> None:
    run = Run(CONFIG)
    run.step(3)
    run.keep_event("crash")
    other = run.back(3)
    other.intervene("set", param="upkeep", value=0.5)
    other.step(3)
    other.keep_event("crash")
    assert other.at("crash-3").simulation.state_hash() == other.simulation.state_hash() != run.simulation.state_hash()


def step_of(name: str) -> int:
    return int(name.rpartition("-")[2]) + (name.startswith("mine") and 1)


def test_an_event_at_the_window_is_said_marked_pictured_and_returned_to(tmp_path: Path) -> None:
    window = Window(Run(CONFIG, tmp_path / "run"), (900, 600))
    session = window.session
    frames(window, 3)
    session.keep_event("first predator")
    frames(window, 1)
    shown = small(window.canvas.subsurface((0, 0), session.camera.view))
    assert session.status == "First predator at step 3; kept a savepoint, j lists them"
    assert ("first predator", 3) in [(one.text, one.step) for one in session.history.events]
    frames(window, 5)
    press(window, pygame.K_j)
    window.draw()
    row = session.sheet.rows()[1]
    assert (row.name, row.value, row.note) == ("step 3", "first predator", "in the run folder")
    stored = pygame.image.load(tmp_path / "run" / "savepoints" / "event-000000003-first-predator-3.png")
    assert row.picture is not None and row.picture.get_size() == stored.get_size() == SIZE
    assert pygame.image.tobytes(stored, "RGB") == pygame.image.tobytes(row.picture, "RGB")
    difference = pygame.surfarray.array3d(shown).astype(int) - pygame.surfarray.array3d(row.picture)
    assert abs(difference).mean() < 20  # of the same frame, before what is drawn over the world
    place = next(box for at, box in window._sheet._rows if at == 1)
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=place.center))
    other = Run(CONFIG, start=Start(None))
    other.step(3)
    assert session.run.simulation.state_hash() == other.simulation.state_hash() and session.paused


def test_a_picture_without_its_savepoint_goes_with_the_older_ones(tmp_path: Path) -> None:
    kept = RunFolder(tmp_path).savepoints
    kept.mkdir()
    for step in range(1, EVENTS + 4):
        path = new_path(tmp_path, f"crash-{step}", step, event=True)
        path.with_suffix(".png").touch()
        if step != 2:  # a full disk refused it
            path.touch()
    drop_events(tmp_path)
    assert sorted(path.stem for path in kept.glob("*.png")) == sorted(path.stem for path in kept.glob("*.safetensors"))
    assert len(list(kept.iterdir())) == 2 * EVENTS


def test_the_step_of_an_event_is_that_of_the_life_at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alife.viewer.events.CRASH", 0.9)
    found = []
    for speed in (0, 3):
        window = Window(Run(CONFIG), (900, 600))
        for _ in range(speed):
            window.session.faster()
        while window.session.life.steps < 48:
            frames(window, 1)
        found.append([(one.step, one.text) for one in window.session.history.events])
    assert found[0] == found[1] and len(found[0]) > 1


def test_a_savepoint_that_cannot_be_written_is_said_in_the_window(tmp_path: Path) -> None:
    window = Window(Run(CONFIG, tmp_path / "run"), (900, 600))
    frames(window, 2)
    (tmp_path / "run" / "savepoints").write_bytes(b"")  # where a folder should be
    window.session.keep_event("crash")
    while "cannot be written" not in window.session.present_status:
        frames(window, 1)
        assert window.session.life.steps < 1000
    assert window.session.status.startswith(f"{tmp_path / 'run' / 'savepoints'}")
    frames(window, 3)
    window.session.run.savepoints()  # said once
    window.session.run.release()


def test_a_savepoint_kept_by_hand_has_the_picture_of_its_own_moment() -> None:
    pictures = []
    for paused in (True, False):
        window = Window(Run(CONFIG), (900, 600))
        session = window.session
        frames(window, 3)
        session.paused = paused
        for _ in range(4):
            session.faster()
        press(window, pygame.K_k)
        frames(window, 2)
        (kept,) = session.run.savepoints()
        assert kept.step == 3 and (session.life.steps == 3) == paused
        pictures.append(pygame.surfarray.array3d(session.thumbnails.of(kept)))
    assert np.array_equal(*pictures) and np.ptp(pictures[0]) > 100
