"""Warnings of other code, such as Gymnasium's, and errors that Python cannot raise, as one line each."""

from __future__ import annotations

import functools
import io
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from alife.config.source_lines import explained, place_of_error
from alife.errors import as_shown

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def show_in_one_line() -> None:
    """Lets this process print each warning as one line on standard error, without colors and source text.

    So are errors in destructors. What a stream cannot write, such as names that are no UTF-8, it writes as escapes.
    """
    warnings.showwarning = _show  # type: ignore[assignment]  # of other names
    sys.unraisablehook = _show_ignored
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _show(
    message: Warning | str, kind: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    text = " ".join(_COLORS.sub("", str(message)).split()).removeprefix("WARN: ")
    _say_once(f"alife: {kind.__name__} of {Path(filename).name}:{lineno}: {as_shown(text, 500)}")


def _show_ignored(ignored: Any) -> None:
    """Prints an error that was raised where nothing can catch it, such as in `__del__`."""
    where = f" in {getattr(ignored.object, '__qualname__', type(ignored.object).__name__)}" if ignored.object else ""
    error = ignored.exc_value or ignored.exc_type()
    _say_once(f"alife: an error{where} was passed over: {place_of_error(error) or 'alife'}: {explained(error)}")


@functools.lru_cache(maxsize=256)
def _say_once(line: str) -> None:
    """Prints a line to standard error, once per process."""
    print(line, file=sys.stderr)
