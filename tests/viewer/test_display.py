"""The display that the window opens on: none, one that does not answer, a small one."""

from __future__ import annotations

import os

import pygame
import pytest

from alife.errors import UserError
from alife.viewer.draw.display import choose_display, parse_size
from alife.viewer.loop import open_window
from tests.helpers.fake_run import FakeRun


def test_without_a_display_a_window_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(UserError, match="live: expected a display, found none; write --frames"):
        open_window(FakeRun(5))
    open_window(FakeRun(5), frames=1)


@pytest.mark.parametrize(("driver", "asked", "seen"), [("offscreen", "", False), ("dummy", "", False),
                                                      ("dummy", "dummy", True), ("x11", "", True)])  # fmt: skip
def test_a_display_that_does_not_answer_is_refused(
    driver: str, asked: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", asked)
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.setattr(pygame.display, "get_driver", lambda: driver)
    monkeypatch.setattr(pygame.display, "init", lambda: None)
    monkeypatch.setattr(pygame.display, "quit", lambda: None)
    if seen:
        choose_display(headless=False)
        return
    with pytest.raises(UserError, match="live: expected a display, got none that answers at DISPLAY=:77; write --fr"):
        choose_display(headless=False)
    choose_display(headless=True)
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"


def test_what_libraries_say_of_a_display_that_is_not_there_is_dropped(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def init() -> None:
        os.write(2, b"error: XDG_RUNTIME_DIR is invalid or not set in the environment.\n")

    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.setattr(pygame.display, "init", init)
    choose_display(headless=True)
    os.write(2, b"said\n")
    assert capfd.readouterr().err == "said\n"


def test_a_driver_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "nonesuch")
    with pytest.raises(UserError, match="live: expected a display, got .*; write --frames"):
        open_window(FakeRun(5))
    open_window(FakeRun(5), frames=1)


def test_the_window_fits_a_small_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1367, 768)])
    assert choose_display(headless=False) == (1280, 688)
    assert choose_display(headless=True) == (1280, 800)


def test_a_size_is_read_and_a_wrong_one_is_refused_with_the_limits() -> None:
    assert parse_size("1920x1080") == (1920, 1080)
    assert parse_size("901X601") == (900, 600)
    for text in ("", "1920", "899x600", "900x599", "7682x4320", "-900x600", "1e3x900", "\u0661920x1080"):
        with pytest.raises(UserError, match=f"expected 900x600 to 7680x4320 pixels, got {text!r}; write"):
            parse_size(text)
