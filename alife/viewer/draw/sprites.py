"""Pictures of bodies and faces with smooth edges, drawn once for each size, color and heading."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pygame

HEADINGS = 48  # directions a face is drawn in
TONES = 16  # levels of a color channel
LARGEST = 90  # pixels of radius: larger bodies are drawn this large
EYED = 5.0  # pixels of radius from which a body has eyes
MARGIN = 0.55  # of the radius, for the shadow and the tail


def pack_colors(color: np.ndarray) -> np.ndarray:
    """Returns colors as numbers of three channels of TONES levels: [N, 3] uint8 -> [N] int64."""
    tone = np.round(color * ((TONES - 1) / 255)).astype(np.int64)
    packed: np.ndarray = (tone[:, 0] * TONES + tone[:, 1]) * TONES + tone[:, 2]
    return packed


def turns_of(heading: np.ndarray) -> np.ndarray:
    """Returns headings as the nearest of HEADINGS directions: [N] radians -> [N] int64."""
    turns: np.ndarray = np.round(heading * (HEADINGS / (2 * np.pi))).astype(np.int64) % HEADINGS
    return turns


def _grid(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns x [1, w] and y [h, 1] of the centers of pixels, from the middle of a sprite."""
    reach = int(np.ceil(radius * (1 + MARGIN))) + 1
    line = np.arange(-reach, reach + 1, dtype=np.float64)
    return line[None, :], line[:, None]


def _cover(distance: np.ndarray) -> np.ndarray:
    """Returns the share of each pixel that a shape covers: [h, w] signed distance to its edge, negative inside."""
    return np.clip(0.5 - distance, 0.0, 1.0)


class _Picture:
    """Layers of paint. color: [h, w, 3], 0..255; alpha: [h, w] share covered, 0..1."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.color = np.zeros((*shape, 3))
        self.alpha = np.zeros(shape)

    def paint(self, color: np.ndarray, alpha: np.ndarray) -> None:
        """Adds a layer on top (`over` of Porter and Duff, 1984). color: [3] or [h, w, 3]; alpha: [h, w]."""
        left = self.alpha * (1 - alpha)
        total = np.maximum(alpha + left, 1e-9)
        self.color = (color * alpha[..., None] + self.color * left[..., None]) / total[..., None]
        self.alpha = alpha + left

    def surface(self) -> pygame.Surface:
        """Returns the picture for pygame."""
        pixels = np.concatenate([self.color, 255 * self.alpha[..., None]], axis=2).round().astype(np.uint8)
        return pygame.image.frombuffer(pixels.tobytes(), pixels.shape[1::-1], "RGBA").convert_alpha()


@lru_cache(maxsize=20000)
def body(radius: int, color: int) -> pygame.Surface:
    """Returns a round, shaded body with its shadow. radius: half pixels; color: see `pack_colors`."""
    r = radius / 2
    x, y = _grid(r)
    tones = np.array([color // TONES**2, color // TONES % TONES, color % TONES]) * (255 / (TONES - 1))
    distance = np.hypot(x, y)
    picture = _Picture(distance.shape)
    fall = np.hypot(x - 0.16 * r, y - 0.26 * r) / (1.18 * r)
    picture.paint(np.array((24, 34, 14)), 0.42 * np.clip(1.35 - 1.35 * fall**3, 0, 1) * (fall < 1))
    picture.paint(tones * 0.42, _cover(distance - r))
    light = np.clip(1.12 - 0.42 * np.hypot(x + 0.35 * r, y + 0.4 * r) / r, 0, 1.2)
    picture.paint(np.clip(tones * light[..., None], 0, 255), _cover(distance - (r - max(0.8, 0.07 * r))))
    shine = np.hypot((x + 0.38 * r) / 0.34, (y + 0.45 * r) / 0.24) / r
    picture.paint(np.array((255, 255, 255)), 0.38 * np.clip(1.2 - shine, 0, 1))
    return picture.surface()


@lru_cache(maxsize=6000)
def face(radius: int, heading: int) -> pygame.Surface:
    """Returns two eyes that look ahead and a tail behind them; for a small body one light spot ahead.

    radius: half pixels; heading: 0..HEADINGS-1.
    """
    r = radius / 2
    angle = heading * 2 * np.pi / HEADINGS
    x, y = _grid(r)
    ahead, aside = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    picture = _Picture(np.broadcast_shapes(x.shape, y.shape))
    if r < EYED:
        picture.paint(np.array((255, 252, 238)), 0.9 * _cover(np.hypot(ahead - 0.6 * r, aside) - 0.4 * r))
        return picture.surface()
    _tail(picture, (ahead, aside), r)
    for side in (-1, 1):
        _eye(picture, (ahead, aside - side * 0.42 * r), r)
    return picture.surface()


def _tail(picture: _Picture, place: tuple[np.ndarray, np.ndarray], r: float) -> None:
    ahead, aside = place
    width = 0.30 * r * np.clip((ahead + 1.5 * r) / (0.6 * r), 0, 1)
    tail = _cover(abs(aside) - width) * _cover(ahead + 0.97 * r) * (width > 0)
    picture.paint(np.array((58, 50, 34)), 0.85 * tail * (np.hypot(ahead, aside) > r - 0.5))


def _eye(picture: _Picture, place: tuple[np.ndarray, np.ndarray], r: float) -> None:
    ahead, aside = place
    size = max(0.30 * r, 0.9)
    picture.paint(np.array((30, 30, 28)), 0.55 * _cover(np.hypot(ahead - 0.55 * r, aside) - size - 0.06 * r))
    picture.paint(np.array((252, 250, 240)), _cover(np.hypot(ahead - 0.55 * r, aside) - size))
    picture.paint(np.array((26, 26, 30)), _cover(np.hypot(ahead - 0.66 * r, aside) - 0.58 * size))
