"""The start page in a window of its own: what can be watched from the current folder, to choose from."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pygame

from alife.viewer.catalog import read_catalog
from alife.viewer.draw import display, theme
from alife.viewer.draw.paper import Paper
from alife.viewer.panels.sheet import SheetView
from alife.viewer.sheets.start import StartSheet

ABOVE, BELOW = 58, 18  # points above the list, and below it and its line of status
LETTER = 6.4  # points of an average letter of the message


class StartPage:
    """The page.

    Attributes:
        sheet: the list.
        canvas: the picture of the last frame.
        target: what was chosen, as `open_target` takes it; None so far.
        closed: True once something is chosen, or the page left.
        message: why the last choice did not open; "" for none.
    """

    def __init__(self, size: tuple[int, int], scale: float | None = None, message: str = "") -> None:
        """Opens the window and reads the current folder.

        Args:
            size: width and height in pixels.
            scale: pixels a point; None for one that fits the size.
            message: why the last choice did not open; "" for none.
        """
        pygame.display.init()
        theme.open_fonts()
        pygame.display.set_caption("alife")
        self.screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        pygame.key.set_repeat(400, 40)
        self._wanted_scale, self._view = scale, SheetView()
        self._resize(size)
        self.target: str | None = None
        self.message = message
        self.sheet = StartSheet(read_catalog(), self._choose)

    def _resize(self, size: tuple[int, int]) -> None:
        size = max(size[0], display.SMALLEST[0]), max(size[1], display.SMALLEST[1])
        self.canvas = pygame.Surface(size, depth=32)
        self.scale = self._wanted_scale or display.fitting_scale(size)

    def _choose(self, target: str) -> None:
        self.target, self.message = target, ""

    @property
    def closed(self) -> bool:
        """True once something is chosen, or the page left."""
        return self.sheet.closed

    def handle(self, event: pygame.Event) -> None:
        """Handles an event."""
        if event.type == pygame.QUIT:
            self.sheet.closed = True
        elif event.type == pygame.VIDEORESIZE:
            self._resize((event.w, event.h))
        else:
            self._view.handle(_shifted(event, round(ABOVE * self.scale)), self.sheet, self.scale)

    def draw(self) -> None:
        """Draws a frame."""
        self.canvas.fill(theme.BACKDROP)
        paper = Paper(self.canvas, self.scale)
        left = max((paper.width - self.sheet.widest) // 2, 10) + 20
        title = paper.write((left, 10), "alife", 26, theme.INK, "bold")
        said = "artificial life with small evolved brains: choose what to watch"
        paper.write((left + title + 16, 22), said, 13, theme.MUTED)
        self._view.draw(paper.part((0, ABOVE, paper.width, paper.height - ABOVE - BELOW)), self.sheet)
        self._draw_message(paper, left)
        self.screen.blit(self.canvas, (0, 0))
        pygame.display.flip()

    def _draw_message(self, paper: Paper, left: int) -> None:
        """Draws what is being opened, or why the last choice did not open, in up to three lines."""
        text = f"Opening {Path(self.target).name} ..." if self.target else self.message
        lines = textwrap.wrap(text, int((paper.width - 2 * left) / LETTER), max_lines=3, placeholder=" …")
        for place, line in enumerate(lines):
            at = (left, paper.height - BELOW - 36 + 16 * place)
            paper.write(at, line, 12, theme.INK if self.target else theme.CLAY)


def _shifted(event: pygame.Event, down: int) -> pygame.Event:
    """Returns an event of the mouse as the list has it, which begins `down` pixels below the top."""
    if event.type not in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        return event
    return pygame.Event(event.type, button=event.button, pos=(event.pos[0], event.pos[1] - down))
