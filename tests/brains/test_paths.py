"""Path-sampled layers: Sobol's points, coverage, reach; layers are sums over paths; growth changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.analysis.instruments.card import wiring as wiring_facts
from alife.backends.cuda import nvrtc
from alife.brains import Brain
from alife.brains.layers import path_wiring
from alife.brains.paths import grown
from alife.brains.shared.base import MEMBER_FLIPS, NETWORK_FLIPS
from alife.errors import UserError
from alife.ops.sign_patterns import pattern
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

BARE: Spec = {"name": "paths", "projection": None, "memory": None, "injection": 0}
CONV: Spec = {"form": "conv", "width": 64, "channels": 8}
CASES: dict[str, Spec] = {
    "default": {"name": "paths"},
    "fixed": {**BARE, "signs": "fixed", "width": 16, "paths": 64, "layers": 2},
    "block": {**BARE, "generator": "block", "paths": 256},
    "members": {"name": "paths", "ensemble": 2, "recurrent": 3, "injection": 1, "storage": "float16"},
    "wide": {"name": "paths", "width": 64, "paths": 256, "memory": None},
    "single": {**BARE, "generator": "iid", "width": 16, "paths": 50, "signs": "fixed", "injection": 1},
    "few_single": {"name": "paths", "generator": "iid", "paths": 20, "ensemble": 2, "layers": 2},
    "own": {"name": "paths", "generator": "own", "paths": 64, "storage": "float16", "layers": 2},
    "conv": {"name": "paths", "form": "conv", "paths": 8, "retina": 5, "injection": 0},
    "conv_single": {**BARE, **CONV, "generator": "iid", "paths": 12, "kernel": 4, "injection": 1, "layers": 2},
    "conv_own": {**BARE, **CONV, "generator": "own", "paths": 16, "storage": "float16", "projection": 256},
}
GOLDEN = (  # places of the first 16 points at n = 16
    (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15),
    (0, 8, 12, 4, 10, 2, 6, 14, 15, 7, 3, 11, 5, 13, 9, 1),
    (0, 8, 12, 4, 6, 14, 10, 2, 9, 1, 5, 13, 15, 7, 3, 11),
    (0, 8, 12, 4, 2, 10, 14, 6, 5, 13, 9, 1, 7, 15, 11, 3),
)


@pytest.mark.parametrize("case", CASES)
def test_native_code_equals_the_definition(case) -> None:
    check_native(CASES[case])


@needs_compiler
@pytest.mark.parametrize("case", ["default", "fixed", "block", "single", "own", "conv_single", "conv_own"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_few_registers_are_spilled() -> None:
    cases = ("default", "members", "few_single", "own", "conv", "conv_single")
    check_registers({case: CASES[case] for case in cases}, most=8)


@pytest.mark.parametrize(("dimension", "golden"), list(enumerate(GOLDEN)))
def test_points_are_those_of_sobol(dimension, golden) -> None:
    assert path_wiring.sobol_places(dimension, 16, 16).tolist() == list(golden)


@pytest.mark.parametrize("n", [16, 32, 256])
def test_each_block_of_paths_visits_every_neuron_once(n) -> None:
    for dimension in range(path_wiring.MAX_DIMENSIONS):
        blocks = path_wiring.sobol_places(dimension, 4 * n, n).reshape(4, n)
        assert all(sorted(block) == list(range(n)) for block in blocks.tolist())
    blocks = path_wiring.block_places(3, 4 * n, n).reshape(4, n)
    assert all(sorted(block) == list(range(n)) for block in blocks.tolist())
    for width in (10, 300):  # also without whole blocks: as evenly as possible
        visits = np.bincount(path_wiring.sobol_places(3, 1024, width), minlength=width)
        assert set(visits.tolist()) <= {1024 // width, -(-1024 // width)}


def test_dimensions_are_chosen_by_edges_and_reach() -> None:
    """The reach is the widest possible: 4, 16, 64 ...; a pair of dimensions with equal edges is reported."""
    found = path_wiring.report(path_wiring.places("sobol", 4, 256 * 4, 256), 256)
    assert found == {"unique edges": [1024] * 4, "reach": [4, 16, 64, 256], "unvisited": [0] * 5}
    bad = np.stack([path_wiring.sobol_places(dimension, 512, 32) for dimension in (5, 6)])
    assert path_wiring.report(bad, 32)["unique edges"] == [256]
    random = np.stack([path_wiring.block_places(layer, 1024, 256) for layer in range(5)])
    assert path_wiring.report(random, 256)["reach"][3] < 256


def steps_of(brain: Brain, genes: np.ndarray, layer: int) -> list[tuple[int, int, int]]:
    """(rank at its vertex, that vertex, the one it comes from) of each path in a layer, in the order of weights."""
    p, vertices = brain.params, brain.network.convolution.channels
    if p.generator == "own":
        start = brain.layout["vertices"][1]
        own = genes[start:].reshape(p.layers, -1, vertices)[layer].astype(np.float64)
        sources = np.floor((own + 1) * vertices / 2).astype(int) % vertices
        return [(rank, i, sources[rank, i]) for rank in range(len(sources)) for i in range(vertices)]
    found, met = [], np.zeros(vertices, int)
    for before, after in path_wiring.places(p.generator, p.layers, p.paths, vertices)[layer : layer + 2].T:
        found.append((int(met[after]), int(after), int(before)))
        met[after] += 1
    return sorted(found)


def by_hand(brain: Brain, genes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Actions of one agent, by loops over paths, taps and positions, in float64."""
    p, n, own = brain.params, brain.network.width, iter(genes.astype(np.float64))
    channels, k = (p.channels, p.kernel) if p.form == "conv" else (n, 1)
    positions = n // channels
    h = np.roll(x, -p.retina) if p.form == "conv" else np.where(pattern(brain.network.flips(0), n), -x, x)
    for layer in range(p.layers):
        paths, out = steps_of(brain, genes, layer), np.zeros(n)
        for rank in range(1 + max(path[0] for path in paths)):
            for tap in range(k):
                for _, after, before in (path for path in paths if path[0] == rank):
                    w = next(own)
                    w = w if p.signs == "free" else abs(w) * (-1) ** rank
                    for at in range(positions):
                        out[after * positions + at] += w * h[before * positions + (at + tap - k // 2) % positions]
        biases = np.repeat([next(own) for _ in range(channels)], positions)
        h = np.maximum(out * np.sqrt(6 * channels / (p.paths * k)) + biases, 0)
    hadamard = np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(ACTIONS)]) / np.sqrt(n)
    return hadamard @ np.where(pattern(MEMBER_FLIPS + NETWORK_FLIPS, n), -h, h)


