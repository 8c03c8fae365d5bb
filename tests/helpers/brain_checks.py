"""Checks that every brain must pass; the tests of a brain call them with its options."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cuda import nvrtc
from alife.backends.cuda.ops_kernel import kernel_text
from alife.brains import Brain, make_brain, padded
from alife.laws.fields import aligned
from tests.helpers.cuda_run import launch, library, whole_text

OBSERVATIONS, ACTIONS = 7, 3
Spec = dict[str, Any]


def brain_of(spec: Spec) -> Brain:
    """The brain with this spec for 7 observations and 3 actions."""
    return make_brain(spec, OBSERVATIONS, ACTIONS)


def random_observations(count: int, steps: int, seed: int = 0) -> np.ndarray:
    """[steps, N, I] float32, normal."""
    return np.random.default_rng(seed).normal(size=(steps, count, OBSERVATIONS)).astype(np.float32)


def same_bits(a: np.ndarray, b: np.ndarray) -> None:
    """Asserts that two float32 arrays have the same bits."""
    np.testing.assert_array_equal(np.ascontiguousarray(a).view(np.uint32), np.ascontiguousarray(b).view(np.uint32))


def check_native(spec: Spec, count: int = 37, steps: int = 4) -> None:
    """Asserts that native code gives the bits of the definition, at birth and in each step, and actions are diverse."""
    brain = brain_of(spec)
    genes, states = brain.init(count, seed=1), brain.new_states(count, seed=3)
    defined, phenotypes = states.copy(), brain.develop(genes, states)
    same_bits(phenotypes, brain.develop(genes, states, engine="reference"))
    for observed in random_observations(count, steps):
        actions = brain.step(genes, states, observed, phenotypes=phenotypes)
        same_bits(actions, brain.step(genes, defined, observed, engine="reference", phenotypes=phenotypes))
        same_bits(states, defined)
    assert np.isfinite(actions).all() and np.ptp(actions) > 0
    both = (actions > 0).mean(axis=0)
    assert count < 30 or ((both > 0) & (both < 1)).all(), "an action with one sign in all agents decides nothing"


def check_cuda(spec: Spec, count: int = 9, steps: int = 2) -> None:
    """Asserts that CUDA text, compiled here by g++ and run in both orders of threads, gives the bits of native code."""
    brain = brain_of(spec)
    genes, observations = brain.init(count, seed=2), random_observations(count, steps, seed=1)
    for reverse in (False, True):
        ours, theirs = brain.new_states(count, seed=3), brain.new_states(count, seed=3)
        phenotypes = brain.develop(genes, ours)
        born = {"genome": _table_rows(genes), "phenotype": _table_rows(np.zeros_like(phenotypes)), "state": theirs}
        if brain.program.develop:
            _launch(brain, brain.program.develop, born, count, reverse)
            same_bits(born["phenotype"], phenotypes)
        for observed in observations:
            output = padded(count, ACTIONS)
            arrays = {**born, "input": _table_rows(observed), "output": output}
            _launch(brain, brain.program.step, arrays, count, reverse)
            same_bits(output, brain.step(genes, ours, observed, phenotypes=phenotypes))
            same_bits(theirs, ours)


def _table_rows(array: np.ndarray) -> np.ndarray:
    """A copy with the alignment of rows of the field table."""
    copy = aligned(len(array), array.shape[1:], array.dtype.name)
    copy[:] = array
    return copy


def _launch(brain: Brain, step: Any, arrays: dict[str, np.ndarray], count: int, reverse: bool) -> None:
    text = whole_text([kernel_text(step, brain.network.width, "brain")])
    total, args = np.array([count]), BRAIN.bind(rows=np.arange(count, dtype=np.int32), brain=arrays)
    launch(library(text), "brain", total.ctypes.data, args.host_cells(), (2, 64), reverse)


def usage_of(texts: list[str], arch: str) -> dict[str, tuple[int, int]]:
    """{kernel: (registers, bytes spilled)} for an architecture, by two compilers at a time."""
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda part: nvrtc.usage(whole_text(part), arch), filter(None, (texts[::2], texts[1::2])))
        return {name: found for part in parts for name, found in part.items()}


def check_registers(specs: dict[str, Spec], most: int = 0, arch: str = "sm_90") -> None:
    """Asserts that NVRTC compiles birth and step of all brains and no step spills more than `most` bytes.

    Births, which may spill, are compiled no further than to PTX.
    """
    brains = {f"brain_{name}": brain_of(spec) for name, spec in specs.items()}
    used = usage_of([kernel_text(one.program.step, one.network.width, name) for name, one in brains.items()], arch)
    assert set(used) == set(brains) and {name: found for name, found in used.items() if found[1] > most} == {}
    born = {f"{name}_birth": one for name, one in brains.items() if one.program.develop}
    texts = [kernel_text(one.program.develop, one.network.width, name) for name, one in born.items()]
    assembly = nvrtc.ptx(whole_text(texts), arch.replace("sm", "compute"))
    assert all(f".entry {name}(" in assembly for name in born)
