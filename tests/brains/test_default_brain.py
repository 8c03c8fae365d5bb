"""Tests that the page of the default brain defines it completely: an implementation from the page gives equal bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import alife
from tests.brains import default_brain
from tests.brains.default_brain import Floats, Sizes, bits, step

AGENTS = 20
DEFAULT = Sizes(observations=12, actions=4)
NARROW = Sizes(observations=5, actions=3, width=16, layers=4, rows=2, bits=48, values=2)
BROAD = Sizes(observations=40, actions=9, width=128, layers=1, rows=1, bits=128, values=3)  # patterns of two words


def dense(sizes: Sizes, steps: int = 20) -> Floats:
    """Returns uniform observations [T, N, I]."""
    return np.random.default_rng(1).uniform(-1, 1, (steps, AGENTS, sizes.observations)).astype(np.float32)


def sparse(sizes: Sizes, steps: int = 20) -> Floats:
    """Returns observations [T, N, I] of which none, one, or two are not 0; about half of these are 1."""
    rng, observations = np.random.default_rng(2), dense(sizes, steps)
    observations[rng.random(observations.shape) < 0.5] = 1
    ranks = rng.random(observations.shape).argsort(axis=-1)
    return np.where(ranks < rng.integers(0, 3, (steps, AGENTS, 1)), observations, np.float32(0))


def make(sizes: Sizes) -> Any:
    """Makes the project's brain of these sizes."""
    memory = {"bits": sizes.bits, "values": sizes.values}
    projection = sizes.rows * sizes.width
    spec = {"name": "wht", "width": sizes.width, "layers": sizes.layers, "projection": projection, "memory": memory}
    return alife.make_brain(spec, num_observations=sizes.observations, num_actions=sizes.actions)


def run_project(sizes: Sizes, observations: Floats, engine: str) -> NDArray[np.uint32]:
    """Returns the bits of the project's actions and states [T, N, O + S]."""
    brain = make(sizes)
    params, states, trace = brain.init(AGENTS, 3), brain.new_states(AGENTS), []
    for now in observations:
        actions = brain.step(params, states, now, engine=engine)
        trace.append(np.concatenate([actions, states], axis=1))
    return np.stack(trace).view(np.uint32)


def run_page(sizes: Sizes, observations: Floats) -> tuple[NDArray[np.uint32], Floats]:
    """Returns the bits of the page's actions and states [T, N, O + S], and the gates [T, N]."""
    params, states = make(sizes).init(AGENTS, 3), np.zeros((AGENTS, sizes.values * sizes.bits), np.float32)
    trace, gates = [], []
    for now in observations:
        steps = [step(sizes, *agent) for agent in zip(params, states, now, strict=True)]
        trace.append(np.concatenate([[actions for _, actions, _ in steps], states], axis=1))
        gates.append([gate for _, _, gate in steps])
    return np.stack(trace).view(np.uint32), np.array(gates)


@pytest.mark.parametrize("sizes", [DEFAULT, NARROW, BROAD], ids=["default", "narrow", "broad"])
@pytest.mark.parametrize("observe", [dense, sparse])
def test_page_gives_the_bits_of_both_engines(observe: Callable[[Sizes], Floats], sizes: Sizes) -> None:
    observations = observe(sizes)
    defined, gates = run_page(sizes, observations)
    assert (gates > 0).any() and (gates <= 0).any()
    for engine in ("compiled", "reference"):
        np.testing.assert_array_equal(run_project(sizes, observations, engine), defined, err_msg=engine)


def wht_down(x: Floats) -> Floats:
    """Transforms with the gaps in the other order, from n/2 down to 1."""
    x, index, gap = x.copy(), np.arange(len(x)), len(x) // 2
    while gap:
        i = index[index & gap == 0]
        x[i], x[i + gap] = x[i] + x[i + gap], x[i] - x[i + gap]
        gap //= 2
    return x


def total_of_neighbors(x: Floats) -> np.float32:
    """Sums by another tree, which adds neighboring lanes first."""
    while len(x) > 1:
        x = x[0::2] + x[1::2]
    return x[0]


def bits_down(z: Floats, count: int) -> Floats:
    """Hashes with the gaps in the other order, which changes only bits that are 0 in exact arithmetic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default_brain, "wht", wht_down)
        return bits(z, count)


def bits_without_zero(z: Floats, count: int) -> Floats:
    """Hashes with -1, not +1, for zero: the bits of -z, negated."""
    return -bits(-z, count)


CHANGES = [("wht", wht_down), ("total", total_of_neighbors), ("bits", bits_down), ("bits", bits_without_zero)]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_a_change_of_the_definition_is_noticed(monkeypatch: pytest.MonkeyPatch, name: str, change: object) -> None:
    observations = sparse(DEFAULT, steps=10)
    expected = run_project(DEFAULT, observations, "compiled")
    np.testing.assert_array_equal(expected, run_page(DEFAULT, observations)[0])
    monkeypatch.setattr(default_brain, name, change)
    assert not np.array_equal(expected, run_page(DEFAULT, observations)[0])


def test_page_gives_the_bits_of_its_example() -> None:
    sizes, state, rows = Sizes(observations=3, actions=2), np.zeros(64, np.float32), []
    genome = np.array([((12 * k * k + 5 * k) % 257 - 128) / 128 for k in range(192)], np.float32)
    for now in [(0.5, -0.25, 0.75), (0, 0, 0), (-1, 0.125, 0.5), (0.5, -0.25, 0.75)]:
        recalled, actions, gate = step(sizes, genome, state, np.array(now, np.float32))
        row = np.array([*recalled, *actions, gate, state[0], state[41]], np.float32)
        rows.append(" ".join(f"{number:08X}" for number in row.view(np.uint32)))
    assert rows == [
        "00000000 3F6527C5 3E3FDFEB 3F52F7ED 3BA8FE85 BBA8FE85",
        "3E8406D8 3F77998C BF1783EA 3E782339 3C6F6D1E 3B8CDD31",
        "BE588B38 3F2C80D7 BF24F3D2 BEAD8C4E 3C6F6D1E 3B8CDD31",
        "3E024678 3F775B27 3DEC0943 3F54F079 3BF99FE1 3C390BC6",
    ]
