"""The language of laws: equal results compiled and as plain Python, and errors with file and line."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.errors import UserError
from alife.laws.law import per_agent, per_newborn, per_slot, serial
from alife.laws.maths import PI, clip, f32, i32, i64, sin, u32, u64
from alife.laws.source_text import LawError
from alife.laws.types import of_array
from tests.helpers.laws import run_plain, run_rows

EDGES = np.array([0, 1, -1, 2, -2, 3, -3, 7, -7, 2**31 - 1, -(2**31), 12345, -99999], np.int64)


@per_slot
def whole_arithmetic(i, a, b, o):
    o[i, 0] = a[i] // b[i]
    o[i, 1] = a[i] % b[i]
    o[i, 2] = a[i] * b[i] + a[i] - b[i]
    o[i, 3] = (a[i] ^ b[i]) & (a[i] | 5)
    o[i, 4] = (a[i] << 3) ^ (a[i] >> 2)
    o[i, 5] = abs(a[i]) + min(a[i], b[i]) - max(a[i], b[i])
    o[i, 6] = -a[i]


@pytest.mark.parametrize("kind", ["int32", "int64", "uint32", "uint64"])
def test_integers_wrap_and_divide_like_python_and_by_zero_give_zero(kind):
    a, b = (grid.ravel().astype(kind) for grid in np.meshgrid(EDGES, EDGES))
    compiled, plain = (np.zeros((len(a), 7), kind) for _ in range(2))
    run_rows(whole_arithmetic, len(a), a=a, b=b, o=compiled)
    run_plain(whole_arithmetic, len(a), a=a, b=b, o=plain)
    assert np.array_equal(compiled, plain)
    for x, y, row in zip(a.tolist(), b.tolist(), compiled.tolist(), strict=True):
        overflow = kind[0] == "i" and x == np.iinfo(kind).min and y == -1
        assert row[0] == (x if overflow else x // y if y else 0)
        assert row[1] == (x % y if y else 0)


@per_slot
def flow(i, x, flags, o, limit):
    """Uses every statement of the language."""
    total = 0.0
    count = 0
    for k in range(len(x) - 1, -1, -2):
        if k % 3 == 1:
            continue
        if total > limit:
            break
        total += x[k]
        count += 1
    while count > 2 and not total < -1.0e6:
        count -= 1
    kind = 1 if flags[i] == 0 else -1
    if 0 <= kind <= 1 or flags[i] > 200:
        o[i, 0] = total
    elif kind == -1:
        o[i, 0] = -total
        return
    else:
        pass
    low, high = both(x[i], 0.25)
    o[i, 1] = clip(low, -1.0, high) + PI * f32(count)
    o[i, 2] = sin(x[i]) / (x[i] + 2.0) if x[i] > -1.5 else f32(i32(x[i]) // 2)


def both(a, b):
    return a * b - 0.1, a + 1


@pytest.mark.parametrize("threads", [1, 2])
def test_control_flow_is_that_of_python(threads):
    rng = np.random.default_rng(3)
    x, flags = rng.normal(size=700).astype(np.float32), rng.integers(0, 3, 700).astype(np.uint8) * 120
    compiled, plain = np.zeros((700, 3), np.float32), np.zeros((700, 3), np.float32)
    run_rows(flow, 700, threads=threads, x=x, flags=flags, o=compiled, limit=3.5)
    run_plain(flow, 700, x=x, flags=flags, o=plain, limit=3.5)
    assert np.array_equal(compiled.view(np.uint32), plain.view(np.uint32)) and np.ptp(compiled[:, 0]) > 0


@per_slot
def floats(i, a, b, o):
    o[i, 0] = a[i] + b[i] * a[i] - b[i]
    o[i, 1] = a[i] / b[i]
    o[i, 2] = min(a[i], b[i])
    o[i, 3] = max(a[i], b[i])
    o[i, 4] = abs(a[i])
    o[i, 5] = -a[i]
    o[i, 6] = 1.0 if a[i] < b[i] else 0.0
    o[i, 7] = 1.0 if a[i] != b[i] else 0.0


def test_floats_keep_denormals_signed_zeros_and_python_order_of_min_and_max():
    edge = np.array([0.0, -0.0, 1e-45, -1e-40, 1.0, -3.5, 3e38, np.inf, -np.inf, np.nan], np.float32)
    a, b = (grid.ravel() for grid in np.meshgrid(edge, edge))
    compiled, plain = np.zeros((len(a), 8), np.float32), np.zeros((len(a), 8), np.float32)
    run_rows(floats, len(a), a=a, b=b, o=compiled)
    run_plain(floats, len(a), a=a, b=b, o=plain)
    both_nan = np.isnan(compiled) & np.isnan(plain)
    assert np.array_equal(np.where(both_nan, 0, compiled.view(np.uint32)), np.where(both_nan, 0, plain.view(np.uint32)))


@serial
def fibonacci(o):
    for k in range(2, len(o)):
        o[k] = o[k - 1] + o[k - 2]


def test_a_serial_law_may_read_what_it_wrote():
    o = np.ones(40, np.int64)
    run_rows(fibonacci, 1, o=o)
    assert o[-1] == 102334155


# ---- functions that are rejected, and words of the error


def mixed(i, x, k):
    x[i] = x[i] * k[i]


def number_as_condition(i, x, k):
    if k[i]:
        x[i] = 1.0


def float_remainder(i, x, k):
    x[i] = x[i] % 2.0


def power_operator(i, x, k):
    x[i] = x[i] ** 2


def true_division_of_integers(i, x, k):
    k[i] = k[i] / 2


def writes_elsewhere(i, x, k):
    x[k[i]] = 1.0


def writes_and_reads_elsewhere(i, x, k):
    x[i] = x[k[i]]


def changes_type(i, x, k):
    y = 1
    y = x[i]
    x[i] = y


def unset_on_a_path(i, x, k):
    if k[i] > 0:
        y = 1.0
    x[i] = y


def slices(i, x, k):
    x[i] = x[i:]


def keyword(i, x, k):
    x[i] = clip(x[i], low=0.0, high=1.0)


def endless(i, x, k):
    x[i] = itself(x[i])


def itself(x):
    return itself(x)


def unknown_name(i, x, k):
    x[i] = mystery  # noqa: F821


def list_display(i, x, k):
    y = [1, 2]
    x[i] = y[0]


def literal_too_big(i, x, k):
    k[i] = 3000000000


def text(i, x, k):
    x[i] = "one"


def float_index(i, x, k):
    x[i] = 1.0
    k[i] = k[x[i]]


def try_block(i, x, k):
    try:
        x[i] = 1.0
    except ValueError:
        x[i] = 2.0


def a_call_without_effect(i, x, k):
    f32(k[i])


def enclosing(PI):
    """PI is a number of the module too, which is not the one that Python takes."""

    def closure(i, x, k):
        x[i] = PI

    return closure


REJECTED = {
    a_call_without_effect: "a statement with an effect, got f32(k[i])",
    enclosing(3.0): "names of its module, got PI of a function around it",
    mixed: "two operands of one type",
    number_as_condition: "a comparison",
    float_remainder: "an operator of f32",
    power_operator: "x * x, or power",
    true_division_of_integers: "an operator of i32",
    writes_elsewhere: "a write to row i",
    writes_and_reads_elsewhere: "read at row i only",
    changes_type: "i32 for y",
    unset_on_a_path: "y set on every path",
    slices: "1 indices",
    keyword: "positional arguments",
    endless: "recursion through itself",
    unknown_name: "unknown name mystery",
    list_display: "numbers, names, elements",
    literal_too_big: "fits i32",
    text: "numbers, names, elements",
    float_index: "an integer index",
    try_block: "assignments, if, while, for, return",
}


@pytest.mark.parametrize("function", REJECTED, ids=lambda function: function.__name__)
def test_errors_of_the_language_have_file_line_and_remedy(function):
    types = {"x": of_array(np.zeros(3, np.float32)), "k": of_array(np.zeros(3, np.int32))}
    with pytest.raises(LawError) as caught:
        per_slot(function).array_form.translate(types)
    message = str(caught.value)
    assert REJECTED[function] in message and "\n" not in message and "; write " in message
    line = int(message.split(":")[1])
    code = (itself if function is endless else function).__code__
    assert message.startswith(__file__) and code.co_firstlineno <= line <= code.co_firstlineno + 6


def module_of(path, text):
    path.write_text(text)
    scope = {}
    exec(compile(text, str(path), "exec"), scope)
    return scope


def test_functions_of_one_name_from_two_modules_are_two_functions(tmp_path):
    half, quarter = (
        module_of(tmp_path / f"{name}.py", f"def part(x):\n    return x * {factor}\n")["part"]
        for name, factor in (("half", 0.5), ("quarter", 0.25))
    )
    text = "def law(i, x, o):\n    o[i] = half(x[i]) + 100.0 * quarter(x[i])\n"
    law = module_of(tmp_path / "law.py", text)["law"]
    law.__globals__.update(half=half, quarter=quarter)
    compiled, plain = np.zeros(2, np.float32), np.zeros(2, np.float32)
    run_rows(per_slot(law), 2, x=np.array([1, 2], np.float32), o=compiled)
    run_plain(per_slot(law), 2, x=np.array([1, 2], np.float32), o=plain)
    assert compiled.tolist() == plain.tolist() == [25.5, 51.0]


def test_a_law_names_only_what_exists_and_writes_only_its_own_table():
    names = {"x": np.zeros(3, np.float32), "ground": np.zeros(9, np.float32)}
    rows = Rows({"agents": np.array([3]), "": np.array([1])}, {})

    def asks(i, x, grond):
        x[i] = grond[0]

    def tills(i, x, ground):
        ground[i] = x[i]

    with pytest.raises(UserError, match="expected a field, a Param or a constant, got grond; did you mean 'ground'"):
        bind([per_slot(asks)], names, rows)
    with pytest.raises(LawError, match="its own table"):
        bind([per_slot(tills)], names, rows, {"x": "agents", "ground": "bins"})


def test_newborns_may_read_their_parents_rows_of_a_field_they_write():
    @per_newborn(reads_other_rows=("x",))
    def copy(i, x, k):
        x[i] = x[k[i]]

    x, k = np.array([5.0, 0.0, 7.0], np.float32), np.array([0, 2, 2], np.int32)
    rows = Rows({"newborn": np.array([1])}, {"newborn": np.array([1], np.int32)})
    from alife.backends.cpu.threads import Program

    Program(bind([copy], {"x": x, "k": k}, rows)).run()
    assert x.tolist() == [5.0, 7.0, 7.0]


def test_a_law_over_a_list_writes_only_rows_in_it_and_on_rebinds_its_arguments():
    @per_agent
    def mark(i, value):
        value[i] = u32(u64(i64(i)) + u64(1))

    bites = np.zeros(6, np.uint32)
    rows = Rows({"living": np.array([2])}, {"living": np.array([4, 1, 0], np.int32)})
    from alife.backends.cpu.threads import Program

    Program(bind([mark.on(value="bites")], {"bites": bites}, rows)).run()
    assert bites.tolist() == [0, 2, 0, 0, 5, 0] and i32(np.uint32(7)) == 7
