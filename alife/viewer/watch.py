"""One window after another: the start page, what is chosen there, and what is opened from a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pygame

from alife.errors import UserError
from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.viewer.draw import display
from alife.viewer.draw.film import FRAMES_PER_SECOND, check_path
from alife.viewer.loop import SCREENSHOT_FRAMES, File, Size, open_window, save
from alife.viewer.start_page import StartPage

START = ""  # as a target: the start page


@dataclass(frozen=True)
class Options:
    """Options of a window, as `open_window` takes them."""

    frames: int | None = None
    screenshot: File = None
    record: File = None
    size: Size = None
    scale: float | None = None
    panels: bool = True
    follow: bool = False
    legend: bool = False
    home: bool = False

    def next(self) -> Options:
        """Returns the options of the window after one: as large as that, until it is closed, and without files."""
        wide, high = map(max, pygame.display.get_window_size(), display.SMALLEST)
        size = wide // 2 * 2, high // 2 * 2
        return replace(self, frames=None, screenshot=None, record=None, size=size)


def watch(what: str | None, opener: Callable[[str], Run | Replay], options: Options) -> None:
    """Shows a run, and each further one that is opened from its window, until a window is closed.

    What does not open is said on the start page.

    Args:
        what: a name or path, as `opener` takes it; None for the start page.
        opener: opens it.
        options: of the first window, which may be that of the start page.

    Raises:
        UserError: `what` cannot be opened; or as of `open_window`.
    """
    target, message, refuses = what or START, "", what is not None
    options = replace(options, home=what is None)
    while True:
        if target == START:
            chosen = choose(options, message)
        else:
            try:
                run = opener(target)
            except UserError as error:
                if refuses:
                    raise
                target, message = START, str(error)
                continue
            pygame.event.clear() if pygame.display.get_init() else None  # of while it was opened
            chosen = open_window(run, **vars(options))
        if chosen is None:
            return
        target, message, refuses, options = chosen, "", False, options.next()


def choose(options: Options, message: str = "") -> str | None:
    """Shows the start page; returns what is chosen, as `open_target` takes it, or None.

    Args:
        options: of the window. A screenshot is of the last frame; nothing is recorded.
        message: why the last choice did not open; "" for none.

    Raises:
        UserError: as of `open_window`.
    """
    frames = options.frames
    if options.screenshot:
        check_path(options.screenshot, (".png",), "--screenshot")
        frames = SCREENSHOT_FRAMES if frames is None else frames
    page = StartPage(display.choose_display(frames is not None, options.size), options.scale, message)
    try:
        _show(page, frames)
        if options.screenshot:
            save(page.canvas, options.screenshot)
    finally:
        pygame.key.set_repeat()
        if page.target is None:
            pygame.display.quit()
    return page.target


def _show(page: StartPage, frames: int | None) -> None:
    """Draws the page, at first and after events, until it is closed or for a number of frames."""
    clock, done, events = pygame.time.Clock(), 0, [pygame.Event(pygame.NOEVENT)]
    while not page.closed and done != frames:
        events += pygame.event.get()
        for event in events:
            page.handle(event)
        if events:
            page.draw()  # once more after the last choice: it is said that it is being opened
        events, done = [], done + 1
        clock.tick(FRAMES_PER_SECOND if frames is None else 0)
