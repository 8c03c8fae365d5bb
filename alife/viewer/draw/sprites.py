"""Pictures of bodies and faces, drawn once for each size, colour and heading, with smooth edges."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pygame

HEADINGS = 48  # directions a face is drawn in
TONES = 16  # levels a colour channel is drawn in
LARGEST = 90  # pixels of radius beyond which bodies are drawn no larger
EYED = 5.0  # pixels of radius from which eyes can be told apart
MARGIN = 0.55  # of the radius, for the shadow and the tail


def _grid(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """x, y of the pixels' centres around the middle of a sprite, pixels."""
    reach = int(np.ceil(radius * (1 + MARGIN))) + 1
    line = np.arange(-reach, reach + 1, dtype=np.float64)
    return line[None, :], line[:, None]


def _cover(distance: np.ndarray) -> np.ndarray:
    """How much of each pixel a shape covers, from the signed distance to its edge (inside is negative)."""
    return np.clip(0.5 - distance, 0.0, 1.0)


class _Picture:
    """Colour and cover, painted layer over layer. color: [h, w, 3]; alpha: [h, w], 0..1."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.color = np.zeros((*shape, 3))
        self.alpha = np.zeros(shape)

    def paint(self, color: np.ndarray, alpha: np.ndarray) -> None:
        """Lay a layer over what is there (Porter & Duff 1984, `over`)."""
        left = self.alpha * (1 - alpha)
        total = np.maximum(alpha + left, 1e-9)
        self.color = (color * alpha[..., None] + self.color * left[..., None]) / total[..., None]
        self.alpha = alpha + left

    def surface(self) -> pygame.Surface:
        """The picture for pygame."""
        pixels = np.concatenate([self.color, 255 * self.alpha[..., None]], axis=2).round().astype(np.uint8)
        return pygame.image.frombuffer(pixels.tobytes(), pixels.shape[1::-1], "RGBA").convert_alpha()


@lru_cache(maxsize=20000)
def body(radius: int, color: int) -> pygame.Surface:
    """A round, shaded body with its shadow. radius: half pixels; color: three tones of TONES levels, packed."""
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
    """Two eyes that look ahead and a tail behind; a small body gets one light spot ahead.

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
