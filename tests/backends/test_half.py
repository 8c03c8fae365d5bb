"""float16 in memory: both conversions equal NumPy's, by F16C, by integers in LLVM, and in CUDA text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.brains import make_brain
from alife.laws.law import per_slot
from alife.laws.maths import f32
from alife.ops.reference import Reference
from alife.ops.slots import HALF_NAN
from alife.ops.vocabulary import Operations
from tests.conftest import ROOT
from tests.helpers.cuda_run import build, law_text, needs_compiler, of_call, run
from tests.helpers.laws import run_plain, run_rows
from tests.helpers.lives import life


@per_slot
def widened(i, small, large):
    large[i] = small[i]


@per_slot
def narrowed(i, large, small):
    small[i] = large[i]


@per_slot
def mixed(i, a, b):
    product = f32(a[i, 0]) * f32(b[i, 1]) + f32(a[i, 1]) / f32(b[i, 0])
    a[i, 0] = product
    b[i, 1] += product * 0.1


def halves() -> np.ndarray:
    """Returns all 65,536 halves."""
    return np.arange(65536, dtype=np.uint16).view(np.float16)


def singles() -> np.ndarray:
    """Returns every float16, the midpoints between them and their neighbors, the ends of ranges, and random bits."""
    exact = halves()[np.isfinite(halves())].astype(np.float32)
    middle = exact * np.float32(1 + 2.0**-11)
    beside = np.concatenate([np.nextafter(middle, np.float32(sign * np.inf)) for sign in (1, -1)])
    edges = np.array([65504, 65519.996, 65520, 65536, 1e30, np.inf, np.nan, 2.0**-24, 2.0**-25, 2.0**-26, 1e-45, 0.0])
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 2**32, 1_000_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    edges = np.concatenate([edges, -edges]).astype(np.float32)
    return np.concatenate([exact, middle, beside, edges, drawn])


def same(a: np.ndarray, b: np.ndarray) -> bool:
    nan = np.isnan(a) & np.isnan(b)
    kind = f"u{a.itemsize}"
    return np.array_equal(np.where(nan, 0, a.view(kind)), np.where(nan, 0, b.view(kind)))


def kept_nan(x: np.ndarray) -> set[int]:
    """Returns the bits of the NaNs among halves."""
    return set(x[np.isnan(x)].view(np.uint16).tolist())


def check_here() -> None:
    small, large = halves(), singles()
    wide, narrow = np.zeros(len(small), np.float32), np.zeros(len(large), np.float16)
    run_rows(widened, len(small), small=small, large=wide)
    run_rows(narrowed, len(large), large=large, small=narrow)
    with np.errstate(all="ignore"):
        assert same(wide, small.astype(np.float32)) and same(narrow, large.astype(np.float16))
    assert kept_nan(narrow) == {HALF_NAN}
    brain = make_brain({"name": "wht", "storage": "float16", "memory": {"storage": "float16"}}, 5, 2)
    genes, look = brain.init(9, seed=1), np.random.default_rng(0).normal(size=(9, 5)).astype(np.float32)
    ours, theirs = brain.new_states(9), brain.new_states(9)
    for _ in range(2):
        assert same(brain.step(genes, ours, look), brain.step(genes, theirs, look, engine="reference"))
    assert same(ours.view(np.float16), theirs.view(np.float16)) and ours.any()


def test_conversions_of_native_code_equal_those_of_numpy() -> None:
    check_here()


@pytest.mark.parametrize("processor", ["x86-64", "x86-64:+avx2"])
def test_so_they_do_without_instructions_for_halves(processor: str) -> None:
    environment = {**os.environ, "ALIFE_CPU": processor, "PYTHONPATH": str(ROOT)}
    code = "from tests.backends import test_half; test_half.check_here()"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_arithmetic_between_halves_is_that_of_float32() -> None:
    rng = np.random.default_rng(1)
    given = {name: rng.normal(size=(500, 2)).astype(np.float16) for name in ("a", "b")}
    compiled, plainly = ({name: array.copy() for name, array in given.items()} for _ in range(2))
    run_rows(mixed, 500, **compiled)
    run_plain(mixed, 500, **plainly)
    assert all(same(compiled[name], plainly[name]) for name in compiled)
    assert not same(compiled["a"], given["a"])


def test_conversions_of_plain_python_equal_those_of_numpy() -> None:
    large, small = np.array([0.1, -3.7, 65520, 1e-7, np.nan], np.float32), np.zeros(5, np.float16)
    with np.errstate(all="ignore"):
        run_plain(narrowed, 5, large=large, small=small)
        assert same(small, large.astype(np.float16))


@needs_compiler
def test_conversions_of_the_cuda_text_equal_those_of_numpy(tmp_path: Path) -> None:
    small, large = halves(), singles()
    wide, narrow = np.zeros(len(small), np.float32), np.zeros(len(large), np.float16)
    cases = {
        "widened": (widened, {"small": small, "large": wide}),
        "narrowed": (narrowed, {"large": large, "small": narrow}),
    }
    program = build([law_text(law, name, names) for name, (law, names) in cases.items()], tmp_path)
    for name, (law, names) in cases.items():
        rows = Rows({"agents": np.array([len(names["small"])])}, {})
        (call,) = bind([law], names, rows)
        run(program, [of_call(name, call)])
    with np.errstate(all="ignore"):
        assert same(wide, small.astype(np.float32)) and same(narrow, large.astype(np.float16))
    assert kept_nan(narrow) == {HALF_NAN}


def test_a_nan_in_memory_has_the_same_bits_on_every_machine() -> None:
    """State rows are float32 with two halves in each value, so a hash sees the bits of NaNs, which must be equal."""

    def step(o: Operations) -> None:
        o.store(o.state("kept", 16, half=True), o.load(o.input("look", 16)))

    kept = np.zeros((2, 8), np.float32)
    look = np.array([0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF812345], np.uint32).view(np.float32)
    step(Reference(16, {"input": np.resize(look, (2, 16)), "state": kept}))
    assert set(kept.view(np.uint16).ravel().tolist()) == {HALF_NAN}


def test_a_life_of_halves_is_the_same_on_two_threads_and_from_a_checkpoint() -> None:
    spec = {"name": "wht", "storage": "float16", "memory": {"storage": "float16"}}
    one, two, later = (
        life(seed=3, brain=spec, capacity=900, population=450, threads=t, split_age=9) for t in (1, 2, 1)
    )
    for simulation in (one, two):
        simulation.step(20)
    later.restore({name: array.copy() for name, array in one.state().items()})
    for simulation in (one, two, later):
        simulation.step(10)
    assert one.births > 0 and one.fields["genome"].dtype == np.float16
    assert one.state_hash() == two.state_hash() == later.state_hash()
    assert one.state_hash() != life(seed=3, brain={"name": "wht"}, capacity=900, population=450).state_hash()
