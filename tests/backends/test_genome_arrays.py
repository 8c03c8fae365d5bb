"""Genomes on a GPU equal those on the host, and are copied to the host only when they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends import genome_arrays
from alife.backends.cuda import device
from alife.backends.cuda.genome_arrays import DeviceGenomeArrays
from alife.brains import make_brain
from alife.config.registry import find
from alife.laws.law import per_row
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from alife.simulation.migrants import Migrants
from tests.backends.test_episode import BRAINS, WORLDS
from tests.evolution.test_strategies import FOUND, strategy


@per_row("agents", columns="out")
def scale(i, g, out, of, factor, seen):
    """Each gene, times a factor; `seen` counts the calls."""
    out[i, g] = of[i, g] * factor
    seen[i, g] += 1


@pytest.fixture
def arrays(host_device) -> DeviceGenomeArrays:
    return DeviceGenomeArrays(device.first_device())


def values(count: int = 7, genes: int = 5) -> np.ndarray:
    return np.random.default_rng(count).uniform(-1, 1, (count, genes)).astype(np.float32)


def test_genes_beyond_a_bound_are_found_on_both(arrays) -> None:
    genomes = values()
    genomes[1, 4], genomes[3, 0], genomes[6, 2] = np.nan, -np.inf, 2.0
    for most, found in ((1.0, [1, 3, 6]), (float(np.finfo(np.float32).max), [1, 3])):
        assert genome_arrays.rows_beyond(genomes, most).tolist() == found
        assert genome_arrays.rows_beyond(arrays.matrix(genomes), most).tolist() == found


def test_a_law_is_the_same_on_both(arrays) -> None:
    """Matrices stay on the device; a host array that the law writes is changed."""
    given = values()
    seen, ours, theirs = np.zeros((7, 5), np.int32), genome_arrays.HOST.zeros((7, 5)), arrays.zeros((7, 5))
    names = {"factor": np.array(3, np.float32), "seen": seen}
    genome_arrays.run_law(scale, {**names, "out": ours, "of": given}, 7)
    genome_arrays.run_law(scale, {**names, "out": theirs, "of": arrays.matrix(given)}, 6)
    assert seen.tolist() == [[2] * 5] * 6 + [[1] * 5]
    there = np.asarray(theirs)
    assert np.array_equal(ours[:6], there[:6]) and not there[6].any() and np.array_equal(ours, given * np.float32(3))


def test_operations_on_rows_are_the_same_on_both(arrays) -> None:
    a, b, which = values(7), values(4), np.array([3, 3, 0])
    placed = arrays.matrix(a)
    assert np.array_equal(genome_arrays.rows(placed, which), a[which]) and np.array_equal(
        genome_arrays.rows(a, which), a[which]
    )
    for ours, theirs in (
        (genome_arrays.taken(a, which), genome_arrays.taken(placed, which)),
        (genome_arrays.joined(a, b), genome_arrays.joined(placed, b)),
        (genome_arrays.joined(b, a), genome_arrays.joined(b, placed)),
        (genome_arrays.chosen(a[:, 0] > 0, a, -a), genome_arrays.chosen(a[:, 0] > 0, placed, arrays.matrix(-a))),
        (genome_arrays.with_injected(a, b[:2]), genome_arrays.with_injected(placed, b[:2])),
    ):
        assert theirs.shape == ours.shape and theirs.arrays is arrays
        assert np.array_equal(np.asarray(theirs), ours)
    assert genome_arrays.with_injected(placed, None) is placed and genome_arrays.with_injected(placed, b[:0]) is placed


PLACES = {"nsga2": "cartpole"}  # with objectives; the others are in a world with measures


def lived(name: str, backend_name: str, brain: dict[str, Any], generations: int = 3, count: int = 12) -> Generations:
    place = WORLDS[PLACES.get(name, "mushrooms")]
    made = make_brain(brain, len(place.sensors), len(place.actuators))
    trial = Evaluator(place, made, count, seed=1, threads=1, backend=backend_name)
    run = Generations(trial, strategy(name, {}), episodes=1, elites=3)
    run.step(generations)
    return run


@pytest.mark.parametrize("name", FOUND)
def test_every_strategy_is_the_same_on_a_gpu(name, host_device) -> None:
    """Holds with migrants too, and if a run that was begun on the host goes on there."""
    ours, theirs = (lived(name, where, BRAINS["bare"]) for where in ("cpu", "gpu"))
    assert ours.state_hash() == theirs.state_hash()
    there = lived(name, "gpu", BRAINS["bare"], 1)
    there.restore(ours.state())
    for run in (ours, theirs, there):
        run.immigrate(Migrants(np.full((2, run.brain.num_genes), 0.5, np.float32), np.zeros(2, np.int64)))
        run.step(2)
    assert ours.state_hash() == theirs.state_hash() == there.state_hash()
    assert ours.metrics() == theirs.metrics()
    assert ours.samples(5)[""]["genome"].tobytes() == theirs.samples(5)[""]["genome"].tobytes()


def test_genomes_kept_as_halves_are_placed_as_the_host_rounds_them(host_device) -> None:
    ours, theirs = (lived("ga", where, {**BRAINS["bare"], "storage": "float16"}) for where in ("cpu", "gpu"))
    assert ours.state_hash() == theirs.state_hash()


@pytest.mark.parametrize("name", [name for name in FOUND if find("strategies", name).matrices] + ["open_es", "snes"])
def test_genomes_stay_on_the_gpu(name, host_device) -> None:
    """A generation copies only single genomes and numbers, far less than all genomes."""
    run = lived(name, "gpu", {**BRAINS["bare"], "layers": 32}, 2, count=64)
    before = host_device.counts["copied bytes"]
    run.step(1)
    copied = host_device.counts["copied bytes"] - before
    assert copied < 0.2 * 4 * run.capacity * run.brain.num_genes
