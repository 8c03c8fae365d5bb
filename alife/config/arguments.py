"""Checks of the arguments of public functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.errors import UserError, as_shown


def check_integer(name: str, value: Any, allowed: range, example: int | None = None) -> int:
    """Returns an argument as an int.

    Args:
        name: of the argument.
        value: given; True and False are no integers.
        allowed: values.
        example: that the error names; None: 1, or the least that is allowed.

    Raises:
        UserError: it is no integer in this range.
    """
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) in allowed:
        return int(value)
    least, most = allowed[0], allowed[-1]
    raise UserError(
        f"{name}: expected an integer from {least:,} to {most:,}, got {as_shown(repr(value))}; "
        f"write {name}={max(least, min(1, most)) if example is None else example}"
    )
