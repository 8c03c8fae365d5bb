"""Structural mutations: a move changes one unit and nothing else, is the same on host and device, and is inherited."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends.cpu.threads import Program
from alife.brains import Brain, make_brain
from alife.brains.layers.path_groups import path_units
from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution import natural
from alife.evolution.shared import breeding
from alife.evolution.shared.base import StrategyState, initial_fields
from alife.evolution.shared.breeding import Breeding, Parents, make_children
from alife.evolution.shared.structural import draw_moves, tabulate_moves
from alife.experiment.evolve import evolve
from alife.ops.gene_groups import Move
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import WORLDS
from tests.evolution.test_strategies import strategy
from tests.helpers.brain_checks import Spec, brain_of
from tests.helpers.lives import life
from tests.laws.test_laws import laws_of_a_step, rows_of, run_plainly

BARE: Spec = {"projection": None, "memory": None}
BRAINS: dict[str, Spec] = {
    "paths": {"name": "paths", **BARE, "width": 16, "paths": 32},
    "members": {"name": "paths", "projection": None, "ensemble": 2, "injection": 1, "width": 16, "paths": 64},
    "single": {"name": "paths", **BARE, "width": 16, "paths": 40, "generator": "iid", "ensemble": 2},
    "convolution": {"name": "paths", **BARE, "form": "conv", "channels": 4, "paths": 8, "layers": 2},
    "circulant": {"name": "circulant", **BARE, "block": 4, "width": 16, "injection": 1, "layers": 2},
    "powers": {"name": "circulant", **BARE, "powers": 8, "block": 4, "width": 16, "ensemble": 2},
    "sine": {"name": "sine", "width": 16, "memory": None},
}
DEEP: Spec = {**BRAINS["convolution"], "layers": 16, "kernel": 8}  # products of 128 genes, below what float32 holds
COUNT = 300


def breed(brain: Brain, moves: tuple[Move, ...], structural: float = 1.0, **changes: Any) -> tuple[np.ndarray, ...]:
    """Returns parents [N, G] and a child of each, changed by the given moves alone."""
    parents = brain.init(COUNT, seed=3)
    everyone = np.arange(COUNT)
    p = Breeding(**{"mutation_rate": 0.0, "crossover": 0.0, "structural": structural, **changes})
    each = Parents(everyone, everyone, np.zeros(COUNT, np.int32))
    state = StrategyState(**initial_fields(7, parents))
    return parents, make_children(p, state, parents, each, tabulate_moves(moves, brain.num_genes))


def changed_units(move: Move, parents: np.ndarray, child: np.ndarray) -> list[int]:
    """Returns the unit that changed in each child, -1 for none, and checks that no other did."""
    found = []
    for a, b in zip(parents, child, strict=True):
        places = np.flatnonzero(a.view(np.uint32) != b.view(np.uint32))
        units = {int(np.flatnonzero((move.units == g).any(axis=1))[0]) for g in places}
        assert len(units) <= 1
        found.append(units.pop() if units else -1)
    return found


def move_of(case: str, kind: str) -> tuple[Brain, Move]:
    """Returns a brain and its first move of a kind."""
    brain = brain_of({**BRAINS, "deep": DEEP}[case])
    return brain, next(move for move in brain.moves if move.kind == kind)


@pytest.mark.parametrize("case", BRAINS)
def test_units_share_no_gene_and_are_weights(case) -> None:
    brain = brain_of(BRAINS[case])
    _, start, shape = brain.layout["weights"]
    for move in brain.moves:
        flat = move.units.ravel()
        assert len(set(flat.tolist())) == len(flat) and start <= flat.min()
        assert flat.max() < start + np.prod(shape) <= brain.num_genes


@pytest.mark.parametrize("case", ["paths", "members", "single", "convolution"])
def test_a_unit_is_a_path(case) -> None:
    """A signal passes each layer at the path's neuron only, if all other weights are 0 and nothing is injected."""
    brain = brain_of(BRAINS[case])
    network, (_, move) = brain.network, brain.moves
    paths, layers = network.params.paths, network.params.layers
    assert move.units.shape == (paths * network.params.ensemble, layers * network.convolution.kernel)
    genes = np.zeros((len(move.units), brain.num_genes), np.float32)
    observed = np.random.default_rng(2).normal(size=(1, 7)).astype(np.float32).repeat(2 * len(genes), axis=0)
    np.put_along_axis(genes, move.units, 1.0, axis=1)
    first = move.units[:, : network.convolution.kernel]
    signed = np.concatenate([genes, genes])
    np.put_along_axis(signed[len(genes) :], first, -1.0, axis=1)  # for inputs below 0
    notes = brain.notes(signed, brain.new_states(len(signed)), observed)
    reached = 0
    for number in range(1, layers + 1):
        for unit in range(len(genes)):
            member, path = divmod(unit, paths)
            name = f"{network.prefix(member)}layer_{number}"
            lanes = (notes[name][[unit, unit + len(genes)], : network.width] != 0).any(axis=0)
            channels = set(np.flatnonzero(lanes) // network.convolution.positions)
            assert channels <= {network.places[number, path]}
            reached += bool(channels)
    live = (notes["input"][0].reshape(network.convolution.channels, -1) != 0).any(axis=1)
    assert reached == layers * network.params.ensemble * live[network.places[0]].sum() > 0


def test_the_places_of_weights_of_paths() -> None:
    """Three paths, two of which end at one neuron: first weights by neuron, per kernel row, precede second ones."""
    places = np.array([[0, 1, 2], [2, 0, 2]])
    assert path_units(places, np.array([10])).tolist() == [[11], [10], [12]]
    assert path_units(places, np.array([0]), kernel=2).tolist() == [[1, 3], [0, 2], [4, 5]]


def test_all_weights_of_a_path_are_stepped() -> None:
    brain, move = move_of("members", "together")
    parents, child = breed(brain, (move,))
    units = np.array(changed_units(move, parents, child))
    assert (units >= 0).mean() > 0.9 and len(set(units.tolist())) > 100
    whole = [(child[i] != parents[i]).sum() for i in range(COUNT)]
    assert np.bincount(whole)[3] > 0.4 * COUNT  # steps out of [-1, 1] are not taken
    assert np.abs(child).max() <= 1


@pytest.mark.parametrize("case", ["paths", "single", "convolution", "deep"])
def test_the_weakest_path_is_replaced(case) -> None:
    brain, move = move_of(case, "replace")
    parents, child = breed(brain, (move,))
    weakest = np.abs(parents[:, move.units]).prod(axis=2, dtype=np.float64).argmin(axis=1)
    assert changed_units(move, parents, child) == weakest.tolist()
    new = np.take_along_axis(child, move.units[weakest], axis=1)
    assert (new != np.take_along_axis(parents, move.units[weakest], axis=1)).all()
    assert np.abs(new).max() <= 1 and abs(new.mean()) < 0.06 and abs(new.var() - 1 / 3) < 0.05


@pytest.mark.parametrize("case", ["circulant", "powers"])
def test_a_block_is_rolled(case) -> None:
    brain, move = move_of(case, "roll")
    parents, child = breed(brain, (move,))
    shifts = []
    for i, unit in enumerate(changed_units(move, parents, child)):
        before, after = parents[i, move.units[unit]], child[i, move.units[unit]]
        shifts += [shift for shift in range(4) if np.array_equal(np.roll(before, shift), after)]
    assert len(shifts) == COUNT and set(shifts) == {1, 2, 3}


def weight(brain: Brain, genes: np.ndarray) -> np.ndarray:
    """Returns the signed powers of two that genes encode."""
    level = np.clip(np.floor(np.abs(genes) * brain.network.params.powers), 0, brain.network.params.powers - 1)
    return np.where(genes >= 0, 1, -1) * 2.0 ** (level - (brain.network.params.powers - 1))


def test_an_exponent_steps_by_a_factor_of_two_or_a_sign_changes() -> None:
    brain, move = move_of("powers", "level")
    parents, child = breed(brain, (move,))
    units = np.array(changed_units(move, parents, child))
    genes = move.units[units[units >= 0], 0]
    before, after = (weight(brain, each[units >= 0, genes]) for each in (parents, child))
    assert set((after / before).tolist()) == {0.5, 2.0}
    ends = (
        (np.abs(weight(brain, parents[units < 0])) == 1) | (np.abs(weight(brain, parents[units < 0])) == 2.0**-7)
    ).any()
    assert ends and 0.8 < (units >= 0).mean() < 1
    brain, move = move_of("powers", "sign")
    parents, child = breed(brain, (move,))
    genes = move.units[changed_units(move, parents, child), 0]
    rows = np.arange(COUNT)
    assert np.array_equal(child[rows, genes], -parents[rows, genes])


def test_a_phase_steps_by_one_on_a_circle() -> None:
    brain, move = move_of("sine", "phase")
    parents, child = breed(brain, (move,))
    genes, rows = move.units[changed_units(move, parents, child), 0], np.arange(COUNT)
    before, after = (np.floor(each[rows, genes] * 128 + 0.5) for each in (parents, child))
    assert set(((after - before) % 256).tolist()) == {1, 255}
    assert np.array_equal(child[rows, genes] * 128, after) and (after < 128).all()
    ring = brain.init(1, 1).repeat(COUNT, axis=0)
    ring[:] = 127 / 128
    each = Parents(rows, rows, np.zeros(COUNT, np.int32))
    p = Breeding(mutation_rate=0.0, structural=1.0)
    children = make_children(
        p, StrategyState(**initial_fields(5, ring)), ring, each, tabulate_moves((move,), brain.num_genes)
    )
    assert set(children[children != ring[0, 0]].tolist()) == {-1.0, 126 / 128}


def test_the_share_is_as_configured_and_moves_are_equally_likely() -> None:
    brain = brain_of(BRAINS["powers"])
    parents, child = breed(brain, brain.moves, structural=0.5)
    many = (child != parents).sum(axis=1)
    assert abs((many > 0).mean() - 0.48) < 0.1
    assert 0.2 < (many > 1).sum() / (many > 0).sum() < 0.47  # rolls, a third of the moves
    assert np.array_equal(*breed(brain, brain.moves, structural=0.0))
    again = breed(brain, brain.moves, structural=0.5)[1]
    assert np.array_equal(child, again)


def test_children_of_two_parents_are_crossed_first() -> None:
    """Each gene of a rolled block comes from the parent that was drawn for its old place."""
    brain, move = move_of("circulant", "roll")
    genomes = brain.init(2, seed=1)
    count = 100
    each = Parents(np.zeros(count, np.int64), np.ones(count, np.int64), np.ones(count, np.int32))
    state, structure = StrategyState(**initial_fields(7, genomes)), tabulate_moves((move,), brain.num_genes)
    plain = make_children(Breeding(mutation_rate=0.0), state, genomes, each, None)
    moved = make_children(Breeding(mutation_rate=0.0, structural=1.0), state, genomes, each, structure)
    for before, after in zip(plain, moved, strict=True):
        (unit,) = {int(np.flatnonzero((move.units == g).any(axis=1))[0]) for g in np.flatnonzero(before != after)}
        assert any(np.array_equal(np.roll(before[move.units[unit]], k), after[move.units[unit]]) for k in (1, 2, 3))


def test_laws_equal_their_plain_python() -> None:
    brain = brain_of({**BRAINS["powers"], "ensemble": 1})
    moves = (
        *brain.moves,
        Move("weakest", "replace", brain.moves[0].units),
        Move("all", "together", brain.moves[0].units),
    )
    parents = brain.init(6, seed=3)
    structure = tabulate_moves(moves, brain.num_genes)
    names: dict[str, Any] = {**structure.names(), "genome": parents, "structural": np.float32(0.9)}
    mother, father = np.array([0, 1, 2, 3, 4, 5] * 4, np.int32), np.array([5, 4, 3, 2, 1, 0] * 4, np.int32)
    crossed = (np.arange(24) % 2).astype(np.int32)
    count, seed, step = 24, np.uint64(9), np.int64(0)
    names |= {
        "mother": mother,
        "father": np.where(crossed, father, -1).astype(np.int32),
        "sigma": np.full(count, 0.3, np.float32),
    }
    names |= {"by_exponent": np.int32(1), "mutation_rate": np.float32(0.1), "mutation_precision": np.float32(10)}
    names |= {"deletion": np.float32(0.3)}
    names |= {"seed": seed, "step": step, "genes": np.zeros((count, brain.num_genes), np.float32)}
    names |= {key: np.zeros(count, np.int32) for key in ("structure_move", "structure_unit")}
    for i in range(count):
        draw_moves(np.int32(i), *(names[key] for key in draw_moves.array_form.arguments))
        for g in range(0, brain.num_genes, 3):
            breeding.breed_structured(
                np.int32(i), np.int32(g), *(names[key] for key in breeding.breed_structured.array_form.arguments)
            )
    p = Breeding(mutation_rate=0.1, structural=0.9, deletion=0.3)
    children = make_children(
        p, StrategyState(**initial_fields(9, parents)), parents, Parents(mother, father, crossed), structure
    )
    assert set(names["structure_move"].tolist()) == {-1, 0, 1, 2, 3, 4}
    assert np.array_equal(names["genes"][:, ::3], children[:, ::3])


# ---- runs


def evolved(name: str, backend: str, structural: float = 0.4, generations: int = 3) -> Generations:
    place = WORLDS["cartpole" if name == "nsga2" else "mushrooms"]
    brain = make_brain(BRAINS["powers"], len(place.sensors), len(place.actuators))
    run = Generations(
        Evaluator(place, brain, 12, 1, 1, backend), strategy(name, {"structural": structural}), episodes=1
    )
    run.step(generations)
    return run


@pytest.mark.parametrize("name", ["ga", "gray"])
def test_a_run_is_the_same_on_a_device_and_resumed(name, host_device) -> None:
    host, device, again = evolved(name, "cpu"), evolved(name, "gpu"), evolved(name, "cpu", generations=1)
    assert host.state_hash() == device.state_hash() != evolved(name, "cpu", 0.0).state_hash()
    again.restore(host.state())
    for run in (host, again):
        run.step(2)
    assert host.state_hash() == again.state_hash()


BUSY = {"side": 32, "population": 200, "capacity": 500, "split_age": 5, "split_energy": 0.8, "founder_energy": 2.0}
SMALL = {"name": "paths", "projection": None, "memory": None, "width": 16, "paths": 32, "storage": "float16"}


def shared(mating: float = 0.0, backend: str = "cpu", structural: float = 0.7, **of: Any):
    p = natural.Params(mutation_rate=0.0, mating=mating, structural=structural)
    return life(**{**BUSY, **of}, strategy=p, brain=SMALL | {"width": 32, "paths": 64}, backend=backend)


def test_children_of_a_shared_world_inherit_moves() -> None:
    """A child differs from its parent in one path or in nothing, and its own children inherit the change."""
    simulation = shared()
    f, genomes, counts = simulation.fields, {}, np.zeros(2, int)
    genomes = dict(zip(f["id"][:200].tolist(), f["genome"][:200].copy(), strict=True))
    move = simulation.brain.moves[0]
    for _ in range(30):
        simulation.step()
        for i in f["newborn"][: int(f["num_newborn"][0])]:
            child = genomes[int(f["id"][i])] = f["genome"][i].copy()
            places = np.flatnonzero(child != genomes[int(f["parent_id"][i])])
            assert len({int(np.flatnonzero((move.units == g).any(axis=1))[0]) for g in places}) <= 1
            counts += len(places) > 0, 1
    assert counts[1] > 100 and 0.5 < counts[0] / counts[1] < 0.8 and f["generation"].max() > 1


def test_a_shared_world_is_the_same_on_a_device(host_device) -> None:
    host, device = (shared(0.6, backend) for backend in ("cpu", "gpu"))
    for simulation in (host, device):
        simulation.step(25)
    assert host.state_hash() == device.state_hash() and host.births > 50


@pytest.mark.parametrize("mating", [0.0, 0.6])
def test_laws_of_a_shared_world_equal_their_plain_python(mating) -> None:
    hungry = {"youth": 0, "handling": 1, "upkeep": 0.06, "split_age": 2, "founder_energy": 1.2, "lifetime": 9}
    small, happened = shared(mating, population=90, capacity=130, side=16, seed=4, **hungry), set()
    small.step(4)
    small.deaths()
    for law, call in laws_of_a_step(small):
        plain = law is not None and law.name in ("clear_mate", "choose", "draw_moves", "breed_structured")
        before = {name: array.copy() for name, array in small.engine.bindings.names.items()}
        if plain:
            run_plainly(small, law, before)
            happened |= {law.name} if rows_of(small, law) else set()
        Program([call]).run()
        assert not plain or all(
            np.array_equal(before[name], small.engine.bindings.names[name]) for name in law.array_form.arguments
        )
    assert happened == {"draw_moves", "breed_structured", "choose" if mating else "clear_mate"}


@pytest.mark.parametrize(
    ("brain", "message"),
    [
        (
            "{name: wht, projection: null}",
            "strategy.structural: expected a brain with moves of its own, such as paths, ",
        ),
        (
            "{name: paths}",
            "brain.projection: expected null where strategy.structural is above 0, .* got 128; write proj",
        ),
        (
            "{name: paths, projection: null, generator: own}",
            "strategy.structural: expected .* got paths; write struct",
        ),
    ],
)
def test_brains_without_moves_are_refused(brain, message, tmp_path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"world: {{name: cartpole}}\nbrain: {brain}\nstrategy: {{name: ga, structural: 0.1}}\n")
    with pytest.raises(UserError, match=message):
        load_config(path)
    place = WORLDS["cartpole"]
    spec = {key: value for key, value in load_config("cartpole").brain.model_dump().items() if key == "width"}
    with pytest.raises(UserError, match="strategy.structural|brain.projection"):
        strategy("ga", {"structural": 0.1}).structure_for(make_brain({"name": "wht", **spec}, len(place.sensors), 1))


def test_units_that_share_a_gene_are_an_error() -> None:
    with pytest.raises(ValueError, match="twin: expected units that share no gene"):
        tabulate_moves((Move("twin", "sign", np.array([[0], [0]])),), 3)


def test_a_configuration_runs_with_it(tmp_path) -> None:
    """The run differs from one without structural mutations."""
    path = tmp_path / "x.yaml"
    path.write_text(
        "world: {name: cartpole}\nbrain: {name: paths, projection: null, memory: null, width: 16, paths: 32}\n"
        "strategy: {name: ga, structural: 0.3}\nrun: {capacity: 16, generations: 2, episodes: 1, threads: 1}\n"
    )
    runs = [evolve(load_config(path, overrides)) for overrides in ([], ["strategy.structural=0"])]
    assert runs[0].simulation.state_hash() != runs[1].simulation.state_hash()
