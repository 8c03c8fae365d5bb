"""Input: keys give commands, drag moves the view or uses a tool, the wheel zooms, a click selects."""

from __future__ import annotations

import pygame

from alife.viewer.keys import command_of
from alife.viewer.session import Session

WHEEL = 1.18  # factor of zoom for a notch
BUTTONS = (1, 2, 3)  # left, middle, right
STILL = 4  # pixels that a click may move the mouse between down and up

Pixel = tuple[int, int]


def press(event: pygame.Event, session: Session) -> None:
    """Carries out the command of a pressed key, if it has one."""
    command = command_of(event.key, event.unicode, session.keys, bool(event.mod & pygame.KMOD_SHIFT))
    if command:
        getattr(session, command)()


class Mouse:
    """State of the mouse: which button went down where, and if it has dragged since."""

    def __init__(self) -> None:
        self._down: Pixel | None = None
        self._button = 0
        self._dragging = False

    def handle(self, event: pygame.Event, session: Session) -> None:
        """Handles an event of the mouse: the left button uses the tool, if there is one; the others move the view."""
        if event.type == pygame.MOUSEWHEEL:
            self._wheel(event, session)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button in BUTTONS and not self._down:
            self._down, self._dragging = (event.pos if _over_world(event.pos, session) else None), False
            self._button = event.button
            if self._down and self._has_tool(session):
                session.use_tool("down", event.pos)
        elif event.type == pygame.MOUSEMOTION and self._down:
            if self._has_tool(session):
                session.use_tool("drag", _within(event.pos, session))
            else:
                self._drag(event, session, self._down)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == self._button and self._down:
            self._release(event, session)

    def _has_tool(self, session: Session) -> bool:
        return bool(session.tool) and self._button == 1

    def _release(self, event: pygame.Event, session: Session) -> None:
        self._down = None
        if self._has_tool(session):
            session.use_tool("up", _within(event.pos, session))
        elif not self._dragging and self._button == 1:
            session.click(event.pos)

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


def _within(pixel: Pixel, session: Session) -> Pixel:
    """Returns the pixel of the view nearest to one."""
    return tuple(min(max(at, 0), side - 1) for at, side in zip(pixel, session.camera.view, strict=True))  # type: ignore[return-value]
