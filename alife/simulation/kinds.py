"""The evaluator for each kind of world."""

from __future__ import annotations

from alife.brains import Brain
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.evaluator import Evaluator, ExternalEvaluator
from alife.world import ArenaWorld, EvaluatedWorld, ExternalWorld


def make_evaluator(
    world: EvaluatedWorld,
    brain: Brain,
    count: int,
    seed: int,
    threads: int = 0,
    backend: str = "cpu",
    checked: bool = False,
) -> Evaluator:
    """Returns the evaluator for a world.

    Args:
        world, brain, seed, threads, backend, checked: as of `Evaluator`.
        count: genomes of a population that are evaluated together; in an arena world the number of arenas.

    Raises:
        UserError: see `Evaluator` and `ArenaEvaluator`.
    """
    if isinstance(world, ArenaWorld):
        return ArenaEvaluator(world, brain, count, seed, threads, backend, checked)
    kind = ExternalEvaluator if isinstance(world, ExternalWorld) else Evaluator
    return kind(world, brain, count, seed, threads, backend, checked)
