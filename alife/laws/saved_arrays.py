"""Checks of arrays that come back from a file: dtype, shape, range, and numbers that are finite.

A checksum shows that a file is as it was written, not that its arrays fit each other and the configuration. Both the
columns of a field table and the arrays of a strategy's State are held to what their declarations say.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.errors import UserError

BLOCK = 1 << 12  # rows that are looked at at once
_KEY = "saved"  # of the metadata of a State's field


@dataclass(frozen=True)
class Saved:
    """The shape and range of a saved array, whose dtype is that of a new State.

    Attributes:
        shape: letters of axes whose length is not that of a new State; empty: the shape of a new State. The same letter
            is the same length in all arrays that are checked together.
        low, high: bounds of its values; None: none. With one of them a value is never NaN.
        below: a letter: the values are numbers of rows of an axis of that length.
        finite: True if its values are finite.
        constant: True if it never changes.
    """

    shape: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    below: str = ""
    finite: bool = True
    constant: bool = False


_PLAIN = Saved()


def saved(*shape: str, **rule: Any) -> Any:  # what the dataclass declares it as
    """Declares an array of a State, `cells: np.ndarray = saved("A", low=0)`; arguments as of `Saved`."""
    return dataclasses.field(metadata={_KEY: Saved(shape, **rule)})


def rules_of(state: type) -> dict[str, Saved | None]:
    """Returns what each field of a State declares; None where it declares nothing."""
    return {field.name: field.metadata.get(_KEY) for field in dataclasses.fields(state)}


def check_all(
    new: Mapping[str, np.ndarray],
    given: Mapping[str, np.ndarray],
    rules: Mapping[str, Saved | None],
    lengths: Mapping[str, int],
) -> None:
    """Checks arrays of a checkpoint.

    Args:
        new: arrays [...] of an object that has just been made.
        given: arrays of the checkpoint, by the same names.
        rules: for each name; None: only dtype and number of axes are checked.
        lengths: lengths of axes that are known, by their letters.

    Raises:
        UserError: one is missing, of another dtype or shape, or holds a value that it cannot hold.
    """
    known = dict(lengths)
    for name, array in new.items():
        check_form(name, given.get(name), array.dtype, array.shape, rules[name], known)
    for name, array in new.items():
        if rule := rules[name]:
            check_values(name, given[name], rule, known)
            if rule.constant and not np.array_equal(given[name], array):
                raise UserError(f"expected {name} as {array.tolist()}, got {given[name].tolist()}")


def check_form(
    name: str,
    given: np.ndarray | None,
    dtype: np.dtype,
    shape: Sequence[int],
    rule: Saved | None = _PLAIN,
    lengths: MutableMapping[str, int] | None = None,
) -> None:
    """Checks dtype and shape of an array [...]; lengths of axes that its rule names are noted in `lengths`.

    Raises:
        UserError: it is missing, or of another dtype or shape.
    """
    wanted = tuple(shape)
    if given is not None and given.dtype == dtype and given.ndim == len(shape):
        if rule is None:
            return
        known = {} if lengths is None else lengths
        named = rule.shape if given.size else rule.shape[:1]  # of an empty array only the number of rows counts
        told = [known.setdefault(letter, length) for letter, length in zip(named, given.shape, strict=False)]
        wanted = (*told, *(shape if given.size or not named else given.shape)[len(told) :])
        if given.shape == wanted:
            return
    got = "nothing" if given is None else _form(given.dtype, given.shape)
    raise UserError(f"expected {name} as {_form(dtype, wanted)}, got {got}; resume with the config it was made with")


def check_values(
    name: str, given: np.ndarray, rule: Saved, lengths: Mapping[str, int], rows: np.ndarray | None = None
) -> None:
    """Checks the values of an array [...].

    Args:
        name: of the array.
        given: it.
        rule: what holds for it.
        lengths: of the axes that `rule.below` names.
        rows: [K] rows to look at; None: all.

    Raises:
        UserError: a value is outside its range, or not finite.
    """
    high = lengths[rule.below] - 1 if rule.below else rule.high
    real = given.dtype.kind == "f"
    count = (len(given) if given.ndim else 1) if rows is None else len(rows)
    for first in range(0, count, BLOCK):  # so that a large array is not copied whole
        part = slice(first, first + BLOCK)
        values = np.atleast_1d(given)[part] if rows is None else given[rows[part]]
        wrong = _wrong(values, rule.low, high, real and rule.finite)
        if wrong.any():
            place = np.argwhere(wrong)[0]
            at = first + int(place[0])
            row = [at if rows is None else int(rows[at]), *map(int, place[1:])]
            wanted = _range(rule.low, high, real and rule.finite)
            raise UserError(f"expected {name}{wanted}, got {values[tuple(place)]!s} at {row}")


def _wrong(values: np.ndarray, low: float | None, high: float | None, finite: bool) -> np.ndarray:
    """Returns where values [...] are outside their bounds, or not finite where they must be: [...] bool."""
    wrong = ~np.isfinite(values) if finite else np.zeros(values.shape, bool)
    as_bound = np.float64 if values.dtype.kind == "f" else int
    if low is not None:
        wrong |= ~(values >= as_bound(low))
    if high is not None:
        wrong |= ~(values <= as_bound(high))
    return wrong


def _form(dtype: np.dtype, shape: Sequence[int]) -> str:
    return f"{dtype} {list(shape)}"


def _range(low: float | None, high: float | None, finite: bool) -> str:
    if low is not None and high is not None:
        return f" in {low:.10g}..{high:.10g}"
    if low is not None and np.isfinite(low):
        return f" of at least {low:.10g}"
    if high is not None:
        return f" of at most {high:.10g}"
    return " to be finite" if finite else " to be a number"
