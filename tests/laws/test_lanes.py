"""Laws that take several rows, or several turns of a loop, at once leave the bits of one row or turn after another."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.binding import Rows, translated, typed
from alife.backends.cpu import bind as native
from alife.backends.cpu import lane_rules, law_kernels, law_statements
from alife.backends.cpu.lane_rules import loop_fits, rows_fit
from alife.backends.cpu.lanes import LANES
from alife.backends.cpu.threads import Program
from alife.laws import ir
from alife.laws.law import per_agent
from alife.laws.maths import atan2, exp, f32, floor, i32, i64, log, normal_quantile, sin, sqrt, u32, u64
from alife.laws.random import stochastic_round, uniform, words
from alife.laws.types import RowKind
from tests.helpers.lives import equal

ROWS, CELLS = 45, 16
NAMES = ("x", "y", "n", "wide", "byte", "cells", "whole", "out", "number", "long", "kind")


def sign_of(v):
    """Returns early, in some rows, from inside a branch."""
    w = abs(v) * 0.5
    if w > 0.75:
        if v > 0.0:
            return f32(2.0)
        return f32(-2.0)
    w = w + sqrt(w)
    return -w if v < 0.0 else w


def both_of(v, k):
    if k % 3 == 1:
        return v + 1.0, k * 5 - 3
    return v * 0.5, k // 2


def reached(i, x, n):
    """A loop whose ends differ between rows, which reads elements of other rows."""
    total = 0.0
    for k in range(n[i] - 2, n[i] + (i & 3)):
        j = (k % 7 + i) % 40
        if x[j] > 0.0:
            total += x[j] * f32(k)
    return total


@per_agent
def branches(i, x, y, n, out, number):
    v = sign_of(x[i] * 2.0) + sign_of(y[i])
    if x[i] > 0.25 and y[i] < 0.5 or n[i] == 3:
        v = v * exp(-v * v) + sin(y[i]) * 3.0
        number[i] = n[i] * 2
    else:
        w, k = both_of(v, n[i])
        v = w - atan2(w, x[i] + 1.5)
        number[i] += k
    out[i] = min(max(v, -1.5), 1.5)


@per_agent
def loops(i, x, y, n, out):
    total = 0.0
    for k in range(3):
        for q in range(4, 0, -1):
            total = total * 0.5 + x[i] * f32(k - q) + f32((n[i] + k) % q)
    out[i] = total + reached(i, x, n) * y[i] - (1.0 if total > 0.0 else 2.0) * total + floor(total * 7.0) / 3.0


@per_agent
def integers(i, x, n, wide, number, long):
    a = n[i] - 9
    b = i32(x[i] * 5.0)
    u = u32(n[i]) * u32(2654435761)
    number[i] = a // b + a % b * 3 + (a << (b & 7)) - (a >> 1) + i32(u >> 5) - i32(u % u32(7)) + abs(a) * -b
    c = i64(a) * 1000003 + wide[i]
    long[i] = c // i64(b) - c % i64(a) + i64(u64(u) * u64(u) >> 33) + min(c, i64(b)) - max(i64(a), i64(3)) + abs(c)


@per_agent
def quotients(i, n, wide, number):
    """Of numbers of all sizes, the smallest by -1 and by 0 among them."""
    a = i32(wide[i])
    b = i32(wide[i] >> 13) // (n[i] * 9001 + 1)
    total = 0
    for m in range(-3, 4):
        total = (total * 31) ^ (a // (b + m)) ^ (a % (b + m)) ^ (a // m) ^ (a % m)
    number[i] = total


@per_agent
def conversions(i, x, y, wide, out, number, long):
    v = x[i] * exp(y[i] * 40.0) - 0.5
    number[i] = i32(v) ^ i32(u32(v))
    long[i] = i64(v) + i64(f32(wide[i])) - i64(f32(i32(v)))
    out[i] = f32(wide[i] * 3) * 0.5 + f32(i64(v)) + f32(u32(number[i])) + f32(x[i] > 0.0) + log(abs(x[i]) + 1e-3)


@per_agent
def bytes_and_draws(i, x, n, byte, kind, out, long):
    a, b, c, d = words(u64(77), 3, i64(5), i64(n[i]), i)
    kind[i] = i32(byte[i]) + i32(a & u32(3)) + (1 if (d & u32(1)) == u32(0) else 0)
    out[i] = uniform(u64(77), 4, i64(6), i64(i), 2) + normal_quantile(f32(b >> 9) * 1.1e-7 + 1e-6) + x[i] * f32(c >> 30)
    long[i] = stochastic_round(abs(x[i]) * 9000.0, a) * 2


@per_agent
def cells_of_a_row(i, x, y, n, cells, whole, number):
    """The loop over cells takes several at once; what comes before and after it is as it was."""
    scale = x[i] * 0.5 + 1.0
    number[i] = n[i] + 1
    for k in range(16):
        a, b, c, d = words(u64(5), 9, i64(n[i]), i64(i), k)
        gain = sin(cells[i, k] * scale + f32(k)) - f32(a >> 9) * 1.1e-7
        change = i32(stochastic_round(abs(gain) * 300.0, b))
        if gain < 0.0:
            change = -min(change, whole[i, k])
        whole[i, k] += change
        cells[i, k] = gain + y[i]
    cells[i, 3] = scale


def columns():
    rng = np.random.default_rng(1)
    x = rng.normal(size=ROWS).astype(np.float32)
    x[:8] = [np.nan, np.inf, -np.inf, 0.0, -0.0, 2.0**31, -(2.0**33), 2.0**63]
    wide = rng.integers(-(2**40), 2**40, ROWS)
    wide[:4] = [-(2**63), 2**63 - 1, 2**31, -(2**31) - 1]
    wide[16:32] = rng.integers(-100, 100, 16)  # all lanes short, in some vectors
    return {
        "x": x,
        "y": rng.normal(size=ROWS).astype(np.float32),
        "n": rng.integers(0, 9, ROWS).astype(np.int32),
        "wide": wide,
        "byte": rng.integers(0, 250, ROWS).astype(np.uint8),
        "cells": rng.normal(size=(ROWS, CELLS)).astype(np.float32),
        "whole": rng.integers(0, 300, (ROWS, CELLS)).astype(np.int32),
        "out": np.full(ROWS, 7, np.float32),
        "number": np.full(ROWS, 7, np.int32),
        "long": np.full(ROWS, 7, np.int64),
        "kind": np.full(ROWS, 7, np.uint8),
    }


def run(law, listed, tables):
    """Returns the columns after a law has run over some rows."""
    names, rows = columns(), np.array(listed, np.int32)
    kinds = Rows({"living": np.array([len(rows)], np.int64)}, {"living": rows})
    Program(native.bind([law], names, kinds, tables)).run(1)
    return names


LAWS = (branches, loops, integers, quotients, conversions, bytes_and_draws, cells_of_a_row)
TABLES = dict.fromkeys(NAMES, "agents")
LISTED = list(range(ROWS)), [*range(3, 40, 3), 44], [11], [2, 5, 6, 7, 9, 10, 11, 40]


@pytest.fixture
def printed(monkeypatch):
    """Returns a function that prints laws anew: for single rows, for several turns of a loop, or for several rows."""

    def form(rows, turns):
        for module in (law_kernels, law_statements):
            monkeypatch.setattr(module, "wide", lambda: rows or turns)
        monkeypatch.setattr(law_kernels, "rows_fit", lambda function: rows and rows_fit(function))
        native._print.cache_clear()

    monkeypatch.setattr(lane_rules, "PAYS", 0)
    yield form
    native._print.cache_clear()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_lanes_leave_the_bits_of_single_rows(law, printed):
    assert rows_fit(translated(typed(law, columns(), TABLES)))
    for rows in LISTED:
        left = []
        for form in ((False, False), (False, True), (True, True)):
            printed(*form)
            left.append(run(law, rows, TABLES))
        for name in NAMES:
            assert equal(left[0][name], left[1][name]), (law.name, name, rows, "turns")
            assert equal(left[0][name], left[2][name]), (law.name, name, rows, "rows")


def test_a_loop_over_the_cells_of_a_row_takes_several_at_once():
    tree = translated(typed(cells_of_a_row, columns(), TABLES))
    (loop,) = [each for each in tree.body if isinstance(each, ir.For)]
    assert loop_fits(loop, tree, LANES)


def test_a_loop_over_the_cells_of_a_row_prefetches_those_of_the_row_a_period_later():
    tree = translated(typed(cells_of_a_row, columns(), TABLES))
    texts = [law_kernels.print_law(tree, "law", RowKind(("i",), period=period)) for period in (1, 8)]
    assert [text.count("call void @llvm.prefetch") for text in texts] == [0, 2]  # cells and whole


@per_agent
def neighbor_cells(i, x, cells):
    for k in range(8):
        cells[i, k] = cells[i, k + 1] * sin(x[i]) * sin(x[i] + 1.0) * sin(f32(k))


@per_agent
def carried(i, x, cells):
    before = 1.0
    for k in range(8):
        before = before * 0.5 + sin(x[i]) * sin(f32(k))
        cells[i, k] = before


@per_agent
def read_later(i, x, cells):
    last = 0.0
    for k in range(8):
        last = sin(f32(k) * x[i]) * sin(x[i])
        cells[i, k] = last
    cells[i, 9] = last


@pytest.mark.parametrize("law", [neighbor_cells, carried, read_later], ids=lambda law: law.name)
def test_turns_that_need_each_other_are_taken_in_order(law):
    tree = translated(typed(law, columns(), TABLES))
    assert not any(loop_fits(each, tree, LANES) for each in tree.body if isinstance(each, ir.For))
