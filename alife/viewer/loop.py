"""Shows a run in a window, frame by frame, until it is closed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pygame

from alife.errors import UserError
from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.interrupt import Interruption
from alife.viewer.draw import display, lost_display
from alife.viewer.draw.film import FRAMES_PER_SECOND, SUFFIXES, Film, check_path, save_picture
from alife.viewer.recording import Recording, say_film
from alife.viewer.speed import Rates
from alife.viewer.window import Window

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
    panels: bool = True,
    follow: bool = False,
    legend: bool = False,
    home: bool = False,
) -> str | None:
    """Shows a run until the window is closed; a run with a folder then saves a checkpoint.

    Args:
        run: a run of a shared world, or a replay of episodes.
        frames: closes after this number of frames of one step each; drawn into memory if there is no display.
        screenshot: path of a PNG of the last frame, with the oldest agent selected; None for no file. Implies `frames`.
        record: path of an MP4 film of every frame, or of a GIF of every third; None for no file.
        size: width and height of the window in pixels; None for one that fits the display.
        scale: pixels a point of the interface, from 1; None for one that fits the size: 2 at 2560x1440.
        panels: False to show nothing but the world; a key brings the rest back.
        follow: True to follow an agent in the middle of the world, and after its death another one near it.
        legend: True to show what the colors mean.
        home: True if esc goes back to the start page.

    Returns:
        What the person opens next, as `open_target` takes it, "" for the start page; then the display stays open. None
        if there is nothing more.

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
        session = window.session
        session.panels, session.home = panels, home  # laid out by the first frame
        session.show_legend = legend and session.has_legend
        agent = "follow" if follow else "select" if screenshot else ""
        with _ended(window, film, record, interruption) as recording:
            for _ in _frames(window, frames, interruption, agent, exact=film is not None):
                if film:
                    film.add(window.canvas)
                recording.update(window.session, window.canvas)
                if window.session.wants_screenshot:
                    _take_screenshot(window)
            if screenshot:
                save(window.canvas, screenshot)
        if interruption.asked:
            raise KeyboardInterrupt
    return window.session.leads_to


@contextmanager
def _ended(window: Window, film: Film | None, path: File, interruption: Interruption) -> Iterator[Recording]:
    """Ends films, the display and the run after this context, in this order; without the display where it is lost.

    Args:
        window, interruption: as of `open_window`.
        film: of every frame, to this path; None for none.
    """
    with ExitStack() as ending:
        ending.callback(_end_run, window)
        closing = ending.enter_context(ExitStack())
        closing.callback(_close, window)
        if film:
            ending.callback(_end_film, film, path)
        recording = Recording()
        ending.callback(recording.end, window.session)
        ending.callback(interruption.hold)  # the first of them to be called

        def end_unseen() -> None:
            closing.pop_all()
            ending.close()

        ending.enter_context(lost_display.ends_by(end_unseen))
        yield recording


def _frames(window: Window, frames: int | None, interruption: Interruption, agent: str, exact: bool) -> Iterator[None]:
    """Yields after each frame, until the window is closed, `frames` are drawn, or a signal comes.

    Args:
        window, frames: as of `open_window`.
        interruption: that tells of signals.
        agent: "follow" to follow one, "select" to select the oldest in the last frame; "" for neither.
        exact: True to have all of each frame show the same moment, as films do.
    """
    clock, rates, session, done = pygame.time.Clock(), Rates(), window.session, 0
    while not session.closed and done != frames:
        interruption.poll()
        for event in pygame.event.get():
            window.handle(event)
        if agent == "follow":
            session.follow()
        session.advance()
        done += 1
        if agent == "select" and done == frames:
            session.select_oldest()
        if exact or session.recording or session.wants_screenshot or done == frames:  # what is kept shows one moment
            window.panel.refresh()
        rates.count(session.life.steps)
        window.draw(clock.tick(FRAMES_PER_SECOND if frames is None else 0) / 1000, rates)
        yield


def _take_screenshot(window: Window) -> None:
    """Saves the present picture in the current folder, and says where it is or why not."""
    session, session.wants_screenshot = window.session, False
    try:
        session.say(save(window.canvas, f"alife-{session.life.steps}.png"))
    except UserError as error:
        session.say(str(error))


def _end_run(window: Window) -> None:
    """Ends the run that was shown last: its records, or the environments of a replay, which leaves the window open.

    What was done by hand to a run in memory is not recorded, and it says so.
    """
    window.session.end()
    run = window.session.run
    if run.out or isinstance(run, Replay):
        with display.kept():
            run.close()
        if run.out:
            print(f"alife: saved {run.out} up to step {run.simulation.steps:,}", file=sys.stderr)
    elif told := window.session.touched:
        print(f"alife: {told}; the run was in memory, so this is not recorded", file=sys.stderr)


def _close(window: Window) -> None:
    """Closes the display, or leaves it with a line for what is opened next. Fonts and pictures stay."""
    session = window.session
    if session.leads_to is None:
        pygame.display.quit()
        return
    session.fullscreen = session.recording = False
    session.say(f"Opening {Path(session.leads_to).name or 'the start page'} ...")
    window.draw()


def save(picture: pygame.Surface, path: Path | str) -> str:
    """Writes a PNG, prints where it is, and returns that. Raises UserError if it cannot be written."""
    save_picture(picture, path)
    wide, high = picture.get_size()
    told = f"wrote {path}, {wide} x {high} pixels"
    print(f"alife: {told}", file=sys.stderr)
    return told[0].upper() + told[1:]


def _end_film(film: Film, path: File) -> None:
    film.close()
    if not film.failed and path is not None:
        say_film(path, film)
