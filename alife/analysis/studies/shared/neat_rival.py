"""NEAT as a rival in a study: neat-python in an episodic world, which it plays as an environment of Gymnasium.

NEAT (Stanley and Miikkulainen, "Evolving neural networks through augmenting topologies", Evolutionary Computation 10,
2002) evolves weights and structure. Here: recurrent networks of tanh units, which begin without hidden units and with
every input connected to every output; 150 genomes a generation, as in that paper's double pole with velocities; the
other rates are those of neat-python's example `memory-variable`. Episodes, limits and the target are those of a run:
all genomes of a generation meet the same episodes, the next generation meets others, and the best of a generation ends
the run if it reaches the target in held-out episodes.
"""

from __future__ import annotations

import heapq
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alife.atomic_files import write_whole
from alife.config import registry
from alife.config.models import Config
from alife.errors import UserError
from alife.experiment.budget import Budget
from alife.simulation.champion_choice import REPORTED
from alife.simulation.episode import HELD_OUT
from alife.simulation.generational import JUDGED

EXTRA = "pip install '.[peers]' in a clone"
CHOICE = 128  # held-out episodes that decide whether the target is reached, and which of the best is the champion
POPULATION = 150
SETTINGS: dict[str, dict[str, Any]] = {
    "NEAT": {"fitness_criterion": "max", "fitness_threshold": 0, "no_fitness_termination": True,
             "reset_on_extinction": True},
    "DefaultGenome": {
        "num_hidden": 0, "initial_connection": "full_direct", "feed_forward": False,
        "compatibility_disjoint_coefficient": 1.0, "compatibility_weight_coefficient": 0.6,
        "conn_add_prob": 0.2, "conn_delete_prob": 0.2, "node_add_prob": 0.2, "node_delete_prob": 0.2,
        "activation_default": "tanh", "activation_options": "tanh", "activation_mutate_rate": 0.0,
        "aggregation_default": "sum", "aggregation_options": "sum", "aggregation_mutate_rate": 0.0,
        "bias_init_mean": 0.0, "bias_init_stdev": 1.0, "bias_replace_rate": 0.1, "bias_mutate_rate": 0.7,
        "bias_mutate_power": 0.5, "bias_max_value": 30.0, "bias_min_value": -30.0,
        "response_init_mean": 1.0, "response_init_stdev": 0.1, "response_replace_rate": 0.1,
        "response_mutate_rate": 0.1, "response_mutate_power": 0.1, "response_max_value": 30.0,
        "response_min_value": -30.0,
        "weight_init_mean": 0.0, "weight_init_stdev": 1.0, "weight_replace_rate": 0.1, "weight_mutate_rate": 0.8,
        "weight_mutate_power": 0.5, "weight_max_value": 30.0, "weight_min_value": -30.0,
        "enabled_default": True, "enabled_mutate_rate": 0.01,
    },
    "DefaultSpeciesSet": {"compatibility_threshold": 3.0},
    "DefaultStagnation": {"species_fitness_func": "max", "max_stagnation": 20, "species_elitism": 0},
    "DefaultReproduction": {"elitism": 2, "survival_threshold": 0.2, "min_species_size": 1},
}  # fmt: skip

Entry = tuple[float, int, Any]  # fitness, key and genome


def check_installed() -> None:
    """Does nothing if neat-python and Gymnasium are installed.

    Raises:
        UserError: one is missing.
    """
    for module, library in (("neat", "neat-python"), ("gymnasium", "gymnasium")):
        if importlib.util.find_spec(module) is None:
            raise UserError(f"arm neat: expected the library {library}, which is not installed; write {EXTRA}")


def evolve_neat(config: Config, folder: Path, episodes: int) -> dict[str, Any]:
    """Runs NEAT in place of the strategy and brain of a configuration, on one core.

    Args:
        config: world, seed and limits: the generations' evaluations, or the budget.
        folder: for the settings that neat-python reads.
        episodes: further held-out ones, in which the champion is evaluated.

    Returns:
        Row of the study's table: the columns of a run that fit, seconds, and the size of the champion.
    """
    return NeatRun(config, folder).result(episodes)