@pytest.mark.parametrize("signs", ["free", "fixed"])
@pytest.mark.parametrize("generator", ["sobol", "block", "iid", "own"])
@pytest.mark.parametrize("form", ["neurons", "conv"])
def test_layers_are_sums_over_paths(form, generator, signs) -> None:
    size = {"width": 16, "paths": 64} if form == "neurons" else {**CONV, "paths": 32, "retina": 3, "kernel": 3}
    brain = brain_of({**BARE, **size, "form": form, "layers": 2, "generator": generator, "signs": signs})
    genes, observed = brain.init(4, seed=1), random_observations(4, 1)[0]
    x = brain.notes(genes, brain.new_states(4), observed)["input"].astype(np.float64)
    expected = [by_hand(brain, genes[agent], x[agent]) for agent in range(4)]
    np.testing.assert_allclose(brain.step(genes, brain.new_states(4), observed), expected, rtol=1e-4, atol=1e-5)


def test_all_edges_once_are_a_dense_layer() -> None:
    """For n^2 paths every block is another permutation, and all edges are different."""
    brain = brain_of({**BARE, "width": 16, "paths": 256, "layers": 1})
    assert brain.network.report["unique edges"] == [256] and brain.network.report["reach"] == [16]


@pytest.mark.parametrize("times", [0.5, 1, 2, 4])
def test_single_paths_leave_neurons_out_by_the_law_and_report_them(times) -> None:
    """A share of (1 - 1/n)^P, on average over 1,020 layers, to four standard errors; e^(-P/n) is near."""
    n, layers = 64, 1020
    paths = int(times * n)
    report = path_wiring.report(path_wiring.places("iid", layers, paths, n), n)
    share = np.mean(report["unvisited"]) / n
    chance = (1 - 1 / n) ** paths
    assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / (n * layers))
    assert abs(chance - np.exp(-times)) < 0.01
    brain = brain_of({**BARE, "width": n, "generator": "iid", "paths": paths})
    visited = brain.network.places
    left_out = [n - len(set(row)) for row in visited.tolist()]
    assert brain.network.report["unvisited"] == left_out
    assert wiring_facts(brain.network)["unvisited"] == ", ".join(map(str, left_out))


def test_wiring_from_genes_is_inherited_and_differs_between_agents() -> None:
    """Sources are a function of genes alone; a small step of a gene moves a vertex to its neighbor."""
    brain = brain_of({**BARE, "generator": "own", "paths": 64, "layers": 2})
    genes = brain.init(6, seed=4)
    hears = brain.values("hears", brain.develop(genes, brain.new_states(6)))
    assert hears.min() == 0 and hears.max() == 31 and (hears == np.floor(hears)).all()
    assert len({one.tobytes() for one in hears}) == 6
    start, child = brain.layout["vertices"][1], genes.copy()
    child[:, :start] = 0.5  # other weights, the same wiring
    child[3, start + 7] += 2 / 32
    born = brain.values("hears", brain.develop(child, brain.new_states(6, seed=9)))
    moved = np.argwhere(born != hears)
    assert moved.tolist() == [[3, 0, 0, 0, 7]] and (born - hears)[3, 0, 0, 0, 7] in (1, -31)
    assert brain.count()["genes"] == brain.count()["weights"] + 2 * 64


