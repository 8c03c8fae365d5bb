"""Trails: where the agents in view were in the last frames, and the longer way of the selected one."""

from __future__ import annotations

from collections import deque

import numpy as np
import pygame

from alife.viewer.draw.camera import Camera
from alife.world import Discs

FRAMES = 32  # of a trail
WAY = 600  # places of the way of the selected agent
MOST = 1200  # agents in view at most that leave trails; with more only the selected one does
LINE = (255, 253, 247)  # color of the way of the selected agent
FADED = 0.1  # opacity of the oldest dots

Chosen = tuple[tuple[int, int], tuple[float, float]]


class Trails:
    """Places of the last frames in which the world moved.

    Attributes:
        crowded: True if there were too many agents in view for trails of all.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self.crowded = False
        self.clear()

    def clear(self) -> None:
        """Forgets all places."""
        self._dots: deque[tuple[np.ndarray, np.ndarray, np.ndarray]] = deque(maxlen=FRAMES)  # x [M], y [M], color
        self._way: deque[tuple[float, float]] = deque(maxlen=WAY)
        self._step = -1
        self._whose = (-1, -1)

    def add(self, step: int, discs: Discs, camera: Camera, chosen: Chosen | None) -> None:
        """Adds the present places, if the world has moved since the last ones.

        Args:
            step: steps done.
            discs: bodies of the scene.
            camera: of the view.
            chosen: row and birth step of the selected agent, then its x and y; None for no living one.
        """
        if step == self._step:
            return
        if step < self._step:
            self.clear()
        self._step = step
        x, y = camera.to_screen(discs.x, discs.y)
        inside = np.flatnonzero((discs.row >= 0) & _near(x, camera.view[0]) & _near(y, camera.view[1]))
        self.crowded = len(inside) > MOST
        if not self.crowded:
            self._dots.append((discs.x[inside], discs.y[inside], discs.color[inside]))
        if chosen and chosen[0] != self._whose:
            self._whose = chosen[0]
            self._way.clear()
        if chosen:
            self._way.append(chosen[1])

    def draw(self, target: pygame.Surface, camera: Camera) -> None:
        """Draws dots that fade with age, and the way of the selected agent as a line."""
        clip = target.get_clip()
        target.set_clip(camera.drawn())
        if self._dots:
            _draw_dots(target, camera, list(self._dots))
        self._draw_way(target, camera)
        target.set_clip(clip)

    def _draw_way(self, target: pygame.Surface, camera: Camera) -> None:
        if len(self._way) < 2:
            return
        places = np.array(self._way)
        x, y = camera.to_screen(places[:, 0], places[:, 1])
        breaks = np.hypot(np.diff(x), np.diff(y)) > min(camera.view) / 2  # across the edge of the torus
        for piece in np.split(np.stack([x, y], axis=1), np.flatnonzero(breaks) + 1):
            if len(piece) > 1:
                pygame.draw.lines(target, (40, 44, 36), False, piece.tolist(), 4)
                pygame.draw.aalines(target, LINE, False, piece.tolist())


def _near(place: np.ndarray, length: int) -> np.ndarray:
    """Returns True for pixels in view or little beyond: [N] -> [N] bool. length: pixels of the view."""
    near: np.ndarray = abs(place - length / 2) < 0.6 * length
    return near


def _draw_dots(target: pygame.Surface, camera: Camera, dots: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    """Blends dots of 2 x 2 pixels into the picture, those of the last frames most."""
    ages = np.concatenate([np.full(len(each[0]), place) for place, each in enumerate(dots)])
    x, y = camera.to_screen(np.concatenate([each[0] for each in dots]), np.concatenate([each[1] for each in dots]))
    color = np.concatenate([each[2] for each in dots])
    left, top, wide, high = camera.drawn()
    inside = (x >= left) & (x < left + wide - 2) & (y >= top) & (y < top + high - 2)
    share = (FADED + (1 - FADED) * (ages[inside] + 1) / len(dots))[:, None]
    at_x, at_y, color = x[inside].astype(np.int32), y[inside].astype(np.int32), color[inside]
    pixels = pygame.surfarray.pixels3d(target)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        before = pixels[at_x + dx, at_y + dy]
        pixels[at_x + dx, at_y + dy] = (before + (color - before.astype(np.float32)) * share).astype(np.uint8)
