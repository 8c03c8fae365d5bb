"""Checks and converts what code of others returns: numbers of a known shape, rewards, ends of episodes."""

from __future__ import annotations

import numbers
import reprlib
from typing import Any

import numpy as np

from alife.world import ExternalError

_SCALARS = (
    type(None),
    bool,
    str,
    bytes,
    int,
    float,
    complex,
    tuple,
    list,
    dict,
    set,
)  # that are shown as they are written

_FLAGS = (bool, np.bool_)


def unexpected(what: str, expected: str, got: Any, row: int | None = None) -> ExternalError:
    """Returns the error for a value of another kind. row: the copy that returned it."""
    return ExternalError(f"{what}: expected {expected}, got {described(got)}; correct the environment", row)


def described(value: Any) -> str:
    """Returns what a value is, in a few words."""
    if value is None:
        return "None"
    if type(value) in _SCALARS:
        return f"{type(value).__name__} {reprlib.repr(value)}"
    if np.ma.is_masked(value):
        return "masked numbers"
    shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and kind is not None:
        return f"{reprlib.repr(value)} of type {kind}" if shape == () else f"{tuple(shape)} numbers of type {kind}"
    return f"an object of type {type(value).__name__}"


def to_numbers(value: Any, shape: tuple[int, ...], what: str, row: int | None = None) -> np.ndarray:
    """Returns real numbers of this shape as an array of their own type.

    Raises:
        ExternalError: the value is something else.
    """
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.shape == shape:  # by far the most frequent
        return value
    try:
        array = np.asarray(value)
    except Exception:  # of any kind: lists of several lengths, tensors elsewhere
        raise unexpected(what, _numbers(shape), value, row) from None
    if array.dtype.kind not in "biuf" or array.shape != shape or np.ma.is_masked(value):
        raise unexpected(what, _numbers(shape), value, row)
    return array


def to_number(value: Any, what: str, row: int | None = None) -> float:
    """Returns a real number: one of Python's, or an array of one number.

    Raises:
        ExternalError: the value is something else.
    """
    if isinstance(value, float):  # by far the most frequent
        return float(value)
    try:
        array = np.asarray(float(value) if isinstance(value, numbers.Real) else value)
        if array.dtype.kind in "biuf" and array.size == 1 and not np.ma.is_masked(value):
            return float(array.reshape(()))
    except Exception:  # as in `to_numbers`, and whole numbers beyond any float
        pass
    raise unexpected(what, "a real number", value, row)


def to_flags(value: Any, shape: tuple[int, ...], what: str, row: int | None = None) -> np.ndarray:
    """Returns booleans of this shape, given as such or as 0 and 1.

    Raises:
        ExternalError: the value is something else.
    """
    array = to_numbers(value, shape, what, row)
    if array.dtype.kind != "b" and not ((array == 0) | (array == 1)).all():
        raise unexpected(what, "True or False", value, row)
    return array.astype(bool)


def to_flag(value: Any, what: str, row: int | None = None) -> bool:
    """Returns a boolean: one of Python's, 0 or 1, or an array of one of these.

    Raises:
        ExternalError: the value is something else.
    """
    if isinstance(value, _FLAGS):
        return bool(value)
    try:
        number = to_number(value, what, row)
    except ExternalError:
        number = np.nan
    if number not in (0, 1):
        raise unexpected(what, "True or False", value, row)
    return number == 1


def _numbers(shape: tuple[int, ...]) -> str:
    if not shape:
        return "one real number, of shape ()"
    return f"real numbers of shape {shape}"
