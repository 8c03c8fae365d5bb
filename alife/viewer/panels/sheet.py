"""Draws a sheet over the world, and takes its keys and clicks."""

from __future__ import annotations

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper
from alife.viewer.keys import command_of
from alife.viewer.panels.overlay import draw_sheet
from alife.viewer.panels.panel import draw_button
from alife.viewer.sheets.base import SHEET_KEYS, Row, Sheet

TOP, FOOT = 44, 52  # points above the first row, and below the last
TABS, FIND = 34, 210  # points of height for the row of tabs, and of width for what is typed
BUTTON, CLOSE, SHADE = 18, 22, 10  # points; the last above and below the sheet
LEAST = 40  # points of width for a note in a row: below it the foot alone has it
STATUS = 40  # points below it, for the line of status


class SheetView:
    """The sheet as it was drawn last, so that clicks find its rows."""

    def __init__(self) -> None:
        self._drawn: Sheet | None = None
        self._first = 0  # row at the top
        self._rows: list[tuple[int, pygame.Rect]] = []
        self._buttons: list[tuple[int, int, pygame.Rect]] = []  # row, by, place
        self._tabs: list[tuple[int, pygame.Rect]] = []
        self._box = self._close = pygame.Rect(0, 0, 0, 0)

    def handle(self, event: pygame.Event, sheet: Sheet, scale: float) -> bool:
        """Handles an event; returns True if it was for the sheet. scale: pixels a point."""
        if event.type == pygame.KEYDOWN:
            return self._press(event, sheet)
        if event.type == pygame.MOUSEWHEEL:
            for _ in range(abs(event.y)):
                (sheet.previous if event.y > 0 else sheet.next)()
            return True
        if event.type not in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) or self._drawn is not sheet:
            return False
        at = (event.pos[0] / scale, event.pos[1] / scale)
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and self._box.collidepoint(at):
            self._click(at, sheet)
        return bool(self._box.collidepoint(at))

    def _press(self, event: pygame.Event, sheet: Sheet) -> bool:
        if event.unicode and sheet.type(event.unicode):
            return True
        command = command_of(event.key, "", SHEET_KEYS)
        if command:
            getattr(sheet, command)()
        return command is not None

    def _click(self, at: tuple[float, float], sheet: Sheet) -> None:
        if self._close.collidepoint(at):
            sheet.closed = True
            return
        for place, box in self._tabs:
            if box.collidepoint(at):
                sheet.show_tab(place)
                return
        for place, by, box in self._buttons:
            if box.collidepoint(at):
                sheet.adjust(place, by)
                return
        for place, box in self._rows:
            if box.collidepoint(at):
                sheet.click(place)
                return

    def draw(self, target: Paper, sheet: Sheet) -> None:
        """Draws the sheet in the middle of the world."""
        rows, self._drawn = sheet.rows(), sheet
        sheet.at = max(min(sheet.at, len(rows) - 1), 0)
        target = target.part((0, 0, target.width, target.height - STATUS))
        above = TOP + TABS * bool(sheet.tabs())
        room = max((target.height - above - FOOT - 2 * SHADE) // sheet.line, 1)
        self._first = min(max(self._first, sheet.at - room + 1), sheet.at, max(len(rows) - room, 0))
        shown = rows[self._first : self._first + room]
        high = above + sheet.line * (room if sheet.fills else max(len(shown), 1)) + FOOT
        box = self._box = draw_sheet(target, (min(sheet.widest, target.width - 20), high))
        self._draw_head(target, sheet)
        self._rows, self._buttons = [], []
        for place, row in enumerate(shown, self._first):
            top = box.top + above + (place - self._first) * sheet.line
            line = pygame.Rect(box.left + 12, top, box.width - 24, sheet.line)
            self._draw_row(target, line, sheet, (place, row))
        if not rows:
            target.write((box.left + 20, box.top + above + 2), sheet.empty, 12, theme.MUTED)
        self._draw_foot(target, sheet, rows[sheet.at].note if rows else "", len(rows) - len(shown))

    def _draw_head(self, target: Paper, sheet: Sheet) -> None:
        """Draws the title, the button that closes, and the tabs with what is typed, where there are any."""
        box, self._tabs = self._box, []
        target.write((box.left + 20, box.top + 12), sheet.title, 17, theme.INK, "bold")
        self._close = pygame.Rect(box.right - CLOSE - 10, box.top + 11, CLOSE, CLOSE)
        draw_button(target, self._close, "×")
        left = box.left + 20
        for place, title in enumerate(sheet.tabs()):
            tab = pygame.Rect(left, box.top + TOP - 2, target.length(title, 12, bold=True) + 20, 25)
            target.rect(theme.MARKED if place == sheet.tab else theme.CARD, tab, radius=6)
            target.rect(theme.GREEN if place == sheet.tab else theme.LINE, tab, width=1, radius=6)
            target.write((tab.centerx, tab.top + 3), title, 12, theme.INK, "bold center")
            self._tabs.append((place, tab))
            left = tab.right + 6
        if self._tabs:
            find = pygame.Rect(max(box.right - 20 - FIND, left + 8), box.top + TOP - 2, 0, 25)
            find.width = box.right - 20 - find.left
            _draw_typed(target, find, sheet.typed)

    def _draw_row(self, target: Paper, line: pygame.Rect, sheet: Sheet, one: tuple[int, Row]) -> None:
        place, row = one
        if place == sheet.at:
            target.rect(theme.MARKED, line, radius=4)
        self._rows.append((place, line))
        left, top = line.left + 8, line.centery - 11
        if row.color:
            mark = pygame.Rect(left, top + 5, 12, 12)
            target.rect(row.color, mark, radius=3)
            target.rect(theme.MUTED, mark, width=1, radius=3)
            left += 20
        third, wide = (round(line.width * share) for share in sheet.columns)
        middle = left + third
        if row.picture:
            high = line.height - 4
            place_of = pygame.Rect(
                left, line.top + 2, round(high * row.picture.get_width() / row.picture.get_height()), high
            )
            target.smooth(row.picture, place_of)
            left = place_of.right + 10
        target.write((left, top + 2), target.shorten(row.name, 12, middle - left - 8), 12, theme.INK, "bold")
        if row.adjusts:
            for by, text in ((-1, "−"), (1, "+")):
                button = pygame.Rect(middle, top + 2, BUTTON, BUTTON)
                draw_button(target, button, text)
                self._buttons.append((place, by, button))
                middle += BUTTON + 4
        target.write((middle + 4, top + 2), target.shorten(row.value, 12, wide), 12)
        rest = middle + wide + 12
        if (room := line.right - rest - 6) >= LEAST:
            target.write((rest, top + 3), target.shorten(row.note, 11, room), 11, theme.MUTED)

    def _draw_foot(self, target: Paper, sheet: Sheet, note: str, hidden: int) -> None:
        """Draws the note of the marked row, and how the sheet is used."""
        box = self._box
        target.line(theme.LINE, (box.left + 16, box.bottom - FOOT + 5), (box.right - 16, box.bottom - FOOT + 5))
        target.write((box.left + 20, box.bottom - FOOT + 9), target.shorten(note, 11, box.width - 40), 11)
        more = f"{hidden} more: scroll. " if hidden else ""
        text = target.shorten(more + sheet.hint, 11, box.width - 40)
        target.write((box.left + 20, box.bottom - FOOT + 27), text, 11, theme.MUTED)


def _draw_typed(target: Paper, box: pygame.Rect, typed: str) -> None:
    """Draws what is typed to find rows, its end where it is long."""
    target.rect(theme.CARD, box, radius=6)
    target.rect(theme.LINE, box, width=1, radius=6)
    text = f"{typed}_" if typed else "type to find"
    while target.length(text, 12) > box.width - 16:
        text = text[1:]
    target.write((box.left + 8, box.top + 3), text, 12, theme.INK if typed else theme.MUTED)
