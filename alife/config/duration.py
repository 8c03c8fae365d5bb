"""Lengths of time as text: 90s, 10m, 1h30m."""

from __future__ import annotations

import re

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PARTS = re.compile(r"(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
LONGEST = 366 * 86400  # seconds
EXPECTED = "a time of 1s to 366d, such as 90s, 10m or 1h30m"


def seconds_of(text: str) -> int:
    """Returns the seconds of a length of time: whole numbers with d, h, m and s, in this order.

    Raises:
        ValueError: it is none, or not from 1s to 366d.
    """
    found = _PARTS.fullmatch(text)
    parts = found.groups(default="0") if found else ()
    seconds = sum(int(part) * unit for part, unit in zip(parts, _SECONDS.values(), strict=False))
    if not 1 <= seconds <= LONGEST:
        raise ValueError(f"expected {EXPECTED}, got {text!r}")
    return seconds
