"""Generators of laws: where they may stand, how their names are kept apart, and clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

from alife.laws.law import per_agent
from alife.laws.scope import EMPTY, Scope
from alife.laws.source_text import LawError
from alife.laws.views import run_row
from alife.world import neighbors
from tests.helpers.laws import run_rows

STEP = 2
DRY = Scope(owners=(("x", "agents"), ("out", "agents"), ("side", "p")))


def halves(n, a):
    """Yields twice as many numbers as n, and what the row adds to them."""
    for k in range(n * STEP):
        k_ = k // STEP
        yield k_, f_of(a) + k


def pairs(n, a):
    for k in range(n):
        for j, more in halves(k, a):
            yield k, j + more


def twice(n):
    yield n
    yield n


def again(n):
    for k in again(n):
        yield k + 1


def f_of(a):
    return a.start


@per_agent
def inlined(a):
    """Its own k, n and STEP are not those of the generators."""
    k, n = pair(7)
    for j, more in halves(a.start, a):
        if more > 5:
            continue
        a.out += j * 100 + more + k
    for j, more in halves(2, a):
        a.out += more
        if j > 0:
            break
    for k_, v in pairs(n, a):
        a.out += k_ + v * 3


def pair(n):
    return n, 3


def values() -> dict[str, np.ndarray]:
    return {"start": np.arange(5, dtype=np.int32), "out": np.zeros(5, np.int32)}


def test_a_generator_means_the_same_inlined_and_as_plain_python() -> None:
    compiled, viewed = values(), values()
    run_rows(inlined.within(EMPTY), 5, **compiled)
    for row in range(5):
        run_row(inlined, row, viewed, EMPTY)
    assert compiled["out"].tolist() == viewed["out"].tolist() and viewed["out"].all()


@per_agent
def without_bins(a, agents):
    for _other, dx, _dy in neighbors(a, agents):
        a.out += dx


@per_agent
def called(a):
    a.out = halves(3, a)


@per_agent
def yields(a):
    yield a.out


@per_agent
def two_yields(a):
    for k in twice(3):
        a.out += k


@per_agent
def endless(a):
    for k in again(3):
        a.out += k


@per_agent
def one_name(a):
    for k in pairs(3, a):
        a.out += k


@per_agent
def leaves(a):
    for _k, v in pairs(3, a):
        if v > 3:
            break


@per_agent
def ends_else(a):
    for k, _v in halves(3, a):
        a.out += k
    else:
        a.out = 0


@per_agent
def too_few(a):
    for k, _v in halves(3):
        a.out += k


REFUSED = [
    (without_bins, DRY, "expected a world with cell lists, got one without bins_across; write Plane"),
    (called, EMPTY, "expected a loop over halves, got a call of halves"),
    (yields, EMPTY, "without yield, got"),
    (two_yields, EMPTY, "expected one yield in twice, as a statement, and no return"),
    (endless, EMPTY, "expected generators that do not loop over themselves, got again"),
    (one_name, EMPTY, "expected 2 names for what pairs yields, got 1"),
    (leaves, EMPTY, "expected no break in a loop over pairs, got break; write a function of this loop that returns"),
    (ends_else, EMPTY, "expected a loop without else"),
    (too_few, EMPTY, "expected 2 arguments, got 1; write halves(n, a)"),
]


@pytest.mark.parametrize("law, scope, message", REFUSED, ids=lambda each: getattr(each, "name", ""))
def test_refusals_name_the_line_of_the_law(law, scope, message) -> None:  # type: ignore[no-untyped-def]
    line = law.function.__code__.co_firstlineno
    with pytest.raises(LawError) as error:
        law.within(scope)
    place, _, text = str(error.value).partition(": ")
    assert message in text and text.startswith(law.name)
    assert place.startswith(__file__) and 0 <= int(place.rpartition(":")[2]) - line <= 6
