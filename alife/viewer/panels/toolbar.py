"""Buttons and the slider of pace below the world: the commands of keys.KEYS for the mouse."""

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
BESIDE = 18 + 160 + 120 + WIDTH  # pixels for the slider, what it says, and the panel


class Toolbar:
    """The widgets, laid out again whenever the window's size changes.

    size: of the window, pixels. keys: rows of a table of keys.
    """

    def __init__(self, size: tuple[int, int], keys: tuple[Key, ...]) -> None:
        self._keys = keys
        self._manager = pygame_gui.UIManager(size, theme_path=theme.gui_theme())
        self._place(size)

    def _place(self, size: tuple[int, int]) -> None:
        top = size[1] - HEIGHT + 8
        self._buttons: dict[str, UIButton] = {}
        left, shown = 10, [key for key in self._keys if key.button]
        self._named = sum(_width(_label(key.button, key.label)) + 6 for key in shown) + BESIDE <= size[0]
        for key in shown:
            label = self._label(key.button, key.label)
            box = pygame.Rect(left, top, _width(label), 30)
            self._buttons[key.command] = UIButton(box, label, self._manager, tool_tip_text=key.help)
            left = box.right + 6
        self._end = left + 8
        track = pygame.Rect((self._end, top + 3), (150, 24))
        self._slider = UIHorizontalSlider(track, 0, (0, len(STEPS) - 1), self._manager)

    def _label(self, text: str, key: str) -> str:
        """With the key where there is room for it."""
        return _label(text, key) if self._named else text

    def resize(self, size: tuple[int, int]) -> None:
        """The window has another size now."""
        self._manager.set_window_resolution(size)
        self._manager.clear_and_reset()
        self._place(size)

    def handle(self, event: pygame.Event, session: Session) -> bool:
        """Give an event to the widgets; True when it was theirs."""
        if event.type == pygame_gui.UI_BUTTON_PRESSED:
            for command, button in self._buttons.items():
                if event.ui_element is button:
                    getattr(session, command)()
        elif event.type == pygame_gui.UI_HORIZONTAL_SLIDER_MOVED:
            session.pace.place = round(event.value)
        return bool(self._manager.process_events(event))

    def draw(self, target: pygame.Surface, session: Session, seconds: float) -> None:
        """Draw the widgets over a strip of paper. seconds: since the last frame."""
        wide, high = target.get_size()
        strip = pygame.Rect(0, high - HEIGHT, wide, HEIGHT)
        pygame.draw.rect(target, theme.PAPER, strip)
        pygame.draw.line(target, theme.LINE, strip.topleft, strip.topright)
        self._show(session)
        self._manager.update(seconds)
        self._manager.draw_ui(target)
        theme.write(target, (self._end + 160, strip.top + 14), str(session.pace), 12, theme.INK)

    def _show(self, session: Session) -> None:
        """Let the widgets say what is: the pause button, the slider."""
        text = self._label("Go on" if session.paused else "Pause", "space")
        if self._buttons["toggle_pause"].text != text:
            self._buttons["toggle_pause"].set_text(text)
        if round(self._slider.get_current_value()) != session.pace.place and not self._slider.has_moved_recently:
            self._slider.set_current_value(session.pace.place)


def _width(label: str) -> int:
    return theme.font(13).size(label)[0] + 22


def _label(text: str, key: str) -> str:
    return f"{text}  [{key}]"
