"""Loops that try many indices at once leave what the plain loop leaves, whatever the values and the rest are."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.law_kernels import print_law
from alife.backends.cpu.threads import Program
from alife.laws.law import Law, per_agent
from alife.laws.maths import f32, floor, sqrt
from alife.laws.types import of_array
from tests.helpers.laws import run_plain
from tests.helpers.lives import equal


def bent(v, k):
    w = abs(v) + 0.25
    u = w * w if v > 0.5 and w < 3.0 else -w
    return min(u, sqrt(w)) + f32(k * 3 - k)


@per_agent
def least(i, ends, x, out, at):
    nearest = 2.0
    for k in range(ends[i], ends[i + 1]):
        v = bent(x[k] - 0.5, 0)
        if v < nearest:
            nearest = v
            at[i] = k
    out[i] = nearest


@per_agent
def greatest_last(i, ends, x, y, out, at):
    """Of equal ones the last; some are skipped, and the loop ends early."""
    most = -1.0
    for k in range(ends[i], ends[i + 1]):
        v = floor(x[k] * 4.0)
        if not y[k] < 0.1 and v >= most:
            most = v
            if y[k] < 0.2:
                continue
            at[i] = k
            if y[k] > 0.95:
                break
    out[i] = most


@per_agent
def order_of_all(i, ends, x, y, out):
    """A condition without a bound; the rest depends on all that passed before."""
    for k in range(ends[i], ends[i + 1]):
        d = x[k] - y[k]
        if d > 0.1 or x[k] < 0.2 and y[k] != 0.5:
            out[i] = out[i] * 0.5 + d


def found(ends, x, i):
    for k in range(ends[i], ends[i + 1]):
        if x[k] > 0.9:
            return k
    return -1


@per_agent
def first(i, ends, x, at):
    at[i] = found(ends, x, i)


@per_agent
def kept(i, ends, x, out, at):
    """The variable of the loop is read after it: such a loop is not divided."""
    v = 5.0
    for k in range(ends[i], ends[i + 1]):
        v = x[k]
        if v < 0.3:
            at[i] = k
    out[i] = v


@per_agent
def loosened(i, ends, x, out, at):
    """The bound moves either way: such a loop tries its other conditions at most."""
    limit = 0.5
    for k in range(ends[i], ends[i + 1]):
        if x[k] < limit:
            limit = x[k] + 0.2
            at[i] += k
    out[i] = limit


@per_agent
def best_of_groups(i, ends, x, y, best, slot, more):
    for trial in range(2):
        for k in range(ends[i], ends[i + 1]):
            g = 0 if y[k] < 0.3 else 1 if y[k] < 0.6 else 2
            if x[k] > best[i, g]:
                best[i, g] = x[k]
                slot[i, g] = k + trial
                more[i, g] = y[k]


@per_agent
def best_of_eight(i, ends, x, y, wide, wide_slot):
    for k in range(ends[i], ends[i + 1]):
        g = (k + (3 if x[k] < 0.5 else 0)) & 7
        if y[k] < wide[i, g]:
            wide[i, g] = y[k]
            wide_slot[i, g] = k


@per_agent
def best_that_is_read(i, ends, x, y, best, slot, out):
    """What is kept is read between two loops, so that it has to be stored before."""
    for trial in range(2):
        for k in range(ends[i], ends[i + 1]):
            g = 0 if y[k] < 0.5 else 1
            if x[k] < best[i, g]:
                best[i, g] = x[k]
                slot[i, g] = k
        out[i] += best[i, trial]
        best[i, 1] = 0.25


@per_agent
def best_in_variables(i, ends, x, y, out, at):
    """What is kept is read between the trials; the second is compared with less."""
    most = -0.5
    place = -1
    for trial in range(2):
        for k in range(ends[i], ends[i + 1]):
            if y[k] < 0.7 and x[k] > most:
                most = x[k]
                place = k + trial
        out[i] += most
        most = 0.25
    at[i] = place


@per_agent
def sums(i, ends, x, y, slots, out, at, best):
    """Terms read rows that the loop finds; those of lanes that do not pass are not added, nor read."""
    total = -0.0
    count = at[i]
    for k in range(ends[i], ends[i + 1]):
        d = x[k] * 3.1
        if y[k] > 0.2:
            term = d + y[slots[k]] if x[k] < best[i, 1] else sqrt(y[k])
            total += term
            count += slots[k]
    out[i] = total
    at[i] = count


LAWS = [
    best_in_variables,
    sums,
    least,
    greatest_last,
    order_of_all,
    first,
    kept,
    loosened,
    best_of_groups,
    best_of_eight,
    best_that_is_read,
]
LENGTHS = [0, 1, 7, 8, 9, 16, 40, 0, 3, 24]


def values() -> dict[str, np.ndarray]:
    """Rows of many lengths; numbers with ties, NaN, infinities and both zeros."""
    rng = np.random.default_rng(2)
    ends = np.cumsum([0, *LENGTHS]).astype(np.int32)
    numbers = rng.integers(0, 9, (2, ends[-1])).astype(np.float32) / 8
    for special in (np.nan, np.inf, -np.inf, -0.0):
        numbers.flat[rng.integers(0, numbers.size, 6)] = special
    count = len(LENGTHS)
    slots = np.where(numbers[1] > 0.2, rng.integers(0, ends[-1], ends[-1]), 2**30)  # outside where nothing is added
    return {
        "ends": ends, "x": numbers[0], "y": numbers[1], "out": np.zeros(count, np.float32),
        "at": np.full(count, -1, np.int32), "best": np.full((count, 3), 0.5, np.float32),
        "slot": np.full((count, 3), -1, np.int32), "more": np.zeros((count, 3), np.float32),
        "wide": np.full((count, 8), 0.5, np.float32), "slots": slots.astype(np.int32),
        "wide_slot": np.full((count, 8), -1, np.int32),
    }  # fmt: skip


def run(law: Law, names: dict[str, np.ndarray]) -> None:
    tables = {
        name: "bin_ends" if name == "ends" else "log" if name in ("x", "y", "slots") else "agents" for name in names
    }
    rows = Rows({"living": np.array([len(LENGTHS)])}, {"living": np.arange(len(LENGTHS), dtype=np.int32)})
    Program(bind([law], names, rows, tables)).run(1)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_divided_loop_leaves_what_the_plain_one_leaves(law: Law) -> None:
    compiled, plain = values(), values()
    run(law, compiled)
    run_plain(law, len(LENGTHS), **plain)
    for name in compiled:
        assert equal(compiled[name], plain[name]), name


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_which_loops_are_divided(law: Law) -> None:
    names, form = values(), law.array_form
    function = form.translate({name: of_array(names[name]) for name in form.arguments})
    text = print_law(function, form.name, form.kind, {name: array.shape for name, array in names.items()})
    assert ("x float>" in text) == (law not in (kept, loosened))
