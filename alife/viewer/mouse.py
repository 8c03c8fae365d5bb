"""Input: keys give commands, drag moves the view, the wheel zooms, a click selects."""

from __future__ import annotations

import pygame

from alife.viewer.keys import command_of
from alife.viewer.session import Session

WHEEL = 1.18  # factor of zoom for a notch
STILL = 4  # pixels that a click may move the mouse between down and up

Pixel = tuple[int, int]


def press(event: pygame.Event, session: Session) -> None:
    """Carries out the command of a pressed key, if it has one."""
    command = command_of(event.key, event.unicode, session.keys)
    if command:
        getattr(session, command)()


class Mouse:
    """State of the mouse: where its button went down, and if it has dragged since."""

    def __init__(self) -> None:
        self._down: Pixel | None = None
        self._dragging = False

    def handle(self, event: pygame.Event, session: Session) -> None:
        """Handles an event of the mouse."""
        if event.type == pygame.MOUSEWHEEL:
            self._wheel(event, session)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self._down, self._dragging = (event.pos if _over_world(event.pos, session) else None), False
        elif event.type == pygame.MOUSEMOTION and self._down:
            self._drag(event, session, self._down)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1 and self._down:
            if not self._dragging:
                session.click(event.pos)
            self._down = None

    def _wheel(self, event: pygame.Event, session: Session) -> None:
        at = pygame.mouse.get_pos()
        if _over_world(at, session):
            session.camera.zoom_at(at[0], at[1], WHEEL**event.precise_y)

    def _drag(self, event: pygame.Event, session: Session, down: Pixel) -> None:
        moved = max(abs(event.pos[0] - down[0]), abs(event.pos[1] - down[1]))
        if moved > STILL and not self._dragging:
            self._dragging, session.following = True, False
        if self._dragging:
            session.camera.pan(*event.rel)


def _over_world(pixel: Pixel, session: Session) -> bool:
    return pygame.Rect((0, 0), session.camera.view).collidepoint(pixel)
