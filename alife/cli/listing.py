"""Listings that `list` prints."""

from __future__ import annotations

import shutil
import textwrap
from typing import Any


def listing(entries: dict[str, dict[str, Any]]) -> str:
    """One paragraph an entry, as wide as the terminal."""
    if not entries:
        return "none"
    width = shutil.get_terminal_size().columns
    indent = max(len(name) for name in entries) + 2
    later = " " * indent
    return "\n".join(
        textwrap.fill(_said(entry), width, initial_indent=name.ljust(indent), subsequent_indent=later)
        for name, entry in entries.items()
    )


def _said(entry: dict[str, Any]) -> str:
    costs = {key: value for key, value in entry.items() if key not in ("doc", "file")}
    told = ", ".join(f"{value:,} {key}" for key, value in costs.items())
    return f"{entry['doc'] or entry['file']}{f' ({told} at width 32)' if told else ''}"
