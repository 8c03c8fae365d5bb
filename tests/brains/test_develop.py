"""Phenotypes: computed once for each agent, in every kind of world, on CPU and GPU, and kept."""

from __future__ import annotations

import numpy as np
import pytest

from alife.brains import make_brain
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import WORLDS
from tests.evolution.test_strategies import strategy
from tests.helpers.lives import life

BORN = {"name": "dense", "projection": 64, "memory": None, "width": 16}


def brain(**changes):
    return make_brain({**BORN, **changes}, 6, 2)


def test_weights_that_unfold_at_birth_are_those_of_the_genes() -> None:
    """A genome of weights made from the phenotype acts as the one that unfolds."""
    born, plain = brain(), brain(projection=None)
    genes, states, observations = born.init(5, 1), born.new_states(5), np.ones((5, 6), np.float32)
    phenotypes = born.develop(genes, states)
    assert phenotypes.shape == (5, plain.num_genes) and phenotypes.std() > 0.3
    assert np.array_equal(phenotypes, born.develop(genes, states, engine="reference"))
    known = born.step(genes, states, observations, phenotypes=phenotypes)
    assert np.array_equal(known, born.step(genes, states, observations))
    assert np.array_equal(known, plain.step(np.ascontiguousarray(phenotypes), plain.new_states(5), observations))


@pytest.mark.parametrize("options", [{}, {"ensemble": 2, "storage": "float16", "recurrent": 2}])
def test_when_weights_unfold_changes_no_bit(options) -> None:
    born, unstored = (make_brain({"name": "wht", "unfold": when, **options}, 6, 2) for when in ("birth", "step"))
    genes, observations = born.init(5, 1), np.ones((5, 6), np.float32)
    states = born.new_states(5), unstored.new_states(5)
    assert born.num_phenotypes and born.num_genes == unstored.num_genes and not unstored.num_phenotypes
    for _ in range(3):
        assert np.array_equal(born.step(genes, states[0], observations), unstored.step(genes, states[1], observations))
    assert np.array_equal(*states)


def test_every_living_agent_has_the_phenotype_of_its_genes() -> None:
    run = life(brain={**BORN, "width": 32}, threads=2)
    run.step(60)
    rows = run.living()
    assert run.births > 20
    f = run.fields
    assert np.array_equal(f["phenotype"][rows], run.brain.develop(f["genome"][rows], f["state"][rows]))


@pytest.mark.parametrize("world", ["cartpole", "mushrooms"])
def test_phenotypes_of_episodes_are_those_of_the_brain(world, host_device) -> None:
    place = WORLDS[world]
    born = make_brain(BORN, len(place.sensors), len(place.actuators))
    runs = [Generations(Evaluator(place, born, 9, 1, 1, where), strategy("ga", {}), 1) for where in ("cpu", "gpu")]
    for run in runs:
        run.step(2)
    assert runs[0].state_hash() == runs[1].state_hash()
    f = runs[0].fields
    assert np.array_equal(f["phenotype"], born.develop(f["genome"], f["state"]))


def test_a_shared_world_is_the_same_on_a_gpu_and_resumed(host_device) -> None:
    busy = {"population": 60, "lifetime": 40, "split_age": 3, "founder_energy": 3.0, "brain": {**BORN, "width": 32}}
    ours, theirs = (life(**busy, backend=where) for where in ("cpu", "gpu"))
    for run in (ours, theirs):
        run.step(25)
    assert ours.births and ours.state_hash() == theirs.state_hash()
    again = life(**busy)
    again.restore(ours.state())
    for run in (ours, again):
        run.immigrate(theirs.emigrants(4))
        run.step(10)
    assert again.state_hash() == ours.state_hash()
