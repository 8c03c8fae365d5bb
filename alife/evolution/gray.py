"""Gray-code search: many independent (1+1) climbers, or a (mu, lambda) strategy. Maximizes fitness.

A child is its parent with a few genes stepped by +-2 exp(-U(0, precision)): the continuous form of flipping a bit of a
Gray code, in which each order of magnitude of a step is equally likely. A step that leaves [-1, 1] is not taken.
`climbers`: row i holds a parent and tries its child, which replaces it if it is at least as good. `comma`: the mu best
of a generation are the parents of the whole next one. Rowe and Hidovic, "An evolution strategy using a continuous
version of the Gray-code neighbourhood distribution", GECCO 2004; (mu, lambda): Beyer and Schwefel, "Evolution
strategies: a comprehensive introduction", Natural Computing 1, 2002.

A climber's fitness is evaluated once: where episodes differ from generation to generation, a lucky climber stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np
import pydantic

from alife.backends.genome_arrays import arrays_of, chosen, run_law, taken
from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import (
    Evaluation,
    GenerationalStrategy,
    Genomes,
    StrategyState,
    genome_ids,
    initial_fields,
)
from alife.evolution.shared.breeding import Breeding, Parents, make_children
from alife.evolution.shared.mutation import mutate_exponent
from alife.evolution.shared.numerics import LARGEST, WORST
from alife.laws.law import per_row
from alife.laws.random import CHILDREN
from alife.laws.rows import Columns, Draws, Vector
from alife.laws.saved_arrays import saved


class Params(params.Params):
    """Form of selection, and size of steps."""

    form: Literal["climbers", "comma"] = pydantic.Field(
        "climbers", description="each row searches alone, or the best of all rows are the parents of all"
    )
    parents: Scheduled = pydantic.Field(
        0.15, gt=0, le=1, description="comma: share of the population, from the best down, that has children"
    )
    mutation_rate: Scheduled = pydantic.Field(0.11, gt=0, le=1, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        10.0, gt=0, le=40, description="natural logarithm of the largest over the smallest step"
    )
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of children with a structural move of genes that belong together"
    )


@dataclass(frozen=True)
class State(StrategyState):
    """held: [N, G] float32 parents. held_fitness: [N] float32, -inf before the first generation.

    parent_ids: [N] int64 id of each held genome, -1 before the first generation.
    """

    held: Genomes = saved()
    held_fitness: np.ndarray = saved(low=-np.inf, high=LARGEST, finite=False)
    parent_ids: np.ndarray = saved(low=-1, below="births")


class Climber(Columns, table="children"):
    """A child, and the genome held in its row."""

    genes: Vector[float]
    held: Vector[float]


@per_row("children", columns="genes")
def step_genes(child: Climber, g: int, p: Params, draws: Draws) -> None:
    """Writes one gene of the child of the parent in its row: `breed` for one parent, 1.7 times as fast."""
    child.genes[g] = mutate_exponent(child.held[g], p.mutation_rate, p.mutation_precision, draws, CHILDREN, g)


@final
class Gray(GenerationalStrategy[Params, State]):
    """Selection between a child and its parent, or among all children."""

    matrices = ("held",)

    @property
    def structural(self) -> float:
        """Share of children with a structural mutation, in 0..1."""
        return self.params.structural

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]."""
        return State(
            **initial_fields(seed, genomes),
            held=np.array(genomes, np.float32),
            held_fitness=np.full(len(genomes), WORST, np.float32),
            parent_ids=np.full(len(genomes), -1, np.int64),
        )

    def ask(self, state: State) -> Genomes:
        """Returns one child of each held genome, [N, G] float32; in the first generation the held genomes."""
        if not state.generation[0]:
            return state.held
        p, count = self.params, state.held.shape[0]
        if self.structure is not None:
            rows = np.arange(count)
            breeding = Breeding(
                mutation_rate=p.mutation_rate, mutation_precision=p.mutation_precision, structural=p.structural
            )
            alone = Parents(rows, rows, np.zeros(count, np.int32))
            return make_children(breeding, state, state.held, alone, self.structure)
        child: Genomes = arrays_of({"held": state.held}).zeros((count, state.held.shape[1]))
        names = {
            "genes": child, "held": state.held, "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
            "mutation_rate": np.array(p.mutation_rate, np.float32),
            "mutation_precision": np.array(p.mutation_precision, np.float32),
        }  # fmt: skip
        run_law(step_genes, names, count)
        return child

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the parents of the genomes that `ask` returns."""
        return state.parent_ids.copy()

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        return self._climb(state, evaluation) if self.params.form == "climbers" else self._keep_best(state, evaluation)

    def _climb(self, state: State, evaluation: Evaluation) -> State:
        """Puts each child in its parent's place if it is valid and at least as good."""
        fitness, count = evaluation.fitness, len(evaluation.fitness)
        better = (fitness >= state.held_fitness) & (fitness > WORST)
        return replace(
            state,
            held=chosen(better, evaluation.genomes, state.held),
            held_fitness=np.where(better, fitness, state.held_fitness),
            parent_ids=np.where(better, genome_ids(state, np.arange(count), count), state.parent_ids),
        )

    def _keep_best(self, state: State, evaluation: Evaluation) -> State:
        """Makes the best children the parents, repeated in order; if none is valid, the parents stay."""
        count = len(evaluation.order)
        best = evaluation.order[: min(evaluation.num_valid, max(1, round(self.params.parents * count)))]
        if not len(best):
            return state
        rows = np.resize(best, count)
        ids = genome_ids(state, rows, count)
        return replace(
            state, held=taken(evaluation.genomes, rows), held_fitness=evaluation.fitness[rows], parent_ids=ids
        )
