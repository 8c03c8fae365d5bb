"""Reductions over neighbors: against a search of all pairs, as plain Python, compiled, and as CUDA text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.backends.cpu.law_kernels import print_law
from alife.laws.law import Law
from alife.laws.scope import EMPTY
from alife.laws.source_text import LawError
from alife.laws.types import of_array
from alife.laws.views import run_row
from alife.world import SECTORS, f32, i64, nearest, nearest_of_each, neighbors, per_agent, sector_of, sum_over, within
from tests.helpers.cuda_run import build, law_text, needs_compiler, of_call
from tests.helpers.cuda_run import run as run_cuda
from tests.helpers.laws import run_rows
from tests.helpers.lives import equal
from tests.laws.test_neighbors import around, bound, population, run, run_as_written

SHAPES = [(1, 4), (2, 5), (40, 2), (60, 3), (90, 5)]  # agents, bins along a side


@per_agent
def reduce(a, agents):
    """Names of its own walks are used for other things around them."""
    dx = a.met
    least = a.target
    nearest_of_each(
        a.near_slot,
        a.near_distance,
        ((sector_of(dx, dy), other, dx, dy) for other, dx, dy in neighbors(a, agents)),
    )
    a.target, a.closest = nearest(neighbors(a, agents))
    a.smaller, square = nearest((other, x, -y) for other, x, y in within(a.reach, a, agents) if other.size < a.size)
    a.closest += 0.0 if a.smaller < 0 else square
    a.crowd = sum_over(other.size / (1.0 + dx * dx + dy * dy) for other, dx, dy in within(a.reach, a, agents))
    a.met = sum_over(1 for _, dx, dy in within(a.reach, a, agents) if dx > dy) + 0 * least
    if 0.5 * f32(sum_over(1 for _, x, y in neighbors(a, agents))) > 2.0 and dx == 0:
        a.met += 100
    a.rows -= sum_over(i64(other.row) for other, _dx, _dy in neighbors(a, agents))
    if dx == 0:
        a.crowd += balance(a, agents)


def balance(a, agents):
    return sum_over(dx * 0.3 - dy for _, dx, dy in neighbors(a, agents))


def names_of(count: int, across: int) -> dict[str, np.ndarray]:
    names = population(count, across, 3)
    reach = np.linspace(0, 9, count, dtype=np.float32)  # from nothing to beyond the 3 x 3 bins, which are 4 wide
    new = {name: np.zeros(count, kind) for name, kind in (("closest", "f4"), ("smaller", "i4"), ("rows", "i8"))}
    return {**names, "reach": reach, **new}


def searched(names: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns what `reduce` leaves, by a search of all pairs."""
    found = {name: array.copy() for name, array in names.items()}
    size, one = names["size"], np.float32(1)
    for a in range(len(size)):
        met = [(np.float32(dx * dx + dy * dy), other, dx, dy) for other, dx, dy in around(names, a)]
        close = [each for each in met if each[0] < names["reach"][a] * names["reach"][a]]
        for s in range(SECTORS):
            there = [each for each in met if sector_of(*each[2:]) == s]
            found["near_distance"][a, s], found["near_slot"][a, s] = first_of_least(there)
        found["closest"][a], found["target"][a] = first_of_least(met)
        square, found["smaller"][a] = first_of_least([each for each in close if size[each[1]] < size[a]])
        found["closest"][a] += square if np.isfinite(square) else np.float32(0)
        crowd = aside = np.float32(0)
        for square, other, dx, dy in met:
            crowd += size[other] / (one + dx * dx + dy * dy) if square < names["reach"][a] ** 2 else np.float32(-0.0)
            aside += dx * np.float32(0.3) - dy
        found["crowd"][a] = crowd + aside
        found["met"][a] = sum(dx > dy for _, _, dx, dy in close) + 100 * (len(met) > 4)
        found["rows"][a] = -sum(each[1] for each in met)
    return found


def first_of_least(found: list[tuple[np.float32, int, np.float32, np.float32]]) -> tuple[np.float32, int]:
    return min(found, key=lambda each: each[0])[:2] if found else (np.float32(np.inf), -1)


@pytest.mark.parametrize("count, across", SHAPES)
def test_reductions_are_those_of_a_search_of_all_pairs(count: int, across: int) -> None:
    names = names_of(count, across)
    wanted = searched(names)
    compiled, shared, viewed = (names_of(count, across) for _ in range(3))
    run(reduce, compiled)
    run(reduce, shared, threads=2)
    run_as_written(reduce, viewed)
    for name in wanted:
        assert equal(compiled[name], wanted[name]), name
        assert equal(viewed[name], wanted[name]) and equal(shared[name], wanted[name]), name
    if count > 2:
        assert (wanted["smaller"] < 0).any() and (wanted["smaller"] >= 0).any() and wanted["met"].any()


def test_a_cpu_tries_many_neighbors_at_once_and_takes_none_one_by_one() -> None:
    names, form = names_of(3, 3), reduce.within(EMPTY)
    given = {parameter: names[name] for parameter, name in zip(form.parameters, form.arguments, strict=True)}
    function = form.translate({name: of_array(array) for name, array in given.items()})
    text = print_law(function, "reduce", form.kind, {name: array.shape for name, array in given.items()})
    own = text[text.rindex("define internal void @reduce.law") :]
    assert own.count("llvm.vector.reduce.fadd") == 1 and own.count("llvm.vector.reduce.add") == 2
    assert "llvm.masked.gather" in own and "cttz" not in own


