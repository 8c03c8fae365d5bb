"""Path-sampled layers: Sobol's points, coverage, reach; the layer is its matrix; growth changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from cuda_run import needs_compiler
from minds import ACTIONS, Spec, brain_of, check_cuda, check_native, check_registers, looks

from alife.brains import wiring
from alife.brains.mind import MEMBER_FLIPS, OWN
from alife.brains.paths import grown
from alife.compile import nvrtc
from alife.operations.signs import pattern
from alife.registry import UserError

BARE: Spec = {"name": "paths", "projection": None, "memory": None, "injection": 0}
CASES: dict[str, Spec] = {
    "default": {"name": "paths"},
    "fixed": {**BARE, "signs": "fixed", "width": 16, "paths": 64, "layers": 2},
    "block": {**BARE, "generator": "block", "paths": 256},
    "members": {"name": "paths", "ensemble": 2, "recurrent": 3, "injection": 1, "storage": "float16"},
    "wide": {"name": "paths", "width": 64, "paths": 256, "memory": None},
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
@pytest.mark.parametrize("case", ["default", "fixed", "block"])
def test_cuda_text_equals_native_code(case) -> None:
    check_cuda(CASES[case])


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC")
def test_few_registers_are_spilled() -> None:
    check_registers(CASES, most=8)


@pytest.mark.parametrize(("dimension", "golden"), list(enumerate(GOLDEN)))
def test_points_are_those_of_sobol(dimension, golden) -> None:
    assert wiring.sobol(dimension, 16, 16).tolist() == list(golden)


@pytest.mark.parametrize("n", [16, 32, 256])
def test_each_block_of_paths_visits_every_neuron_once(n) -> None:
    for dimension in range(wiring.MOST):
        blocks = wiring.sobol(dimension, 4 * n, n).reshape(4, n)
        assert all(sorted(block) == list(range(n)) for block in blocks.tolist())
    assert all(sorted(block) == list(range(n)) for block in wiring.shuffled(3, 4 * n, n).reshape(4, n).tolist())
    for width in (10, 300):  # also where no block is whole: as evenly as can be
        visits = np.bincount(wiring.sobol(3, 1024, width), minlength=width)
        assert set(visits.tolist()) <= {1024 // width, -(-1024 // width)}


def test_dimensions_are_chosen_by_edges_and_reach() -> None:
    """The widest reach there is: 4, 16, 64 ...; a pair known to repeat edges is told."""
    found = wiring.report(wiring.places("sobol", 4, 256 * 4, 256), 256)
    assert found == {"unique edges": [1024] * 4, "reach": [4, 16, 64, 256]}
    bad = np.stack([wiring.sobol(dimension, 512, 32) for dimension in (5, 6)])
    assert wiring.report(bad, 32)["unique edges"] == [256]
    alone = np.stack([wiring.shuffled(layer, 1024, 256) for layer in range(5)])
    assert wiring.report(alone, 256)["reach"][3] < 256


@pytest.mark.parametrize(("generator", "signs"), [("sobol", "free"), ("block", "fixed")])
def test_layers_are_their_matrices(generator, signs) -> None:
    """Weights of the paths between two neurons add up in W[i, j]."""
    n, paths = 16, 64
    brain = brain_of({**BARE, "width": n, "paths": paths, "layers": 2, "generator": generator, "signs": signs})
    genes, look = brain.init(4, seed=1), looks(4, 1)[0]
    x = brain.notes(genes, brain.new_states(4), look)["input"].astype(np.float64)
    x = np.where(pattern(brain.network.flips(0), n), -x, x)
    visited = wiring.places(generator, 2, paths, n)
    rows = genes.astype(np.float64).reshape(4, -1, n)
    hadamard = np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(n)]) / np.sqrt(n)
    for agent in range(4):
        h = x[agent]
        for layer in range(2):
            own, matrix = rows[agent, 5 * layer : 5 * layer + 4], np.zeros((n, n))
            for p in range(paths):
                i, j = visited[layer + 1, p], visited[layer, p]
                weight = own[p // n, i]
                matrix[i, j] += weight if signs == "free" else abs(weight) * (-1) ** (p // n)
            h = np.maximum(matrix @ h * np.sqrt(6 / 4) + rows[agent, 5 * layer + 4], 0)
        actions = brain.step(genes, brain.new_states(4), look)[agent]
        signed = np.where(pattern(MEMBER_FLIPS + OWN, n), -h, h)
        np.testing.assert_allclose(actions, (hadamard @ signed)[:ACTIONS], rtol=1e-4, atol=1e-5)


def test_fixed_signs_are_as_many_of_either_at_every_neuron() -> None:
    for layer_places in wiring.places("sobol", 3, 128, 32):
        balance = np.zeros(32)
        np.add.at(balance, layer_places, (-1.0) ** (np.arange(128) // 32))
        assert not balance.any()


@pytest.mark.parametrize("times", [2, 4])
def test_growth_by_a_prefix_keeps_the_function(times) -> None:
    """To the last bit where the gain changes by a whole number."""
    few, many = (brain_of({**BARE, "generator": "block", "paths": paths}) for paths in (64, 64 * times))
    genes, look = few.init(5, seed=2), looks(5, 1)[0]
    larger = np.stack([grown(genome, few.network, many.network) for genome in genes])
    ours, theirs = few.step(genes, few.new_states(5), look), many.step(larger, many.new_states(5), look)
    assert larger.shape == (5, many.num_genes) and (larger == 0).any()
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)
    assert times == 2 or np.array_equal(ours, theirs)


def test_lengths_and_costs_are_the_formulas() -> None:
    brain = brain_of({**BARE, "layers": 4, "width": 64, "paths": 512, "generator": "block"})
    genes, look = brain.init(200, seed=3), looks(200, 1)[0]
    notes = brain.notes(genes, brain.new_states(200), look)
    assert all(0.7 < np.mean(notes[f"layer_{k}"].astype(np.float64) ** 2) < 2.2 for k in (1, 2, 3, 4))
    two, one = (brain_of({**BARE, "layers": layers, "paths": 128}).count() for layers in (2, 1))
    assert two["weights"] - one["weights"] == 128 + 32
    assert two["operations"] - one["operations"] == 2 * 128 - 32 + 3 * 32


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"paths": 16}, "brain.paths: expected 32 times a power of two, at most 1024, got 16; write paths: 128"),
        ({"paths": 96}, "brain.paths: expected 32 times a power of two, at most 1024, got 96"),
        ({"paths": 2048}, "brain.paths: expected 32 times a power of two, at most 1024, got 2048"),
        ({"paths": 32, "signs": "fixed"}, "brain.paths: expected at least 64 where signs are fixed, got 32"),
    ],
)
def test_paths_that_do_not_fit_are_refused(spec, message) -> None:
    with pytest.raises(UserError, match=message):
        brain_of({"name": "paths", **spec})
