"""The display of the window: a screen, or memory where there is none."""

from __future__ import annotations

import os
import sys

import pygame

from alife.errors import UserError

SIZE = (1280, 800)  # pixels
SMALLEST = (1120, 620)
FRAME = 80  # pixels of the desktop's height for its bars and the title of the window


def has_display() -> bool:
    """Returns True if the environment names a display, or the system always has one."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    return named or not sys.platform.startswith("linux")


def choose_display(headless: bool) -> tuple[int, int]:
    """Selects a display and returns the size of a window that fits it: width and height in pixels.

    Args:
        headless: draws into memory if there is no display.

    Raises:
        UserError: there is no display, and headless is False.
    """
    if not has_display():
        if not headless:
            raise UserError("live: expected a display, found none; write --frames 500 --screenshot meadow.png")
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    return SIZE if headless else _fitting()


def _fitting() -> tuple[int, int]:
    """Returns SIZE, or less where the desktop is smaller; even, as films need it."""
    pygame.display.init()
    wide, high = pygame.display.get_desktop_sizes()[0]
    return (
        max(SMALLEST[0], min(SIZE[0], wide) // 2 * 2),
        max(SMALLEST[1], min(SIZE[1], high - FRAME) // 2 * 2),
    )
