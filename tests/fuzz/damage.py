"""Random damage: to bytes, to text, to arrays and to JSON objects."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

Rng = np.random.Generator
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    -(2**31) - 1,
    2**63,
    -(2**64),
    10**400,
    0.5,
    -0.0,
    1e30,
    -1e-45,
    1e308,
    np.inf,
    -np.inf,
    np.nan,
)
STRINGS = (
    "",
    " ",
    "x" * 3000,
    "\x00",
    "\x1b[31m",
    "\ud800",
    "../../x",
    "/etc/passwd",
    "é😀",
    "[none]",
    "nan",
    "1e9",
    "{",
    "\n",
)
TYPES = ("f2", "f4", "f8", "u1", "u4", "u8", "i4", "i8", "b1")


def harm_bytes(rng: Rng, data: bytes) -> bytes:
    """Returns bytes with one to three kinds of damage: flips, cuts, copies, holes, strangers."""
    for _ in range(rng.integers(1, 4)):
        at, to = sorted(int(place) for place in rng.integers(0, len(data) + 1, 2)) if data else (0, 0)
        kind = rng.integers(0, 7)
        if kind == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << int(rng.integers(0, 8))]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at]
        elif kind == 2:
            data = data[:at] + data[to:]
        elif kind == 3:
            data = data[:at] + data[at:to] * 2 + data[to:]
        elif kind == 4:
            data = data[:at] + bytes(to - at) + data[to:]
        elif kind == 5:
            data = data[:at] + rng.bytes(int(rng.integers(1, 16))) + data[at:]
        else:  # a size in front, as file formats have them
            data = int(rng.choice([0, 1, 255, 2**31, 2**62])).to_bytes(8, "little") + data[8:]
    return data


def harm_text(rng: Rng, text: str, words: tuple[str, ...]) -> str:
    """Returns text in which one to three lines are cut, doubled, moved, or hold another word."""
    lines = text.split("\n")
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(lines)))
        line, kind = lines[at], rng.integers(0, 8)
        place = int(rng.integers(0, len(line) + 1))
        word = str(rng.choice(words))
        if kind == 0:
            lines[at] = line[:place]
        elif kind == 1:
            lines.insert(int(rng.integers(0, len(lines))), line)
        elif kind == 2:
            lines[at] = line[:place] + word + line[place:]
        elif kind in (3, 4) and ":" in line:
            lines[at] = line[: line.index(":") + 1] + " " + word
        elif kind == 5 and ":" in line:
            lines[at] = word + line[line.index(":") :]
        elif kind == 6:
            lines[at] = " " * int(rng.integers(0, 9)) + line.lstrip()
        else:
            lines[at] = line[:place] + str(rng.choice(list("\t{}[]&*!|>%@`'\"#,?-:\\\x07"))) + line[place:]
    return "\n".join(lines)


def harm_array(rng: Rng, array: np.ndarray) -> np.ndarray:
    """Returns an array of another length, shape, type, or with another value."""
    kind = rng.integers(0, 6)
    if kind == 0:
        return array[:-1] if array.ndim and len(array) else np.zeros(1, array.dtype)
    if kind == 1 and array.ndim:
        return np.concatenate([array, array[-1:]])
    if kind == 2:
        with np.errstate(all="ignore"):
            return array.astype(str(rng.choice(TYPES)))
    if kind == 3:
        return array.reshape(-1) if array.ndim > 1 else array.reshape(1, *array.shape)
    harmed = np.array(array)
    if harmed.size:
        with np.errstate(all="ignore"):
            value = np.array(rng.choice([0.0, -1.0, 1e30, 2.0**31, 2.0**62, -(2.0**62), np.nan, np.inf]))
            places = rng.integers(0, harmed.size, 1 if kind == 4 else harmed.size)
            harmed.flat[places] = value.astype(harmed.dtype)
    return harmed


def harm_json(rng: Rng, value: dict[str, Any]) -> dict[str, Any]:
    """Returns an object with one of its values, at any depth, gone, of another type, or out of range."""
    harmed = copy.deepcopy(value)
    where: Any = harmed
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        if not keys:
            return harmed
        key = keys[int(rng.integers(0, len(keys)))]
        inner = where[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.7:
            where = inner
            continue
        if rng.random() < 0.2:
            del where[key]
        else:
            where[key] = _stranger(rng)
        return harmed


def _stranger(rng: Rng) -> Any:
    makers: tuple[Callable[[], Any], ...] = (
        lambda: NUMBERS[int(rng.integers(0, len(NUMBERS)))],
        lambda: STRINGS[int(rng.integers(0, len(STRINGS)))],
        lambda: None,
        lambda: bool(rng.integers(0, 2)),
        lambda: [],
        lambda: {},
        lambda: [[[[0]]]],
        lambda: {"name": "meadow", "": 1},
    )
    return makers[int(rng.integers(0, len(makers)))]()
