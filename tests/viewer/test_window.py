"""The window on a shared world: every key and button, the picture, and that watching changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pygame
import pytest

from alife.config.schema import parse_config
from alife.errors import UserError
from alife.experiment.run import Run
from alife.viewer import keys, speed
from alife.viewer.draw import theme
from alife.viewer.draw.display import SMALLEST
from alife.viewer.loop import open_window
from alife.viewer.panels import overlay, panel, toolbar
from alife.viewer.panels.agent import LABEL
from alife.viewer.panels.panel import EDGE
from alife.viewer.shared_session import SharedSession
from alife.viewer.window import Window
from tests.helpers.fake_run import FakeRun

VIEW = (900, 700)


def colors(picture: pygame.Surface, box: tuple[int, int, int, int]) -> np.ndarray:
    """Returns the distinct colors in a part of a picture: [K, 3]."""
    pixels = pygame.surfarray.array3d(picture.subsurface(box))
    return np.unique(pixels.reshape(-1, 3), axis=0)


# Keys and mouse


def effect(session: SharedSession) -> tuple[object, ...]:
    """Returns everything that a command can change."""
    chosen = session.selection and session.selection.id
    flags = (session.paused, session.following, session.show_help, session.show_graph, session.closed)
    shown = (session.show_legend, session.show_trails, session.show_sight, session.show_network, session.show_clades)
    shown = (*shown, session.coloring.title)
    return (
        *flags,
        *shown,
        (session.wants_screenshot, session.recording, session.panels, session.leads_to),
        session.fullscreen,
        type(session.sheet),
        (session.show_tools, session.tool, session.status, len(session.pins)),
        session.speed.place,
        chosen,
        session.camera.zoom,
        session.run.simulation.steps,
    )


@pytest.mark.parametrize("key", keys.SHARED_KEYS, ids=[key.command for key in keys.SHARED_KEYS])
def test_every_key_does_its_command(key: keys.Key) -> None:
    for code in key.codes:
        pressed, called = Window(FakeRun(50)), SharedSession(FakeRun(50), VIEW)
        called.camera.resize(pressed.session.camera.view)
        untouched = effect(called)
        held = pygame.KMOD_SHIFT if key.shift else 0
        pressed.handle(pygame.Event(pygame.KEYDOWN, key=code, unicode="", mod=held))
        getattr(called, key.command)()
        assert effect(pressed.session) == effect(called) != untouched


def test_no_key_has_two_commands_and_every_button_is_a_command() -> None:
    codes = [(code, key.shift) for key in keys.SHARED_KEYS for code in key.codes]
    assert len(codes) == len(set(codes))
    assert all(callable(getattr(SharedSession, key.command)) for key in keys.SHARED_KEYS)
    assert keys.command_of(pygame.K_F12, "+", keys.SHARED_KEYS) == "faster"
    assert keys.command_of(pygame.K_F12, "", keys.SHARED_KEYS) is None
    assert keys.command_of(pygame.K_PLUS, "+", keys.SHARED_KEYS, shift=True) == "faster"


def test_every_button_is_pressed_by_the_mouse() -> None:
    window = Window(FakeRun(50))
    window.draw()
    for key in (key for key in keys.SHARED_KEYS if key.button):
        window.session.status = ""
        window.draw()
        before = effect(window.session)
        at = window._toolbar._buttons[key.command].rect.center
        pygame.mouse.set_pos(at)
        window.draw(0.1)
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            window.handle(pygame.Event(kind, button=1, pos=at))
        for event in pygame.event.get():
            window.handle(event)
        assert effect(window.session) != before, key.command


def test_no_text_about_a_key_is_cut_off_in_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    write = theme.write
    monkeypatch.setattr(theme, "write", lambda *args: texts.append(args[2]) or write(*args))
    window = Window(FakeRun(5), SMALLEST)
    window.draw()
    wanted = [text for _, text in keys.MOUSE] + [key.help for key in keys.SHARED_KEYS if not key.tool]
    assert set(wanted) <= set(texts)


@pytest.mark.parametrize(("size", "scale"), [(SMALLEST, None), (SMALLEST, 4.0), ((1280, 800), 4.0)])
def test_sheets_and_a_long_status_fit_the_world(size: tuple[int, int], scale: float | None) -> None:
    window = Window(FakeRun(5), size, scale)
    window.session.run.simulation.fields["alive"][:] = 0
    window.session.look()
    window.session.toggle_tools()
    window.session.say("a long line of words " * 9)
    window.draw()
    bare = window.canvas.copy()
    window.session.toggle_help()
    window.draw()
    changed = (pygame.surfarray.array3d(window.canvas) != pygame.surfarray.array3d(bare)).any(axis=2)
    assert changed[:, 300].any()
    for edge in (changed[:2], changed[-2:], changed[:, :2], changed[:, -2:]):
        assert not edge.any()
    wide, high = window.session.camera.view
    assert len(colors(bare, (wide // 2 - 10, high - 40, 20, 20))) > 2  # text of the last line


def test_a_click_on_the_track_of_the_slider_sets_the_speed() -> None:
    window = Window(FakeRun(5))
    track = window._toolbar._slider.rect
    for x, place in ((track.right - 3, len(speed.STEPS) - 1), (track.centerx, 5), (track.left + 3, 0)):
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            window.handle(pygame.Event(kind, button=1, pos=(x, track.centery)))
        window.draw(0.02)
        assert window.session.speed.place == place
        assert window._toolbar._slider.sliding_button.rect.collidepoint((x, track.centery))


def test_a_click_selects_a_drag_pans() -> None:
    window = Window(FakeRun(200))
    session = window.session
    session.next_agent()
    place, wanted = session.selected_place(), session.selection
    assert place and wanted
    session.selection = None
    at = tuple(round(v) for v in session.camera.to_screen(*place[:2]))
    mouse(window, at, at)
    assert session.selection == wanted
    before = session.camera.to_world(*at)
    mouse(window, at, (at[0] + 60, at[1] + 10))
    assert session.camera.to_world(at[0] + 60, at[1] + 10) == pytest.approx(before)
    assert session.selection == wanted


def mouse(window: Window, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    """Presses at `start`, moves to `end` and releases."""
    rel = (end[0] - start[0], end[1] - start[1])
    window.handle(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=start))
    window.handle(pygame.Event(pygame.MOUSEMOTION, buttons=(1, 0, 0), pos=end, rel=rel))
    window.handle(pygame.Event(pygame.MOUSEBUTTONUP, button=1, pos=end))


def test_speed_goes_from_slow_motion_to_full_speed() -> None:
    session = SharedSession(FakeRun(5), VIEW)
    for _ in range(20):
        session.slower()
    for _ in range(16):
        session.advance()
    assert session.run.simulation.steps == round(16 * speed.STEPS[0]) == 1
    for _ in range(20):
        session.faster()
    session.advance()
    assert session.run.simulation.steps > 32


# Agents and runs


def nearest(session: SharedSession, without: tuple[int, ...] = ()) -> int:
    """Returns the row of the living agent nearest to the middle of the view, on the torus."""
    fields, camera = session.life.fields, session.camera
    far = np.hypot(*camera.nearest(fields["x"] - camera.x, fields["y"] - camera.y))
    far[fields["alive"] == 0] = np.inf
    far[list(without)] = np.inf
    return int(np.argmin(far))


def test_next_is_the_agent_nearest_the_middle_of_the_view_then_another() -> None:
    session = SharedSession(FakeRun(30), VIEW)
    session.run.simulation.fields["alive"][nearest(session)] = 0
    session.look()
    seen: list[int] = []
    for _ in range(29):
        wanted = nearest(session, tuple(seen))
        session.next_agent()
        assert session.selection and session.selection.row == wanted
        assert session.selected_place()[:2] == pytest.approx((session.camera.x, session.camera.y))
        seen.append(wanted)
    assert len(set(seen)) == 29
    wanted = nearest(session, (seen[-1],))
    session.next_agent()  # begins again, with another one than this
    assert session.selection.row == wanted
    session.camera.pan(300, 400)  # a view of its own: none is passed over but the selected one
    wanted = nearest(session, (session.selection.row,))
    session.next_agent()
    assert session.selection.row == wanted


def test_next_keeps_the_only_agent_and_follow_takes_the_nearest() -> None:
    lone = SharedSession(FakeRun(1), VIEW)
    for _ in range(3):
        lone.next_agent()
        assert lone.selection and lone.selection.row == 0
    session = SharedSession(FakeRun(30), VIEW)
    session.camera.look_at(100.0, 20.0)
    wanted = nearest(session)
    session.toggle_follow()
    assert session.following and session.selection and session.selection.row == wanted


def test_a_click_on_the_small_map_moves_the_view_and_keeps_the_selection() -> None:
    window = Window(FakeRun(50))
    session = window.session
    session.select_oldest()
    session.following = True
    window.draw()
    chosen, corner = session.selection, (14, session.camera.view[1] - 14 - overlay.MAP)
    for share in ((0.25, 0.75), (0.9, 0.1)):
        at = tuple(round(edge + part * overlay.MAP) for edge, part in zip(corner, share, strict=True))
        mouse(window, at, at)
        assert (session.camera.x, session.camera.y) == pytest.approx(tuple(128 * part for part in share), abs=1)
        assert session.selection is chosen and not session.following
    middle = tuple(edge + overlay.MAP // 2 for edge in corner)
    mouse(window, at, middle)  # a drag on the map goes along
    assert (session.camera.x, session.camera.y) == pytest.approx((64, 64), abs=1)
    session.reset_view()
    window.draw()  # the map is gone, and a click there is one on the world
    before = session.camera.x, session.camera.y
    mouse(window, at, at)
    assert (session.camera.x, session.camera.y) == before and session.selection is not chosen


def test_a_resize_does_not_set_the_window_again(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(FakeRun(10))

    def moved(*given: object) -> None:
        raise AssertionError("expected the window to be left where it is, got set_mode")

    monkeypatch.setattr(pygame.display, "set_mode", moved)
    for size in ((1300, 900), (600, 400), (1280, 800)):
        window.handle(pygame.Event(pygame.VIDEORESIZE, w=size[0], h=size[1], size=size))
        window.draw()
        assert window.canvas.get_size() == (max(size[0], SMALLEST[0]), max(size[1], SMALLEST[1]))


def test_files_are_named_when_they_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, film = tmp_path / "a.png", tmp_path / "a.mp4"
    open_window(FakeRun(10), frames=3, screenshot=picture, record=film)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"alife: wrote {picture}, 1280 x 800 pixels", f"alife: wrote {film}, 3 frames"]


def test_the_view_follows_an_agent_and_a_dead_agent_is_not_its_slot() -> None:
    session = SharedSession(FakeRun(300), VIEW)
    session.toggle_follow()
    for _ in range(60):
        session.advance()
    place = session.selected_place()
    assert place and np.hypot(*session.camera.nearest(place[0] - session.camera.x, place[1] - session.camera.y)) < 1.0
    assert session.selection
    session.run.simulation.fields["id"][session.selection.row] = 99_999  # died, and a child was born into its slot
    session.advance()
    assert session.selected_place() is None
    assert session.selection.seen_step == 60


def test_watching_changes_nothing(tmp_path: Path) -> None:
    watched, unwatched = FakeRun(), FakeRun()
    open_window(watched, frames=12, screenshot=str(tmp_path / "a.png"))
    unwatched.step(12)
    assert watched.simulation.state_hash() == unwatched.simulation.state_hash()
    assert watched.simulation.steps == 12


def test_a_watched_meadow_equals_an_unwatched_one() -> None:
    small = ["world.side=32", "world.population=150", "run.capacity=400"]
    watched, unwatched = (Run(parse_config("world: {name: meadow}", "test", small)) for _ in range(2))
    window = Window(watched)
    window.session.select_oldest()
    for key in ("toggle_follow", "reset_view", "next_agent", "single_step", "toggle_pause", "faster", "toggle_help"):
        getattr(window.session, key)()
        window.session.advance()
        window.draw()
    unwatched.step(watched.simulation.steps)
    assert watched.simulation.steps > 5
    assert watched.simulation.state_hash() == unwatched.simulation.state_hash()


@pytest.mark.parametrize(("out", "closed"), [(None, 0), ("folder", 1)])
def test_only_a_run_with_a_folder_is_closed(out: str | None, closed: int) -> None:
    run = FakeRun(20, out)
    open_window(run, frames=1)
    assert run.closed == closed


# The picture


def test_a_screenshot_shows_ground_agents_and_the_oldest(tmp_path: Path) -> None:
    path = tmp_path / "meadow.png"
    open_window(FakeRun(), frames=3, screenshot=str(path))
    picture = pygame.image.load(path)
    assert picture.get_size() == (1280, 800)
    meadow = colors(picture, (160, 0, 740, 600)).astype(int)
    green = (meadow[:, 1] > meadow[:, 0] + 10) & (meadow[:, 1] > meadow[:, 2] + 30)
    purple = (meadow[:, 2] > meadow[:, 1] + 60) & (meadow[:, 0] > meadow[:, 1])
    assert len(meadow) > 3000 and green.sum() > 300 and purple.sum() > 30
    assert len(colors(picture, (1010, 600, 250, 90))) > 30  # the strips of the brain of the selected agent


@pytest.mark.parametrize("count", [300, 20_000])
def test_each_body_is_drawn_in_its_color_at_its_place(count: int) -> None:
    window = Window(FakeRun(count))
    session = window.session
    session.run.simulation.fields["hue"][:] = 0.0  # red
    session.camera.zoom = 24.0 if count < 1000 else session.camera.fit_zoom
    session.look()
    window.draw()
    discs, view = session.scene.discs, session.camera.view
    x, y = session.camera.to_screen(discs.x, discs.y)
    inside = (x > 160) & (x < view[0] - 2) & (y > 2) & (y < view[1] - 200)
    pixels = pygame.surfarray.array3d(window.canvas).astype(int)[x[inside].astype(int), y[inside].astype(int)]
    red = (pixels[:, 0] > pixels[:, 1] + 25) & (pixels[:, 0] > pixels[:, 2] + 25)
    assert inside.sum() > 3 and red.mean() > 0.6


def test_help_and_extinction_cover_the_middle() -> None:
    window = Window(FakeRun(40))
    window.draw()
    assert paper(window.canvas) < 0.01
    for change in (window.session.toggle_help, lambda: window.session.run.simulation.fields["alive"].fill(0)):
        change()
        window.session.advance()
        window.draw()
        assert paper(window.canvas) > 0.6
        window.session.show_help = False
    steps = window.session.run.simulation.steps
    for _ in range(3):
        window.session.advance()
    assert window.session.run.simulation.steps == steps


def paper(picture: pygame.Surface) -> float:
    """Returns the share of the middle of the world that is covered by a sheet of paper."""
    pixels = pygame.surfarray.array3d(picture.subsurface((300, 340, 300, 70)))
    return float((pixels == np.array(theme.PAPER)).all(axis=2).mean())


def test_a_window_can_be_resized_and_its_panel_shows_a_death(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    write = theme.write
    monkeypatch.setattr(theme, "write", lambda *args: texts.append(args[2]) or write(*args))
    window = Window(FakeRun(40), scale=1.0)
    window.handle(pygame.Event(pygame.VIDEORESIZE, w=1600, h=1000, size=(1600, 1000)))
    window.session.select_oldest()
    window.draw()
    assert window.canvas.get_size() == (1600, 1000)
    assert "brain and memory" in texts
    chosen = window.session.selection
    assert chosen
    window.session.advance()
    window.session.run.simulation.kill(chosen.row, cause=1)
    window.session.look()
    texts.clear()
    for _ in range(4):
        window.draw()
    assert (chosen.cause, chosen.seen_step) == ("age", 1)
    assert f"Agent {chosen.id} has died" in texts and "cause: age, at step 1, 40 steps old" in texts
    assert "brain and memory" not in texts


@pytest.mark.parametrize(("height", "layers", "scrolls"), [(1100, 9, False), (640, 9, True), (800, 40, True)])
def test_a_panel_without_room_for_all_strips_scrolls_to_the_last(
    height: int, layers: int, scrolls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    write = theme.write
    monkeypatch.setattr(theme, "write", lambda *args: texts.append(args[2]) or write(*args))
    window = Window(FakeRun(40), (1280, height))
    window.session.select_oldest()
    window.session.run.simulation.brain.record = lambda *_: {f"layer {k}": np.arange(32.0) for k in range(layers)}
    window.draw()
    assert "memory" in texts and not any("more" in text for text in texts)
    picture = window.panel._picture
    assert picture and (picture.height > window._beside()[3]) is scrolls
    last = pygame.surfarray.array3d(picture.surface)[EDGE + LABEL : -EDGE, -60:-8]
    assert len(np.unique(last.reshape(-1, 3), axis=0)) > 10  # the colors of a strip


@pytest.mark.parametrize("option", [{"screenshot": "a.jpeg"}, {"screenshot": "none/a.png"}, {"record": "a.avi"}])
def test_a_path_that_cannot_be_written_is_refused_before_a_step(option: dict[str, str]) -> None:
    run = FakeRun(5)
    with pytest.raises(UserError, match=f"--{next(iter(option))}: expected .* got .*;"):
        open_window(run, frames=2, **option)
    assert run.simulation.steps == 0


def test_the_wheel_scrolls_a_panel_that_is_too_low_and_leaves_the_view() -> None:
    window = Window(FakeRun(5), SMALLEST)
    window.draw()
    box, zoom = window._beside(), window.session.camera.zoom
    pygame.mouse.set_pos((box[0] + 50, 100))
    first = pygame.surfarray.array3d(window.canvas.subsurface(box))
    picture = window.panel._picture
    assert picture and picture.height > panel.LOWEST  # the keys need more
    hidden = picture.height - box[3]
    for notches, moved in ((-1, panel.NOTCH), (-99, hidden), (99, 0)):
        window.handle(pygame.Event(pygame.MOUSEWHEEL, precise_y=notches, y=notches))
        window.draw()
        shown = pygame.surfarray.array3d(window.canvas.subsurface(box))
        assert (shown[2:-8, : max(box[3] - moved, 0)] == first[2:-8, moved:]).all()
        whole = pygame.surfarray.array3d(picture.surface)[2:-8, moved : moved + box[3]]
        assert (shown[2:-8] == whole).mean() > 0.99
    assert window.session.camera.zoom == zoom


def test_fullscreen_fills_the_screen_and_returns_to_the_size_before() -> None:
    window = Window(FakeRun(5), (1000, 700))
    screen = pygame.display.get_desktop_sizes()[0]
    for expected in (screen, (1000, 700)):
        window.session.toggle_fullscreen()
        window.draw()
        assert window.screen.get_size() == expected
        assert window.canvas.get_size() == tuple(map(max, expected, SMALLEST))


def test_the_wheel_zooms_at_the_pointer() -> None:
    window = Window(FakeRun(5))
    pygame.mouse.set_pos((200, 150))
    camera, at = window.session.camera, pygame.mouse.get_pos()
    place, zoom = camera.to_world(*at), camera.zoom
    window.handle(pygame.Event(pygame.MOUSEWHEEL, x=0, y=1, precise_y=1.0))
    assert camera.zoom > zoom and camera.to_world(*at) == pytest.approx(place)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (2560, 1440)])
def test_buttons_take_one_row(size: tuple[int, int]) -> None:
    assert Window(FakeRun(5), size)._toolbar.height == toolbar.HEIGHT
