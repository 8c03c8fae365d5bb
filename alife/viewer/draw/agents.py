"""Agents and things: pictures of bodies, or plain pixels where there are very many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pygame

from alife.viewer.draw import sprites
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.theme import CARD
from alife.world import Discs, Scene

SPRITES = 9000  # bodies in view at most for pictures; more are drawn as pixels
CROWD = 100_000  # bodies in view at most for pixels; more are drawn as squares that show how many there are
SQUARE = 3  # pixels of the side of a square
SPARSE = 0.4  # opacity of a square with one body
SMALLEST = 2.5  # pixels of radius: smaller bodies are drawn this large
LARGE_PIXELS = 1.2  # pixels of radius from which a body drawn as pixels is 2 x 2 instead of 1


class Visible:
    """The discs in view.

    Attributes:
        index: [M] into the discs.
        x, y, radius: [M] pixels.
    """

    def __init__(self, discs: Discs, camera: Camera, smallest: float = SMALLEST) -> None:
        """Finds them. smallest: least radius in pixels."""
        x, y = camera.to_screen(discs.x, discs.y)
        reach = 1.6 * np.maximum(discs.radius * camera.zoom, smallest)
        inside = (x > -reach) & (x < camera.view[0] + reach) & (y > -reach) & (y < camera.view[1] + reach)
        self.index = np.flatnonzero(inside)
        self.x, self.y = x[self.index], y[self.index]
        self.radius = np.clip(discs.radius[self.index] * camera.zoom, smallest, sprites.LARGEST)


def draw_agents(target: pygame.Surface, scene: Scene, camera: Camera) -> None:
    """Draws every disc in view, small ones first."""
    visible = Visible(scene.discs, camera)
    if len(visible.index) > SPRITES:
        visible.radius = scene.discs.radius[visible.index] * camera.zoom
    clip = target.get_clip()
    target.set_clip(camera.drawn())
    if len(visible.index) > CROWD:
        draw_squares(target, (visible.x, visible.y), scene.discs.color[visible.index])
    elif len(visible.index) > SPRITES:
        draw_pixels(target, (visible.x, visible.y), scene.discs.color[visible.index], visible.radius)
    else:
        _blit(target, scene.discs, visible)
    target.set_clip(clip)


def _blit(target: pygame.Surface, discs: Discs, visible: Visible) -> None:
    half = _half_pixels(visible.radius)
    packed, turn = sprites.pack_colors(discs.color[visible.index]), sprites.turns_of(discs.heading[visible.index])
    order = np.argsort(visible.radius, kind="stable")
    reach = np.ceil(half / 2 * (1 + sprites.MARGIN)) + 1
    left, top = np.round(visible.x - reach).astype(int), np.round(visible.y - reach).astype(int)
    radius, color, heading, x, y = (column[order].tolist() for column in (half, packed, turn, left, top))
    places = list(zip(x, y, strict=True))
    faced = (discs.row[visible.index][order] >= 0).tolist()
    pieces: list[Any] = [None] * (2 * len(places))  # each body, then its face, which the next body may cover
    pieces[::2] = zip(map(sprites.body, radius, color), places, strict=True)
    pieces[1::2] = zip(map(sprites.face, radius, heading), places, strict=True)
    target.fblits([piece for place, piece in enumerate(pieces) if place % 2 == 0 or faced[place // 2]])


def _half_pixels(radius: np.ndarray) -> np.ndarray:
    """Returns radii in half pixels, coarser for large bodies so that few pictures suffice: [M] pixels -> [M]."""
    grain = np.where(radius < 8, 1, np.where(radius < 24, 2, 6))
    return (np.round(radius * 2 / grain) * grain).astype(np.int64)


def draw_pixels(
    target: pygame.Surface, at: tuple[np.ndarray, np.ndarray], color: np.ndarray, radius: np.ndarray
) -> None:
    """Draws discs as blocks of pixels with a dark lower edge.

    Args:
        target: picture to draw on.
        at: x [M] and y [M], pixels.
        color: [M, 3] uint8.
        radius: [M] pixels.
    """
    pixels = pygame.surfarray.pixels2d(target)
    wide, high = pixels.shape
    x, y = at[0].astype(np.int32), at[1].astype(np.int32)
    inside = (x >= 0) & (x < wide - 1) & (y >= 0) & (y < high - 2)
    x, y, color = x[inside], y[inside], color[inside].astype(np.int32)
    light = (color[:, 0] << 16) | (color[:, 1] << 8) | color[:, 2]
    is_large = radius[inside] >= LARGE_PIXELS
    small, large = ((x[chosen], y[chosen], light[chosen]) for chosen in (~is_large, is_large))
    for dx, dy, shift, (left, top, paint) in (
        (0, 1, 1, small), (0, 2, 1, large), (1, 2, 1, large), (0, 0, 0, small),
        (0, 0, 0, large), (1, 0, 0, large), (0, 1, 0, large), (1, 1, 0, large),
    ):  # fmt: skip
        pixels[left + dx, top + dy] = (paint >> 1) & 0x7F7F7F if shift else paint


def draw_brush(target: pygame.Surface, camera: Camera, pixel: tuple[int, int], radius: float) -> None:
    """Draws what a tool reaches at the pointer. pixel: of the view. radius: world units; 0 for a point."""
    size = max(radius * camera.zoom, 5.0)
    pygame.draw.aacircle(target, (40, 44, 36), pixel, size + 1, 3)
    pygame.draw.aacircle(target, CARD, pixel, size, 1)


def draw_squares(target: pygame.Surface, at: tuple[np.ndarray, np.ndarray], color: np.ndarray) -> None:
    """Draws bodies as squares in their mean color, the fuller the more there are, by the logarithm of their number.

    Args:
        target: picture to draw on.
        at: x [M] and y [M], pixels.
        color: [M, 3] uint8.
    """
    wide, high = (-(-side // SQUARE) for side in target.get_size())
    x, y = (place.astype(np.int32) // SQUARE for place in at)
    inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
    square = (y * wide + x)[inside]
    count = np.bincount(square, minlength=wide * high)
    sums = [np.bincount(square, color[inside, channel], wide * high) for channel in range(3)]
    share = np.log1p(count) / max(float(np.log1p(count.max())), 1e-9)
    opacity = np.where(count > 0, 255 * (SPARSE + (1 - SPARSE) * share), 0)
    pixels = (np.stack([*(each / np.maximum(count, 1) for each in sums), opacity], axis=1)).astype(np.uint8)
    layer = pygame.image.frombuffer(pixels.tobytes(), (wide, high), "RGBA").convert_alpha()
    target.blit(pygame.transform.scale(layer, (wide * SQUARE, high * SQUARE)), (0, 0))


def draw_ring(target: pygame.Surface, camera: Camera, place: tuple[float, float], radius: float) -> None:
    """Draws a ring around the selected agent. place: its x and y; radius: of its body; all in world units."""
    x, y = (float(value) for value in camera.to_screen(*place))
    size = int(max(radius * camera.zoom, SMALLEST) * 1.35 + 6)
    pygame.draw.aacircle(target, (40, 44, 36), (x, y), size + 1, 4)
    pygame.draw.aacircle(target, CARD, (x, y), size, 2)
