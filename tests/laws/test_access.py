"""Options of laws: reductions, columns, scattered rows; and which laws share a kernel."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.fusion import BoundLaw, fuse
from alife.laws.law import Law, per_agent, per_row, per_slot
from alife.laws.maths import i64
from alife.laws.source_text import LawError
from alife.laws.types import F32, I32, I64, Array
from tests.helpers.laws import run_plain, run_rows


@per_slot(reductions=("total", "kinds"))
def count_up(i, x, total, kinds):
    if x[i] > 3:
        total[0] += i64(x[i])
    kinds[x[i] % 5, 1] += 1


@per_slot(columns="table")
def fill(i, k, table, x):
    table[i, k] = x[i] * 100 + k


@per_slot(scatter=("out",))
def turn_round(i, x, out):
    out[len(out) - 1 - i] = x[i]


@pytest.mark.parametrize("threads", [1, 2])
def test_reductions_are_the_same_with_any_number_of_threads(threads: int) -> None:
    x = np.random.default_rng(0).integers(0, 1000, 20_000).astype(np.int32)
    total, kinds = np.zeros(1, np.int64), np.zeros((5, 2), np.int32)
    run_rows(count_up, len(x), threads, x=x, total=total, kinds=kinds)
    assert total[0] == x[x > 3].sum() and kinds[:, 1].tolist() == np.bincount(x % 5).tolist()
    few, plain_total, plain_kinds = x[:50].copy(), np.zeros(1, np.int64), np.zeros((5, 2), np.int32)
    run_plain(count_up, 50, x=few, total=plain_total, kinds=plain_kinds)
    assert plain_total[0] == few[few > 3].sum() and plain_kinds[:, 1].sum() == 50


def test_a_law_runs_over_columns_and_may_scatter() -> None:
    x, table, out = np.arange(7, dtype=np.int32), np.zeros((7, 3), np.int32), np.zeros(7, np.int32)
    run_rows(fill, 7, x=x, table=table)
    run_rows(turn_round, 7, x=x, out=out)
    assert table.tolist() == [[100 * i, 100 * i + 1, 100 * i + 2] for i in range(7)]
    assert out.tolist() == list(range(6, -1, -1))


def reading_a_sum(i, x, total):
    x[i] = total[0]


def first(total):
    return total[0]


def reading_a_sum_by_a_function(i, x, total):
    x[i] = first(total)


def summing_floats(i, x, total):
    total[0] += 1.5


def subtracting(i, x, total):
    total[0] -= i64(x[i])


def setting_a_sum(i, x, total):
    total[0] = 1


def writing_beside(i, k, table):
    table[i, k + 1] = 0


def writing_without_the_column(i, k, table, x):
    x[i] = k


def reading_beside(i, k, table):
    table[i, k] = table[i, 0]


SUM = {"reductions": ("total",)}
X, TOTAL, TABLE = Array(I32, 1), Array(I64, 1), Array(I32, 2)
REJECTED = [
    (reading_a_sum, SUM, {"x": X, "total": Array(I32, 1)}, "expected total added to only, got a read"),
    (reading_a_sum_by_a_function, SUM, {"x": X, "total": Array(I32, 1)}, "expected total added to only, got a read"),
    (summing_floats, SUM, {"x": X, "total": Array(F32, 1)}, "expected integers added to total"),
    (subtracting, SUM, {"x": X, "total": TOTAL}, "expected integers added to total"),
    (setting_a_sum, SUM, {"x": X, "total": TOTAL}, "expected a write to row i of a field of its own"),
    (
        writing_beside,
        {"columns": "table"},
        {"table": TABLE},
        r"expected a write to row i, k .*got table\[i, k \+ 1\]; write i.table\[k\] = ",
    ),
    (
        writing_without_the_column,
        {"columns": "table"},
        {"table": TABLE, "x": X},
        r"expected a write to row i, k .*got x\[i\]",
    ),
    (reading_beside, {"columns": "table"}, {"table": TABLE}, "expected a written field to be read at row i, k only"),
]


@pytest.mark.parametrize(("function", "options", "types", "message"), REJECTED)
def test_laws_whose_result_would_depend_on_order_are_rejected(function, options, types, message) -> None:
    with pytest.raises(LawError, match=message):
        Law(function, "agents", **options).array_form.translate(types)


@per_agent
def grow(i, size):
    size[i] += 1


@per_agent
def weigh(i, size, weight):
    weight[i] = size[i] * 2


@per_agent
def compare(i, weight, size, neighbor, heavier):
    heavier[i] = weight[neighbor[i]] - size[i]


@per_row("bins")
def settle(i, ground):
    ground[i] += 1


@per_agent(reductions=("hits",))
def hit(i, target, hits):
    hits[target[i]] += 1


@per_agent(reductions=("hits",))
def hit_again(i, target, hits):
    hits[i] += 1


@per_agent
def lose(i, hits, weight):
    weight[i] -= hits[i]


@per_agent
def forgive(i, hits):
    hits[i] = 0


def bound(law: Law) -> BoundLaw:
    form = law.array_form
    return BoundLaw(form, form.translate({name: X for name in form.parameters}))


def test_laws_share_a_kernel_unless_one_reads_in_other_rows_what_another_writes() -> None:
    groups = fuse([bound(law) for law in (grow, weigh, compare, settle, grow)])
    assert [[each.law.name for each in group] for group in groups] == [
        ["grow", "weigh"],
        ["compare"],
        ["settle"],
        ["grow"],
    ]
    assert [len(group) for group in fuse([bound(compare), bound(weigh)])] == [1, 1]
    groups = fuse([bound(law) for law in (forgive, hit, hit_again, lose)])
    assert [[each.law.name for each in group] for group in groups] == [["forgive"], ["hit", "hit_again"], ["lose"]]
