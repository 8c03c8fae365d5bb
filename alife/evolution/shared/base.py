"""What strategies by generations share: clean fitness, ranks, the best so far, draws, and children bred by a law.

Such a strategy has `init(seed, genomes) -> State`, `ask(state) -> genomes [N, G]`, `tell(state, fitness [N]) -> State`
and `best(state)`; a State is a frozen dataclass of arrays, so that saving and resuming are loops over its fields, and
tell is a function of it: nothing else is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from alife.backends.genome_arrays import HOST, GenomeArrays, rows, run_law, with_guests
from alife.evolution.shared.structural import Structure
from alife.laws.law import Law, per_row
from alife.laws.maths import exp, i64, log
from alife.laws.random import NOISE, normal
from alife.ops.philox import philox

WORST = np.float32(-np.inf)


@dataclass(frozen=True)
class Progress:
    """What every State begins with.

    seed: [1] uint64. generation: [1] int64 generations told. best_genome: [G] float32 best one told so far.
    best_fitness: [1] float32 its fitness. refused: [1] int64 genomes whose fitness or measures were no numbers.
    """

    seed: np.ndarray
    generation: np.ndarray
    best_genome: np.ndarray
    best_fitness: np.ndarray
    refused: np.ndarray


@dataclass(frozen=True)
class Evaluation:
    """One generation told.

    genomes: [N, G] float32 as asked. fitness: [N] float32, all -inf in the rows that are no numbers; where the strategy
    needs objectives [N] or [N, K].
    measures: [N, M] float32 or None. order: [N] indices from best to worst by (first) fitness. fit: the first `fit`
    indices of `order` are those whose fitness and measures are numbers. guests: the last so many rows of genomes came
    from elsewhere, and were tried instead of those asked.
    """

    genomes: np.ndarray
    fitness: np.ndarray
    measures: np.ndarray | None
    order: np.ndarray
    fit: int
    guests: int = 0


class Strategy:
    """Chores of a strategy: a subclass says `init`, `ask` and `_learn`.

    needs: what it must be told beside fitness: "measures", "objectives". matrices: fields of its State that may lie on
    a card. machine: where it makes matrices. structure: of the brain, where the Params say `structural`.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    matrices: ClassVar[tuple[str, ...]] = ()
    machine: GenomeArrays = HOST
    structure: Structure | None = None

    def __init__(self, params: Any) -> None:
        self.params = params

    def ask(self, state: Any) -> np.ndarray:
        """[N, G] float32 genomes to be tried."""
        raise NotImplementedError

    def tell(
        self,
        state: Any,
        fitness: np.ndarray,
        measures: np.ndarray | None = None,
        guests: np.ndarray | None = None,
    ) -> Any:
        """The state after this generation.

        Args:
            state: of this generation, as it was asked.
            fitness: [N], or [N, K] of several objectives, higher is better; what is not finite is the worst.
            measures: [N, M] what each did, for strategies that look at it.
            guests: [K, G] genomes from elsewhere, tried instead of the last K asked.
        """
        told, wrong = cleaned(fitness, measures)
        first = told.reshape(len(told), -1)[:, 0]
        order, genomes = ranked(first), with_guests(self.ask(state), guests)
        if len(told) != len(genomes):
            raise ValueError(f"fitness: expected one for each of the {len(genomes)} genomes asked, got {fitness.shape}")
        visitors = 0 if guests is None else len(guests)
        heard = told if "objectives" in self.needs else first
        after = self._learn(state, Evaluation(genomes, heard, measures, order, len(told) - wrong, visitors))
        best = order[0]
        if first[best] > state.best_fitness[0]:
            after = replace(after, best_genome=rows(genomes, order[:1])[0], best_fitness=first[best : best + 1].copy())
        return replace(after, generation=state.generation + 1, refused=state.refused + wrong)

    def _learn(self, state: Any, trials: Evaluation) -> Any:
        """The state, changed by what was told; the generation, the best and the refused are not its concern."""
        raise NotImplementedError

    def metrics(self, state: Any) -> dict[str, float | int]:
        """Columns of its own in metrics.csv: the same keys from the first row on."""
        return {}

    def best(self, state: Any) -> tuple[np.ndarray, float]:
        """The best genome told so far, [G], and its fitness."""
        return state.best_genome, float(state.best_fitness[0])


def begun(seed: int, genomes: np.ndarray) -> dict[str, np.ndarray]:
    """The fields of `Progress` before the first generation."""
    return {
        "seed": np.array([seed], np.uint64), "generation": np.zeros(1, np.int64), "refused": np.zeros(1, np.int64),
        "best_genome": np.array(genomes[0], np.float32), "best_fitness": np.array([WORST]),
    }  # fmt: skip


def ids_of(state: Progress, rows: np.ndarray, count: int) -> np.ndarray:
    """Ids of rows [K] of the generation that is being told, of `count` genomes; they are never used twice."""
    ids: np.ndarray = int(state.generation[0]) * count + rows
    return ids


