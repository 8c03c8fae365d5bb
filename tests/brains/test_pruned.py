"""Sampled paths: counted backward as defined, none ends on the way, many of them are the dense net."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.cuda import nvrtc
from alife.brains import Brain
from alife.errors import UserError
from alife.ops.philox import philox, uniform
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

N = 16
MOST = (1 << 16) // ACTIONS
BARE: Spec = {"name": "pruned", "memory": None, "width": N}
CASES: dict[str, Spec] = {
    "default": {"name": "pruned"},
    "wide": {"name": "pruned", "width": 64, "paths": 1000, "layers": 2},
    "unfolded": {**BARE, "projection": 64, "storage": "float16", "draw": "life", "scheme": "stratified"},
    "parts": {**BARE, "draw": "life", "layers": 2, "ensemble": 2, "injection": 1, "recurrent": 3, "unit": "tanh"},
}


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "parts"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_no_register_is_spilled() -> None:
    check_registers(CASES, most=4)


def born(brain: Brain, genes: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed counts [N, L + 1, n inputs, n outputs] of the first member, in the order of inputs, and scales."""
    phenotypes = brain.develop(genes, states)
    tables, scales = (brain.values(name, phenotypes).astype(np.float64)[:, 0] for name in ("tables", "scales"))
    ordered = np.zeros_like(tables)
    for matrix in range(tables.shape[1]):
        ordered[:, matrix, brain.network.order(matrix + 1, 0)] = tables[:, matrix]
    return ordered, scales


def matrices(genes: np.ndarray, layers: int) -> np.ndarray:
    """Weights [N, L + 1, n, n] in the order in which they are sampled."""
    rows = genes.astype(np.float64).reshape(len(genes), -1, N)
    return np.stack([rows[:, m * (N + 1) : m * (N + 1) + N] for m in range(layers + 1)], axis=1)


