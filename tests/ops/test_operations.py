"""The vocabulary: published vectors, IEEE corner cases, slots, and native code equal to the definition."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alife.backends.cpu.ops_kernel import kernel_text
from alife.errors import UserError
from alife.ops import vocabulary
from alife.ops.cost import Count
from alife.ops.derived import exp2, first_lanes, matvec, sign, sine, tanh
from alife.ops.layout import Layout, Step, find_layout
from alife.ops.philox import philox, uniform
from alife.ops.recorder import Recorder
from alife.ops.reference import Reference
from alife.ops.sign_patterns import pattern, splitmix64
from alife.ops.vocabulary import Operations
from tests.conftest import ROOT
from tests.helpers import every_word


def computed(x: np.ndarray, word) -> np.ndarray:  # type: ignore[no-untyped-def]
    """A word applied to lanes [N, n]."""
    rows = np.ascontiguousarray(x, np.float32)
    o = Reference(rows.shape[1], {"input": rows})
    with np.errstate(all="ignore"):
        return word(o.load(o.input("x", rows.shape[1]))).data


def check_same_rows(width: int, agents: int, count: int, group: int = 1, threads: int = 1) -> None:
    """Native code changes the listed rows as the definition does, to the bit, and no other row."""
    defined = every_word.arrays(width, count, seed=width)
    native = {kind: rows.copy() for kind, rows in defined.items()}
    listed = np.random.default_rng(0).permutation(count).astype(np.int32)[: count - 2]
    picked = {kind: rows[listed] for kind, rows in defined.items()}
    every_word.run_reference(width, picked)
    every_word.run_native(width, native, (agents, group), listed, threads)
    for kind, rows in defined.items():
        rows[listed] = picked[kind]
        np.testing.assert_array_equal(native[kind].view(np.uint32), rows.view(np.uint32), err_msg=kind)
    assert np.isfinite(native["output"]).all()


@pytest.mark.parametrize("width", [16, 32, 64, 128, 256])
def test_native_code_equals_the_definition_in_every_word(width: int) -> None:
    check_same_rows(width, agents=1, count=9)


@pytest.mark.parametrize(("width", "agents"), [(16, 4), (32, 3), (64, 2)])
def test_agents_side_by_side_change_nothing(width: int, agents: int) -> None:
    check_same_rows(width, agents, count=13)


@pytest.mark.parametrize(("width", "agents", "group"), [(16, 8, 8), (32, 4, 2), (32, 4, 4), (64, 4, 4)])
def test_agents_that_share_vectors_change_nothing(width: int, agents: int, group: int) -> None:
    check_same_rows(width, agents, count=agents + 7, group=group)


def transforms_of_flips(o: Operations) -> None:
    """Stores transforms of one row flipped in several ways."""
    row = o.load(o.input("row", o.width))
    for seed in range(3):
        o.store(o.output(f"flipped_{seed}", o.width), o.wht(o.flip(row, seed)))
        o.store(o.state(f"twice_{seed}", o.width), o.wht(o.flip(o.flip(row, seed), 7), 8))


def hashes(o: Operations) -> None:
    """Stores signs of the hash of a row, and of a row that is zero on most lanes."""
    row = o.load(o.input("row", o.width))
    for name, x in (("all", row), ("few", first_lanes(row, 5))):
        o.store(o.output(name, o.width), o.hash_signs(x, 3))


def check_signs_of_zero(width: int) -> None:
    """Transforms of small whole numbers, many of which cancel, give zeros of the same sign as the definition."""
    defined = check_step(transforms_of_flips, width, [0.0, -0.0, 1.0, -1.0, 2.0])
    assert (defined["output"] == 0).any()
    signs = check_step(hashes, width, [0.0, -0.0, 1.0, -1.0, 2.0])["output"]
    assert (np.abs(signs) == 1).all() and 0.2 < (signs > 0).mean() < 0.8


def check_step(step: Step, width: int, numbers: list[float]) -> dict[str, np.ndarray]:
    """Native code of a step gives the definition's bits on rows of some numbers; returns the rows."""
    rows = {kind: np.zeros((21, size), np.float32) for kind, size in find_layout(step, width).sizes.items()}
    rows["input"][:] = np.random.default_rng(0).choice(numbers, (21, width))
    defined = {kind: row.copy() for kind, row in rows.items()}
    with np.errstate(all="ignore"):
        step(Reference(width, defined))
    for together in [(1, 1), (2, 2), (4, 4), (8, 8), (16, 16)]:
        rows["output"][:], rows["state"][:] = 0, 0
        every_word.run_native(width, rows, together, np.arange(21, dtype=np.int32), step=step)
        for kind in ("output", "state"):
            np.testing.assert_array_equal(rows[kind].view(np.uint32), defined[kind].view(np.uint32), err_msg=kind)
    return defined