class NeatRun:
    """One run of NEAT.

    Attributes:
        evaluations, agent_steps: so far, without held-out episodes.
        best: the best genomes of the run by their keys, each with its best evaluation.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        """Makes environment and first generation. See `evolve_neat`."""
        import gymnasium
        import neat

        world = f"alife.gym:alife/{registry.class_name(config.names['world'])}-v0"
        arguments = config.world.model_dump() | {"seed": config.seed, "disable_env_checker": True}
        self._environment = gymnasium.make(world, **arguments).unwrapped
        self._run, self._budget = config.run, Budget(config.run.budget)
        spaces: tuple[Any, ...] = (self._environment.observation_space, self._environment.action_space)
        lanes = [space.shape[0] for space in spaces]
        kinds = (neat.DefaultGenome, neat.DefaultReproduction, neat.DefaultSpeciesSet, neat.DefaultStagnation)
        path = folder / "neat.ini"
        write_whole(path, [settings(min(POPULATION, config.run.capacity), *lanes).encode()])
        self._settings = neat.Config(*kinds, str(path))
        self._population = neat.Population(self._settings, seed=config.seed)
        self.evaluations = self.agent_steps = self._generations = self._steps = 0
        self.best: dict[int, Entry] = {}
        self._reached = False

    def result(self, episodes: int) -> dict[str, Any]:
        """Runs to the end and returns the row. episodes: of the champion's evaluation."""
        with self._budget.counting():
            while not self._ended:
                self._population.run(self._evaluate, 1)
        fitness, _, champion = self._champion()
        held_out = self.fitness(champion, range(REPORTED, REPORTED + episodes))
        nodes, connections = champion.size()
        row = {"fitness": fitness, "held_out": held_out, "step": self._generations, "evaluations": self.evaluations}
        size = {"nodes": nodes, "connections": connections}
        return {**row, "agent_steps": self.agent_steps, "seconds": round(self._budget.used, 1), **size}

    @property
    def _ended(self) -> bool:
        run = self._run
        if self._reached or not self._generations:
            return self._reached
        if run.budget is not None:
            return self._budget.left <= 0
        return self.evaluations >= (run.generations or 0) * run.capacity

    def _evaluate(self, genomes: list[tuple[int, Any]], _: Any) -> None:
        """Evaluates a generation, as neat-python asks for it; keeps its best."""
        first, before = self._generations * self._run.episodes, self._steps
        for _number, genome in genomes:
            genome.fitness = self.fitness(genome, range(first, first + self._run.episodes))
        self.agent_steps += self._steps - before
        self._generations, self.evaluations = self._generations + 1, self.evaluations + len(genomes)
        entries = [(genome.fitness, key, genome) for key, genome in genomes]
        for entry in entries:
            self.best[entry[1]] = max(entry, self.best.get(entry[1], entry), key=_order)
        most = heapq.nlargest(max(self._run.elites, 1), self.best.values(), key=_order)
        self.best = {entry[1]: entry for entry in most}
        last = max(entries, key=_order)
        target = self._run.target
        if target is not None and last[0] >= target and self._held_out(last[2], JUDGED) >= target:
            self.best, self._reached = {last[1]: last}, True

    def _champion(self) -> Entry:
        """The best in held-out episodes of the best of the run."""
        judged = [(self._held_out(one[2], HELD_OUT), *_order(one), one) for one in self.best.values()]
        return max(judged, key=lambda each: each[:3])[3]

    def _held_out(self, genome: Any, first: int) -> float:
        return self.fitness(genome, range(first, first + min(CHOICE, self._run.capacity)))

    def fitness(self, genome: Any, episodes: Iterable[int]) -> float:
        """Returns the mean fitness of a genome of NEAT. episodes: their numbers."""
        import neat

        network = neat.nn.RecurrentNetwork.create(genome, self._settings)
        scores = [self._play(network, number) for number in episodes]
        return sum(scores) / len(scores)

    def _play(self, network: Any, episode: int) -> float:
        """Returns the fitness of an episode."""
        network.reset()
        step, over = self._environment.step, False
        seen, info = self._environment.reset(options={"episode": episode})
        while not over:
            seen, _, terminated, truncated, info = step(network.activate(seen.tolist()))
            self._steps += 1
            over = terminated or truncated
        return float(info["fitness"])


def _order(entry: Entry) -> tuple[float, int]:
    """What the best are ordered by: of equal fitness the later genome is better."""
    return entry[:2]


def settings(genomes: int, inputs: int, outputs: int) -> str:
    """Returns the text of a file of settings of neat-python, for networks of these sizes."""
    sizes: dict[str, dict[str, Any]] = {
        "NEAT": {"pop_size": genomes},
        "DefaultGenome": {"num_inputs": inputs, "num_outputs": outputs},
    }
    lines = []
    for section, values in SETTINGS.items():
        lines += [f"[{section}]", *(f"{key} = {value}" for key, value in (values | sizes.get(section, {})).items()), ""]
    return "\n".join(lines)
