"""The choice of a champion: under noise more episodes decide; the mean of a search distribution is a candidate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.config.schema import parse_config
from alife.experiment.evolve import evolve
from alife.experiment.run import Run
from alife.simulation.champion_choice import ENOUGH, FIRST, choose
from alife.simulation.elite_archive import EliteArchive, empty_archive
from alife.simulation.episode import HELD_OUT

SMALL = """seed: 3
world: {name: cartpole, lifetime: 30}
brain: {name: wht, layers: 1, projection: null, memory: null, injection: 0}
strategy: {name: cmaes}
run: {generations: 3, capacity: 8, episodes: 2, threads: 1}
"""


def candidates(count: int) -> EliteArchive:
    """Genomes [K, 1] whose gene is their number; selection liked the last one best."""
    number = np.arange(count)
    unknown, fitness = np.full(count, np.nan), number.astype(np.float32)
    return EliteArchive(number[:, None].astype(np.float32), fitness, unknown, number, number, number)


@pytest.mark.parametrize("episodes", [32, 50, 128, 512])
def test_the_first_few_are_evaluated_until_it_is_enough(episodes: int) -> None:
    asked: list[tuple[int, int]] = []

    def held_out(genome: np.ndarray, first: int) -> float:
        """Genome 3 is the best; genome 7 was lucky in the first episodes, and genome 0 in all others."""
        number = int(genome[0])
        asked.append((number, first - HELD_OUT))
        return 9.0 if number == (7 if first == HELD_OUT else 0) else 5.0 if number == 3 else number / 10

    genome, fitness = choose(empty_archive(1, np.dtype(np.float32)), candidates(9), held_out, episodes)
    more = -(-ENOUGH // episodes) - 1
    assert genome[0] == fitness == (3 if more > 1 else 7)
    again = [(number, place) for number, place in asked if place]
    assert len(asked) == 9 + FIRST * more and {number for number, _ in again} == ({7, 3, 8, 6} if more else set())
    assert sorted({place for _, place in again}) == [k * episodes for k in range(1, more + 1)]


def test_the_middle_of_the_search_distribution_is_a_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = Run(parse_config(SMALL, "small.yaml")).simulation
    simulation.step(3)
    center, steps = simulation.population.center(), simulation.agent_steps
    assert center.tobytes() not in {genome.tobytes() for genome in simulation.population.genomes}
    monkeypatch.setattr(simulation, "_held_out", lambda genome, first=0: float((genome == center).all()))
    champion = simulation.champions()[""]
    assert np.array_equal(champion.params, center) and simulation.agent_steps == steps
    everyone = simulation.evaluator.fitness(np.repeat(center[None], 8, axis=0), 2, first=4)
    assert champion.fitness == everyone[0]


def test_the_middle_of_each_descent_is_a_candidate_also_of_a_run_that_was_continued(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changes = ["strategy.descent=2", "run.generations=7"]
    whole = evolve(parse_config(SMALL, "small.yaml", changes))
    evolve(parse_config(SMALL, "small.yaml", [*changes, "run.generations=5"]), tmp_path / "parts")
    parts = evolve(parse_config(SMALL, "small.yaml", changes), tmp_path / "parts", resume=True)
    assert whole.simulation.state_hash() == parts.simulation.state_hash()
    assert whole.simulation.metrics()["restarts"] == 3
    first = Run(parse_config(SMALL, "small.yaml", changes)).simulation
    first.step(1)
    before = first.population.memory
    first.step()
    center = first.population.last_center(before)
    assert center is not None and first.metrics()["restarts"] == 1
    early = {name: array.copy() for name, array in first.state().items()}
    first.step(4)
    first.restore(early)
    assert all(np.array_equal(array, early[name]) for name, array in first.state().items())
    for run in (whole, parts):
        simulation = run.simulation
        simulation._judged = None
        monkeypatch.setattr(simulation, "_held_out", lambda genome, first=0: 100.0 * (genome == center).all())
        assert np.array_equal(simulation.champions()[""].params, center)