@pytest.mark.parametrize("width", [16, 64])
def test_sums_that_cancel_have_the_sign_that_the_definition_gives(width: int) -> None:
    check_signs_of_zero(width)


def test_a_hash_has_a_sign_for_every_float() -> None:
    numbers = [0.1, -3.0, 1e-42, -0.0, 0.7]
    check_step(hashes, 32, numbers)
    check_step(hashes, 32, [1e-42, -3e-42, 0.0, -1e-45])
    for extreme in ([np.nan, -np.nan], [np.inf, -np.inf], [3e38]):
        signs = check_step(hashes, 16, [*(numbers * 9), *extreme])["output"]
        assert (np.abs(signs) == 1).all()


def test_long_expressions_do_not_exhaust_pythons_stack() -> None:
    def step(o: Operations) -> None:
        x = o.load(o.input("x", 16))
        for _ in range(2000):
            x = x * 0.5 + 1.0
        o.store(o.output("y", 16), x)

    rows = {kind: np.zeros((5, size), np.float32) for kind, size in find_layout(step, 16).sizes.items()}
    every_word.run_native(16, rows, (4, 4), np.arange(5, dtype=np.int32), step=step)
    assert (rows["output"] == 2.0).all()


@pytest.mark.parametrize(("times", "agents"), [(1, 4), (60, 1)])
def test_a_step_too_long_for_four_agents_at_a_time_is_compiled_for_one(times: int, agents: int) -> None:
    def step(o: Operations) -> None:
        x = o.load(o.input("x", 64))
        for seed in range(times):
            x = o.wht(o.flip(x, seed))
        o.store(o.output("y", 64), x)

    assert f"br label %start{agents}\n" in kernel_text(step, 64).ir


def test_first_lanes_are_kept_and_the_others_are_zero() -> None:
    x = np.arange(1, 33, dtype=np.float32).reshape(2, 16)
    kept = computed(x, lambda v: first_lanes(v, 5))
    np.testing.assert_array_equal(kept, np.where(np.arange(16) < 5, x, 0))


def test_two_threads_change_nothing() -> None:
    check_same_rows(32, agents=2, count=700, threads=2)
    check_same_rows(32, agents=4, count=700, group=4, threads=2)