def test_counts_are_those_of_a_walk_backward() -> None:
    """By loops in float64; offsets are those of the draws, moved to the middle of the cells of a grid."""
    layers, paths = 2, 5
    brain = brain_of({**BARE, "layers": layers, "paths": paths, "draw": "life"})
    genes, states = np.round(brain.init(3, seed=1) * 64) / 64, brain.new_states(3, seed=5)
    found, scales = born(brain, genes, states)
    cells = 2.0 ** (21 - (ACTIONS * paths - 1).bit_length())
    for agent in range(3):
        visits = np.where(np.arange(N) < ACTIONS, paths, 0)
        for number in range(layers + 1, 0, -1):
            words = philox([np.arange(N // 4), 0, 0, 0], [int(states[agent, brain.salt_column]), number])
            u = (np.floor(uniform(np.stack(words, axis=1).reshape(-1)).astype(np.float64) * cells) + 0.5) / cells
            weights, visited, order = (
                matrices(genes, layers)[agent, number - 1],
                np.zeros(N),
                brain.network.order(number, 0),
            )
            for i in range(N):
                ends = np.cumsum(np.abs(weights[:, i]))
                hit = [int(np.searchsorted(ends, (p + u[i]) * ends[-1] / visits[i], "right")) for p in range(visits[i])]
                counts = np.bincount(hit, minlength=N)
                np.testing.assert_array_equal(found[agent, number - 1, order, i], counts * np.sign(weights[:, i]))
                gain = np.sqrt((6 if number <= layers else 3) / N)
                scale = gain * ends[-1] / visits[i] if visits[i] else gain * ends[-1]
                assert scales[agent, number - 1, i] == pytest.approx(scale, rel=1e-6)
                visited[order] += counts
            visits = visited.astype(int)


@pytest.mark.parametrize("scheme", ["systematic", "stratified"])
@pytest.mark.parametrize("paths", [1, 3, 64, 2000])
def test_no_path_ends_and_none_begins_on_the_way(scheme, paths) -> None:
    layers = 4
    brain = brain_of({**BARE, "layers": layers, "paths": paths, "scheme": scheme, "draw": "life"})
    found = np.abs(born(brain, brain.init(20, seed=2), brain.new_states(20, seed=1))[0])
    np.testing.assert_array_equal(found.sum(axis=(2, 3)), ACTIONS * paths)
    for matrix in range(layers):  # a neuron passes on as many samples as it gets
        np.testing.assert_array_equal(found[:, matrix].sum(axis=1), found[:, matrix + 1].sum(axis=2))
    assert (found > 0).sum(axis=(2, 3)).max() <= ACTIONS * paths


def dense_step(brain: Brain, genes: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Actions of the `dense` brain with these weights, in the order of inputs."""
    layers = brain.params.layers
    dense = brain_of({**BARE, "name": "dense", "layers": layers})
    rows = genes.reshape(len(genes), -1, N).copy()
    for matrix in range(layers + 1):
        first = matrix * (N + 1)
        rows[:, first + brain.network.order(matrix + 1, 0)] = genes.reshape(rows.shape)[:, first : first + N]
    return dense.step(rows.reshape(len(genes), -1), dense.new_states(len(genes)), observed)


def test_many_paths_are_the_dense_net() -> None:
    observed, errors = random_observations(30, 1)[0], []
    for paths in (16, 256, 4096, MOST):
        brain = brain_of({**BARE, "layers": 2, "paths": paths})
        genes = brain.init(30, seed=3)
        actions = brain.step(genes, brain.new_states(30), observed)
        errors.append(np.sqrt(np.mean((actions - dense_step(brain, genes, observed)) ** 2)))
    assert errors[0] > 8 * errors[1] > 64 * errors[2] and errors[3] < 3e-3


def test_sums_are_unbiased_also_of_layers_together() -> None:
    """In linear layers the product of two sampled matrices has the product of the matrices as its mean."""
    count = 4000
    brain = brain_of({**BARE, "paths": 4, "draw": "life", "scheme": "stratified"})
    genes = np.repeat(brain.init(1, seed=4), count, axis=0)
    found, scales = born(brain, genes, brain.new_states(count, seed=2))
    first, second = ((found * scales[:, :, None])[:, m] for m in range(2))
    plain = [m[np.argsort(brain.network.order(i + 1, 0))] for i, m in enumerate(matrices(genes[:1], 1)[0])]
    plain = [plain[0] * np.sqrt(6 / N), plain[1] * np.sqrt(3 / N)]
    x = np.random.default_rng(5).normal(size=N)
    sums = np.einsum("j,aji,aio->ao", x, first, second)[:, :ACTIONS]
    errors = np.abs(sums.mean(axis=0) - (x @ plain[0] @ plain[1])[:ACTIONS])
    assert (errors < 4 * sums.std(axis=0) / np.sqrt(count)).all() and sums.std() > 0.1


def test_neurons_that_nothing_visits_make_no_difference() -> None:
    brain = brain_of({**BARE, "paths": 2})
    genes, states, observed = brain.init(1, seed=6), brain.new_states(1), random_observations(1, 1)[0]
    visited = np.abs(born(brain, genes, states)[0])[0, 1].sum(axis=1) > 0
    known = brain.step(genes, states, observed)
    rows = genes.reshape(-1, N).copy()
    rows[: N + 1, ~visited] = np.random.default_rng(0).uniform(-1, 1, (N + 1, (~visited).sum()))
    assert 0 < visited.sum() <= 2 * ACTIONS
    np.testing.assert_array_equal(brain.step(rows.reshape(1, -1), states, observed), known)


def test_all_used_outputs_begin_paths() -> None:
    brain = brain_of({**BARE, "recurrent": 4, "memory": {"values": 2}, "paths": 3})
    genes = brain.init(2, seed=1)
    last = np.abs(brain.values("tables", brain.develop(genes, brain.new_states(2))))[:, 0, -1].sum(axis=1)
    assert brain.network.num_outputs == ACTIONS + 2 + 1 + 4
    np.testing.assert_array_equal(last, [np.where(np.arange(N) < 10, 3, 0)] * 2)


def test_weights_operations_and_bytes_are_the_formulas() -> None:
    for paths, size in ((64, 2), (683, 4)):
        two, three = (brain_of({**BARE, "layers": layers, "paths": paths}).count() for layers in (2, 3))
        layer = {key: three[key] - two[key] for key in two}
        assert layer["weights"] == layer["genes"] == N * N + N and layer["operations"] == 2 * N * N + 3 * N
        assert layer["bytes phenotype"] == size * N * N + 4 * N


def test_more_samples_than_can_be_counted_are_refused() -> None:
    line = f"brain.paths: expected at most {MOST}, got {MOST + 1}; write paths: {MOST}"
    with pytest.raises(UserError, match=line):
        brain_of({**BARE, "paths": MOST + 1})
