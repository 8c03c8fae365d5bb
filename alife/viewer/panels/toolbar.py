"""Buttons below the world, for the commands of the table of keys, and the slider of speed."""

from __future__ import annotations

import pygame
import pygame_gui
from pygame_gui.elements import UIButton, UIHorizontalSlider

from alife.viewer.draw import theme
from alife.viewer.keys import Key
from alife.viewer.panels.panel import WIDTH
from alife.viewer.session import Session
from alife.viewer.speed import STEPS

HEIGHT = 46  # pixels
RESUME = "Resume"  # text of the pause button while paused
TRACK = 130  # pixels of the slider
SPEED = 18 + TRACK + 10 + 120  # pixels for the slider and its text


class Toolbar:
    """The widgets, laid out anew when the size of the window changes.

    Attributes:
        is_below_panel: True where the world is too narrow for them, so that they reach below the panel, too.
    """

    def __init__(self, size: tuple[int, int], keys: tuple[Key, ...]) -> None:
        """Places them.

        Args:
            size: width and height of the window in pixels.
            keys: rows of a table of keys.
        """
        self._keys = keys
        self._pause = next(key for key in keys if key.command == "toggle_pause")
        self._manager = pygame_gui.UIManager(size, theme_path=theme.gui_theme())
        self._place(size)

    def _place(self, size: tuple[int, int]) -> None:
        top = size[1] - HEIGHT + 8
        self._buttons: dict[str, UIButton] = {}
        left, shown = 10, [key for key in self._keys if key.button]
        self._has_keys = True
        self._has_keys = self._length(shown) <= size[0] - WIDTH
        self.is_below_panel = self._length(shown) > size[0] - WIDTH
        for key in shown:
            box = pygame.Rect(left, top, self._width(key), 30)
            label = self._label(key.button, key.label)
            self._buttons[key.command] = UIButton(box, label, self._manager, tool_tip_text=key.help)
            left = box.right + 6
        self._end = left + 8
        track = pygame.Rect((self._end, top + 3), (TRACK, 24))
        self._slider = UIHorizontalSlider(track, 0, (0, len(STEPS) - 1), self._manager)

    def _length(self, keys: list[Key]) -> int:
        """Returns the pixels of width that the buttons of some keys need, with the slider and its text."""
        return sum(self._width(key) + 6 for key in keys) + SPEED

    def _label(self, text: str, key: str) -> str:
        """Adds the key where there is room for it."""
        return f"{text}  [{key}]" if self._has_keys else text

    def _width(self, key: Key) -> int:
        """Returns the pixels that a button needs for its longest text."""
        texts = (key.button, *([RESUME] if key is self._pause else []))
        return max(theme.font(13).size(self._label(text, key.label))[0] for text in texts) + 16

    def resize(self, size: tuple[int, int]) -> None:
        """Lays out the widgets for another size of the window, in pixels."""
        self._manager.set_window_resolution(size)
        self._manager.clear_and_reset()
        self._place(size)

    def handle(self, event: pygame.Event, session: Session) -> bool:
        """Passes an event to the widgets; returns True if it was theirs."""
        if event.type == pygame_gui.UI_BUTTON_PRESSED:
            for command, button in self._buttons.items():
                if event.ui_element is button:
                    getattr(session, command)()
        elif event.type == pygame_gui.UI_HORIZONTAL_SLIDER_MOVED:
            session.speed.place = round(event.value)
        return bool(self._manager.process_events(event))

    def draw(self, target: pygame.Surface, session: Session, seconds: float) -> None:
        """Draws the widgets on a strip of paper. seconds: since the last frame."""
        wide, high = target.get_size()
        strip = pygame.Rect(0, high - HEIGHT, wide, HEIGHT)
        pygame.draw.rect(target, theme.PAPER, strip)
        pygame.draw.line(target, theme.LINE, strip.topleft, strip.topright)
        self._update(session)
        self._manager.update(seconds)
        self._manager.draw_ui(target)
        theme.write(target, (self._end + TRACK + 10, strip.top + 14), str(session.speed), 12, theme.INK)

    def _update(self, session: Session) -> None:
        """Sets the text of the pause button, and the slider."""
        text = self._label(RESUME if session.paused else self._pause.button, self._pause.label)
        if self._buttons["toggle_pause"].text != text:
            self._buttons["toggle_pause"].set_text(text)
        if round(self._slider.get_current_value()) != session.speed.place and not self._slider.has_moved_recently:
            self._slider.set_current_value(session.speed.place)
