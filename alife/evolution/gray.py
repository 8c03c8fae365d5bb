"""Climbers with Gray-code steps: many independent (1+1) searches, or a (mu, lambda) one. Maximises fitness.

A child is its parent with a few genes stepped by +-2 exp(-U(0, precision)): the continuous form of flipping a bit of a
Gray code, as likely to move a gene a little as a lot. A step out of [-1, 1] is not taken. `climbers`: row i is parent
and child of row i alone, and the child is kept where it is at least as good. `comma`: the mu best of the generation
are the parents of all of the next. Rowe and Hidovic, "An evolution strategy using a continuous version of the
Gray-code neighbourhood distribution", GECCO 2004; (mu, lambda): Beyer and Schwefel, Natural Computing 1, 2002.

A climber's fitness is as it was told once: where episodes differ from generation to generation, a lucky one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pydantic

from alife.backends.genome_arrays import chosen, machine_of, run_law, taken
from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun, ids_of
from alife.evolution.shared.mutation import mutated
from alife.evolution.shared.numerics import WORST
from alife.evolution.shared.structural import by_generations, restructured
from alife.laws.law import per_row
from alife.laws.maths import i64
from alife.laws.random import CHILDREN


class Params(params.Params):
    """How large steps are, and who is kept."""

    form: Literal["climbers", "comma"] = pydantic.Field("climbers", description="rows each alone, or the best of all")
    parents: Scheduled = pydantic.Field(
        0.15, gt=0, le=1, description="comma: share of the population that has children"
    )
    mutation_rate: Scheduled = pydantic.Field(0.11, gt=0, le=1, description="probability that a gene is stepped")
    mutation_precision: Scheduled = pydantic.Field(
        10.0, gt=0, le=40, description="natural logarithm of the range of steps"
    )
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of children with a move of the brain's own: genes that belong together"
    )


@dataclass(frozen=True)
class State(Progress):
    """held: [N, G] parents. held_fitness: [N] float32, -inf before the first generation.

    parent_ids: [N] id of each held genome, of when it was tried; -1 before the first generation.
    """

    held: np.ndarray
    held_fitness: np.ndarray
    parent_ids: np.ndarray


@per_row("agents", columns="child")
def step_genes(i, g, child, held, mutation_rate, mutation_precision, seed, step):
    """A child of the parent in its row."""
    child[i, g] = mutated(held[i, g], mutation_rate, mutation_precision, seed, CHILDREN, step, i64(i), g)


@per_row("agents", columns="child")
def step_structured(
    i, g, child, held, mutation_rate, mutation_precision, seed, step, structure_moves, structure_genes,
    structure_owner, structure_place, structure_move, structure_unit
):  # fmt: skip
    """A child of the parent in its row, after the child's move."""
    gene = restructured(
        held, structure_moves, structure_genes, structure_owner, structure_place, structure_move[i], structure_unit[i],
        mutation_precision, i, i, 0, seed, step, i64(i), g
    )  # fmt: skip
    child[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, CHILDREN, step, i64(i), g)


class Gray(Strategy):
    """Selection between a child and its parent, or among all children."""

    matrices = ("held",)

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1]; they are the first to be tried."""
        nothing = np.full(len(genomes), WORST, np.float32)
        none = np.full(len(genomes), -1, np.int64)
        return State(**begun(seed, genomes), held=np.array(genomes, np.float32), held_fitness=nothing, parent_ids=none)

    def ask(self, state: State) -> Any:
        """[N, G] one child of each held genome; in the first generation these themselves."""
        if not state.generation[0]:
            return state.held
        child = machine_of({"held": state.held}).zeros(state.held.shape)
        names = {
            "child": child, "held": state.held, "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
            "mutation_rate": np.array(self.params.mutation_rate, np.float32),
            "mutation_precision": np.array(self.params.mutation_precision, np.float32),
        }  # fmt: skip
        if self.structure is None:
            run_law(step_genes, names, len(child))
            return child
        rows, seed, step = np.arange(len(child), dtype=np.int32), names["seed"], names["step"]
        alone = np.zeros_like(rows)
        names |= by_generations(self.structure, self.params.structural, state.held, rows, rows, alone, seed, step)
        run_law(step_structured, names, len(child))
        return child

    def _learn(self, state: State, trials: Evaluation) -> State:
        return self._climbed(state, trials) if self.params.form == "climbers" else self._best_kept(state, trials)

    def _climbed(self, state: State, trials: Evaluation) -> State:
        """Each child in its parent's place, where it is a number and not worse."""
        better = (trials.fitness >= state.held_fitness) & (trials.fitness > WORST)
        return replace(
            state,
            held=chosen(better, trials.genomes, state.held),
            held_fitness=np.where(better, trials.fitness, state.held_fitness),
            parent_ids=np.where(better, ids_of(state, np.arange(len(better)), len(better)), state.parent_ids),
        )

    def _best_kept(self, state: State, trials: Evaluation) -> State:
        """The best children as parents, in turn; if none is a number, the parents stay."""
        count = len(trials.order)
        best = trials.order[: min(trials.fit, max(1, round(self.params.parents * count)))]
        if not len(best):
            return state
        rows = np.resize(best, count)
        known = ids_of(state, rows, count)
        return replace(state, held=taken(trials.genomes, rows), held_fitness=trials.fitness[rows], parent_ids=known)
