"""What every brain must hold, whatever its network; a brain's own tests call these with its options."""

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
    return make_brain(spec, OBSERVATIONS, ACTIONS)


def looks(count: int, steps: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(steps, count, OBSERVATIONS)).astype(np.float32)


def same_bits(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_array_equal(np.ascontiguousarray(a).view(np.uint32), np.ascontiguousarray(b).view(np.uint32))


def check_native(spec: Spec, count: int = 37, steps: int = 4) -> None:
    """What is compiled gives the bits of the definition, at birth and in each step; actions differ between agents."""
    brain = brain_of(spec)
    genes, states = brain.init(count, seed=1), brain.new_states(count, seed=3)
    defined, phenotypes = states.copy(), brain.develop(genes, states)
    same_bits(phenotypes, brain.develop(genes, states, engine="reference"))
    for look in looks(count, steps):
        actions = brain.step(genes, states, look, phenotypes=phenotypes)
        same_bits(actions, brain.step(genes, defined, look, engine="reference", phenotypes=phenotypes))
        same_bits(states, defined)
    assert np.isfinite(actions).all() and np.ptp(actions) > 0
    both = (actions > 0).mean(axis=0)
    assert count < 30 or ((both > 0) & (both < 1)).all(), "an action that has one sign in all agents can decide nothing"


def check_cuda(spec: Spec, count: int = 9, steps: int = 2) -> None:
    """The CUDA text, run here by g++ in both orders of threads, gives the bits of native code."""
    brain = brain_of(spec)
    genes, looked = brain.init(count, seed=2), looks(count, steps, seed=1)
    for reverse in (False, True):
        ours, theirs = brain.new_states(count, seed=3), brain.new_states(count, seed=3)
        phenotypes = brain.develop(genes, ours)
        born = {"genome": _own(genes), "phenotype": _own(np.zeros_like(phenotypes)), "state": theirs}
        if brain.program.develop:
            _launch(brain, brain.program.develop, born, count, reverse)
            same_bits(born["phenotype"], phenotypes)
        for look in looked:
            output = padded(count, ACTIONS)
            arrays = {**born, "input": _own(look), "output": output}
            _launch(brain, brain.program.step, arrays, count, reverse)
            same_bits(output, brain.step(genes, ours, look, phenotypes=phenotypes))
            same_bits(theirs, ours)


def _own(array: np.ndarray) -> np.ndarray:
    """A copy whose rows lie as the field table has them."""

    copy = aligned(len(array), array.shape[1:], array.dtype.name)
    copy[:] = array
    return copy


def _launch(brain: Brain, step: Any, arrays: dict[str, np.ndarray], count: int, reverse: bool) -> None:
    text = whole_text([kernel_text(step, brain.network.width, "mind")])
    total, args = np.array([count]), BRAIN.bind(rows=np.arange(count, dtype=np.int32), brain=arrays)
    launch(library(text), "mind", total.ctypes.data, args.host_cells(), (2, 64), reverse)


def usage_of(texts: list[str], arch: str) -> dict[str, tuple[int, int]]:
    """(registers, bytes spilled) of each kernel; two compilers at once, as none takes more than one core."""
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda part: nvrtc.usage(whole_text(part), arch), filter(None, (texts[::2], texts[1::2])))
        return {name: found for part in parts for name, found in part.items()}


def check_registers(specs: dict[str, Spec], most: int = 0, arch: str = "sm_90") -> None:
    """NVRTC compiles them, birth and step, and no step spills more bytes of registers than `most`."""
    texts = []
    for name, spec in specs.items():
        brain = brain_of(spec)
        texts.append(kernel_text(brain.program.step, brain.network.width, f"mind_{name}"))
        if brain.program.develop:
            texts.append(kernel_text(brain.program.develop, brain.network.width, f"mind_{name}_birth"))
    used = usage_of(texts, arch)
    assert {name: found for name, found in used.items() if found[1] > most and not name.endswith("_birth")} == {}
