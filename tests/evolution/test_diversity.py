"""map_elites and novelty: contents of grid and archive, and coverage compared with random genomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution.map_elites import State, cells_of
from alife.evolution.novelty import PATIENCE, novelties
from alife.experiment.evolve import evolve
from tests.evolution.test_strategies import N, evolved, founders, strategy, tell

CELLS = 32


def reached(genomes: np.ndarray) -> np.ndarray:
    """Returns the hand's position of an arm with one joint per gene, as shares of its reach: [N, 2] float32 in 0..1."""
    angle = np.cumsum(np.pi * genomes.astype(np.float64), axis=1)
    hand = np.stack([np.cos(angle).mean(axis=1), np.sin(angle).mean(axis=1)], axis=1)
    return ((hand + 1) / 2).astype(np.float32)


def straight(genomes: np.ndarray) -> np.ndarray:
    """Returns the fitness [N]: how evenly the joints are bent."""
    even: np.ndarray = -genomes.var(axis=1, dtype=np.float64)
    return even


def covered(name: str, params: dict[str, Any], seed: int, joints: int = 20) -> float:
    """Returns the share of 32 x 32 cells reached in 10,000 evaluations, at most pi/4. name "": random genomes."""
    rng, seen = np.random.default_rng(seed), set[int]()
    own = strategy(name, params) if name else None
    state = own.init(seed, founders(seed, 100, joints)) if own else None
    for _ in range(100):
        genomes = own.ask(state) if own else rng.uniform(-1, 1, (100, joints)).astype(np.float32)
        seen |= set(cells_of(reached(genomes), CELLS).tolist())
        state = own.tell(state, straight(genomes), reached(genomes)) if own else None
    return len(seen) / CELLS**2


@pytest.mark.parametrize(
    ("name", "params"), [("map_elites", {}), ("map_elites", {"variation": "iso_line"}), ("novelty", {})]
)
def test_an_arm_reaches_more_than_twice_as_many_cells_as_at_random(name, params) -> None:
    """Random arms of 20 joints curl up near the shoulder. Measured: 0.24 of all cells at random, here 0.62 to 0.71."""
    for seed in range(3):
        assert covered(name, params, seed) > 2.4 * covered("", {}, seed)


# ---- the grid


def filled(generations: int, cells: int = 8) -> tuple[list[tuple[np.ndarray, ...]], State]:
    """Returns genomes, fitness and measures of each generation, and the last state."""
    own = strategy("map_elites", {"cells": cells})
    state, evaluated = own.init(5, founders()), []
    for _ in range(generations):
        genomes = own.ask(state)
        evaluated.append((genomes, straight(genomes).astype(np.float32), reached(genomes)))
        state = own.tell(state, *evaluated[-1][1:])
    return evaluated, state


def test_each_cell_holds_the_first_of_its_best_genomes() -> None:
    evaluated, state = filled(12)
    best: dict[int, tuple[float, np.ndarray, np.ndarray]] = {}
    for genomes, fitness, measures in evaluated:
        for genome, value, did in zip(genomes, fitness, measures, strict=True):
            cell = int(did[0] * 8) * 8 + int(did[1] * 8)
            if cell not in best or value > best[cell][0]:
                best[cell] = (value, genome, did)
    assert state.cells.tolist() == sorted(best) and len(best) > 15
    for row, cell in enumerate(state.cells.tolist()):
        value, genome, did = best[cell]
        assert state.elite_fitness[row] == value
        assert np.array_equal(state.elites[row], genome) and np.array_equal(state.elite_measures[row], did)


def test_the_grid_equals_that_of_pyribs() -> None:
    archives = pytest.importorskip("ribs.archives")
    evaluated, state = filled(12)
    grid = archives.GridArchive(solution_dim=6, dims=(8, 8), ranges=[(0, 1), (0, 1)], dtype=np.float32)
    for batch in evaluated:
        grid.add(*batch)
    theirs = grid.data()
    order = np.argsort(theirs["index"])
    assert np.array_equal(theirs["index"][order], state.cells)
    assert np.array_equal(theirs["solution"][order], state.elites)
    assert np.array_equal(theirs["objective"][order], state.elite_fitness)


def test_values_outside_the_range_are_in_the_outermost_cells() -> None:
    measures = np.array([[-5, 0], [0, 1], [0.999, 7], [0.25, 0.5]])
    assert cells_of(measures, 4).tolist() == [0, 3, 15, 6]
    with pytest.raises(UserError, match="strategy.cells: expected cells.8 below 2.63, got 256"):
        cells_of(np.zeros((1, 8)), 256)


