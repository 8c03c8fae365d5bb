"""Errors of the user's input, each one line, and the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """The user's input is wrong; `str(error)` is one line: what was expected, what came, what to write.

    key: the keys that lead to what is wrong in a configuration, where known, so that its line can be named.
    """

    def __init__(self, message: str, key: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.key = key


def suggestion(name: str, valid: Iterable[str]) -> str:
    """`; did you mean 'meadow'?` when a valid name is near `name`, otherwise nothing."""
    near = difflib.get_close_matches(name, list(valid), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def unknown(what: str, name: str, valid: Iterable[str]) -> UserError:
    """The error for a name that is not among the valid ones."""
    choices = sorted(valid)
    listed = ", ".join(choices) if choices else "nothing (there is none)"
    return UserError(f"unknown {what} '{name}': expected {listed}{suggestion(name, choices)}")
