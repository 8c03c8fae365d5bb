"""Checks of the Params of a brain against each other and against the sizes of its world."""

from __future__ import annotations

from alife.errors import UserError
from alife.ops.vocabulary import WIDTHS


def require(holds: bool, key: str, expected: str, got: object, fix: str) -> None:
    """Checks a condition on `brain.<key>`.

    Args:
        holds: the condition.
        key: the parameter, with a dot before each level, such as `memory.bits`.
        expected, got, fix: what the message says was expected, was got, and is to be written instead.

    Raises:
        UserError: the condition does not hold.
    """
    if not holds:
        raise UserError(f"brain.{key}: expected {expected}, got {got}; write {fix}", ("brain", *key.split(".")))


def wider(lanes: int, projection: int | None = None, bits: int | None = None) -> str:
    """The YAML of the smallest width that holds this number of lanes, with what else has to fit it.

    Args:
        lanes: their number.
        projection, bits: of the projection and of the memory; None: there is none.
    """
    width = next((width for width in WIDTHS if width >= lanes), None)
    if width is None:
        return f"fewer lanes, as no width is above {WIDTHS[-1]}"
    more = [f"projection: {4 * width}"] if projection and (projection % width or projection < width) else []
    more += [f"memory.bits: {width}"] if bits and bits % width else []
    return " and ".join([f"width: {width}", *more])


def is_power_of_two(number: int) -> bool:
    """True for 1, 2, 4, 8, ..."""
    return number >= 1 and number & (number - 1) == 0
