"""Films of the window: every frame, one line where ffmpeg fails, and what is kept after an interrupt."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pygame
import pytest
import typer

from alife.analysis.documentation import window_page
from alife.cli.commands import app
from alife.errors import UserError
from alife.viewer.draw import display
from alife.viewer.draw.film import GIF_WIDTH, Film
from alife.viewer.loop import open_window
from alife.viewer.recording import Recording
from alife.viewer.window import Window
from tests.conftest import ROOT
from tests.helpers.fake_run import FakeRun


def test_a_film_holds_every_frame(tmp_path: Path) -> None:
    import imageio_ffmpeg

    path = tmp_path / "meadow.mp4"
    open_window(FakeRun(100), frames=4, record=str(path))
    assert imageio_ffmpeg.count_frames_and_secs(str(path))[0] == 4


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "No such file"),
        ("exit 1", "exit status 1"),
        ("exec true", "it ended early"),
        ("exec cat > /dev/null", "it wrote no file"),
        ("echo no room >&2; exit 3", "no room"),
    ],
)
def test_a_film_that_fails_is_one_line(
    script: str | None,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ffmpeg = tmp_path / "ffmpeg"
    if script:
        ffmpeg.write_text(f"#!/bin/sh\n{script}\n")
        ffmpeg.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(ffmpeg))
    with pytest.raises(UserError, match=f"film: expected ffmpeg to write .*a.mp4, got: .*{reason}.*; make room"):
        open_window(FakeRun(100), frames=3, record=str(tmp_path / "a.mp4"))
    assert not (tmp_path / "a.mp4").exists()
    assert "wrote" not in capsys.readouterr().err


def test_a_film_whose_ffmpeg_is_killed_is_one_line(tmp_path: Path) -> None:
    film = Film(tmp_path / "a.mp4", (64, 64))
    film._process.kill()
    film._process.wait()
    with pytest.raises(UserError, match="film: expected ffmpeg to write"):
        for _ in range(99):
            film.add(pygame.Surface((64, 64)))
    film.close()
    assert not (tmp_path / "a.mp4").exists()


def test_a_film_ends_and_plays_where_ctrl_c_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of handing a frame over, and again while it is closed; a name that ffmpeg takes for options."""
    import imageio_ffmpeg

    monkeypatch.chdir(tmp_path)
    add, close, added = Film.add, Film.close, iter(range(9))

    def ring(*given: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Film, "add", lambda film, frame: add(film, frame) or (next(added) == 2 and ring()))
    monkeypatch.setattr(Film, "close", lambda film: ring() or close(film))
    with pytest.raises(KeyboardInterrupt):
        open_window(FakeRun(100), frames=9, record="-a.mp4")
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "-a.mp4"))[0] == 3


def frame(window: Window, recording: Recording) -> None:
    window.session.advance()
    window.draw()
    recording.update(window.session, window.canvas)


def test_a_key_starts_and_stops_films_that_never_replace_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import imageio_ffmpeg

    monkeypatch.chdir(tmp_path)
    (tmp_path / "alife-1.mp4").write_bytes(b"another film")
    window, recording = Window(FakeRun(50), (901, 601)), Recording()
    for _ in range(2):
        window.session.toggle_recording()
        for _ in range(3):
            frame(window, recording)
        assert window.session.recorded == 3 and window.session.present_status.startswith("Recording to alife-1-")
        window.session.toggle_recording()
        window.session.paused = True
        frame(window, recording)
        window.session.run.simulation.steps = 0
        window.session.paused = False
    assert window.session.present_status == "Wrote alife-1-3.mp4, 3 frames"
    assert (tmp_path / "alife-1.mp4").read_bytes() == b"another film"
    said = capsys.readouterr().err
    for name in ("alife-1-2.mp4", "alife-1-3.mp4"):
        assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / name))[0] == 3
        assert f"alife: wrote {name}, 3 frames" in said


def test_a_key_records_a_gif_that_is_no_wider_than_others_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import imageio_ffmpeg

    monkeypatch.chdir(tmp_path)
    window, recording = Window(FakeRun(50), (901, 601)), Recording()
    window.handle(pygame.Event(pygame.KEYDOWN, key=pygame.K_F8, unicode="", mod=0))
    for _ in range(7):
        frame(window, recording)
    assert window.session.present_status == "Recording to alife-1.gif; F8 stops"
    window.handle(pygame.Event(pygame.KEYDOWN, key=pygame.K_F8, unicode="", mod=0))
    frame(window, recording)
    assert "alife: wrote alife-1.gif, 7 frames" in capsys.readouterr().err
    size = next(imageio_ffmpeg.read_frames(str(tmp_path / "alife-1.gif")))["size"]
    assert size == (GIF_WIDTH, 426)


def test_the_animation_of_the_readme_is_small_and_its_command_is_written_and_taken() -> None:
    words = window_page.ANIMATION.split()
    picture = ROOT / words[-1]
    assert words[-1] in (ROOT / "README.md").read_text() and picture.read_bytes()[:4] == b"GIF8"
    assert picture.stat().st_size < 3e6
    assert window_page.ANIMATION in (ROOT / "docs" / "window.md").read_text()
    command = typer.main.get_command(app).commands["live"]
    given = command.make_context("live", words[3:]).params
    assert given["legend"] and (ROOT / given["what"]).exists() and display.parse_size(given["size"]) == (1280, 800)


def test_a_film_by_key_that_fails_is_said_in_the_window_which_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "none"))
    window, recording = Window(FakeRun(50)), Recording()
    window.session.toggle_recording()
    frame(window, recording)
    assert "xpected ffmpeg to write" in window.session.present_status and not window.session.recording
    frame(window, recording)
    assert window.session.life.steps == 2


def test_without_panels_the_world_fills_the_window_and_films_show_no_status() -> None:
    window = Window(FakeRun(50), (1000, 700))
    window.session.toggle_panels()
    window.session.say("a line of status")
    window.session.recorded = 90
    window.draw()
    assert window.session.camera.view == (1000, 700)
    shown, kept = (pygame.surfarray.array3d(one).astype(int) for one in (window.screen, window.canvas))
    differs = np.abs(shown - kept).any(axis=2)
    assert differs[:90, :40].any() and differs[:, 650:].any() and not differs[:, 60:640].any()
    window.session.toggle_panels()
    window.draw()
    assert window.session.camera.view[0] < 700


def test_a_followed_agent_is_in_the_middle_and_another_follows_its_death() -> None:
    window = Window(FakeRun(50), (1000, 700))
    session, first = window.session, None
    for _ in range(40):
        session.follow()
        session.advance()
    first = session.selection
    assert first is not None and session.selected_place()
    x, y = session.camera.to_screen(*session.selected_place()[:2])
    assert abs(x - session.camera.view[0] / 2) < 40 and abs(y - session.camera.view[1] / 2) < 40
    session.run.simulation.kill(first.row, cause=1)
    session.look()
    session.follow()
    assert session.selection.id != first.id and session.selected_place() and session.following
