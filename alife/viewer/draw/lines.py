"""Lines of a scene, such as walls and tracks."""

from __future__ import annotations

import pygame

from alife.viewer.draw.camera import Camera
from alife.world import Scene

WIDTH = 0.05  # world units; at least two pixels, at most eight
BOUNDS = (2, 8)


def draw_lines(target: pygame.Surface, scene: Scene, camera: Camera) -> None:
    """Draws every line; on a torus each takes the shortest way between its ends."""
    width = min(max(round(WIDTH * camera.zoom), BOUNDS[0]), BOUNDS[1])
    clip = target.get_clip()
    target.set_clip(camera.drawn())
    for (x0, y0, x1, y1), color in zip(scene.lines.tolist(), scene.line_color.tolist(), strict=True):
        start = camera.to_screen(x0, y0)
        dx, dy = camera.nearest(x1 - x0, y1 - y0)
        end = (start[0] + dx * camera.zoom, start[1] + dy * camera.zoom)
        pygame.draw.aaline(target, color, (float(start[0]), float(start[1])), (float(end[0]), float(end[1])), width)
    target.set_clip(clip)