def cleaned(fitness: np.ndarray, measures: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Fitness [N] or [N, K] with rows that are not finite, in it or in measures, made the worst; and how many."""
    with np.errstate(over="ignore"):
        single = np.asarray(fitness).astype(np.float32)
    wrong = ~np.isfinite(single.reshape(len(single), -1)).all(axis=1)
    if measures is not None:
        wrong |= ~np.isfinite(measures).all(axis=1)
    single[wrong] = WORST
    return single, int(wrong.sum())


def ranked(fitness: np.ndarray) -> np.ndarray:
    """[N] indices from best to worst; of equal ones the first comes first."""
    return np.argsort(-fitness.astype(np.float64), kind="stable")


def rank_utilities(values: np.ndarray, fitness: np.ndarray) -> np.ndarray:
    """[N] value of each one's rank (values[0]: the best's), shared by equals, so that flat fitness moves nothing."""
    _, place, count = np.unique(-fitness.astype(np.float64), return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    sums = np.add.reduceat(values, ends - count)
    mean: np.ndarray = (sums / count)[place]
    return mean


def draws(seed: int, stream: int, generation: int, count: int) -> np.ndarray:
    """[count, 4] uint32 words, a function of seed, stream, generation and row."""
    low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    counter: list[Any] = [np.arange(count), 0, generation & 0xFFFFFFFF, generation >> 32]
    words = philox(counter, [low, high ^ stream << 16])
    return np.stack([np.broadcast_to(word, count) for word in words], axis=1).astype(np.uint32)


def below(words: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """Whole numbers in 0..count-1 from uint32 words, by multiply-high."""
    return (words.astype(np.uint64) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


@per_row("agents", columns="noise")
def shake(i, g, noise, seed, step):
    """A standard normal for each gene of each row."""
    noise[i, g] = normal(seed, NOISE, step, i64(i), g)


@per_row("agents")
def take_exponential(i, x, y):
    """e to the power of each number."""
    y[i] = exp(x[i])


@per_row("agents")
def take_logarithm(i, x, y):
    """The natural logarithm of each number."""
    y[i] = log(x[i])


def normals(state: Progress, count: int, genes: int, machine: GenomeArrays = HOST) -> Any:
    """[count, genes] float32 standard normals, a function of seed, generation, row and gene."""
    noise = machine.zeros((count, genes))
    names = {"noise": noise, "seed": state.seed.reshape(()), "step": state.generation.reshape(())}
    run_law(shake, names, count)
    return noise


def weighted(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """[G] float64 sum of weights [N] times rows [N, G], row by row: the order of additions is the same everywhere."""
    total = np.zeros(rows.shape[1])
    for weight, row in zip(weights, rows, strict=True):
        total += weight * row
    return total


def summed(values: np.ndarray) -> float:
    """Sum of [K] numbers, one after the other: the order of additions is the same everywhere."""
    return float(np.add.accumulate(values)[-1])


def injected(
    trials: Evaluation,
    centre: np.ndarray,
    sigma: np.ndarray | float,
    whitened: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> np.ndarray:
    """Steps [K, G] float64 of the guests off a cloud's centre, in units of sigma, as they would have been drawn.

    A step longer than a drawn one ever is, sqrt(G) + 2 G / (G + 2), is shortened to that: Hansen, "Injecting external
    solutions into CMA-ES", arXiv:1110.4181, equation 3. whitened: steps [K, G] as long as they are to a cloud's shape.
    """
    count = trials.genomes.shape[0]
    own = (rows(trials.genomes, np.arange(count - trials.guests, count)) - centre) / sigma
    genes = own.shape[1]
    longest = genes**0.5 + 2 * genes / (genes + 2)
    length = np.sqrt(np.add.accumulate(whitened(own) ** 2, axis=1)[:, -1:])
    own *= np.minimum(1.0, longest / np.maximum(length, 1e-300))
    steps: np.ndarray = own
    return steps


def tried(genomes: np.ndarray, bounded: bool) -> np.ndarray:
    """[N, G] float32 genomes as asked: clipped into [-1, 1] if bounded."""
    single = genomes.astype(np.float32)
    return np.clip(single, np.float32(-1), np.float32(1)) if bounded else single


def exponential(x: np.ndarray) -> np.ndarray:
    """e to the power of each number, [N] float64 with the accuracy of float32: the same on every machine."""
    return _each(take_exponential, x)


def logarithm(x: np.ndarray) -> np.ndarray:
    """Natural logarithm of each number above 0, [N] float64 with the accuracy of float32: the same on every machine."""
    return _each(take_logarithm, x)


def _each(law: Law, x: np.ndarray) -> np.ndarray:
    single = np.ascontiguousarray(x, np.float32)
    y = np.zeros_like(single)
    run_law(law, {"x": single, "y": y}, len(y))
    return y.astype(np.float64)
