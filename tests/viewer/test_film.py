"""Films of the window: every frame, one line where ffmpeg fails, and what is kept after an interrupt."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pygame
import pytest

from alife.errors import UserError
from alife.viewer.draw.film import Film
from alife.viewer.loop import open_window
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
