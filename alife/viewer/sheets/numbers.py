"""The sheet of the world's numbers, which may change while it runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alife.experiment.build import make_world
from alife.simulation.world_numbers import Number
from alife.viewer.draw import theme
from alife.viewer.keys import label_of
from alife.viewer.sheets.base import Row, Sheet
from alife.viewer.steering.interface import Steerer
from alife.viewer.steering.words import shown

DIGITS = "0123456789.-"


class NumbersSheet(Sheet):
    """Lists every number with its value, unit, range, and the value that the configuration gives it."""

    title = "Numbers of this world"
    hint = f"type a value and enter, or left and right; gold: not as in the file; {label_of('undo')} undoes; esc closes"
    empty = "no number of this world may change while it runs"

    def __init__(self, session: Steerer) -> None:
        """Lists the numbers of a session's world."""
        super().__init__()
        self._session, self._typed = session, ""
        self._file = make_world(session.run.config).params

    def _numbers(self) -> list[Number]:
        steering = self._session.run.simulation.steering
        return steering.numbers.all() if steering else []

    def rows(self) -> Sequence[Row]:
        """Returns the numbers in the order of the world's Params."""
        return [self._row(place, one) for place, one in enumerate(self._numbers())]

    def _row(self, place: int, one: Number) -> Row:
        given = getattr(self._file, one.name)
        differs = given != one.value
        value = f"{self._typed}_" if self._typed and place == self.at else shown(one.value)
        value += f"  (file {shown(given)})" if differs else ""
        low, high = ("" if bound is None else shown(bound) for bound in (one.low, one.high))
        limits = f"{low} to {high}: " if low and high else f"from {low}: " if low else ""
        return Row(one.name.replace("_", " "), value, limits + one.meaning, theme.GOLD if differs else theme.CARD, True)

    def choose(self) -> None:
        """Sets the marked number to what is typed; without that, turns true to false."""
        numbers = self._numbers()
        if not numbers:
            return
        one = numbers[self.at]
        if self._typed:
            typed, self._typed = self._typed, ""
            self._set(one, _parsed(typed, one))
        elif isinstance(one.value, bool):
            self._set(one, not one.value)

    def change(self, by: int) -> bool:
        """Sets the marked number a tenth less (-1) or more (1), within its range."""
        numbers = self._numbers()
        if not numbers:
            return False
        self._typed, one = "", numbers[self.at]
        self._set(one, changed(one, by))
        return True

    def _set(self, one: Number, value: bool | int | float | None) -> None:
        if value is None:
            self._session.say(
                f"Expected a number for {one.name.replace('_', ' ')}; type for example {shown(one.value)}"
            )
        elif value != one.value:
            self._session.intervene("set", param=one.name, value=value)

    def click(self, place: int) -> None:
        """Marks a row; a number that is true or false turns."""
        self._typed = "" if place != self.at else self._typed
        super().click(place)

    def previous(self) -> None:
        """Marks the row before."""
        self._typed = ""
        super().previous()

    def next(self) -> None:
        """Marks the next row."""
        self._typed = ""
        super().next()

    def type(self, text: str) -> bool:
        """Takes a digit, a point or a sign."""
        if text not in DIGITS or len(self._typed) > 20:
            return False
        self._typed += text
        return True

    def erase(self) -> bool:
        """Erases the last typed character."""
        self._typed = self._typed[:-1]
        return True


def changed(one: Number, by: int) -> bool | int | float:
    """Returns a value a tenth less (-1) or more (1), of at most two digits more, within the range."""
    if isinstance(one.value, bool):
        return by > 0
    low, high = (-math.inf if one.low is None else one.low), (math.inf if one.high is None else one.high)
    if isinstance(one.value, int):
        return int(min(max(one.value + by * max(abs(one.value) // 10, 1), low), high))
    size = abs(one.value) or (high / 10 if math.isfinite(high) and high > 0 else 1.0)
    step = 10.0 ** math.floor(math.log10(size)) / 10
    return float(min(max(float(f"{one.value + by * step:.6g}"), low), high))


def _parsed(typed: str, one: Number) -> int | float | None:
    """Returns what is typed, as a whole number where the number is one; None if it is none."""
    try:
        return int(typed) if isinstance(one.value, int) and typed.lstrip("-").isdigit() else float(typed)
    except ValueError:
        return None
