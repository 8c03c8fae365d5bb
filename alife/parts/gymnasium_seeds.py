"""Seeds of an environment's own form for many copies: each row gets the episode of its own seed.

Most such forms draw the numbers of all rows from one generator. They are given one whose draws, where they have an axis
as long as there are rows, are those of a generator for each row, so that a row meets what a single copy of the same
seed does. What they draw besides, such as for rows that begin anew after their end, has no part in that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from alife.parts.gymnasium_calls import RESET, called, observation_of
from alife.parts.gymnasium_spaces import Parts, Senses
from alife.world import ExternalError

Way = Callable[[Any, list[int]], Any]  # resets an environment with a seed for each row, and returns what that returned

SIZES = {
    "random": 0,
    "standard_normal": 0,
    "standard_exponential": 0,
    "choice": 1,
    "uniform": 2,
    "normal": 2,
    "integers": 2,
}  # of draws: the place of the argument `size`


class RowGenerator(np.random.Generator):
    """A generator of random numbers for many rows, each of which has a seed of its own."""

    def __init__(self, seeds: Sequence[int]) -> None:
        """seeds: one for each row; equal ones have equal draws."""
        super().__init__(np.random.PCG64(np.random.SeedSequence(seeds[0])))
        values, self._which = np.unique(seeds, return_inverse=True)
        self._each = [np.random.default_rng(int(seed)) for seed in values]

    def _drawn(self, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What a method draws, for each row on its own if its size has an axis of as many."""
        place = SIZES[name]
        size = given[place] if len(given) > place else named.get("size")
        sizes = [] if size is None else [int(length) for length in np.ravel(size)]
        axes = [axis for axis, length in enumerate(sizes) if length == len(self._which)]
        if not axes:
            return getattr(super(), name)(*given, **named)
        one = tuple(length for axis, length in enumerate(sizes) if axis != axes[-1])
        if len(given) > place:
            given = (*given[:place], one, *given[place + 1 :])
        else:
            named = {**named, "size": one}
        draws = np.stack([getattr(each, name)(*given, **named) for each in self._each], axis=axes[-1])
        return np.take(draws, self._which, axis=axes[-1])


def _by_row(name: str) -> Callable[..., Any]:
    def draw(self: RowGenerator, *given: Any, **named: Any) -> Any:
        return self._drawn(name, given, named)

    return draw


for _name in SIZES:
    setattr(RowGenerator, _name, _by_row(_name))


def _by_list(environment: Any, seeds: list[int]) -> Any:
    return called(RESET, None, environment.reset, seed=seeds)


def _by_array(environment: Any, seeds: list[int]) -> Any:
    return called(RESET, None, environment.reset, seed=np.array(seeds, np.int32))


def _by_generator(environment: Any, seeds: list[int]) -> Any:
    called("np_random = a generator", None, setattr, environment.unwrapped, "np_random", RowGenerator(seeds))
    return called(RESET, None, environment.reset, seed=None)


def way_of(environment: Any, senses: Senses, count: int) -> Way:
    """Returns the way in which the rows of an environment can be seeded, found by rows of one seed that begin alike.

    Args:
        environment: the form for many copies.
        senses: of its observations.
        count: N, its rows.

    Raises:
        ExternalError: `reset` fails in each of them, or rows of one seed begin differently.
    """
    failure = None
    for way in (_by_list, _by_array, _by_generator):
        try:
            given = way(environment, [1] * count)
        except ExternalError as error:
            failure = error
            continue
        if _alike(senses.checked(observation_of(given), (count,))):
            return way
        failure = None
    raise failure or ExternalError(
        "reset: expected rows of the same seed to begin alike, got rows that differ, by a list of seeds and by a "
        "np_random for all; write vectorization: sync"
    )


def _alike(parts: Parts) -> bool:
    """True if all rows are equal: [N, ...] for each leaf."""
    return all(np.array_equal(part, np.broadcast_to(part[:1], part.shape), equal_nan=True) for part in parts)