@needs_compiler
def test_their_cuda_text_gives_the_same_bits(tmp_path: Path) -> None:
    names = names_of(60, 3)
    wanted, call = searched(names), bound(reduce, names)
    run_cuda(build([law_text(reduce, "reduce", names)], tmp_path), [of_call("reduce", call)])
    assert [name for name in wanted if not equal(names[name], wanted[name])] == []


# ---- what is refused


def most(found, values):
    for value in values:
        found = max(found, value)
    return found


def mean(values):
    """A walk ends once."""
    count = 0
    for _ in values:
        count += 1
    total = 0
    for value in values:
        total += value
    return total // count


def leaves(values):
    for value in values:
        if value > 3:
            return value
    return 0


@per_agent
def own_reduction(a):
    a.out = most(a.start, (k * j for k in range(3) for j in range(k, a.start) if j != 2))


@per_agent
def in_a_choice(a, agents):
    a.out = 1 if a.start > 0 else sum_over(1 for _, dx, dy in neighbors(a, agents))


@per_agent
def in_a_loop(a, agents):
    while a.start < sum_over(1 for _, dx, dy in neighbors(a, agents)):
        a.start += 1


@per_agent
def two_results(a, agents):
    a.out = 1 + nearest(neighbors(a, agents))


@per_agent
def a_number(a):
    if sum_over(k for k in range(3)):
        a.out = 1


@per_agent
def one_number(a, agents):
    a.out = nearest(neighbors(a, agents))


@per_agent
def two_of_three(a, agents):
    a.out, _ = nearest((dx, dy) for _, dx, dy in neighbors(a, agents))


@per_agent
def no_walk(a):
    a.out = sum_over(a.start)


@per_agent
def dropped(a, agents):
    nearest(neighbors(a, agents))


@per_agent
def assigned_nothing(a, agents):
    a.out = nearest_of_each(a.some, a.some, ((0, other, dx, dy) for other, dx, dy in neighbors(a, agents)))


@per_agent
def to_a_number(a, agents):
    nearest_of_each(a.some, a.out, ((0, other, dx, dy) for other, dx, dy in neighbors(a, agents)))


@per_agent
def not_agents(a):
    a.out, _ = nearest((k, 1.0, 2.0) for k in range(3))


@per_agent
def leaves_early(a):
    a.out = leaves(k for k in range(3))


@per_agent
def loops_twice(a):
    a.out = mean(k for k in range(3))


@per_agent
def comparisons(a):
    a.out = sum_over(k > 1 for k in range(3))


@per_agent
def of_python(a):
    a.out = sum(k for k in range(3))


@per_agent
def mixed(a):
    a.out = sum_over(f32(k) for k in range(a.start))


@per_agent
def too_many(a):
    a.out = sum_over((k for k in range(3)), 0)


REFUSED = [
    (in_a_choice, "expected sum_over(...) evaluated once, got it in a part that depends: of if ... else, and, or"),
    (in_a_loop, "expected sum_over(...) evaluated once"),
    (two_results, "expected one result, got 2 of nearest; write x0, x1 = nearest(...)"),
    (a_number, "expected a comparison, got a number (i32); write sum_over((k for k in range(3))) != 0"),
    (one_number, "expected 2 names for what nearest returns, got 1; write a name for each"),
    (two_of_three, "expected 3 values of each for nearest, got 2 in (dx, dy)"),
    (no_walk, "expected a walk for sum_over, such as neighbors(a, agents), got a.start; write sum_over(... for"),
    (dropped, "expected the results of nearest assigned, got nearest(neighbors(a, agents)); write x = ..."),
    (assigned_nothing, "expected nearest_of_each(...) as a statement, which returns nothing"),
    (to_a_number, "expected len(array) or array.shape[k], got len(a.out)"),
    (not_agents, "expected a column of a row, a Param or a constant, got other.row"),
    (leaves_early, "expected one return in leaves, as its last statement, got another"),
    (loops_twice, "expected one loop in mean over what it is given, in no other loop, got another form"),
    (comparisons, "expected numbers to add up, got comparisons; write 1 for ... if"),
    (of_python, "expected one in a reduction, got (k for k in range(3)); write sum_over(...)"),
    (mixed, "expected i32, got f32; write i32(sum_over((f32(k) for k in range(a.start))))"),
    (too_many, "expected 1 arguments, got 2; write sum_over(values)"),
]


@pytest.mark.parametrize("law, message", REFUSED, ids=lambda each: getattr(each, "name", ""))
def test_refusals_name_the_line_of_the_law(law: Law, message: str) -> None:
    line = law.function.__code__.co_firstlineno
    names = {name: np.zeros(5, np.int32) for name in ("out", "start", "bin_of", "bin_slots", "bin_start")}
    names |= {name: np.zeros(5, np.float32) for name in ("x", "y", "bin_x", "bin_y")}
    names |= {"bins_across": np.array(3, np.int32), "side": np.array(12, np.int32), "some": np.zeros((5, 2), np.int32)}
    with pytest.raises(LawError) as error:
        form = law.within(EMPTY)
        form.translate({name: of_array(names[name]) for name in form.arguments})
    place, _, text = str(error.value).partition(": ")
    assert message in text and text.startswith(law.name), text
    assert place.startswith(__file__) and 0 <= int(place.rpartition(":")[2]) - line <= 3


def test_a_function_that_loops_over_its_parameter_is_a_reduction() -> None:
    names = {"start": np.arange(6, dtype=np.int32), "out": np.zeros(6, np.int32)}
    viewed = {name: array.copy() for name, array in names.items()}
    run_rows(own_reduction.within(EMPTY), 6, **names)
    for row in range(6):
        run_row(own_reduction, row, viewed, EMPTY)
    assert names["out"].tolist() == viewed["out"].tolist() == [0, 1, 2, 3, 6, 8]
