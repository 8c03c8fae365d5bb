"""Warnings of other code, such as Gymnasium's, as one line each."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from typing import Any

from alife.errors import as_shown

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def show_in_one_line() -> None:
    """Lets this process print each warning as one line on standard error, without colors and source text."""
    warnings.showwarning = _show  # type: ignore[assignment]  # of other names


def _show(
    message: Warning | str, kind: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    text = " ".join(_COLORS.sub("", str(message)).split()).removeprefix("WARN: ")
    print(f"alife: {kind.__name__} of {Path(filename).name}:{lineno}: {as_shown(text, 500)}", file=sys.stderr)