@pytest.mark.parametrize("cpu", ["x86-64", "x86-64-v3:+avx2,+bmi2", "x86-64-v3:+avx2,+bmi2,+fma"])
@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="instruction sets of x86")
def test_narrower_processors_give_the_same_bits(cpu: str, tmp_path: Path) -> None:
    rows = "".join(f"t.check_same_rows({width}, {agents}, 7, {agents}); " for width, agents in [(64, 1), (16, 4)])
    code = f"from tests.ops import test_operations as t; {rows}t.check_signs_of_zero(32)"
    env = {**os.environ, "ALIFE_CPU": cpu, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_splitmix64_gives_its_published_outputs() -> None:
    assert splitmix64(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_neighboring_sign_patterns_are_unrelated() -> None:
    signs = np.array([np.where(pattern(seed, 256), -1, 1) for seed in range(500)])
    correlations = (signs[:-1] * signs[1:]).mean(axis=1)
    assert np.abs(correlations).max() < 4 / np.sqrt(256) and abs(correlations.std() * 16 - 1) < 0.1
    assert abs(signs.mean()) < 4 / np.sqrt(signs.size)


def test_philox_gives_its_published_outputs() -> None:
    """Random123 known-answer tests, philox4x32 with 10 rounds."""
    known = {
        (0, 0, 0, 0, 0, 0): "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        (0xFFFFFFFF,) * 6: "408f276d 41c83b0e a20bc7c6 6d5451fd",
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0): "d16cfe09 94fdcceb 5001e420 24126ea1",
    }
    for words, expected in known.items():
        assert " ".join(f"{int(w):08x}" for w in philox(list(words[:4]), list(words[4:]))) == expected


def test_uniforms_stay_below_one() -> None:
    ends = uniform(np.array([0, 0xFFFFFFFF, 1 << 31], np.uint32))
    assert ends.dtype == np.float32 and list(ends) == [0.0, 1 - 2.0**-24, 0.5]


def test_signs_of_zero_and_nan_are_defined() -> None:
    lanes = np.array([[0.0, -0.0, np.nan, np.inf, -np.inf, -1e-45, 1e-45, 3] * 2])
    np.testing.assert_array_equal(computed(lanes, sign)[0, :8], [1, 1, -1, 1, -1, -1, 1, 1])
    assert np.signbit(computed(lanes, lambda x: -x)[0, 0]) and not np.signbit(computed(lanes, abs)[0, 1])


@pytest.mark.parametrize(
    ("word", "exact", "low", "high", "error"),
    [(exp2, np.exp2, -126, 127, 2e-7), (tanh, np.tanh, -12, 12, 3e-7), (sine, np.sin, -100, 100, 5e-7)],
)
def test_polynomials_keep_their_stated_error(word, exact, low, high, error) -> None:  # type: ignore[no-untyped-def]
    x = np.linspace(low, high, 1 << 16, dtype=np.float32).reshape(-1, 16)
    expected = exact(x.astype(np.float64))
    difference = np.abs(computed(x, word) - expected) / (expected if word is exp2 else 1.0)
    assert difference.max() < error


def test_the_total_adds_halves_of_halves() -> None:
    x = np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32) * np.float32(1e3)
    y = x
    while y.shape[1] > 1:
        y = y[:, : y.shape[1] // 2] + y[:, y.shape[1] // 2 :]
    np.testing.assert_array_equal(computed(x, lambda v: v.o.total(v)), np.repeat(y, 32, axis=1))


def test_a_slot_keeps_its_place_and_its_shape() -> None:
    layout = Layout(16)
    first, second = layout.genome("a", 3, 16), layout.genome("b", 5)
    assert (first.start, second.start, layout.sizes["genome"], layout.genome("a", 3, 16)) == (0, 48, 53, first)
    with pytest.raises(UserError, match="slot a: expected"):
        layout.genome("a", 2, 16)
    with pytest.raises(UserError, match="rows of 1 to 16"):
        layout.state("wide", 17)
    with pytest.raises(UserError, match=r"row 0\.\.2"):
        layout.load(first, 3)
    with pytest.raises(UserError, match="at 12"):
        layout.store(layout.state("c", 5), layout.const(0.0), at=12)


def test_the_example_of_the_vocabulary_is_a_step() -> None:
    lines = vocabulary.__doc__.split("    def step(o):\n")[1].split("\n\n")[0] if vocabulary.__doc__ else ""
    names = {"matvec": matvec, "tanh": tanh}
    exec("def step(o):\n" + lines, names)
    assert find_layout(names["step"], 32).sizes == {"genome": 224, "phenotype": 0, "state": 0, "input": 7, "output": 3}


def test_the_vocabulary_lists_every_word() -> None:
    plumbing = {"adopt", "binary", "declare", "half_genes", "lanes", "place", "unary", "value"}
    words = {name for name in dir(Operations) if not name.startswith("_")} - plumbing
    assert vocabulary.__doc__ and set(re.findall(r"\bo\.(\w+)\(", vocabulary.__doc__)) == words


def test_an_unsupported_width_is_refused() -> None:
    with pytest.raises(UserError, match="width: expected one of 16, 32, 64, 128, 256, got 48"):
        Layout(48)


def test_a_wrong_number_of_constant_lanes_is_refused() -> None:
    with pytest.raises(UserError, match="expected 1 or 16 numbers"):
        Layout(16).permute(Layout(16).const(0.0), range(15))


def test_count_multiplies_loops_and_counts_gated_stores_separately() -> None:
    def step(o: Operations) -> None:
        kept = o.state("kept", 4, 16)
        o.loop(4, lambda j, c: [c[0] + o.load(kept, j)], [o.const(0.0)])
        o.store(kept, o.wht(o.const(1.0)), 1, when=o.const(1.0))

    counted = Count(16)
    step(counted)
    assert counted.operations == 4 * 16 + 16 * 4 and dict(counted.bytes) == {"state": 256, "state when": 64}


def test_the_recorder_keeps_noted_values() -> None:
    def step(o: Operations) -> None:
        x = o.load(o.input("x", 16))
        o.note("twice", x + x, x)

    rows = np.arange(32, dtype=np.float32).reshape(2, 16)
    recorder = Recorder(16, {"input": rows})
    step(recorder)
    np.testing.assert_array_equal(recorder.notes["twice"], np.concatenate([2 * rows, rows], axis=1))
    assert find_layout(step, 16).sizes["input"] == 16
