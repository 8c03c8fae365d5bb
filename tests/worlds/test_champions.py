"""Each saved champion of a world in which agents live alone does what its file says: the same fitness, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config.registry import files, find
from alife.config.schema import parse_config
from alife.experiment.records.genome import Genome, load_genome
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.coevolution import DUELS
from alife.simulation.kinds import make_evaluator


def solo_champions() -> list[str]:
    """Names of genomes whose world has episodes, and whose file tells how well they did in those never met."""
    genomes = {name: load_genome(path).meta for name, path in files("genomes").items()}
    return [
        name
        for name, meta in genomes.items()
        if "held_out" in meta and find("worlds", meta["world"]).num_populations == 1
    ]


def replayed(genome: Genome, **memory: str) -> float:
    """Mean fitness in the episodes that no generation met. memory: what is different in it."""
    config = parse_config(genome.meta["config"], "champion")
    world = find("worlds", config.names["world"])(config.world)
    spec = {**genome.brain, "memory": {**genome.brain["memory"], **memory}}
    brain = make_brain(spec, len(world.sensors), len(world.actuators))
    trial = make_evaluator(world, brain, config.run.capacity, genome.meta["seed"], threads=1)
    return float(trial.held_out(genome.params).mean(dtype=np.float64))


@pytest.mark.parametrize("name", solo_champions())
def test_a_champion_does_as_its_file_says(name: str) -> None:
    genome = load_genome(files("genomes")[name])
    if genome.meta["world"] == "gymnasium":
        pytest.importorskip("gymnasium")
    assert replayed(genome) == genome.meta["held_out"]


@pytest.mark.parametrize(("name", "most"), [("tmaze", 0.3), ("tmaze-walked", 0.3), ("seasons", 0.5)])
def test_whose_memory_is_emptied_at_each_step_is_left_with_reflexes(name: str, most: float) -> None:
    assert replayed(load_genome(files("genomes")[name]), ablation="reset") <= most


def test_champions_of_two_sides_do_against_each_other_as_their_files_say() -> None:
    genomes = [load_genome(files("genomes")[f"pursuit-{role}"]) for role in ("predator", "prey")]
    config = parse_config(genomes[0].meta["config"], "champion")
    world = find("worlds", "pursuit")(config.world)
    brain = make_brain(genomes[0].brain, len(world.sensors), len(world.actuators))
    arenas = ArenaEvaluator(world, brain, config.run.capacity, config.seed, threads=1)
    pairs = np.tile([0, 1], (arenas.arenas, 1))
    told = arenas.play(np.stack([one.params for one in genomes]), pairs, DUELS, apart=True)[:, :, 0]
    assert told.mean(axis=0, dtype=np.float64).tolist() == [one.meta["duel"] for one in genomes]


def test_there_are_some() -> None:
    assert {"cartpole", "mushrooms", "tmaze", "tmaze-walked", "seasons"} <= set(solo_champions())
