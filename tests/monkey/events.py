"""Random events for a window: keys, clicks, drags, the wheel, new sizes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pygame

from alife.viewer.draw.display import LARGEST_SCALE
from alife.viewer.keys import Key
from alife.viewer.sheets.base import SHEET_KEYS
from alife.viewer.window import Window

SIDES = ((1, 2000), (1, 1300))  # pixels of widths and heights that a window is given
SCALES = (None, None, 1.0, 1.25, 2.0, float(LARGEST_SCALE))
TYPED = "0123456789.-x?"
RARE = (
    "restart",
    "restart_next",
    "step_back",
    "toggle_pause",
    "show_run_to",
    "save_run",
)  # commands that are left out four times of five
OTHER_KEYS = (pygame.K_F1, pygame.K_F7, pygame.K_PAGEUP, pygame.K_LCTRL, pygame.K_ESCAPE)
LEAVING = ("quit", "leave")  # commands that may close the window; `leave` is pressed by esc

Pixel = tuple[int, int]


class Hand:
    """What a person might do at a window, drawn at random.

    Attributes:
        window: at which.
        steers: False to leave the keys of tools alone.
    """

    def __init__(self, window: Window, draw: np.random.Generator, steers: bool) -> None:
        self.window, self.steers, self._draw = window, steers, draw

    def events(self) -> list[pygame.Event]:
        """Returns the events of one thing that is done, in order."""
        kind = self._draw.choice(6, p=(0.4, 0.08, 0.2, 0.16, 0.1, 0.06))
        ways = (self._key, self._other_key, self._click, self._drag, self._wheel, self._resize)
        return [*ways[kind]()]

    def _one(self, among: object) -> int:
        return int(self._draw.integers(len(among)))  # type: ignore[arg-type]

    def _key(self) -> Iterator[pygame.Event]:
        keys = [key for key in self.window.session.keys if key.command not in LEAVING and (self.steers or not key.tool)]
        keys = [key for key in keys if self.steers or key.command != "toggle_tools"]
        if self._draw.random() < 0.8:
            keys = [key for key in keys if key.command not in RARE]
        if self.window.session.sheet and self._draw.random() < 0.7:
            keys = list(SHEET_KEYS)
        key: Key = keys[self._one(keys)]
        code = key.codes[self._one(key.codes)]
        shift = key.shift or self._draw.random() < 0.1
        text = key.label if len(key.label) == 1 else ""
        yield pygame.Event(pygame.KEYDOWN, key=code, unicode=text, mod=pygame.KMOD_SHIFT if shift else 0)

    def _other_key(self) -> Iterator[pygame.Event]:
        text = TYPED[self._one(TYPED)]
        code = OTHER_KEYS[self._one(OTHER_KEYS)]
        yield pygame.Event(pygame.KEYDOWN, key=code, unicode=text if code != pygame.K_ESCAPE else "", mod=0)

    def _click(self) -> Iterator[pygame.Event]:
        at, button = self._place(), int(self._draw.choice((1, 1, 1, 1, 2, 3)))
        pygame.mouse.set_pos(at)
        yield pygame.Event(pygame.MOUSEMOTION, buttons=(0, 0, 0), pos=at, rel=(0, 0))
        yield pygame.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=at)
        if self._draw.random() < 0.95:  # else it is released outside of the window, which tells nothing
            yield pygame.Event(pygame.MOUSEBUTTONUP, button=button, pos=at)

    def _drag(self) -> Iterator[pygame.Event]:
        at, button = self._place(), int(self._draw.choice((1, 1, 3)))
        yield pygame.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=at)
        for _ in range(self._draw.integers(1, 6)):
            to = self._place()
            rel = (to[0] - at[0], to[1] - at[1])
            at = to
            pygame.mouse.set_pos(at)
            yield pygame.Event(pygame.MOUSEMOTION, buttons=(button == 1, 0, button == 3), pos=at, rel=rel)
        yield pygame.Event(pygame.MOUSEBUTTONUP, button=button, pos=at)

    def _wheel(self) -> Iterator[pygame.Event]:
        pygame.mouse.set_pos(self._place())
        by = int(self._draw.integers(-5, 6))
        yield pygame.Event(pygame.MOUSEWHEEL, x=0, y=by, precise_x=0.0, precise_y=by * self._draw.uniform(0.1, 2))

    def _resize(self) -> Iterator[pygame.Event]:
        wide, high = (int(self._draw.integers(*side)) for side in SIDES)
        yield pygame.Event(pygame.VIDEORESIZE, w=wide, h=high, size=(wide, high))

    def _place(self) -> Pixel:
        """Returns a pixel: of a button, of an agent, near the middle, where lists are, or anywhere."""
        window, kind = self.window, self._draw.random()
        wide, high = window.canvas.get_size()
        discs = window.session.scene.discs
        buttons = [key for key in window.session.keys if key.command in window._toolbar._buttons]
        buttons = [key for key in buttons if self.steers or not (key.tool or key.command == "toggle_tools")]
        if kind < 0.25 and buttons:
            return window._toolbar._buttons[buttons[self._one(buttons)].command].rect.center
        if kind < 0.5 and len(discs.x):
            one = self._one(discs.x)
            x, y = window.session.camera.to_screen(discs.x[one], discs.y[one])
            return min(max(int(x), -5), wide), min(max(int(y), -5), high)
        if kind < 0.75:
            at = int(self._draw.integers(wide // 4, 3 * wide // 4)), int(self._draw.integers(high // 8, 7 * high // 8))
        else:
            at = int(self._draw.integers(-3, wide + 3)), int(self._draw.integers(-3, high + 3))
        return at if self.steers or at[1] < high - window._toolbar.height * window.scale else (at[0], 5)
