"""The display of the window: a screen, or memory where there is none."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pygame

from alife.errors import UserError

SIZE = (1280, 800)  # pixels
SMALLEST = (900, 600)
LARGEST = (7680, 4320)  # 8K
SCALED_HEIGHT = 720  # pixels of a frame's height for each pixel a point
LARGEST_SCALE = 4
ROOM = (720, 480)  # points that a frame has at least: panel, legend, and some of the world
NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")  # of the variables that name a display
UNSEEN = ("dummy", "offscreen")  # drivers that SDL also falls back to where no display answers
FRAME = 80  # pixels of the desktop's height for its bars and the title of the window


def has_display() -> bool:
    """Returns True if the environment names a display, or the system always has one."""
    named = any(os.environ.get(name) for name in NAMES)
    return named or not sys.platform.startswith("linux")


@contextmanager
def kept() -> Iterator[None]:
    """Keeps pygame and its window while code of others ends, such as an environment that quits pygame for all."""
    quits = pygame.quit, pygame.display.quit, pygame.font.quit
    pygame.quit = pygame.display.quit = pygame.font.quit = _stay
    try:
        yield
    finally:
        pygame.quit, pygame.display.quit, pygame.font.quit = quits


def _stay() -> None:
    """Does nothing."""


def parse_size(text: str) -> tuple[int, int]:
    """Returns the width and height in pixels that are written as WIDTHxHEIGHT, both even, as films need it.

    Raises:
        UserError: the text is no size, or the size is below SMALLEST or above LARGEST.
    """
    found = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", text.strip().lower())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(low <= side <= high for low, side, high in zip(SMALLEST, size, LARGEST, strict=True)):
        limits = f"{SMALLEST[0]}x{SMALLEST[1]} to {LARGEST[0]}x{LARGEST[1]}"
        raise UserError(f"--size: expected {limits} pixels, got {text!r}; write --size 1920x1080")
    return size[0] // 2 * 2, size[1] // 2 * 2


def fitting_scale(size: tuple[int, int]) -> float:
    """Returns the scale of the interface, in quarters from 1, that suits a frame: 2 at 2560x1440.

    size: width and height in pixels.
    """
    return max(int(4 * min(size[0] / SIZE[0], size[1] / SCALED_HEIGHT)) / 4, 1.0)


def interface_scale(wanted: float | None, size: tuple[int, int]) -> float:
    """Returns the scale of the interface in a frame: the wanted one, but no more than leaves it ROOM points.

    Args:
        wanted: pixels a point; None for one that fits.
        size: width and height of the frame in pixels.
    """
    return min(wanted or fitting_scale(size), max(min(size[0] / ROOM[0], size[1] / ROOM[1]), 1.0))


def parse_scale(text: str) -> float:
    """Returns the scale of the interface that is written as a number. Raises UserError for none from 1 to 4."""
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 1 <= scale <= LARGEST_SCALE:
        raise UserError(f"--scale: expected a number from 1 to {LARGEST_SCALE}, got {text!r}; write --scale 1.5")
    return scale


def choose_display(headless: bool, size: tuple[int, int] | None = None) -> tuple[int, int]:
    """Selects a display and returns the size of the window: width and height in pixels.

    Args:
        headless: draws into memory if there is no display that answers.
        size: the size that is asked for; None for one that fits the display.

    Raises:
        UserError: there is no display that answers, and headless is False.
    """
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")  # an environment that draws by pygame may open a device
    if fault := _fault():
        if not headless:
            raise UserError(f"live: expected a display, {fault}; write --frames 500 --screenshot meadow.png")
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    return size or (SIZE if headless else _fitting())


def _fault() -> str:
    """What is wrong with the display; an empty string if a window would be seen, or is wanted where it is not."""
    if not has_display():
        return "found none"
    try:
        with _quiet():
            pygame.display.init()
    except pygame.error as error:
        return f"got {error}"
    driver, wanted = pygame.display.get_driver(), os.environ.get("SDL_VIDEODRIVER", "").split(",")
    if driver not in UNSEEN or driver in wanted:
        return ""
    pygame.display.quit()
    named = [f"{name}={os.environ[name]}" for name in NAMES if os.environ.get(name)]
    return f"got none that answers at {' or '.join(named) or 'this desktop'}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Drops what libraries of C write to standard error, such as those of Wayland where no display answers."""
    try:
        sys.stderr.flush()
        kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except (OSError, AttributeError):  # there is no standard error
        yield
        return
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _fitting() -> tuple[int, int]:
    """Returns SIZE, or less where the desktop is smaller; even, as films need it."""
    pygame.display.init()
    wide, high = pygame.display.get_desktop_sizes()[0]
    return (
        max(SMALLEST[0], min(SIZE[0], wide) // 2 * 2),
        max(SMALLEST[1], min(SIZE[1], high - FRAME) // 2 * 2),
    )
