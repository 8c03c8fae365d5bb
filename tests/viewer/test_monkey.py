"""A few of the events of `python -m tests.monkey`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monkey.sittings import KINDS, sit


@pytest.mark.parametrize("name", [name for name in ("meadow", "folder", "pursuit", "external") if name in KINDS])
def test_random_events_break_no_window_and_no_run(name: str, tmp_path: Path) -> None:
    found = sit(name, seed=1, events=60, folder=tmp_path)
    assert found.broken == ""
    assert found.events >= 60 and found.steps > 0


@pytest.mark.parametrize("size", [(900, 600), (1280, 800)])
def test_no_scale_leaves_a_world_no_room(size: tuple[int, int]) -> None:
    from alife.viewer.window import Window
    from tests.helpers.fake_run import FakeRun

    window = Window(FakeRun(20), size, 4.0)
    window.session.toggle_legend()
    window.draw()
    assert window.session.camera.view[0] > 200 * window.scale and window.scale >= 1.25
