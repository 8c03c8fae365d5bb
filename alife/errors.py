"""Errors in the user's input, each of one line, with the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 200  # characters of a text from outside that an error or a listing shows
MOST = 1500  # characters of an error
LONGEST = 400  # characters of a word in an error, such as a path


class UserError(Exception):
    """An error in the user's input; `str(error)` is one line: what was expected, what it got, what to write.

    Line ends are spaces in it, other control characters escapes, and long words are cut.
    key: the path of keys to the wrong value in a configuration, where known, so that its line can be named.
    """

    def __init__(self, message: str, key: tuple[str, ...] = ()) -> None:
        words = " ".join(message[: 100 * MOST].splitlines()).split(" ")
        super().__init__(as_shown(" ".join(map(_cut, words)), MOST))
        self.key = key


class LocatedError(UserError):
    """An error that begins with the file and line of the user's own code, so that it needs no place of a key."""


class ExternalError(UserError):
    """An error of code that others wrote and that a run calls, such as an environment; the run itself is sound.

    row: the copy that it happened in, where known.
    """

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


def as_shown(text: str, most: int = SHOWN) -> str:
    """Returns text from a file, or of the command line, as it is shown: cut, and with control characters escaped.

    Args:
        text: of any length.
        most: characters that are shown of it.
    """
    escaped = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text[:most])
    return escaped if len(text) <= most and len(escaped) <= most else escaped[: most - 3] + "..."


def _cut(word: str) -> str:
    return word if len(word) <= LONGEST else f"{word[: LONGEST - 3]}..."


def suggestion(name: str, valid: Iterable[str]) -> str:
    """Returns `; did you mean 'meadow'?` if a valid name is close to `name`, otherwise an empty string."""
    near = difflib.get_close_matches(name, list(valid), n=1) if len(name) <= SHOWN else []
    return f"; did you mean '{near[0]}'?" if near else ""


def unknown(what: str, name: str, valid: Iterable[str]) -> UserError:
    """Returns the error for a name that is not among the valid ones."""
    choices = sorted(valid)
    listed = ", ".join(choices) if choices else "nothing (there is none)"
    return UserError(f"unknown {what} '{as_shown(name)}': expected {listed}{suggestion(name, choices)}")
