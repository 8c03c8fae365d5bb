"""Errors in the user's input, each of one line, with the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """An error in the user's input; `str(error)` is one line: what was expected, what it got, what to write.

    key: the path of keys to the wrong value in a configuration, where known, so that its line can be named.
    """

    def __init__(self, message: str, key: tuple[str, ...] = ()) -> None:
        super().__init__(message)
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


def suggestion(name: str, valid: Iterable[str]) -> str:
    """Returns `; did you mean 'meadow'?` if a valid name is close to `name`, otherwise an empty string."""
    near = difflib.get_close_matches(name, list(valid), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def unknown(what: str, name: str, valid: Iterable[str]) -> UserError:
    """Returns the error for a name that is not among the valid ones."""
    choices = sorted(valid)
    listed = ", ".join(choices) if choices else "nothing (there is none)"
    return UserError(f"unknown {what} '{name}': expected {listed}{suggestion(name, choices)}")
