"""Small populations that evolved to balance a pole, whose members can be crossed and their children evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.report.subject import Subject
from alife.brains import make_brain
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.records.genome import Genome

BRAIN = {"name": "dense", "width": 16, "layers": 1, "memory": None, "projection": None}
INPUTS, OUTPUTS, CHOOSING, JUDGING = 4, 1, 8, 8  # of cartpole; held-out episodes


@dataclass(frozen=True)
class Population:
    """The best of a population. subject: any of them, with world and brain. genomes: [B, G]. fitness: their mean."""

    subject: Subject
    genomes: np.ndarray
    fitness: float


def evolved(seed: int, best: int, generations: int) -> Population:
    """Evolves 64 genomes of a dense brain of 16 ReLUs by `ga`, half of the children crossed, and returns the best.

    They are chosen by held-out episodes, none equal to another, and their fitness is that in further ones.
    """
    run = {"generations": generations, "capacity": 64, "episodes": 4, "checkpoint_every": generations}
    parts = {"world": {"name": "cartpole"}, "brain": BRAIN, "strategy": {"name": "ga", "crossover": 0.5}}
    config = load_config({**parts, "run": run, "seed": seed})
    genomes = np.unique(evolve(config, threads=1).population["genome"], axis=0)
    brain = make_brain(BRAIN, INPUTS, OUTPUTS)
    subject = Subject("evolved", Genome(genomes[0], brain.spec()), brain, config, None)
    found = _episodes(subject, genomes)
    order = np.argsort(-found[:, :CHOOSING].mean(axis=1), kind="stable")[:best]
    return Population(subject, genomes[order], float(found[order, CHOOSING:].mean()))


def mean_fitness(population: Population, genomes: np.ndarray) -> float:
    """Returns the mean fitness of genomes [N, G] in the episodes that judge a population."""
    return float(_episodes(population.subject, genomes)[:, CHOOSING:].mean())


def _episodes(subject: Subject, genomes: np.ndarray) -> np.ndarray:
    """Returns the fitness of genomes [N, G] in each episode: [N, E]."""
    return held_out_fitness(subject, CHOOSING + JUDGING, genomes=genomes.astype(np.float32))
