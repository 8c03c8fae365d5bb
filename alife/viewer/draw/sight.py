"""The fields of view of an agent, drawn over the world: the stronger a sense, the deeper its sector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.camera import Camera
from alife.world import Scene, Sensor, Sight

LIGHT = ((255, 255, 255), (250, 214, 90), (170, 220, 255))  # of the fields in order, on a ground
DARK = ((60, 110, 170), (170, 110, 20), (20, 130, 120))  # on paper
FAINT, STRONG = 26, 170  # opacity of a sector at the lowest and the highest value of its sensor
ARC = 10  # points of the arc of a sector


def colors_on(scene: Scene) -> Sequence[theme.Color]:
    """Returns colors of fields of view that stand out from the ground of a scene, or from paper where it has none."""
    return DARK if scene.ground is None else LIGHT


def draw_sights(
    target: pygame.Surface,
    camera: Camera,
    place: tuple[float, float, float],
    sights: Sequence[Sight],
    senses: Sequence[tuple[Sensor, float]],
    colors: Sequence[theme.Color] = LIGHT,
) -> None:
    """Draws each field of view as sectors around an agent, from the farthest to the nearest.

    Args:
        target: picture to draw on.
        camera: of the view.
        place: x and y of the agent, world units, and its heading, radians.
        sights: fields of view.
        senses: sensors of the world with their present values.
        colors: of the fields in order.
    """
    shares = {sensor.name: theme.share_of(value, sensor.low, sensor.high) for sensor, value in senses}
    center = tuple(float(value) for value in camera.to_screen(place[0], place[1]))
    order = sorted(range(len(sights)), key=lambda number: -sights[number].reach)
    for number in order:
        sight, reach = sights[number], sights[number].reach * camera.zoom
        box = pygame.Rect(0, 0, round(2 * reach) + 4, round(2 * reach) + 4)
        box.center = (round(center[0]), round(center[1]))
        box = box.clip(target.get_rect())
        if box.width and box.height:
            layer = pygame.Surface(box.size, pygame.SRCALPHA)
            middle = (center[0] - box.left, center[1] - box.top)
            values = [shares.get(name, 0.0) for name in sight.sensors]
            _draw_sectors(layer, (*middle, place[2]), reach, values, colors[number % len(colors)])
            target.blit(layer, box.topleft)


def _draw_sectors(
    layer: pygame.Surface, place: tuple[float, float, float], reach: float, values: Sequence[float], color: theme.Color
) -> None:
    """Draws equal sectors, the first one ahead. place: x, y in pixels and heading; values: 0..1 of each sector."""
    span = 2 * np.pi / len(values)
    for number, value in enumerate(values):
        angles = place[2] + (number - 0.5) * span + np.linspace(0, span, max(ARC, 40 // len(values)))
        rim = np.stack([place[0] + reach * np.cos(angles), place[1] + reach * np.sin(angles)], axis=1).tolist()
        opacity = round(FAINT + (STRONG - FAINT) * value)
        pygame.draw.polygon(layer, (*color, opacity), [(place[0], place[1]), *rim] if len(values) > 1 else rim)
        pygame.draw.aalines(layer, (*color, 200), False, rim)
