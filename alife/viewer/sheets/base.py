"""A sheet: a list over the world, of which one row is marked, worked with keys or the mouse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pygame

from alife.viewer.keys import Key

SHEET_KEYS: tuple[Key, ...] = (
    Key((pygame.K_UP,), "up", "previous", "the row before"),
    Key((pygame.K_DOWN,), "down", "next", "the next row"),
    Key((pygame.K_RETURN, pygame.K_KP_ENTER), "enter", "choose", "choose the row, as a click does"),
    Key((pygame.K_LEFT,), "left", "less", "less, of a number; the list before"),
    Key((pygame.K_RIGHT,), "right", "more", "more, of a number; the next list"),
    Key((pygame.K_PAGEUP,), "page up", "back_page", "ten rows up"),
    Key((pygame.K_PAGEDOWN,), "page down", "next_page", "ten rows down"),
    Key((pygame.K_BACKSPACE,), "backspace", "erase", "erase what is typed"),
    Key((pygame.K_ESCAPE,), "esc", "leave", "erase what is typed to find a row, or close the list"),
)
PAGE = 10  # rows


@dataclass(frozen=True)
class Row:
    """A row of a sheet.

    Attributes:
        name: what it is.
        value: short, beside it.
        note: a longer text, cut to fit.
        color: of a mark before the name; None for no mark.
        adjusts: True if buttons make it less or more.
        picture: a small one before the name; None for no picture.
    """

    name: str
    value: str = ""
    note: str = ""
    color: tuple[int, int, int] | None = None
    adjusts: bool = False
    picture: pygame.Surface | None = None


class Sheet(ABC):
    """Base of all sheets.

    Attributes:
        title: of the sheet.
        hint: how it is used, in a line.
        empty: a line for no rows.
        columns: shares of the width that names and values take.
        widest: points of its width at most.
        line: points of a row; higher ones have room for pictures.
        fills: True to take all the height there is, whatever the number of rows.
        at: the marked row.
        tab: the list that is shown, where there are several.
        typed: what rows are found by, where there are several lists.
        closed: True once it is done.
    """

    title: ClassVar[str]
    hint: ClassVar[str] = "up and down, enter or a click; esc closes"
    empty: ClassVar[str] = "nothing here yet"
    columns: ClassVar[tuple[float, float]] = (0.3, 0.225)
    widest: ClassVar[int] = 720
    line: ClassVar[int] = 22
    fills: ClassVar[bool] = False

    def __init__(self) -> None:
        """Marks the first row of the first list."""
        self.at, self.tab, self.typed, self.closed = 0, 0, "", False

    def tabs(self) -> Sequence[str]:
        """Returns the titles of its lists, where there are several."""
        return ()

    def show_tab(self, place: int) -> None:
        """Shows one of several lists."""
        self.tab, self.at = place, 0

    @abstractmethod
    def rows(self) -> Sequence[Row]:
        """Returns the rows as they are now."""

    @abstractmethod
    def choose(self) -> None:
        """Carries out the marked row."""

    def previous(self) -> None:
        """Marks the row before."""
        self.at = max(self.at - 1, 0)

    def next(self) -> None:
        """Marks the next row."""
        self.at = max(min(self.at + 1, len(self.rows()) - 1), 0)

    def back_page(self) -> None:
        """Marks the row ten rows up."""
        for _ in range(PAGE):
            self.previous()

    def next_page(self) -> None:
        """Marks the row ten rows down."""
        for _ in range(PAGE):
            self.next()

    def leave(self) -> None:
        """Closes the sheet."""
        self.closed = True

    def click(self, place: int) -> None:
        """Marks a row and carries it out."""
        self.at = min(place, len(self.rows()) - 1)
        self.choose()

    def adjust(self, place: int, by: int) -> None:
        """Marks a row and makes it less (-1) or more (1)."""
        self.at = place
        self.change(by)

    def less(self) -> None:
        """Makes the marked row less, if it is a number."""
        self.change(-1)

    def more(self) -> None:
        """Makes the marked row more, if it is a number."""
        self.change(1)

    def change(self, by: int) -> bool:
        """Makes the marked row less (-1) or more (1); returns False if it is no number."""
        return False

    def erase(self) -> bool:
        """Erases the last typed character; returns False if nothing is typed."""
        return False

    def type(self, text: str) -> bool:
        """Takes a typed character; returns False if it is none for this sheet."""
        return False