def test_parent_ids_are_those_of_elites() -> None:
    evaluated, state = filled(6)
    kept, count = {genome.tobytes() for genome in state.elites}, len(evaluated[0][0])
    generations, rows = np.divmod(state.parent_ids, count)
    genomes = [evaluated[generation][0][row] for generation, row in zip(generations, rows, strict=True)]
    assert all(genome.tobytes() in kept for genome in genomes) and set(generations) > {5}
    own = [evaluated[id // count][0][id % count] for id in state.elite_ids]
    assert np.array_equal(own, state.elites)


# ---- novelty


@pytest.mark.parametrize("neighbours", [1, 3, 100])
def test_novelty_is_the_mean_distance_to_the_nearest_neighbors(neighbours: int) -> None:
    rng = np.random.default_rng(0)
    archive, measures = rng.random((9, 3)), rng.random((5, 3))
    every = np.concatenate([archive, measures])
    for row, value in enumerate(novelties(measures, every, neighbours)):
        others = np.delete(every, 9 + row, axis=0)
        distances = sorted(np.linalg.norm(others - measures[row], axis=1))[:neighbours]
        assert value == pytest.approx(np.mean(distances), rel=1e-12)
    assert novelties(measures[:1], measures[:1], neighbours).tolist() == [0.0]


def test_the_threshold_follows_the_entries_and_the_archive_is_bounded() -> None:
    own = strategy("novelty", {"threshold": 0.2, "archive": 30})
    state = own.init(3, founders())
    first = tell(own, state, np.zeros(N), founders())
    assert len(first.archive) == first.entered[0] > 4 and first.threshold[0] == 0.2 * 1.2
    same = np.zeros((N, 2))
    for generation in range(PATIENCE // N + 1):
        assert state.threshold[0] == 0.2 and state.idle[0] == generation * N
        state = own.tell(state, np.zeros(N), same)
    assert state.threshold[0] == 0.2 * 0.95 and state.idle[0] == 0 and not len(state.archive)
    own = strategy("novelty", {"threshold": 1e-9, "archive": 30})
    after = evolved(own, own.init(3, founders()), 5)
    assert len(after.archive) == 30 < after.entered[0]


def test_fitness_can_be_weighed_in() -> None:
    """With all the weight on fitness it climbs; with none it ignores fitness."""
    climbed = [
        evolved(own, own.init(3, founders()), 60).best_fitness[0]
        for own in (strategy("novelty", {"fitness_weight": weight}) for weight in (1.0, 0.0))
    ]
    assert climbed[0] > -0.01 and climbed[0] > climbed[1] / 4


def test_the_corrected_grid_is_that_of_the_elites_by_new_evaluations() -> None:
    """Luck spread four elites over as many cells; by their means two share a cell, and one has no finite fitness."""
    own = strategy("map_elites", {"cells": 4, "qd_offset": -1.0})
    state = own.init(1, founders(count=6))
    told = np.linspace(0.05, 0.95, 6, dtype=np.float32)
    state = own.tell(state, np.full(6, 5.0, np.float32), np.stack([told, told[::-1] > 0.5], axis=1))
    elites = own.archived(state)
    assert own.metrics(state) == {"coverage": len(elites) / 16, "qd_score": 6.0 * len(elites)} and len(elites) == 4
    fitness = np.array([0, 1, 2, np.nan], np.float32)
    measures = np.array([[0.1, 0.1], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9]], np.float32)
    corrected = own.corrected(state, fitness, measures)
    assert corrected == {"corrected_coverage": 2 / 16, "corrected_qd_score": (1 + 1.0) + (2 + 1.0)}
    assert own.archived(own.init(1, founders())) is None


# ---- in a world


def test_a_run_tells_its_archive_as_held_out_episodes_show_it(tmp_path, monkeypatch, command) -> None:
    """With one episode of a genome luck fills cells that its mean leaves; nothing of the run depends on the look."""
    monkeypatch.chdir(tmp_path)
    small = ["run.capacity=20", "run.episodes=1", "run.generations=12", "strategy.name=map_elites", "strategy.cells=8"]
    run = evolve(load_config("mushrooms", ["world.encounters=4", *small]))
    before, steps = run.simulation.state_hash(), run.simulation.agent_steps
    corrected, told = run.simulation.corrected(), run.simulation.metrics()
    assert 0 < corrected["corrected_coverage"] < told["coverage"]
    assert corrected["corrected_qd_score"] < told["qd_score"] and run.simulation.corrected() is corrected
    assert (run.simulation.state_hash(), run.simulation.agent_steps) == (before, steps)
    assert f"; corrected coverage {corrected['corrected_coverage']:.4g}; " in run.simulation.summary()
    sets = [word for line in ["world.encounters=4", *small] for word in ("--set", line)]
    status, out, _ = command("evolve", "mushrooms", *sets, "--json", "--out", "run")
    assert status == 0 and corrected.items() <= json.loads(out).items()


@pytest.mark.parametrize("name", ["map_elites", "novelty"])
def test_a_run_with_measures_is_the_same_when_resumed(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    small = ["run.capacity=20", "run.episodes=2", "run.metrics_every=1", "run.checkpoint_every=2", "run.threads=1"]
    config = load_config("mushrooms", [f"strategy.name={name}", "world.encounters=4", *small])
    length = [config.model_copy(update={"run": config.run.model_copy(update={"generations": n})}) for n in (3, 7)]
    whole = evolve(length[1], "whole")
    evolve(length[0], "part")
    again = evolve(length[1], "part", resume=True)
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    rows = [line.split(",") for line in Path("part/metrics.csv").read_text().splitlines()]
    assert Path("part/metrics.csv").read_bytes() == Path("whole/metrics.csv").read_bytes()
    column = rows[0].index("coverage" if name == "map_elites" else "archive")
    assert len(rows) == 9 and float(rows[1][column]) == 0 < float(rows[-1][column])


PLAIN = '''"""Cart and pole without measures."""
from worlds import cartpole

class Params(cartpole.Params):
    pass

class Plain(cartpole.Cartpole):
    measures = ()
'''


@pytest.mark.parametrize(
    ("name", "world", "need"), [("map_elites", "plain", "measures"), ("nsga2", "mushrooms", "objectives")]
)
def test_a_world_that_lacks_what_is_needed_is_refused_at_its_line(
    name, world, need, tmp_path, monkeypatch, command
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "plain.py").write_text(PLAIN)
    (tmp_path / "c.yaml").write_text(f"world: {{name: {world}}}\nstrategy:\n  name: {name}\n")
    status, _, errors = command("evolve", "c.yaml", "--out", "run")
    assert status == 2 and errors.count("\n") == 1 and not (tmp_path / "run").exists()
    assert f"c.yaml:3: strategy '{name}' needs a world that declares {need}, but '{world}' has none" in errors
