"""The layout of every view at four sizes: parts lie inside the window and beside each other, and so do texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pygame
import pytest

from alife.config.schema import parse_config
from alife.experiment.replay import replay_run
from alife.experiment.run import Run
from alife.viewer.draw import agents, legend, theme
from alife.viewer.draw.ground import Ground
from alife.viewer.panels import overlay, sheet
from alife.viewer.session import Session
from alife.viewer.start_page import StartPage
from alife.viewer.window import Window
from tests.conftest import ROOT
from tests.helpers.fake_run import FakeRun, FakeWorld

SIZES = ((900, 600), (1280, 800), (1920, 1080), (2560, 1440))
TOUCH = 0.2  # of the height of a line of text: letters have less, so that lines may be closer
FEW = ("run.generations=6", "run.capacity=8", "run.episodes=1", "run.threads=1")

View = Callable[[Session], object]


def command(name: str) -> View:
    return lambda session: getattr(session, name)()


def pinned(session: Session) -> None:
    for _ in range(4):
        session.next_agent()  # type: ignore[attr-defined]
        session.toggle_pin()


def closed(session: Session) -> None:
    session.sheet = None


SHARED: dict[str, tuple[View, View]] = {
    "agent": (lambda session: None, lambda session: None),
    "keys": (command("deselect"), lambda session: None),
    "pins": (pinned, lambda session: session.pins.clear()),
    **{
        name: (command(name), command(name) if name.startswith("toggle") else closed)
        for name in (
            "toggle_network", "toggle_help", "toggle_graph", "toggle_clades", "toggle_tools", "toggle_panels",
            "show_metrics", "show_numbers", "show_savepoints", "show_run_to", "show_genomes", "show_start",
        )
    },
}  # fmt: skip
EPISODES = ("single_step", "toggle_network", "toggle_help", "toggle_legend", "toggle_overview", "show_metrics")


@cache
def size_of(text: str, size: int, bold: bool) -> tuple[int, int]:
    return theme.font(size, bold).size(text)


class Written:
    """Texts of one frame, each with its place in the picture that it was written on.

    A sheet begins anew, as it covers what was written before.
    """

    def __init__(self) -> None:
        self.texts: dict[int, list[tuple[str, pygame.Rect, pygame.Rect]]] = {}
        self._pictures: list[pygame.Surface] = []  # kept, so that no other has the same id

    def note(self, target: pygame.Surface, at: tuple[int, int], *more: Any) -> None:
        text, size, style = more[0].rstrip(), more[1], more[3] if len(more) > 3 else ""
        wide, high = size_of(text, size, "bold" in style)
        left = at[0] - (wide if "right" in style else wide // 2 if "center" in style else 0)
        shift, whole = target.get_abs_offset(), target.get_abs_parent()
        room = target.get_rect().move(shift)
        ink = pygame.Rect(left + shift[0], at[1] + shift[1], wide, high).inflate(0, -round(2 * TOUCH * size))
        self._pictures.append(whole)
        self.texts.setdefault(id(whole), []).append((text, ink, room))

    def faults(self, shown: list[pygame.Surface]) -> Iterator[str]:
        for texts in (self.texts.get(id(picture), []) for picture in shown):
            for text, ink, room in texts:
                if text and not room.inflate(2, 2).contains(ink):
                    yield f"{text!r} at {ink} is cut off by {room}"
            for (one, first, _), (other, second, _) in combinations([each for each in texts if each[0].strip()], 2):
                if first.colliderect(second) and (one, first) != (other, second):
                    yield f"{one!r} at {first} lies under {other!r} at {second}"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    found, write, draw = Written(), theme.write, overlay.draw_sheet

    def note(*args: Any) -> int:
        found.note(*args)
        return write(*args)

    def begin(*args: Any) -> pygame.Rect:
        found.texts.pop(id(args[0].surface.get_abs_parent()), None)
        box = draw(*args)
        assert args[0].bounds().contains(box), f"the sheet {box} is cut off by {args[0].bounds()}"
        return box

    monkeypatch.setattr(theme, "write", note)
    monkeypatch.setattr(Ground, "draw", lambda *args: None)  # the world itself is no part of the layout
    monkeypatch.setattr(agents, "draw_agents", lambda *args: None)
    for module in (overlay, sheet):
        monkeypatch.setattr(module, "draw_sheet", begin)
    return found


def parts(window: Window) -> dict[str, pygame.Rect]:
    """Returns the places of what lies side by side, pixels."""
    session, scale, view = window.session, window.scale, window.session.camera.view
    found = {"world": pygame.Rect((0, 0), view)}
    if session.panels:
        found["panel"] = pygame.Rect(window._beside())
        found["toolbar"] = pygame.Rect(0, window._toolbar._top * scale, view[0], window._toolbar.height * scale)
    return found


def boxes(window: Window) -> dict[str, pygame.Rect]:
    """Returns the places of what lies over the world, pixels."""
    session, scale = window.session, window.scale
    found = {}
    if session.panels:
        for name, view in (("network", window._network), ("pins", window._comparison)):
            found[name] = pygame.Rect([round(side * scale) for side in view._box])
        if window._map._box and not session.show_help and not session.sheet:
            found["map"] = window._map._box
    if session.show_legend and window._has_legend and window._legend._picture:
        margin = round(legend.MARGIN * scale)
        right = session.camera.view[0] + window._legend_room - margin
        found["legend"] = window._legend._picture.get_rect(topright=(right, margin))
    return {name: box for name, box in found.items() if box.width}


def check(window: Window, written: Written, name: str) -> None:
    frame = window.canvas.get_rect()
    beside, over = parts(window), boxes(window)
    room = pygame.Rect(0, 0, window.session.camera.view[0] + window._legend_room, window.session.camera.view[1])
    outside = [f"{name} {box}" for name, box in beside.items() if not frame.inflate(2, 2).contains(box)]
    outside += [f"{name} {box}" for name, box in over.items() if not room.contains(box)]
    covered = [
        f"{one} {first} and {other} {second}"
        for those in (beside, over)
        for (one, first), (other, second) in combinations(those.items(), 2)
        if first.inflate(-2, -2).colliderect(second)
    ]
    if window.session.panels:
        buttons = {name: button.rect for name, button in window._toolbar._buttons.items()}
        buttons["slider"] = window._toolbar._slider.rect
        outside += [name for name, box in buttons.items() if not frame.contains(box)]
        pairs = combinations(buttons.items(), 2)
        covered += [f"{one[0]} and {other[0]}" for one, other in pairs if one[1].colliderect(other[1])]
        wide = [
            button.text
            for button in window._toolbar._buttons.values()
            if theme.font(round(13 * window.scale)).size(button.text)[0] > button.rect.width
        ]
        assert wide == [], name
    views = (window.panel, window._network, window._comparison, window._legend)
    shown = [getattr(view._picture, "surface", view._picture) for view in views]
    assert (outside, covered, list(written.faults([*shown, window.canvas, window.screen]))) == ([], [], []), name


def draw(window: Window, written: Written) -> None:
    written.texts.clear()
    window.panel.refresh()
    for one in (window._network, window._comparison, window._legend):
        one._picture = None
    window.draw()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_views_of_a_shared_world(size: tuple[int, int], written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(FakeRun(20), size)
    session = window.session
    monkeypatch.setattr(FakeWorld, "title", "LongNamedEnvironmentContinuous-v3")
    for name, (begin, end) in SHARED.items():
        session.select_oldest()
        session.single_step()
        begin(session)
        draw(window, written)
        check(window, written, name)
        end(session)
    session.show_legend = True
    for coloring in session.colorings:
        session.coloring = coloring
        draw(window, written)
        check(window, written, coloring.title)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_views_of_episodes(size: tuple[int, int], written: Written) -> None:
    text = "{world: {name: cartpole}, strategy: {name: ga}}"
    window = Window(replay_run(Run(parse_config(text, "test", FEW))), size)
    for name in EPISODES:
        getattr(window.session, name)()
        window.session.single_step()
        window.session.look()
        draw(window, written)
        check(window, written, name)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_start_page(
    size: tuple[int, int], written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    page = StartPage(size, None, "why the last choice did not open, and what to write instead; " * 5)
    for tab in range(len(page.sheet.tabs())):
        page.sheet.show_tab(tab)
        written.texts.clear()
        page.draw()
        assert list(written.faults([page.canvas])) == []
