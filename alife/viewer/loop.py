"""Shows a run in a window, frame by frame, until it is closed."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pygame

from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.interrupt import Interruption
from alife.viewer.draw import display
from alife.viewer.draw.film import SUFFIXES, Film, check_path, save_picture
from alife.viewer.speed import Rates
from alife.viewer.window import Window

FRAMES_PER_SECOND = 60
SCREENSHOT_FRAMES = 120  # before a screenshot, if no number is given

File = Path | str | None
Size = tuple[int, int] | None


def open_window(
    run: Run | Replay,
    frames: int | None = None,
    screenshot: File = None,
    record: File = None,
    size: Size = None,
    scale: float | None = None,
) -> None:
    """Shows a run until the window is closed; a run with a folder then saves a checkpoint.

    Args:
        run: a run of a shared world, or a replay of episodes.
        frames: closes after this number of frames of one step each; drawn into memory if there is no display.
        screenshot: path of a PNG of the last frame, with the oldest agent selected; None for no file. Implies `frames`.
        record: path of an MP4 film of every frame, or of a GIF of every third; None for no file.
        size: width and height of the window in pixels; None for one that fits the display.
        scale: pixels a point of the interface, from 1; None for one that fits the size: 2 at 2560x1440.

    Raises:
        UserError: a path that cannot be written to, no display that answers and neither `frames` nor `screenshot`, or
            no ffmpeg that works.
        KeyboardInterrupt: SIGINT or SIGTERM came; the film was completed, and the run saved, first.
    """
    for path, suffixes, option in ((screenshot, (".png",), "--screenshot"), (record, SUFFIXES, "--record")):
        if path:
            check_path(path, suffixes, option)
    frames = SCREENSHOT_FRAMES if screenshot and frames is None else frames
    size = display.choose_display(frames is not None, size)
    with Interruption() as interruption:
        with interruption.at_once():
            window, film = Window(run, size, scale), Film(record, size) if record else None
        with ExitStack() as ending:
            ending.callback(_end_run, window)
            ending.callback(pygame.display.quit)  # fonts and pictures stay for the next window
            if film:
                ending.callback(_end_film, film, record)
            ending.callback(interruption.hold)  # the first of them to be called
            _loop(window, frames, film, interruption, select=bool(screenshot))
            if screenshot:
                _save(window.canvas, screenshot)
        if interruption.asked:
            raise KeyboardInterrupt


def _loop(window: Window, frames: int | None, film: Film | None, interruption: Interruption, select: bool) -> None:
    """Draws frames until the window is closed, `frames` are drawn, or a signal comes.

    Args:
        window, frames, film: as of `open_window`.
        interruption: that tells of signals.
        select: the oldest agent, in the last frame.
    """
    clock, rates, session, done = pygame.time.Clock(), Rates(), window.session, 0
    while not session.closed and done != frames:
        interruption.poll()
        for event in pygame.event.get():
            window.handle(event)
        session.advance()
        done += 1
        if select and done == frames:
            session.select_oldest()
        if film or session.wants_screenshot or done == frames:  # what is kept shows one moment
            window.panel.refresh()
        rates.count(session.life.steps)
        window.draw(clock.tick(FRAMES_PER_SECOND if frames is None else 0) / 1000, rates)
        if film:
            film.add(window.canvas)
        if session.wants_screenshot:
            session.wants_screenshot = False
            _save(window.canvas, f"alife-{session.life.steps}.png")


def _end_run(window: Window) -> None:
    """Ends the run that was shown last: its records, or the environments of a replay, which leaves the window open.

    What was done by hand to a run in memory is not recorded, and it says so.
    """
    run = window.session.run
    if run.out or isinstance(run, Replay):
        with display.kept():
            run.close()
    elif told := window.session.touched:
        print(f"alife: {told}; the run was in memory, so this is not recorded", file=sys.stderr)


def _save(picture: pygame.Surface, path: Path | str) -> None:
    save_picture(picture, path)
    wide, high = picture.get_size()
    print(f"alife: wrote {path}, {wide} x {high} pixels", file=sys.stderr)


def _end_film(film: Film, path: File) -> None:
    film.close()
    if film.failed:
        return
    print(f"alife: wrote {path}, {film.frames:,} frame{'s' * (film.frames != 1)}", file=sys.stderr)
