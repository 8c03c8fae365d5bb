"""The window on a run: whether it is open or not, the run is the same to the last bit."""

from __future__ import annotations

from functools import partial

import pygame

from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.viewer.draw import agents, display, theme
from alife.viewer.draw.film import FRAMES_PER_SECOND
from alife.viewer.draw.ground import REFRESH, Ground, is_land
from alife.viewer.draw.legend import MARGIN, Legend
from alife.viewer.draw.legend import WIDTH as LEGEND_WIDTH
from alife.viewer.draw.lines import draw_lines
from alife.viewer.draw.paper import Paper
from alife.viewer.kinds import make_session
from alife.viewer.mouse import Mouse, press
from alife.viewer.panels import explanation, overlay, toolbar
from alife.viewer.panels.compare import Comparison
from alife.viewer.panels.network import NetworkView
from alife.viewer.panels.panel import WIDTH
from alife.viewer.panels.sheet import SheetView
from alife.viewer.sheets.base import Sheet
from alife.viewer.speed import Rates

LEGEND = LEGEND_WIDTH + 2 * MARGIN  # points of width for the legend beside a world


class Window:
    """An open window.

    Attributes:
        session: what is watched, and the state of the view.
        panel: facts beside the world.
        canvas: the picture of the last frame.
        scale: pixels a point of the interface.
    """

    def __init__(self, run: Run | Replay, size: tuple[int, int] = display.SIZE, scale: float | None = None) -> None:
        """Opens a window on a run.

        Args:
            run: a run of a shared world, or a replay of episodes.
            size: width and height in pixels.
            scale: pixels a point of the interface, less where the window is too small for it; None for one that fits.
        """
        pygame.display.init()
        theme.open_fonts()
        world = run.simulation.world
        pygame.display.set_caption(f"alife - {world.title}")
        self.screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        self.canvas = pygame.Surface(size, depth=32)
        self._wanted_scale = scale
        self.scale = display.interface_scale(scale, size)
        self.session, self.panel = make_session(run, size)
        refresh = 1 if self.panel.exact else REFRESH
        self._ground, self._map = Ground(is_land(world), refresh), overlay.SmallMap()
        self._mouse, self._sheet, self._comparison = Mouse(), SheetView(), Comparison()
        self._legend, self._network = Legend(), NetworkView()
        self._windowed, self._is_fullscreen, self._has_legend = size, False, True
        self._lay_out(size)
        self.session.camera.fit(self.session.opening * self.scale)

    def _lay_out(self, size: tuple[int, int]) -> None:
        """Gives toolbar and view their places. size: of the frame, pixels."""
        scale = display.interface_scale(self._wanted_scale, size)
        self._has_tools, self._has_panels = self.session.show_tools, self.session.panels
        if not hasattr(self, "_toolbar") or scale != self.scale:
            self._toolbar = toolbar.Toolbar(size, self.session.keys, scale, self._has_tools)
            self.panel.refresh()
        else:
            self._toolbar.resize(size, self._has_tools)
        self.scale = scale
        self.session.make_room(self._room(size))

    def handle(self, event: pygame.Event) -> None:
        """Handles an event."""
        session = self.session
        if event.type == pygame.QUIT:
            session.quit()
        elif event.type == pygame.VIDEORESIZE:
            self._resize((max(event.w, display.SMALLEST[0]), max(event.h, display.SMALLEST[1])))
        elif session.sheet and self._sheet.handle(event, session.sheet, self.scale):
            if session.sheet and session.sheet.closed:
                session.sheet = None
        elif event.type == pygame.KEYDOWN:
            press(event, session)
        elif event.type == pygame.MOUSEWHEEL and self._on_panel(pygame.mouse.get_pos()):
            self.panel.scroll(event.precise_y)
        elif self._network.handle(event, session, self.scale) or self._comparison.handle(event, session, self.scale):
            return
        elif not (self._has_panels and (self._toolbar.handle(event, session) or self._map.handle(event, session))):
            self._handle_mouse(event)

    def _handle_mouse(self, event: pygame.Event) -> None:
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and (at := self._on_panel(event.pos)):
            self.panel.click(at)
        else:
            self._mouse.handle(event, self.session)

    def _resize(self, size: tuple[int, int]) -> None:
        """Lays out the frame anew; the screen has its new size, and to set it again would move the window."""
        self.canvas = pygame.Surface(size, depth=32)
        self._lay_out(size)

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
        left = self.session.camera.view[0] + self._legend_room
        return left, 0, wide - left, self.session.camera.view[1] if self._toolbar.is_below_panel else high

    def _on_panel(self, pixel: tuple[int, int]) -> tuple[float, float] | None:
        """Returns the place of a pixel in the panel, points; None elsewhere."""
        box = pygame.Rect(self._beside())
        if not box.collidepoint(pixel):
            return None
        return (pixel[0] - box.left) / self.scale, (pixel[1] - box.top) / self.scale

    def draw(self, seconds: float = 0.0, rates: Rates | None = None) -> None:
        """Draws a frame.

        Args:
            seconds: since the last frame.
            rates: measured speed.
        """
        session = self.session
        if session.fullscreen != self._is_fullscreen:
            self._set_fullscreen(session.fullscreen)
        if (session.show_tools, session.panels) != (self._has_tools, self._has_panels):
            self._lay_out(self.canvas.get_size())
        session.make_room(self._room(self.canvas.get_size()))
        world = self.canvas.subsurface((0, 0), session.camera.view)
        self._ground.draw(world, session.scene, session.camera)
        draw_lines(world, session.scene, session.camera)
        if session.show_trails:
            session.trails.draw(world, session.camera)
        agents.draw_agents(world, session.scene, session.camera)
        self._draw_over(world)
        if session.panels:
            self._toolbar.draw(Paper(self.canvas, self.scale), session, seconds)
            beside = Paper(self.canvas.subsurface(self._beside()), self.scale)
            at = self._on_panel(pygame.mouse.get_pos())
            self.panel.draw(beside, rates or Rates(), at, waits=self._network.is_drawing)
        self._draw_list()
        self.screen.blit(self.canvas, (0, 0))
        self._draw_on_screen()
        pygame.display.flip()

    def _room(self, size: tuple[int, int]) -> tuple[int, int]:
        """Returns width and height in pixels of the world's part of a window, less the legend where it is beside it."""
        beside, below = (WIDTH, self._toolbar.height) if self._has_panels else (0, 0)
        wide, high = size[0] - round(beside * self.scale), max(size[1] - round(below * self.scale), 1)
        return wide - self._legend_room, high

    @property
    def _legend_room(self) -> int:
        """Pixels of width for the legend beside the world; 0 where it is over it, or gives way to the network."""
        session = self.session
        if not (session.beside and session.show_legend):
            return 0
        wide = self.canvas.get_width() / self.scale - (WIDTH if self._has_panels else 0)
        has_room = not session.panels or self._network.leaves_room(wide, session, LEGEND)
        return round(LEGEND * self.scale) if has_room else 0

    def _draw_legend(self) -> None:
        """Draws the legend at the right of the view, and paper below it where it is beside the world."""
        session, (wide, high) = self.session, self.session.camera.view
        right = wide + self._legend_room
        self.canvas.fill(theme.BACKDROP, pygame.Rect(wide, 0, right - wide, high))
        chapters = partial(explanation.chapters, session)
        self._legend.draw(Paper(self.canvas, self.scale), right, explanation.seen(session), chapters)

    def _draw_over(self, world: pygame.Surface) -> None:
        session, paper = self.session, Paper(world, self.scale)
        place = session.selected_place()
        if place:
            agents.draw_ring(world, session.camera, place[:2], place[2])
            if session.show_sight:
                overlay.draw_senses(world, session)
        pointer = pygame.mouse.get_pos()
        if session.tool and world.get_rect().collidepoint(pointer):
            agents.draw_brush(world, session.camera, pointer, session.tool_radius)
        if session.panels:
            self._draw_inside(paper)
            covered = session.show_network or self._comparison.covers(self._map.room(paper))
            self._map.draw(paper, session.scene, session.camera, hidden=covered)
        else:
            self._has_legend = True
        if session.show_legend and self._has_legend:
            self._draw_legend()
        if session.notice:
            overlay.draw_notice(paper, session.notice)

    def _draw_inside(self, paper: Paper) -> None:
        """Draws the network of the selected agent, and the table of pinned ones where it has room beside that."""
        session, pointer = self.session, pygame.mouse.get_pos()
        legend = LEGEND if session.show_legend and not session.beside else 0
        table = self._comparison.width(session)
        leaves_room = partial(self._network.leaves_room, paper.width, session)
        self._has_legend = self._legend_room > 0 if session.beside else leaves_room(legend)
        legend *= self._has_legend
        has_table = leaves_room(legend + table)
        hidden = ["the legend"] * (session.show_legend and not self._has_legend)
        hidden += ["pinned agents"] * (bool(session.pins) and not has_table)
        at = pointer[0] / self.scale, pointer[1] / self.scale
        self._network.draw(paper, session, legend + table * has_table, " and ".join(hidden), at)
        if has_table:
            self._comparison.draw(paper, session, legend)
        else:
            self._comparison.hide()

    def _draw_on_screen(self) -> None:
        """Draws what no film and no screenshot shows: the line of status, and that a film is being made."""
        session = self.session
        place = pygame.Rect(0, 0, self._beside()[0], session.camera.view[1])
        world = self.screen.subsurface(self.screen.get_rect().clip(place))
        if session.present_status:
            overlay.draw_status(Paper(world, self.scale), session.present_status)
        if session.recorded:
            overlay.draw_recording(Paper(world, self.scale), session.recorded / FRAMES_PER_SECOND)

    def _draw_list(self) -> None:
        """Draws the help page, or the sheet that is open; over the panel, too, where the world is narrow."""
        session, (wide, high) = self.session, self.session.camera.view
        widest = session.sheet.widest if session.sheet else Sheet.widest
        if wide < widest * self.scale:
            wide, high = self.canvas.get_width(), self.canvas.get_height() if session.show_help else high
        paper = Paper(self.canvas.subsurface((0, 0, wide, high)), self.scale)
        if session.show_help:
            overlay.draw_help(paper, session)
        elif session.sheet:
            self._sheet.draw(paper, session.sheet)
