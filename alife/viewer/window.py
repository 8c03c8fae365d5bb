"""The window on a run: whether it is open or not, the run is the same to the last bit."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pygame

from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.interrupt import Interruption
from alife.viewer.draw import agents, display, theme
from alife.viewer.draw.film import SUFFIXES, Film, check_path, save_picture
from alife.viewer.draw.ground import REFRESH, Ground, is_land
from alife.viewer.draw.lines import draw_lines
from alife.viewer.kinds import make_session
from alife.viewer.mouse import Mouse, press
from alife.viewer.panels import overlay, toolbar
from alife.viewer.panels.panel import WIDTH
from alife.viewer.speed import Rates

FRAMES_PER_SECOND = 60
SCREENSHOT_FRAMES = 120  # before a screenshot, if no number is given

File = Path | str | None
Size = tuple[int, int] | None


class Window:
    """An open window.

    Attributes:
        session: what is watched, and the state of the view.
        panel: facts beside the world.
        canvas: the picture of the last frame.
    """

    def __init__(self, run: Run | Replay, size: tuple[int, int] = display.SIZE) -> None:
        """Opens a window on a run. size: width and height in pixels."""
        pygame.display.init()
        theme.open_fonts()
        world = run.simulation.world
        pygame.display.set_caption(f"alife - {world.title}")
        self.screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        self.canvas = pygame.Surface(size, depth=32)
        self.session, self.panel = make_session(run, _view(size))
        refresh = 1 if self.panel.exact else REFRESH
        self._ground, self._map = Ground(is_land(world), refresh), overlay.SmallMap()
        self._toolbar, self._mouse = toolbar.Toolbar(size, self.session.keys), Mouse()
        self._windowed, self._is_fullscreen = size, False

    def handle(self, event: pygame.Event) -> None:
        """Handles an event."""
        if event.type == pygame.QUIT:
            self.session.quit()
        elif event.type == pygame.VIDEORESIZE:
            self._resize((max(event.w, display.SMALLEST[0]), max(event.h, display.SMALLEST[1])))
        elif event.type == pygame.KEYDOWN:
            press(event, self.session)
        elif event.type == pygame.MOUSEWHEEL and pygame.Rect(self._beside()).collidepoint(pygame.mouse.get_pos()):
            self.panel.scroll(event.precise_y)
        elif not (self._toolbar.handle(event, self.session) or self._map.handle(event, self.session)):
            self._mouse.handle(event, self.session)

    def _resize(self, size: tuple[int, int]) -> None:
        """Lays out the frame anew; the screen has its new size, and to set it again would move the window."""
        self.canvas = pygame.Surface(size, depth=32)
        self.session.camera.resize(_view(size))
        self._toolbar.resize(size)

    def _set_fullscreen(self, full: bool) -> None:
        """Fills the screen, or returns to the size that the window had before."""
        if full:
            self._windowed = self.canvas.get_size()
        size, flags = ((0, 0), pygame.FULLSCREEN) if full else (self._windowed, pygame.RESIZABLE)
        self.screen = pygame.display.set_mode(size, flags)
        self._is_fullscreen = full
        wide, high = self.screen.get_size()
        self._resize((max(wide, display.SMALLEST[0]), max(high, display.SMALLEST[1])))

    def _beside(self) -> tuple[int, int, int, int]:
        """Returns the place of the panel: left, top, width and height in pixels."""
        wide, high = self.canvas.get_size()
        return wide - WIDTH, 0, WIDTH, high - (toolbar.HEIGHT if self._toolbar.is_below_panel else 0)

    def draw(self, seconds: float = 0.0, rates: Rates | None = None) -> None:
        """Draws a frame.

        Args:
            seconds: since the last frame.
            rates: measured speed.
        """
        session = self.session
        if session.fullscreen != self._is_fullscreen:
            self._set_fullscreen(session.fullscreen)
        world = self.canvas.subsurface((0, 0), session.camera.view)
        self._ground.draw(world, session.scene, session.camera)
        draw_lines(world, session.scene, session.camera)
        agents.draw_agents(world, session.scene, session.camera)
        self._draw_over(world)
        self._toolbar.draw(self.canvas, session, seconds)
        self.panel.draw(self.canvas.subsurface(self._beside()), rates or Rates())
        self.screen.blit(self.canvas, (0, 0))
        pygame.display.flip()

    def _draw_over(self, world: pygame.Surface) -> None:
        session = self.session
        place = session.selected_place()
        if place:
            agents.draw_ring(world, session.camera, place[:2], place[2])
        self._map.draw(world, session.scene, session.camera)
        if session.notice:
            overlay.draw_notice(world, session.notice)
        if session.show_help:
            overlay.draw_help(world, session)


def _view(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] - WIDTH, size[1] - toolbar.HEIGHT


def open_window(
    run: Run | Replay, frames: int | None = None, screenshot: File = None, record: File = None, size: Size = None
) -> None:
    """Shows a run until the window is closed; a run with a folder then saves a checkpoint.

    Args:
        run: a run of a shared world, or a replay of episodes.
        frames: closes after this number of frames of one step each; drawn into memory if there is no display.
        screenshot: path of a PNG of the last frame, with the oldest agent selected; None for no file. Implies `frames`.
        record: path of an MP4 film of every frame, or of a GIF of every third; None for no file.
        size: width and height of the window in pixels; None for one that fits the display.

    Raises:
        UserError: a path that cannot be written to, no display that answers and neither `frames` nor `screenshot`, or
            no ffmpeg that works.
        KeyboardInterrupt: SIGINT or SIGTERM came; the film was completed, and the run saved, first.
    """
    for path, suffixes, option in ((screenshot, (".png",), "--screenshot"), (record, SUFFIXES, "--record")):
        if path:
            check_path(path, suffixes, option)
    frames = SCREENSHOT_FRAMES if screenshot and frames is None else frames
    size = display.choose_display(frames is not None, size)
    with Interruption() as interruption:
        with interruption.at_once():
            window, film = Window(run, size), Film(record, size) if record else None
        with ExitStack() as ending:
            ending.callback(_close, run)
            ending.callback(pygame.display.quit)  # fonts and pictures stay for the next window
            if film:
                ending.callback(_end_film, film, record)
            ending.callback(interruption.hold)  # the first of them to be called
            _loop(window, frames, film, interruption, select=bool(screenshot))
            if screenshot:
                _save(window.canvas, screenshot)
        if interruption.asked:
            raise KeyboardInterrupt


def _close(run: Run | Replay) -> None:
    """Saves a run with a folder; closes the environments of a replay, which leaves the window open."""
    if run.out or isinstance(run, Replay):
        with display.kept():
            run.close()


def _loop(window: Window, frames: int | None, film: Film | None, interruption: Interruption, select: bool) -> None:
    """Draws frames until the window is closed, `frames` are drawn, or a signal comes.

    Args:
        window, frames, film: as of `open_window`.
        interruption: that tells of signals.
        select: the oldest agent, in the last frame.
    """
    clock, rates, session, done = pygame.time.Clock(), Rates(), window.session, 0
    while not session.closed and done != frames:
        interruption.poll()
        for event in pygame.event.get():
            window.handle(event)
        session.advance()
        done += 1
        if select and done == frames:
            session.select_oldest()
        if film or session.wants_screenshot or done == frames:  # what is kept shows one moment
            window.panel.refresh()
        rates.count(session.life.steps)
        window.draw(clock.tick(FRAMES_PER_SECOND if frames is None else 0) / 1000, rates)
        if film:
            film.add(window.canvas)
        if session.wants_screenshot:
            session.wants_screenshot = False
            _save(window.canvas, f"alife-{session.life.steps}.png")


def _save(picture: pygame.Surface, path: Path | str) -> None:
    save_picture(picture, path)
    wide, high = picture.get_size()
    print(f"alife: wrote {path}, {wide} x {high} pixels", file=sys.stderr)


def _end_film(film: Film, path: File) -> None:
    film.close()
    if film.failed:
        return
    print(f"alife: wrote {path}, {film.frames:,} frame{'s' * (film.frames != 1)}", file=sys.stderr)
