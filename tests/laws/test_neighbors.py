"""Walks over agents that are close: against a search of all pairs, and compiled against their text as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.law_kernels import print_law
from alife.backends.cpu.threads import Call, Program
from alife.laws.cells import sort_positions
from alife.laws.law import Law
from alife.laws.scope import EMPTY
from alife.laws.types import of_array
from alife.laws.views import run_row
from alife.world import SECTORS, bins_around, members, neighbors, per_agent, sector_of
from tests.helpers.lives import equal

BIN = 4  # side of a bin
SHAPES = [(1, 5), (2, 5), (50, 2), (60, 3), (90, 5), (150, 4), (40, 7)]  # agents, bins along a side


@per_agent
def look(a, agents):
    for s in range(SECTORS):
        a.near_distance[s] = 1.0e9
        a.near_slot[s] = -1
    for other, dx, dy in neighbors(a, agents):
        square = dx * dx + dy * dy
        s = sector_of(dx, dy)
        if square < a.near_distance[s]:
            a.near_distance[s] = square
            a.near_slot[s] = other.row


@per_agent
def chase(a, agents):
    """Depends on the order of the walk."""
    a.target = -1
    nearest = 1.0e9
    for other, dx, dy in neighbors(a, agents):
        square = dx * dx + dy * dy
        if sector_of(dx, dy) == 0 and square < nearest:
            nearest = square
            if other.size < a.size:
                a.target = other.row


@per_agent
def add_up(a, agents):
    a.crowd = 0.0
    a.met = 0
    for other, dx, dy in neighbors(a, agents):
        a.crowd = a.crowd * 0.75 + dx - dy
        a.met = a.met * 31 + other.row


@per_agent
def walk_bins(a, agents):
    a.met = 0
    for b in bins_around(a, agents):
        for other in members(b, agents):
            if other.row == a.row:
                continue
            a.met = a.met * 31 + other.row


@per_agent
def first_other(a, agents):
    a.target = -1
    for other in members(a.bin_of, agents):
        if other.row != a.row:
            a.target = other.row
            break


def population(count: int, across: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Returns agents on a grid of half cells, so that many distances are equal; most in few bins, none in some."""
    rng = np.random.default_rng(seed)
    side = across * BIN
    place = rng.integers(0, 2 * side, (2, count)) // (1 + (rng.random(count) < 0.6) * rng.integers(1, 4, count))
    x, y = (place / 2).astype(np.float32)
    bin_of = (y.astype(np.int32) // BIN * across + x.astype(np.int32) // BIN).astype(np.int32)
    counts = np.bincount(bin_of, minlength=across * across)
    names = {
        "x": x, "y": y, "bin_of": bin_of, "size": rng.random(count, np.float32),
        "bin_start": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        "bin_slots": np.argsort(bin_of, kind="stable").astype(np.int32),
        "bin_x": np.full(count, -1, np.float32), "bin_y": np.full(count, -1, np.float32),
        "bins_across": np.array(across, np.int32), "side": np.array(side, np.int32),
        "near_distance": np.zeros((count, SECTORS), np.float32), "near_slot": np.zeros((count, SECTORS), np.int32),
        "target": np.zeros(count, np.int32), "crowd": np.zeros(count, np.float32), "met": np.zeros(count, np.int32),
    }  # fmt: skip
    run(sort_positions, names)
    return names


def bound(law: Law, names: dict[str, np.ndarray]) -> Call:
    """Returns the call of a compiled law, with the lengths of its arrays known."""
    tables = {name: "bin_ends" if name == "bin_start" else "agents" for name, array in names.items() if array.ndim}
    counts = {name: np.array([len(names["x"])]) for name in ("living", "living_places")}
    counts |= {"bins": np.array([len(names["bin_start"]) - 1])}
    rows = Rows(counts, {"living": np.arange(len(names["x"]), dtype=np.int32)})
    (call,) = bind([law.within(EMPTY)], names, rows, tables)
    return call


def run(law: Law, names: dict[str, np.ndarray], threads: int = 1) -> None:
    """Runs a compiled law."""
    Program([bound(law, names)]).run(threads)


def run_as_written(law: Law, names: dict[str, np.ndarray]) -> None:
    for row in range(len(names["x"])):
        run_row(law, row, names, EMPTY)


def around(names: dict[str, np.ndarray], a: int) -> list[tuple[int, np.float32, np.float32]]:
    """Every image of every other agent in the 3 x 3 bins around agent a, in the order of the walk."""
    across, side = int(names["bins_across"]), int(names["side"])
    row, column = divmod(int(names["bin_of"][a]), across)
    found = []
    for other in range(len(names["x"])):
        v, u = divmod(int(names["bin_of"][other]), across)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                if other != a and abs(v + down * across - row) <= 1 and abs(u + right * across - column) <= 1:
                    dx = names["x"][other] + (np.float32(right * side) - names["x"][a])
                    dy = names["y"][other] + (np.float32(down * side) - names["y"][a])
                    found.append(((v + down * across, right != 0, u, other), dx, dy))
    return [(place[-1], dx, dy) for place, dx, dy in sorted(found)]


@pytest.mark.parametrize("count, across", SHAPES)
def test_neighbors_are_those_of_a_search_of_all_agents_in_order(count: int, across: int) -> None:
    names = population(count, across)
    run(look, names)
    distance, slot = names["near_distance"].copy(), names["near_slot"].copy()
    run(add_up, names)
    for a in range(count):
        best = [(np.float32(1e9), -1)] * SECTORS
        met, crowd = 0, np.float32(0)
        for other, dx, dy in around(names, a):
            square, s = dx * dx + dy * dy, sector_of(dx, dy)
            if square < best[s][0]:
                best[s] = square, other
            met = (met * 31 + other + 2**31) % 2**32 - 2**31
            crowd = crowd * np.float32(0.75) + dx - dy
        assert [(d, s) for d, s in zip(distance[a], slot[a], strict=True)] == best
        assert met == names["met"][a] and crowd == names["crowd"][a]


@pytest.mark.parametrize("law", [look, chase, add_up, walk_bins, first_other], ids=lambda law: law.name)
@pytest.mark.parametrize("count, across", [(1, 4), (30, 2), (40, 3), (60, 5)])
def test_compiled_walks_are_what_their_text_says(law: Law, count: int, across: int) -> None:
    compiled, viewed = population(count, across, 1), population(count, across, 1)
    run(law, compiled)
    run_as_written(law, viewed)
    for name in compiled:
        assert equal(compiled[name], viewed[name]), name


def test_searches_try_many_neighbors_at_once_and_sums_do_not() -> None:
    """What depends on the order of all neighbors, such as a sum of floats, goes one by one."""
    names = population(3, 3)
    shapes = {name: array.shape for name, array in names.items()}
    for law, many in ((look, True), (chase, True), (add_up, False), (walk_bins, False)):
        within = law.within(EMPTY)
        function = within.translate({name: of_array(names[name]) for name in within.arguments})
        assert ("x float>" in print_law(function, law.name, within.kind, shapes)) == many, law.name
