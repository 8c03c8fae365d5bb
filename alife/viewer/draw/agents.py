"""Agents and things on the screen: pictures of bodies while they are few, plain pixels when there are very many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pygame

from alife.viewer.draw import sprites
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.theme import CARD
from alife.world import Discs, Scene

SPRITES = 9000  # bodies seen at once beyond which they are drawn as pixels
SMALLEST = 2.5  # pixels of radius: smaller bodies are drawn this large
LARGE_PIXELS = 1.2  # pixels of radius from which a plain body is 2 x 2 pixels instead of 1


class Seen:
    """The agents in view. index: [M] into the discs; x, y: [M] pixels; radius: [M] pixels."""

    def __init__(self, discs: Discs, camera: Camera, smallest: float = SMALLEST) -> None:
        x, y = camera.to_screen(discs.x, discs.y)
        reach = 1.6 * np.maximum(discs.radius * camera.zoom, smallest)
        inside = (x > -reach) & (x < camera.view[0] + reach) & (y > -reach) & (y < camera.view[1] + reach)
        self.index = np.flatnonzero(inside)
        self.x, self.y = x[self.index], y[self.index]
        self.radius = np.clip(discs.radius[self.index] * camera.zoom, smallest, sprites.LARGEST)


def draw_agents(target: pygame.Surface, scene: Scene, camera: Camera) -> int:
    """Draw every agent in view, small ones first; returns how many."""
    seen = Seen(scene.discs, camera)
    if len(seen.index) > SPRITES:
        seen.radius = scene.discs.radius[seen.index] * camera.zoom
    clip = target.get_clip()
    target.set_clip(camera.drawn())
    if len(seen.index) > SPRITES:
        raster(target, (seen.x, seen.y), scene.discs.color[seen.index], seen.radius)
    else:
        _blit(target, scene.discs, seen)
    target.set_clip(clip)
    return len(seen.index)


def _blit(target: pygame.Surface, discs: Discs, seen: Seen) -> None:
    half = _half_pixels(seen.radius)
    tone = np.round(discs.color[seen.index] * ((sprites.TONES - 1) / 255)).astype(np.int64)
    packed = (tone[:, 0] * sprites.TONES + tone[:, 1]) * sprites.TONES + tone[:, 2]
    turn = np.round(discs.heading[seen.index] * (sprites.HEADINGS / (2 * np.pi))).astype(np.int64) % sprites.HEADINGS
    order = np.argsort(seen.radius, kind="stable")
    reach = np.ceil(half / 2 * (1 + sprites.MARGIN)) + 1
    left, top = np.round(seen.x - reach).astype(int), np.round(seen.y - reach).astype(int)
    radius, color, heading, x, y = (column[order].tolist() for column in (half, packed, turn, left, top))
    places = list(zip(x, y, strict=True))
    faced = (discs.row[seen.index][order] >= 0).tolist()
    pieces: list[Any] = [None] * (2 * len(places))  # each body, then its face, below the next body
    pieces[::2] = zip(map(sprites.body, radius, color), places, strict=True)
    pieces[1::2] = zip(map(sprites.face, radius, heading), places, strict=True)
    target.fblits([piece for place, piece in enumerate(pieces) if place % 2 == 0 or faced[place // 2]])


def _half_pixels(radius: np.ndarray) -> np.ndarray:
    """Radii in half pixels, coarser for large bodies so that few pictures serve all. radius: [M] pixels."""
    grain = np.where(radius < 8, 1, np.where(radius < 24, 2, 6))
    return (np.round(radius * 2 / grain) * grain).astype(np.int64)


def raster(target: pygame.Surface, at: tuple[np.ndarray, np.ndarray], color: np.ndarray, radius: np.ndarray) -> None:
    """Draw agents as blocks of pixels with a dark lower edge. at: x, y [M] pixels; color: [M, 3]; radius: [M]."""
    pixels = pygame.surfarray.pixels2d(target)
    wide, high = pixels.shape
    x, y = at[0].astype(np.int32), at[1].astype(np.int32)
    inside = (x >= 0) & (x < wide - 1) & (y >= 0) & (y < high - 2)
    x, y, color = x[inside], y[inside], color[inside].astype(np.int32)
    light = (color[:, 0] << 16) | (color[:, 1] << 8) | color[:, 2]
    dark = (light >> 1) & 0x7F7F7F
    large = radius[inside] >= LARGE_PIXELS
    for dx, dy, paint, chosen in (
        (0, 1, dark, ~large), (0, 2, dark, large), (1, 2, dark, large), (0, 0, light, ~large),
        (0, 0, light, large), (1, 0, light, large), (0, 1, light, large), (1, 1, light, large),
    ):  # fmt: skip
        pixels[x[chosen] + dx, y[chosen] + dy] = paint[chosen]


def draw_ring(target: pygame.Surface, camera: Camera, place: tuple[float, float], radius: float) -> None:
    """A ring round the selected agent. place: world units; radius: of its body, world units."""
    x, y = (float(value) for value in camera.to_screen(*place))
    size = int(max(radius * camera.zoom, SMALLEST) * 1.35 + 6)
    pygame.draw.aacircle(target, (40, 44, 36), (x, y), size + 1, 4)
    pygame.draw.aacircle(target, CARD, (x, y), size, 2)