def test_fixed_signs_balance_at_every_neuron() -> None:
    """(-1)^(p div n) balances all neurons; (-1)^p would give half of those of dimension 0 only one sign."""

    def balance(signs: np.ndarray, visited: np.ndarray) -> np.ndarray:
        return np.bincount(visited, signs, minlength=32)

    paths = np.arange(128)
    for visited in path_wiring.places("sobol", 3, 128, 32):
        assert not balance((-1.0) ** (paths // 32), visited).any()
    assert set(balance((-1.0) ** paths, path_wiring.sobol_places(0, 128, 32))) == {-4.0, 4.0}


@pytest.mark.parametrize("generator", ["sobol", "block", "iid"])
def test_visited_neurons_have_inputs_and_outputs(generator) -> None:
    """Every visited neuron between inputs and outputs has an edge from the layer before and one to the next."""
    visited = path_wiring.places(generator, 3, 32, 32)
    edges = [path_wiring.adjacency(a, b, 32) for a, b in zip(visited, visited[1:], strict=False)]
    for layer in (1, 2):
        met = np.isin(np.arange(32), visited[layer])
        assert (edges[layer - 1].any(axis=1) == met).all() and (edges[layer].any(axis=0) == met).all()
        assert met.all() == (generator != "iid")


@pytest.mark.parametrize("times", [2, 4])
def test_growth_by_a_prefix_keeps_the_function(times) -> None:
    """To the last bit if the gain changes by a whole number."""
    few, many = (brain_of({**BARE, "generator": "block", "paths": paths}) for paths in (64, 64 * times))
    genes, observed = few.init(5, seed=2), random_observations(5, 1)[0]
    larger = np.stack([grown(genome, few.network, many.network) for genome in genes])
    ours, theirs = few.step(genes, few.new_states(5), observed), many.step(larger, many.new_states(5), observed)
    assert larger.shape == (5, many.num_genes) and (larger == 0).any()
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)
    assert times == 2 or np.array_equal(ours, theirs)


def test_layers_nearly_keep_the_length_of_their_input() -> None:
    brain = brain_of({**BARE, "layers": 4, "width": 64, "paths": 512, "generator": "block"})
    genes, observed = brain.init(200, seed=3), random_observations(200, 1)[0]
    notes = brain.notes(genes, brain.new_states(200), observed)
    assert all(0.7 < np.mean(notes[f"layer_{k}"].astype(np.float64) ** 2) < 2.2 for k in (1, 2, 3, 4))


def a_layer(**spec: Any) -> dict[str, int]:
    two, one = (brain_of({**BARE, "layers": layers, **spec}).count() for layers in (2, 1))
    return {key: two[key] - one[key] for key in ("weights", "genes", "operations")}


def test_costs_are_the_formulas() -> None:
    n, paths = 32, 128
    fixed = a_layer(paths=paths)
    assert fixed == {"weights": paths + n, "genes": paths + n, "operations": 2 * paths + 3 * n}
    assert a_layer(paths=paths, generator="own") == {**fixed, "genes": 2 * paths + n}
    single = a_layer(paths=paths, generator="iid")
    one, two = brain_of({**BARE, "paths": paths, "generator": "iid", "layers": 2}).network.ranks
    assert single == {**fixed, "operations": 2 * n * len(two) + 3 * n} and len(one) < paths
    n, channels, k, paths = 64, 8, 3, 16
    conv = a_layer(**CONV, kernel=k, paths=paths)
    assert conv["weights"] == conv["genes"] == k * paths + channels
    assert conv["operations"] == 2 * k * paths * n // channels + 3 * n


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"paths": 16}, "brain.paths: expected 32 times a power of two, at most 1024, got 16; write paths: 128"),
        ({"paths": 96}, "brain.paths: expected 32 times a power of two, at most 1024, got 96"),
        ({"paths": 2048}, "brain.paths: expected 32 times a power of two, at most 1024, got 2048"),
        ({**CONV, "paths": 128}, "brain.paths: expected 8 times a power of two, at most 64, got 128; write paths: 32"),
        ({**CONV, "paths": 32, "channels": 3}, "brain.channels: expected a power of two, at most the width 64, got 3"),
        ({**CONV, "paths": 32, "kernel": 9}, "brain.kernel: expected at most the 8 positions, got 9; write kernel: 8"),
        ({**CONV, "paths": 32, "retina": 64}, "brain.retina: expected a lane below the width 64, got 64"),
        ({"paths": 48, "generator": "own"}, "brain.paths: expected 32 times a power of two, at most 1024, got 48"),
        ({"paths": 32, "signs": "fixed"}, "brain.paths: expected at least 64 where signs are fixed, got 32"),
    ],
)
def test_paths_that_do_not_fit_are_refused(spec, message) -> None:
    with pytest.raises(UserError, match=message):
        brain_of({"name": "paths", **spec})
