"""Where the window is drawn: on a display, or into memory where there is none."""

from __future__ import annotations

import os
import sys

import pygame

from alife.errors import UserError

SIZE = (1280, 800)  # pixels
SMALLEST = (1120, 620)
FRAME = 80  # pixels of the desktop's height that bars and title take


def choose(headless: bool) -> tuple[int, int]:
    """The size of the window, which fits the display. headless: no display is needed.

    Raises UserError where a display is needed and there is none.
    """
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform.startswith("linux") and not named:
        if not headless:
            raise UserError("live: expected a display, found none; write --frames 500 --screenshot meadow.png")
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    return SIZE if headless else _fitting()


def _fitting() -> tuple[int, int]:
    """SIZE, or what of it the desktop has room for, in even pixels (films need that)."""
    pygame.display.init()
    wide, high = pygame.display.get_desktop_sizes()[0]
    return (
        max(SMALLEST[0], min(SIZE[0], wide) // 2 * 2),
        max(SMALLEST[1], min(SIZE[1], high - FRAME) // 2 * 2),
    )
