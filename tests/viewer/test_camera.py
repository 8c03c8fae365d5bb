"""Parts of the window that need no window: geometry and picking of the camera, history and axis of the graph."""

from __future__ import annotations

import numpy as np
import pytest

from alife.viewer.draw.camera import FITTED, Camera
from alife.viewer.draw.graph import round_up

VIEW = (900, 700)


@pytest.fixture(params=[True, False], ids=["torus", "plane"])
def camera(request: pytest.FixtureRequest) -> Camera:
    camera = Camera(128.0, 96.0, request.param, VIEW)
    camera.fit(20.0)
    return camera


def test_pixels_and_places_are_inverse(camera: Camera) -> None:
    for pixel in ((0, 0), (450, 350), (899, 3)):
        assert camera.to_screen(*camera.to_world(*pixel)) == pytest.approx(pixel)


def test_zoom_keeps_the_place_under_the_mouse(camera: Camera) -> None:
    for factor in (1.3, 1 / 1.7, 1e9, 1.0, 0.4):
        before = camera.to_world(210, 520)
        camera.zoom_at(210, 520, factor)
        assert camera.to_world(210, 520) == pytest.approx(before)


def test_zoom_is_bounded_by_the_whole_world(camera: Camera) -> None:
    camera.zoom_at(450, 350, 1e-9)
    assert camera.zoom == pytest.approx(min(900 / 128, 700 / 96) * (1 if camera.wraps else FITTED))


def test_panning_moves_the_world_by_as_many_pixels(camera: Camera) -> None:
    place = camera.to_world(300, 300)
    camera.pan(40, -25)
    assert camera.to_screen(*place) == pytest.approx((340, 275))


def test_a_torus_has_no_end_and_a_plane_has() -> None:
    for wraps, expected in ((True, 24.0), (False, 128.0)):
        camera = Camera(128.0, 96.0, wraps, VIEW, x=120.0, y=48.0, zoom=20.0)
        camera.pan(-32 * 20, 0)
        assert camera.x == pytest.approx(expected)


def test_picking_reaches_across_the_seam_of_a_torus() -> None:
    camera = Camera(128.0, 96.0, True, VIEW, x=0.5, y=95.5, zoom=20.0)
    x, y = np.array([127.0, 2.0, 64.0]), np.array([1.0, 94.0, 48.0])
    radius = np.full(3, 0.5)
    for index in (0, 1):
        assert camera.pick((x, y), radius, camera.to_screen(x[index], y[index])) == index
    assert camera.pick((x, y), radius, (450, 20)) is None
    assert camera.pick((x[:0], y[:0]), radius[:0], (450, 350)) is None


def test_of_two_bodies_the_nearer_is_picked(camera: Camera) -> None:
    x, y = np.array([40.0, 40.6]), np.array([40.0, 40.0])
    assert camera.pick((x, y), np.full(2, 0.7), camera.to_screen(40.4, 40.0)) == 1


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.62, 0.75), (1, 1), (1.2, 1.5), (4021, 5000), (9999, 10000)])
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)


@pytest.mark.parametrize(("wraps", "margin"), [(True, 0.0), (False, 0.03)])
def test_a_world_with_edges_is_shown_with_a_margin(wraps: bool, margin: float) -> None:
    camera = Camera(40.0, 20.0, wraps, (800, 600))
    camera.fit()
    assert camera.to_screen(0.0, 10.0) == pytest.approx((800 * margin, 300))
    assert camera.to_screen(39.999, 10.0) == pytest.approx((800 * (1 - margin), 300), abs=0.1)
