"""The camera: the part of the world in view, and the map between world units and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

CLOSEST = 8.0  # world units across the shorter side at the strongest zoom
OPENING = 16.0  # pixels a world unit when a window opens: agents are bodies, not dots
FITTED = 0.94  # of a view that the world fills: at its edges there are bodies, and rings around them
REACH = 7.0  # pixels around a body in which a click selects it

Coordinate = TypeVar("Coordinate", float, np.ndarray)  # of one place, or [N] of several


@dataclass
class Camera:
    """A rectangular view of a world.

    Attributes:
        width, height: of the world, in world units.
        wraps: the world is a torus, around which the camera moves without an end.
        view: width and height of the view in pixels.
        x, y: center of the view, world units.
        zoom: pixels a world unit.
    """

    width: float
    height: float
    wraps: bool
    view: tuple[int, int]
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    @property
    def fit_zoom(self) -> float:
        """The zoom that shows the whole world once; one with edges has a margin around it."""
        return min(self.view[0] / self.width, self.view[1] / self.height) * (1.0 if self.wraps else FITTED)

    def fit(self, zoom: float = 0.0) -> None:
        """Centers the view on the middle of the world, at `zoom` or, for 0, with the whole world in view."""
        self.x, self.y = self.width / 2, self.height / 2
        self.zoom = self._bounded(zoom)

    def resize(self, view: tuple[int, int]) -> None:
        """Changes the size of the view: width and height in pixels."""
        self.view = view
        self.zoom = self._bounded(self.zoom)

    def _bounded(self, zoom: float) -> float:
        return float(min(max(zoom, self.fit_zoom), max(min(self.view) / CLOSEST, self.fit_zoom)))

    def nearest(self, dx: Coordinate, dy: Coordinate) -> tuple[Coordinate, Coordinate]:
        """Returns the shortest vector of a difference of places, which on a torus may cross an edge."""
        if not self.wraps:
            return dx, dy
        return dx - self.width * np.round(dx / self.width), dy - self.height * np.round(dy / self.height)

    def to_screen(self, x: Coordinate, y: Coordinate) -> tuple[Coordinate, Coordinate]:
        """Returns the pixels of places in the world; on a torus, of the copy nearest to the center."""
        dx, dy = self.nearest(x - self.x, y - self.y)
        return dx * self.zoom + self.view[0] / 2, dy * self.zoom + self.view[1] / 2

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """Returns the place in the world at a pixel."""
        x = self.x + (px - self.view[0] / 2) / self.zoom
        y = self.y + (py - self.view[1] / 2) / self.zoom
        return (x % self.width, y % self.height) if self.wraps else (x, y)

    def pan(self, px: float, py: float) -> None:
        """Drags the world by (px, py) pixels."""
        self.look_at(self.x - px / self.zoom, self.y - py / self.zoom)

    def look_at(self, x: float, y: float, share: float = 1.0) -> None:
        """Moves the center `share` of the way to a place."""
        dx, dy = self.nearest(x - self.x, y - self.y)
        x, y = self.x + share * float(dx), self.y + share * float(dy)
        if self.wraps:
            self.x, self.y = x % self.width, y % self.height
        else:
            self.x, self.y = min(max(x, 0.0), self.width), min(max(y, 0.0), self.height)

    def zoom_at(self, px: float, py: float, factor: float) -> None:
        """Zooms by `factor` about the place at a pixel."""
        ox, oy = px - self.view[0] / 2, py - self.view[1] / 2
        before, self.zoom = self.zoom, self._bounded(self.zoom * factor)
        shift = 1 / before - 1 / self.zoom
        self.look_at(self.x + ox * shift, self.y + oy * shift)

    def drawn(self) -> tuple[int, int, int, int]:
        """Returns left, top, width and height in pixels of the part of the view that shows the world once."""
        wide, high = self.width * self.zoom, self.height * self.zoom
        left, top = self.view[0] / 2 - wide / 2, self.view[1] / 2 - high / 2
        if not self.wraps:
            left, top = self.view[0] / 2 - self.x * self.zoom, self.view[1] / 2 - self.y * self.zoom
        x0, y0 = max(round(left), 0), max(round(top), 0)
        return x0, y0, min(round(left + wide), self.view[0]) - x0, min(round(top + high), self.view[1]) - y0

    def pick(self, places: tuple[np.ndarray, np.ndarray], radius: np.ndarray, pixel: tuple[float, float]) -> int | None:
        """Returns the index of the body at a pixel, the nearest if there are several, or None.

        Args:
            places: x [N] and y [N], world units.
            radius: [N] world units.
            pixel: of the view.
        """
        if len(radius) == 0:
            return None
        x, y = self.to_world(*pixel)
        dx, dy = self.nearest(places[0] - x, places[1] - y)
        distance = np.hypot(dx, dy)
        distance[distance > radius + REACH / self.zoom] = np.inf
        best = int(np.argmin(distance))
        return best if np.isfinite(distance[best]) else None
