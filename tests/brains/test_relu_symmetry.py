"""Permuted and rescaled units: the same function, the same fingerprint, the same child."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from alife.brains import Brain, make_brain
from alife.brains.layers.assignment import assign
from alife.brains.layers.relu_symmetry import Matrices, aligned, canonical, fingerprint, packed, permuted
from alife.brains.shared.network import Network, WidthParams
from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution.ga import Ga
from alife.evolution.ga import Params as GaParams
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import WORLDS
from tests.helpers.brain_checks import brain_of, random_observations

SPEC = {"name": "dense", "memory": None, "width": 16, "layers": 2, "ensemble": 2}


def genome(seed: int, **other) -> tuple:
    """A brain, and genes [1, G] small enough that scales from 1/2 to 2 keep them within [-1, 1]."""
    brain = brain_of({**SPEC, **other})
    return brain, brain.init(1, seed=seed) * np.float32(0.5)


def shuffled(m: Matrices, seed: int) -> Matrices:
    """The same function with every hidden layer permuted and rescaled at random."""
    rng = np.random.default_rng(seed)
    for layer in range(len(m.layers)):
        n = len(m.last)
        m = permuted(m, layer, rng.permutation(n), rng.uniform(0.5, 2.0, n))
    return m


def test_assignment_is_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    for n in (1, 2, 5, 6):
        for cost in (rng.normal(size=(n, n)), rng.integers(0, 3, (n, n)).astype(float)):
            best = min(cost[np.arange(n), list(p)].sum() for p in permutations(range(n)))
            found = assign(cost)
            assert sorted(found) == list(range(n))
            assert cost[np.arange(n), found].sum() == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("form", [canonical, lambda m: shuffled(m, 3)], ids=["canonical", "shuffled"])
def test_the_brain_acts_the_same(form) -> None:
    brain, genes = genome(2)
    other = packed([form(m) for m in brain.network.members(genes)]).reshape(1, -1)
    assert np.abs(other - genes).max() > 0.1
    for observed in random_observations(1, 5):
        a, b = (brain.step(g, brain.new_states(1), observed) for g in (genes, other))
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_fingerprint_is_of_the_function() -> None:
    brain, genes = genome(4)
    m = brain.network.members(genes)[0]
    assert fingerprint(shuffled(m, 5)) == fingerprint(m)
    m.last[3, 0] += 0.01
    assert fingerprint(shuffled(m, 5)) != fingerprint(brain.network.members(genes)[0])


def test_canonical_twice_is_canonical() -> None:
    brain, genes = genome(6)
    once = canonical(brain.network.members(genes)[1])
    for a, b in zip(once, canonical(once), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def with_degenerate(m: Matrices, kind: str) -> tuple[Matrices, Matrices]:
    """Two networks of one function: without unit 3 of the first layer, and with a degenerate unit in its place."""
    without = Matrices(m.layers.copy(), m.last.copy())
    without.layers[0][:, 3], without.layers[1][3] = 0.0, 0.0
    other = Matrices(without.layers.copy(), m.last.copy())
    into, out = other.layers
    if kind == "duplicate":
        into[:, 3], out[3] = 1.5 * into[:, 5], out[5] * 0.3 / 1.5
        out[5] *= 0.7
    elif kind == "without outputs":
        into[:, 3] = m.layers[0][:, 3]
    elif kind == "without effect":
        into[:, 3], out[3, 7] = m.layers[0][:, 3], 0.5
    elif kind == "silent":
        into[-1, 3], out[3] = -0.4, m.layers[1][3]
    elif kind == "constant":
        into[-1, 3], out[3] = 0.4, m.layers[1][3]
        without.layers[1][-1] += np.sqrt(6 / 16) * 0.4 * m.layers[1][3]
    return without, other


@pytest.mark.parametrize("kind", ["duplicate", "without outputs", "without effect", "silent", "constant"])
def test_degenerate_units_change_no_fingerprint(kind) -> None:
    """Wherever they are; and the brain acts the same, also in canonical form."""
    brain, genes = genome(13)
    members = brain.network.members(genes)
    m = members[0]
    if kind == "without effect":
        m.last[7] = 0.0
    without, other = with_degenerate(m, kind)
    assert fingerprint(shuffled(other, 3)) == fingerprint(without) == fingerprint(other) != fingerprint(m)
    forms = [(form, members[1]) for form in (without, other, shuffled(other, 3), canonical(other))]
    for observed in random_observations(1, 3):
        actions = [brain.step(packed(list(f)).reshape(1, -1), brain.new_states(1), observed) for f in forms]
        for each in actions[1:]:
            np.testing.assert_allclose(each, actions[0], rtol=1e-4, atol=1e-5)


def test_units_that_are_never_above_0_are_folded() -> None:
    """After a layer of ReLUs: units with no weight and no bias above 0. Equal units whose outputs cancel, too."""
    brain, genes = genome(14)
    m = brain.network.members(genes)[0]
    m.layers[1][:, 7] = -np.abs(m.layers[1][:, 7])
    unused = Matrices(m.layers.copy(), m.last.copy())
    unused.last[7] = 0.0
    assert fingerprint(unused) == fingerprint(m) and not canonical(m).layers[1].any(axis=0).all()
    m.layers[0][:, 4], m.layers[1][4] = m.layers[0][:, 5], -m.layers[1][5]
    assert (~canonical(m).layers[0].any(axis=0)).sum() == 2


def test_all_of_a_network_may_fold() -> None:
    """A last layer without outgoing weights leaves nothing; so does one that is never above 0."""
    brain, genes = genome(15)
    m = brain.network.members(genes)[0]
    unused = Matrices(m.layers.copy(), np.zeros_like(m.last))
    low = Matrices(-np.abs(m.layers), m.last)
    assert not any(part.any() for part in canonical(unused))
    assert not canonical(low).last.any() and canonical(low).layers.shape == m.layers.shape


def test_aligned_finds_the_mother_again() -> None:
    """Any child of a genome and its shuffled twin is then that genome."""
    brain, genes = genome(7)
    for m in brain.network.members(genes):
        for a, b in zip(m, aligned(m, shuffled(m, 8)), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)


def test_aligned_stays_a_genome_and_a_function() -> None:
    """For unrelated parents: genes within [-1, 1], actions as before."""
    brain = brain_of(SPEC)
    genes = brain.init(2, seed=9)
    mother, father = (brain.network.members(row) for row in genes)
    other = packed([aligned(a, b) for a, b in zip(mother, father, strict=True)]).reshape(1, -1)
    assert np.abs(other).max() <= 1
    for observed in random_observations(1, 3):
        a, b = (brain.step(np.ascontiguousarray(g), brain.new_states(1), observed) for g in (genes[1:], other))
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_child_of_a_genome_and_its_shuffled_twin_is_that_genome() -> None:
    """Each gene is from either parent, in a brain that also has genes of a memory."""
    brain, genes = genome(10, memory={"bits": 64})
    mother, (_, start, shape) = genes[0, : brain.num_genes], brain.layout["weights"]
    father, slot = mother.copy(), slice(start, start + int(np.prod(shape)))
    father[slot] = packed([shuffled(m, 11) for m in brain.network.members(mother[slot])])
    from_father = np.random.default_rng(12).random(len(mother)) < 0.5
    child = np.where(from_father, brain.aligned(mother, father), mother)
    assert np.abs(np.where(from_father, father, mother) - mother).max() > 0.1
    np.testing.assert_allclose(child, mother, atol=1e-6)


@pytest.mark.parametrize("key, value", [("unit", "tanh"), ("projection", 64), ("injection", 1), ("feedback", 2)])
def test_units_that_cannot_be_exchanged_are_refused(key, value) -> None:
    brain_of(SPEC).network.check_aligned()
    with pytest.raises(UserError, match=f"brain.{key}"):
        brain_of({**SPEC, key: value}).network.check_aligned()


ALIGNED = {"name": "dense", "width": 16, "memory": None}


def run_of(aligned: bool, backend: str = "cpu", **changes: object) -> Generations:
    place = WORLDS["cartpole"]
    brain = make_brain(ALIGNED, len(place.sensors), len(place.actuators))
    own = Ga(GaParams(aligned=aligned, crossover=1.0, **changes))
    return Generations(Evaluator(place, brain, 12, 1, 1, backend), own, episodes=1)


def test_aligned_children_of_one_function_keep_it() -> None:
    """In a population of one genome with shuffled units every aligned child acts as it does, others do not."""
    runs = {kind: run_of(kind, mutation_rate=0.0, elites=0, truncation=1.0) for kind in (True, False)}
    brain = runs[True].brain
    genome = brain.init(1, 5)[0] * np.float32(0.7)
    _, start, shape = brain.layout["weights"]
    twins = []
    for seed in range(12):
        twin = genome.copy()
        m = brain.network.members(genome[start:])[0]
        order = np.random.default_rng(seed).permutation(16)
        twin[start:] = packed([permuted(m, 0, order, np.ones(16))])
        twins.append(twin)
    observed = np.random.default_rng(1).normal(size=(12, 4)).astype(np.float32)
    actions = {}
    for kind, run in runs.items():
        state = run.population.strategy.init(3, np.array(twins))
        state = run.population.strategy.tell(state, np.arange(12.0))
        actions[kind] = brain.step(run.population.strategy.ask(state), brain.new_states(12), observed)
    expected = brain.step(np.array(twins), brain.new_states(12), observed)
    np.testing.assert_allclose(actions[True], expected, rtol=1e-4, atol=1e-5)
    assert np.abs(actions[False] - expected).max() > 0.05


def test_aligned_evolution_resumes_and_is_the_same_on_a_gpu(host_device) -> None:
    ours, theirs, again = run_of(True), run_of(True, "gpu"), run_of(True)
    for run in (ours, theirs):
        run.step(3)
    assert ours.state_hash() == theirs.state_hash()
    again.restore(ours.state())
    for run in (ours, again):
        run.step(2)
    assert ours.state_hash() == again.state_hash() != run_of(False).state_hash()


@pytest.mark.parametrize(
    ("brain", "message"),
    [
        ("{name: wht}", "strategy.aligned: expected a brain whose units can be exchanged, such as dense, got wht"),
        ("{name: dense, unit: tanh}", "brain.unit: expected relu where units are exchanged, got tanh"),
    ],
)
def test_brains_whose_units_cannot_be_exchanged_are_refused(brain, message, tmp_path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"world: {{name: cartpole}}\nbrain: {brain}\nstrategy: {{name: ga, aligned: true}}\n")
    with pytest.raises(UserError, match=message):
        load_config(path)


def test_a_network_without_alignment_is_refused() -> None:
    """In one line, also without a configuration."""

    class Reflex(Network):
        def step(self, o) -> None:
            o.store(o.output("actions", 1), o.load(o.genome("weights", 1, 16)))

    brain = Brain(Reflex(WidthParams(width=16), 4, 1), 1)
    for ask in (lambda: brain.network.check_aligned(), lambda: brain.aligned(*brain.init(2, 1))):
        with pytest.raises(UserError, match="units can be exchanged, such as dense, got test_relu_symmetry"):
            ask()
