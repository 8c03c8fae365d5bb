"""The state of a session's window around the picture: lists, help, status, films, and what comes after it."""

from __future__ import annotations

import time

from alife.atomic_files import explained
from alife.viewer.catalog import read_catalog
from alife.viewer.sheets.base import Sheet
from alife.viewer.sheets.start import StartSheet

STATUS = 8.0  # seconds that a line of status is shown


class Frame:
    """Base of sessions: the window around the picture.

    Attributes:
        sheet: the list that is open over the world, or None.
        tool: what the mouse does to the world; "" if it moves the view.
        panels: True to show panel, buttons and small map beside the world.
        show_help, show_tools, fullscreen: True for what is shown.
        status: the last line of status.
        wants_screenshot: True to have the next frame saved.
        recording: True while a film is to be made. recorded: its frames so far. film_suffix: of its file.
        home: True if the window was opened from the start page.
        closed: True once the window is to be closed.
        leads_to: what is to be opened next, "" for the start page; None to end.
    """

    def begin_frame(self) -> None:
        """Starts with panels and nothing over the world."""
        self.sheet: Sheet | None = None
        self.tool, self.panels = "", True
        self.show_help = self.show_tools = self.fullscreen = False
        self.status, self._status_until = "", 0.0
        self.wants_screenshot = self.recording = self.home = self.closed = False
        self.recorded, self.film_suffix = 0, ".mp4"
        self.leads_to: str | None = None

    def open_sheet(self, sheet: Sheet) -> None:
        """Opens a sheet; one of the same kind that is open is closed instead."""
        self.sheet = None if type(self.sheet) is type(sheet) else sheet
        self.show_help = False

    def say(self, text: str) -> None:
        """Shows a line of text for some seconds."""
        self.status, self._status_until = text, time.monotonic() + STATUS

    @property
    def present_status(self) -> str:
        """The line of text, while it is shown."""
        return self.status if time.monotonic() < self._status_until else ""

    def toggle_fullscreen(self) -> None:
        """Fills the screen, or returns to a window."""
        self.fullscreen = not self.fullscreen

    def take_screenshot(self) -> None:
        """Has the next frame saved."""
        self.wants_screenshot = True

    def toggle_recording(self) -> None:
        """Starts a film in the current folder, or completes it."""
        self._toggle_film(".mp4")

    def toggle_gif(self) -> None:
        """Starts a GIF in the current folder, or completes the film."""
        self._toggle_film(".gif")

    def _toggle_film(self, suffix: str) -> None:
        self.recording = not self.recording
        if self.recording:
            self.film_suffix = suffix

    def toggle_panels(self) -> None:
        """Shows or hides all but the world."""
        self.panels = not self.panels

    def show_start(self) -> None:
        """Opens the list of all that can be watched, or closes it."""
        try:
            self.open_sheet(StartSheet(read_catalog(), self.go_to))
        except OSError as error:
            self.say(f"The current folder cannot be read: {explained(error)}")

    def go_to(self, target: str) -> None:
        """Closes the window to open another one. target: as `open_target` takes it; "" for the start page."""
        if self.may_leave():
            self.leads_to, self.closed = target, True

    def toggle_help(self) -> None:
        """Shows or hides the help page."""
        self.sheet = None
        self.show_help = not self.show_help

    def toggle_tools(self) -> None:
        """Shows or hides the buttons that change the world."""
        self.show_tools = not self.show_tools

    def put_away(self) -> None:
        """Takes no tool: the mouse moves the view."""
        self.tool = ""

    def leave(self) -> None:
        """Closes the help page, puts the tool away, goes back to the start page, or closes the window."""
        if self.show_help:
            self.show_help = False
        elif self.tool:
            self.put_away()
        elif self.hide_parts():
            return
        elif self.home:
            self.go_to("")
        else:
            self.quit()

    def hide_parts(self) -> bool:
        """Hides a part of the picture that is in front of the world; returns False if there is none."""
        return False

    def quit(self) -> None:
        """Closes the window, if nothing is lost by that."""
        self.closed = self.closed or self.may_leave()

    def may_leave(self) -> bool:
        """Returns True if nothing is lost with the window; else says so."""
        return True

    def end(self) -> None:
        """Ends what goes on beside the run that is shown."""
