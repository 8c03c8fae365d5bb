"""An X server that ends while a window is open: the run is saved and one line says so, in place of Xlib's own."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pygame

from alife.errors import UserError

HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)  # XIOErrorHandler of Xlib: takes a Display *


@contextmanager
def ends_by(finish: Callable[[], None]) -> Iterator[None]:
    """Calls `finish` if the X server is lost in this context, prints a line, and ends the process with status 1.

    Xlib offers no way back into the program: SDL would go on to use the lost connection. `finish` must not touch the
    display. The X server is found lost by a call of pygame, never within a step of the simulation.

    Args:
        finish: what saves the run and completes films. A UserError of it is printed instead of the line.
    """
    if pygame.display.get_driver() != "x11":
        yield
        return

    def lost(display: int | None) -> int:
        try:
            finish()
            told = f"live: expected a display, got the end of DISPLAY={os.environ.get('DISPLAY', '')}"
        except UserError as error:
            told = str(error)
        except BaseException as error:  # an exception does not pass through Xlib
            told = f"live: {type(error).__name__}: {error}"
        print(f"alife: {told}", file=sys.stderr, flush=True)
        sys.stdout.flush()
        os._exit(1)

    handler = HANDLER(lost)
    xlib = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")  # which SDL has loaded
    xlib.XSetIOErrorHandler.argtypes, xlib.XSetIOErrorHandler.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = xlib.XSetIOErrorHandler(ctypes.cast(handler, ctypes.c_void_p))
    try:
        yield
    finally:
        xlib.XSetIOErrorHandler(before)
