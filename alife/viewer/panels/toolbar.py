"""Buttons below the world, for the commands of the table of keys, and the slider of speed."""

from __future__ import annotations

import pygame
import pygame_gui
from pygame_gui.elements import UIButton, UIHorizontalSlider

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper
from alife.viewer.keys import Key
from alife.viewer.panels.panel import WIDTH
from alife.viewer.session import Session
from alife.viewer.speed import STEPS

HEIGHT, ROW, BUTTON = 46, 36, 30  # points of one row with its edges, of each further row, and of a button
RESUME = "Resume"  # text of the pause button while paused
TRACK = 86  # points of the slider
SPEED = 18 + TRACK + 10 + 120  # points for the slider and its text
EDGE, GAP = 10, 6  # points before the first button, and between two


class Toolbar:
    """The widgets, laid out anew when the size of the window changes. Lengths are points, except in pygame_gui.

    Attributes:
        height: of all rows.
        is_below_panel: True where the world is too narrow for them, so that they reach below the panel, too.
    """

    def __init__(self, size: tuple[int, int], keys: tuple[Key, ...], scale: float, tools: bool) -> None:
        """Places them.

        Args:
            size: width and height of the window, pixels.
            keys: rows of a table of keys.
            scale: pixels a point.
            tools: also those of tools, in rows of their own.
        """
        self._keys, self._scale, self._tools = keys, scale, tools
        self._pause = next(key for key in keys if key.command == "toggle_pause")
        self._manager = pygame_gui.UIManager(size, theme_path=theme.gui_theme(scale))
        self._place(size)

    def _place(self, size: tuple[int, int]) -> None:
        wide, high = (int(side / self._scale) for side in size)
        self._buttons: dict[str, UIButton] = {}
        shown = [key for key in self._keys if key.button and not key.tool]
        tools = [key for key in self._keys if key.button and key.tool] if self._tools else []
        self._has_keys = True
        self._has_keys = self._length(shown) <= wide - WIDTH
        self.is_below_panel = self._length(shown) > wide - WIDTH
        rest: list[Key] = []
        while self._length(shown) > wide and len(shown) > 1:
            rest.insert(0, shown.pop())
        rows = self._wrapped([*rest, *tools], wide if self.is_below_panel else wide - WIDTH)
        self.height = HEIGHT + ROW * len(rows)
        self._top = high - self.height
        for place, row in enumerate([shown, *rows]):
            end = self._place_row(row, self._top + 8 + place * ROW)
            if not place:
                self._end = end + 8
        track = Paper(pygame.Surface((1, 1)), self._scale).pixels((self._end, self._top + 11, TRACK, 24))
        self._slider = UIHorizontalSlider(track, 0, (0, len(STEPS) - 1), self._manager)

    def _place_row(self, keys: list[Key], top: int) -> int:
        """Places a row of buttons, and returns where it ends."""
        left, points = EDGE, Paper(pygame.Surface((1, 1)), self._scale)
        for key in keys:
            wide = self._width(key)
            label, box = self._label(key.button, key.label), points.pixels((left, top, wide, BUTTON))
            self._buttons[key.command] = UIButton(box, label, self._manager, tool_tip_text=f"{key.help} [{key.label}]")
            left += wide + GAP
        return left

    def _wrapped(self, keys: list[Key], wide: int) -> list[list[Key]]:
        """Returns keys in rows that fit a width."""
        rows: list[list[Key]] = []
        for key in keys:
            if not rows or EDGE + sum(self._width(one) + GAP for one in (*rows[-1], key)) > wide:
                rows.append([])
            rows[-1].append(key)
        return rows

    def _length(self, keys: list[Key]) -> int:
        """Returns the width that the buttons of some keys need, with the slider and its text."""
        return sum(self._width(key) + GAP for key in keys) + SPEED

    def _label(self, text: str, key: str) -> str:
        """Adds the key where there is room for it."""
        return f"{text}  [{key}]" if self._has_keys else text

    def _width(self, key: Key) -> int:
        """Returns the width that a button needs for its longest text."""
        texts = (key.button, *([RESUME] if key is self._pause else []))
        font = theme.font(round(13 * self._scale))
        return max(round(font.size(self._label(text, key.label))[0] / self._scale) for text in texts) + 16

    def resize(self, size: tuple[int, int], tools: bool) -> None:
        """Lays out the widgets anew. size: of the window, pixels. tools: as of the constructor."""
        self._tools = tools
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
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and self._on_track(event.pos):
            track, knob = self._slider.rect, self._knob
            share = (event.pos[0] - track.left - knob.width / 2) / (track.width - knob.width)
            session.speed.place = round(min(max(share, 0.0), 1.0) * (len(STEPS) - 1))
            return True
        return bool(self._manager.process_events(event))

    @property
    def _knob(self) -> pygame.Rect:
        button = self._slider.sliding_button
        return button.rect if button else pygame.Rect(self._slider.rect.topleft, (1, 1))

    def _on_track(self, pixel: tuple[int, int]) -> bool:
        """Returns True on the track of the slider, beside its knob, where pygame_gui takes no click."""
        return bool(self._slider.rect.collidepoint(pixel) and not self._knob.collidepoint(pixel))

    def draw(self, target: Paper, session: Session, seconds: float) -> None:
        """Draws the widgets on a strip of paper. seconds: since the last frame."""
        strip = pygame.Rect(0, self._top, target.width + 1, target.height + 1 - self._top)
        target.rect(theme.PAPER, strip)
        target.line(theme.LINE, strip.topleft, strip.topright)
        self._update(session)
        self._manager.update(seconds)
        self._manager.draw_ui(target.surface)
        target.write((self._end + TRACK + 10, strip.top + 14), str(session.speed), 12, theme.INK)

    def _update(self, session: Session) -> None:
        """Sets the text of the pause button, the chosen tool, and the slider."""
        text = self._label(RESUME if session.paused else self._pause.button, self._pause.label)
        if self._buttons["toggle_pause"].text != text:
            self._buttons["toggle_pause"].set_text(text)
        for key in self._keys:
            button = self._buttons.get(key.command)
            if button and key.tool and button.is_selected != (key.tool == session.tool):
                (button.unselect if button.is_selected else button.select)()
        if round(self._slider.get_current_value()) != session.speed.place and not self._slider.has_moved_recently:
            self._slider.set_current_value(session.speed.place)
