"""A film strip: moments of a recorded life side by side, each a picture of the world around the agent."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.analysis.report.drawing import INK, LINE, drawing, svg
from alife.world import Discs, Scene

COLUMNS = 4
MANY = 60  # bodies in a picture
NEAR = 12.0  # world units from the agent to the edge of a picture, at most
JUMP = 4.0  # usual moves; a longer one, such as a way home at once, is no line
LEAST = 0.012  # radius of a body, as a share of the width of a picture


@dataclass(frozen=True)
class Frame:
    """A scene at a step, and where the agent is in it. path: [K, 2] its places up to then."""

    step: int
    scene: Scene
    x: float
    y: float
    path: np.ndarray


def framed(step: int, scene: Scene, row: int, before: np.ndarray) -> Frame | None:
    """Returns a frame of a scene, None if the agent is not in it. before: [K, 2] its earlier places."""
    at = np.flatnonzero(scene.discs.row == row)
    if not len(at):
        return None
    x, y = float(scene.discs.x[at[0]]), float(scene.discs.y[at[0]])
    return Frame(step, copy.deepcopy(scene), x, y, np.vstack([before, [[x, y]]]))


def film_strip(frames: Sequence[Frame]) -> str:
    """Returns the frames as SVG, in rows of four."""
    rows = -(-len(frames) // COLUMNS)
    first = frames[0].scene
    half = min(NEAR, first.width / 2), min(NEAR, first.height / 2)
    tall = 7.6 / COLUMNS * half[1] / half[0]
    with drawing(rows, COLUMNS, rows * (tall + 0.3)) as (figure, axes):
        for axis in axes:
            axis.set_axis_off()
        for axis, frame in zip(axes, frames, strict=False):
            whole = half[0] >= first.width / 2 and half[1] >= first.height / 2
            center = (first.width / 2, first.height / 2) if whole else (frame.x, frame.y)
            _draw(axis, frame, center, half)
        return svg(figure)


def _draw(axis: Any, frame: Frame, center: tuple[float, float], half: tuple[float, float]) -> None:
    scene = frame.scene
    axis.set(xlim=(-half[0], half[0]), ylim=(half[1], -half[1]), aspect="equal")
    _draw_ground(axis, scene, center)
    lines = scene.lines.reshape(-1, 4)
    for (x0, y0, x1, y1), color in zip(lines.tolist(), scene.line_color.tolist(), strict=True):
        start, length = _from(scene, center, np.array([[x0, y0]]))[0], np.array([x1 - x0, y1 - y0])
        axis.plot(*zip(start, start + length, strict=True), color=tuple(part / 255 for part in color), lw=1)
    _draw_discs(axis, scene, center, half)
    places = _from(scene, center, frame.path)
    axis.plot(*_unbroken(places).T, color=INK, lw=0.8, alpha=0.6)
    axis.plot(*places[-1], "o", mfc="none", mec=INK, ms=9, mew=1)
    box = [-half[0], half[0], half[0], -half[0], -half[0]], [-half[1], -half[1], half[1], half[1], -half[1]]
    axis.plot(*box, color=LINE, lw=1, clip_on=False)
    axis.set_title(f"step {frame.step:,}")


def _draw_ground(axis: Any, scene: Scene, center: tuple[float, float]) -> None:
    if scene.ground is None:
        return
    height, width = scene.ground.shape[:2]
    if scene.wraps:
        cells = width / scene.width, height / scene.height
        shift = [
            round((size / 2 - at) * cell)
            for size, at, cell in zip((scene.width, scene.height), center, cells, strict=True)
        ]
        image = np.roll(scene.ground, (shift[1], shift[0]), axis=(0, 1))
        extent = (-scene.width / 2, scene.width / 2, scene.height / 2, -scene.height / 2)
    else:
        image = np.asarray(scene.ground)
        extent = (-center[0], scene.width - center[0], scene.height - center[1], -center[1])
    limits = axis.get_xlim(), axis.get_ylim()
    axis.imshow(image, extent=extent, interpolation="nearest")
    axis.set(xlim=limits[0], ylim=limits[1])


def _draw_discs(axis: Any, scene: Scene, center: tuple[float, float], half: tuple[float, float]) -> None:
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.patches import Circle

    discs: Discs = scene.discs
    places = _from(scene, center, np.stack([discs.x, discs.y], axis=1))
    size = np.maximum(discs.radius, 2 * LEAST * half[0])[:, None]
    seen = np.flatnonzero((np.abs(places) < np.array(half) + size).all(axis=1))
    image = {"rasterized": len(seen) > MANY}  # a picture in the SVG, which is smaller than their shapes
    bodies = [Circle(tuple(places[k]), float(size[k, 0])) for k in seen]
    axis.add_collection(PatchCollection(bodies, facecolors=discs.color[seen] / 255, linewidths=0, **image))
    faces = seen[discs.row[seen] >= 0]
    ahead = 1.5 * size[faces] * np.stack([np.cos(discs.heading[faces]), np.sin(discs.heading[faces])], axis=1)
    ends = np.stack([places[faces], places[faces] + ahead], axis=1)
    axis.add_collection(LineCollection(list(ends), colors=INK, linewidths=0.8, **image))


def _unbroken(places: np.ndarray) -> np.ndarray:
    """Returns places [K, 2] with NaN before those that were reached by a jump or across the edge of a torus."""
    moves = np.sqrt((np.diff(places, axis=0) ** 2).sum(axis=1))
    moved = moves[moves > 0]
    jumps = 1 + np.flatnonzero(moves > JUMP * float(np.median(moved))) if len(moved) else np.zeros(0, int)
    return np.insert(places, jumps, np.nan, axis=0)


def _from(scene: Scene, center: tuple[float, float], places: np.ndarray) -> np.ndarray:
    """Returns places [K, 2] as seen from the center; on a torus by the shortest way."""
    size = np.array([scene.width, scene.height])
    away = np.asarray(places, np.float64) - np.array(center)
    shortest: np.ndarray = (away + size / 2) % size - size / 2 if scene.wraps else away
    return shortest
