"""Cart-pole with neat-python (A. McIntyre et al.), as in its examples: Gymnasium's CartPole-v1, all cores.

`ParallelEvaluator` sends each genome to a process, which makes its network and its environment and runs an episode. The
network is the smallest that NEAT starts from: four weights and a bias, no hidden unit, no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gymnasium
import neat
from neat.activations import ActivationFunctionSet
from neat.aggregations import AggregationFunctionSet
from neat.genes import DefaultConnectionGene, DefaultNodeGene

from alife.analysis.benchmarks.peers.contestant import STEPS
from alife.backends.cpu.threads import default_threads

GAINS = (0.1, 0.3, 2.0, 1.0)  # of x, x_dot, theta, theta_dot: the sign of the sum balances the pole


def smallest(genomes: int) -> Callable[[], int]:
    """Returns a function that evaluates one generation of copies of one genome and returns its steps."""
    population = [(key, _balancing(key)) for key in range(genomes)]
    inputs, outputs = [-1 - k for k in range(len(GAINS))], [0]  # keys, as neat-python numbers them
    functions = {"activation_defs": ActivationFunctionSet(), "aggregation_function_defs": AggregationFunctionSet()}
    config = SimpleNamespace(genome_config=SimpleNamespace(input_keys=inputs, output_keys=outputs, **functions))
    evaluator = neat.ParallelEvaluator(default_threads(), _episode)

    def evaluate() -> int:
        evaluator.evaluate(population, config)
        return sum(genome.fitness for _, genome in population)

    return evaluate


def _balancing(key: int) -> neat.DefaultGenome:
    genome = neat.DefaultGenome(key)
    genome.nodes[0] = node = DefaultNodeGene(0)
    node.bias, node.response, node.activation, node.aggregation = 0.0, 1.0, "sigmoid", "sum"
    for k, gain in enumerate(GAINS):
        genome.connections[-1 - k, 0] = link = DefaultConnectionGene((-1 - k, 0), innovation=k)
        link.weight, link.enabled = gain, True
    return genome


def _episode(genome: Any, config: Any) -> int:
    """Returns the number of steps until the pole falls, at most STEPS."""
    network = neat.nn.FeedForwardNetwork.create(genome, config)
    env = gymnasium.make("CartPole-v1", max_episode_steps=STEPS)
    observation, _ = env.reset(seed=genome.key)
    steps, over = 0, False
    while not over:
        (output,) = network.activate(observation.tolist())  # Python floats are faster here than NumPy's
        observation, _, fell, late, _ = env.step(int(output > 0.5))
        steps, over = steps + 1, fell or late
    return steps
