"""Numbers and prose as the exported texts write them."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

LINE = 110  # characters


def decimal(x: float) -> str:
    """The shortest decimal number that a reader of float64 rounds to this float32."""
    text = str(np.float32(x))
    return text if np.float32(float(text)) == np.float32(x) else repr(float(x))


def wrapped(items: Iterable[str], indent: str = "    ") -> str:
    """Items separated by commas, on lines of a bounded length."""
    return textwrap.fill(
        ", ".join(items), LINE, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def prose(about: dict[str, Any]) -> list[str]:
    """Lines that say what a champion is: its world, its sensors and actuators."""
    lines = [
        f"{key.replace('_', ' ')}: {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in _facts(about).items()
    ]
    for kind in ("sensors", "actuators"):
        lines.append(f"{kind}:")
        lines += [f"  {number}. {_channel(one)}" for number, one in enumerate(about[kind])]
    return [part for line in lines for part in textwrap.wrap(line, LINE, subsequent_indent="    ")]


def _facts(about: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if key not in ("sensors", "actuators")}


def _channel(one: dict[str, Any]) -> str:
    if "low" not in one:
        return str(one["name"])
    unit = f" {one['unit']}" if one["unit"] else ""
    low, high = ("unbounded" if bound is None else f"{bound:g}" for bound in (one["low"], one["high"]))
    return f"{one['name']}, {low} to {high}{unit}: {one['meaning']}"
