"""Detached switches: the definition by matrices, linear given the hash, near hashes for near inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains import Brain, make_brain
from alife.brains.shared.base import INPUT_FLIPS, MEMBER_FLIPS, NETWORK_FLIPS
from tests.helpers import naive_brain
from tests.helpers.brain_checks import (
    ACTIONS,
    Spec,
    brain_of,
    check_cuda,
    check_native,
    check_registers,
    random_observations,
)
from tests.helpers.cuda_run import needs_compiler

BARE: Spec = {"name": "switchboard", "memory": None, "projection": None, "injection": 0}
CASES: dict[str, Spec] = {
    "default": {"name": "switchboard"},
    "bare": {**BARE, "width": 16, "layers": 2},
    "many": {"name": "switchboard", "ensemble": 2, "recurrent": 3, "memory": {"keys": "walk"}, "storage": "float16"},
    "wide": {**BARE, "width": 128, "layers": 4, "projection": 512, "unfold": "birth"},
}
N = 32


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case: str) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "wide"])
def test_cuda_text_equals_native_code(case: str) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES)


def full(**options: Any) -> Brain:
    """A brain whose observations fill all lanes but one."""
    return make_brain({**BARE, **options}, N - 1, 1)


def notes_of(brain: Brain, genes: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
    rows = genes[None].repeat(len(observations), axis=0)
    return brain.notes(rows, brain.new_states(len(rows)), observations.astype(np.float32))


def test_the_brain_is_its_definition() -> None:
    brain = brain_of({**BARE, "layers": 2})
    genes, observed = brain.init(3, seed=1), random_observations(3, 1)[0]
    actions = brain.step(genes, brain.new_states(3), observed)
    for a in range(3):
        x = np.array([*observed[a], 1.0] + [0.0] * (N - 8), np.float64)
        x *= np.sqrt(N) / np.linalg.norm(x)
        hashed = naive_brain.transform(naive_brain.flip(x.tolist(), MEMBER_FLIPS + NETWORK_FLIPS))
        h, rows = naive_brain.flip(x.tolist(), MEMBER_FLIPS + INPUT_FLIPS), genes[a].reshape(2, 2, N)
        for layer in (1, 2):
            bits = naive_brain.transform(naive_brain.flip(hashed, MEMBER_FLIPS + NETWORK_FLIPS + layer))
            above, below = rows[layer - 1]
            slopes = [up if bit >= 0 else down for bit, up, down in zip(bits, above, below, strict=True)]
            h = [s * v * np.sqrt(3 / N) for s, v in zip(slopes, naive_brain.transform(h), strict=True)]
        expected = np.array(naive_brain.transform(h)) / np.sqrt(N)
        np.testing.assert_allclose(actions[a], expected[:ACTIONS], rtol=1e-4, atol=1e-5)


def test_given_the_hash_the_network_is_one_matrix() -> None:
    """Outputs are one linear map of all inputs with one hash, with injections too; with other hashes they are not."""
    brain, rng = full(injection=1), np.random.default_rng(2)
    genes, center = brain.init(1, seed=2)[0], rng.normal(size=N - 1)
    seen = notes_of(brain, genes, center + 0.05 * rng.normal(size=(6000, N - 1)))
    switches = np.concatenate([seen[f"hash_{layer}"] >= 0 for layer in (1, 2, 3)], axis=1)
    hashes, which, counts = np.unique(switches, axis=0, return_inverse=True, return_counts=True)
    alike = which == counts.argmax()
    assert alike.sum() > 2 * N and len(hashes) > 10
    x, y = (seen[name].astype(np.float64) for name in ("input", "output"))
    matrix = np.linalg.lstsq(x[alike][::2], y[alike][::2], rcond=None)[0]
    np.testing.assert_allclose(x[alike][1::2] @ matrix, y[alike][1::2], atol=1e-4)
    assert np.abs(x[~alike] @ matrix - y[~alike]).max() > 0.1


def test_bits_differ_by_the_angle_between_inputs() -> None:
    """In a share theta/pi of the switches of each layer; the bits of two layers are independent."""
    brain, rng = full(), np.random.default_rng(3)
    first, second = rng.normal(size=(2, 3000, N - 1))
    second = 0.8 * first + 0.6 * second
    genes = brain.init(1, seed=3)[0]
    a, b = notes_of(brain, genes, first), notes_of(brain, genes, second)
    x, y = a["input"], b["input"]
    angles = np.arccos(np.clip(np.sum(x * y, axis=1) / N, -1, 1))
    for layer in (1, 2, 3):
        turned = np.mean((a[f"hash_{layer}"] >= 0) != (b[f"hash_{layer}"] >= 0))
        assert turned == pytest.approx(np.mean(angles) / np.pi, abs=0.01)
    between = np.corrcoef(a["hash_1"].T >= 0, a["hash_2"].T >= 0)[:N, N:]
    assert np.abs(between).mean() < 0.25


def test_weights_and_operations_are_the_formula() -> None:
    n, logn = 64, 6
    three, two = (brain_of({**BARE, "width": n, "layers": layers}).count() for layers in (3, 2))
    assert three["weights"] == three["genes"] == 3 * 2 * n
    assert three["operations"] - two["operations"] == n * (2 * logn + 3)
