"""The window: open it on a run, watch, steer, close it; the life goes on as if nobody had watched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pygame

from alife.experiment.replay import Replay
from alife.viewer.draw import agents, display
from alife.viewer.draw.film import Film, check_path, save_picture
from alife.viewer.draw.ground import Ground
from alife.viewer.draw.lines import draw_lines
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.mouse import Mouse, press
from alife.viewer.panels import episode, overlay, panel, toolbar
from alife.viewer.session import Session

FRAMES_PER_SECOND = 60
SCREENSHOT_FRAMES = 120  # run before a screenshot when nobody says how many

File = Path | str | None


class Window:
    """One open window on one run. size: [2] pixels."""

    def __init__(self, run: Any, size: tuple[int, int] = display.SIZE) -> None:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_caption(f"alife - {type(run.simulation.world).__name__.lower()}")
        self._set_size(size)
        alone = isinstance(run, Replay)
        self.session: Session = EpisodeSession(run, _view(size)) if alone else Session(run, _view(size))
        self.panel = panel.Panel(episode.render if alone else panel.render)
        self._ground, self._map = Ground(self.session.wild), overlay.SmallMap()
        self._toolbar, self._mouse = toolbar.Toolbar(size, self.session.keys), Mouse()

    def _set_size(self, size: tuple[int, int]) -> None:
        self.screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        self.canvas = pygame.Surface(size, depth=32)

    def handle(self, event: pygame.Event) -> None:
        """Do what an event asks for."""
        if event.type == pygame.QUIT:
            self.session.quit()
        elif event.type == pygame.VIDEORESIZE:
            self._resize((max(event.w, display.SMALLEST[0]), max(event.h, display.SMALLEST[1])))
        elif event.type == pygame.KEYDOWN:
            press(event, self.session)
        elif not self._toolbar.handle(event, self.session):
            self._mouse.handle(event, self.session)

    def _resize(self, size: tuple[int, int]) -> None:
        self._set_size(size)
        self.session.camera.resize(_view(size))
        self._toolbar.resize(size)

    def draw(self, seconds: float = 0.0, rates: panel.Rates | None = None) -> None:
        """Draw the whole window. seconds: since the last frame."""
        session = self.session
        world = self.canvas.subsurface((0, 0), session.camera.view)
        self._ground.draw(world, session.scene, session.camera)
        draw_lines(world, session.scene, session.camera)
        agents.draw_agents(world, session.scene, session.camera)
        self._draw_over(world)
        beside = (session.camera.view[0], 0, panel.WIDTH, self.canvas.get_height())
        self._toolbar.draw(self.canvas, session, seconds)
        self.panel.draw(self.canvas.subsurface(beside), session, rates or panel.Rates())
        self.screen.blit(self.canvas, (0, 0))
        pygame.display.flip()

    def _draw_over(self, world: pygame.Surface) -> None:
        session = self.session
        place = session.selected_place()
        if place:
            agents.draw_ring(world, session.camera, place[:2], place[2])
        self._map.draw(world, session.scene, session.camera)
        if not session.living.size:
            overlay.draw_extinct(world, session)
        if session.show_help:
            overlay.draw_help(world, session)


def _view(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] - panel.WIDTH, size[1] - toolbar.HEIGHT


def open_window(run: Any, frames: int | None = None, screenshot: File = None, record: File = None) -> None:
    """Watch a run until its window is closed; with a run folder, that ends with a checkpoint.

    run: an `alife.experiment.run.Run` or an `alife.experiment.replay.Watched`. frames: close by itself after so many
    frames of one step each. screenshot: a PNG of the last frame, with the oldest agent selected. record: an MP4 film of
    every frame. Without a display, `frames` or `screenshot` draws all the same, into memory. Raises UserError for a
    path that cannot be written.
    """
    for path, suffix, option in ((screenshot, ".png", "--screenshot"), (record, ".mp4", "--record")):
        if path:
            check_path(path, suffix, option)
    frames = SCREENSHOT_FRAMES if screenshot and frames is None else frames
    size = display.choose(headless=frames is not None)
    window, film = Window(run, size), Film(record, size) if record else None
    try:
        _loop(window, frames, film, select=bool(screenshot))
        if screenshot:
            save_picture(window.canvas, screenshot)
    finally:
        if film:
            film.close()
        pygame.display.quit()  # fonts and pictures stay for the next window
        if run.out:
            run.close()


def _loop(window: Window, frames: int | None, film: Film | None, select: bool) -> None:
    """Frames until the window is closed or enough are drawn. select: the oldest agent, for the last one."""
    clock, rates, session, done = pygame.time.Clock(), panel.Rates(), window.session, 0
    while not session.closed and done != frames:
        for event in pygame.event.get():
            window.handle(event)
        session.advance()
        done += 1
        if select and done == frames:
            session.select_oldest()
            window.panel.refresh()
        rates.count(session.run.simulation.steps)
        window.draw(clock.tick(FRAMES_PER_SECOND if frames is None else 0) / 1000, rates)
        if film:
            film.add(window.canvas)
        if session.wants_screenshot:
            session.wants_screenshot = False
            save_picture(window.canvas, f"alife-{session.run.simulation.steps}.png")
