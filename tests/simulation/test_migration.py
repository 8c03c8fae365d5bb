"""Genomes go from one population to another: what arrives, what stays, and that resuming changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.brains import make_brain
from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from alife.simulation.migrants import Migrants, gathered
from tests.backends.test_episode import BRAINS, WORLDS
from tests.evolution.test_strategies import CASES, N, arrays, by_episode, founders, frozen, near, same, strategy
from tests.helpers.lives import life

every_case = pytest.mark.parametrize(("name", "params"), CASES, ids=[f"{name}-{params}" for name, params in CASES])


def migrants(count: int = 3, genes: int = 6) -> Migrants:
    rng = np.random.default_rng(1)
    return Migrants(rng.uniform(-1, 1, (count, genes)).astype(np.float32), np.arange(count), {"size": np.ones(count)})


def test_migrants_travel_as_bytes() -> None:
    one = migrants()
    again = Migrants.from_bytes(one.to_bytes())
    assert again.to_bytes() == one.to_bytes() and np.array_equal(again.genomes, one.genomes)
    assert list(again.traits) == ["size"] and len(gathered([one, again]).first(4)) == 4
    for broken in (b"", b"x" * 100, one.to_bytes()[:-1]):
        with pytest.raises(UserError, match="migrants: expected genomes"):
            Migrants.from_bytes(broken)


def told(own: Any, state: Any, fitness: np.ndarray, genomes: np.ndarray, injected: np.ndarray | None = None) -> Any:
    """Returns the state after a generation whose measures are its first two genes."""
    return own.tell(state, fitness, genomes[:, :2], injected, by_episode(fitness))


@every_case
def test_guests_are_tried_and_heard(name, params) -> None:
    """A guest that is the best is the best so far; one that is no number is refused."""
    own, perfect = strategy(name, params), np.full((2, 6), 0.3, np.float32)
    state = frozen(own.init(1, founders()))
    genomes = np.concatenate([own.ask(state)[:-2], perfect])
    after = frozen(told(own, state, near(genomes), genomes, perfect))
    assert np.array_equal(own.best(after)[0], perfect[0]) and own.best(after)[1] == near(perfect)[0]
    without = told(own, state, near(own.ask(state)), own.ask(state))
    assert not same(after, without) and np.isfinite(own.ask(after)).all() and np.abs(own.ask(after)).max() <= 1
    wrong = told(own, state, np.where(np.arange(N) >= N - 2, np.nan, near(genomes)), genomes, perfect)
    assert wrong.refused[0] == 2 and not np.array_equal(own.best(wrong)[0], perfect[0])


@every_case
def test_a_guest_that_was_asked_is_no_guest(name, params) -> None:
    """Telling the last genomes as guests teaches what telling them as one's own does."""
    own = strategy(name, {**params, **({"bounded": False} if name in ("snes", "open_es") else {})})
    state = own.init(1, founders())
    genomes = own.ask(state)
    ours = told(own, state, near(genomes), genomes)
    theirs = told(own, state, near(genomes), genomes, genomes[-2:])
    for key, array in arrays(ours).items():
        assert np.allclose(arrays(theirs)[key], array, atol=1e-5), key


def generations(seed: int = 1) -> Generations:
    place = WORLDS["mushrooms"]
    brain = make_brain(BRAINS["bare"], len(place.sensors), len(place.actuators))
    return Generations(Evaluator(place, brain, 10, seed=seed), strategy("ga", {}), episodes=1)


def test_the_best_of_a_generation_go_and_are_tried_elsewhere() -> None:
    here, there = generations(1), generations(2)
    assert not len(here.emigrants(3))  # nobody was tried yet
    here.step(2)
    there.step(2)
    going = here.emigrants(3)
    best = np.sort(here.population.fitness)[::-1][:3]
    assert [
        here.population.fitness[(here.population.genomes == genome).all(axis=1)].max() for genome in going.genomes
    ] == best.tolist()
    there.immigrate(going)
    resumed = generations(2)
    resumed.restore(there.state())
    for run in (there, resumed):
        run.step(1)
        assert (
            np.array_equal(run.population.genomes[-3:], going.genomes)
            and (run.genealogy()["parent_id"][-3:] == -1).all()
        )
        run.step(1)
        assert not len(run.population.guests)
    assert there.state_hash() == resumed.state_hash()


def test_bodies_are_taken_over_and_nothing_else_changes() -> None:
    here, there = life(seed=1), life(seed=2)
    here.step(30)
    there.step(30)
    there.deaths()
    before = {name: array.copy() for name, array in there.state().items()}
    going, leaving = here.emigrants(5), there.emigrants(5)
    assert going.to_bytes() == here.emigrants(5).to_bytes()
    there.immigrate(going)
    after, f = there.state(), there.fields
    rows = np.flatnonzero(f["id"] != before["id"])
    assert len(rows) == 5 and there.num_alive == before["num_living"][0]
    assert sorted(map(bytes, f["genome"][rows])) == sorted(map(bytes, going.genomes))
    assert sorted(map(bytes, before["genome"][rows])) == sorted(map(bytes, leaving.genomes))
    others = np.setdiff1d(np.arange(there.capacity), rows)
    for name, array in after.items():
        if there.fields.table[name].table == "agents":
            assert np.array_equal(array[others], before[name][others], equal_nan=True), name
        elif name != "next_id":
            assert np.array_equal(array, before[name]), name
    assert f["next_id"][0] == before["next_id"][0] + 5 and sorted(f["id"][rows]) == list(
        range(*before["next_id"], f["next_id"][0])
    )
    for kept in ("x", "y", "energy"):
        assert np.array_equal(f[kept], before[kept])
    dead = there.deaths()
    assert sorted(dead["id"]) == sorted(before["id"][rows]) and there.causes[dead["cause"][0]] == "migrated"
    there.step(5)


def test_migration_is_the_same_on_a_card(host_device) -> None:
    ends = []
    for backend in ("cpu", "gpu"):
        here, there = life(seed=1, backend=backend), life(seed=2, backend=backend)
        for run in (here, there):
            run.step(10)
        there.immigrate(here.emigrants(5))
        there.step(10)
        ends.append(there.state_hash())
    assert ends[0] == ends[1]
