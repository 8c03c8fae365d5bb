"""What strategies by generations share: clean fitness, ranks, draws, and children bred by a law.

Such a strategy has `init(seed, genomes) -> State`, `ask(state) -> genomes [N, G]`, `tell(state, fitness [N]) -> State`
and `best(state)`; a State is a frozen dataclass of arrays, so that saving and resuming are loops over its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.compile.kernels import Rows, bind
from alife.compile.language import Law
from alife.compile.native import Program
from alife.operations.philox import philox

WORST = np.float32(-np.inf)


def cleaned(fitness: np.ndarray) -> tuple[np.ndarray, int]:
    """[N] fitness with whatever is not finite made the worst, and how many were not."""
    wrong = ~np.isfinite(fitness)
    return np.where(wrong, WORST, fitness).astype(np.float32), int(wrong.sum())


def ranked(fitness: np.ndarray) -> np.ndarray:
    """[N] indices from best to worst; of equal ones the first comes first."""
    return np.argsort(-fitness.astype(np.float64), kind="stable")


def draws(seed: int, stream: int, generation: int, count: int) -> np.ndarray:
    """[count, 4] uint32 words, a function of seed, stream, generation and row."""
    low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    counter: list[Any] = [np.arange(count), 0, generation & 0xFFFFFFFF, generation >> 32]
    words = philox(counter, [low, high ^ stream << 16])
    return np.stack([np.broadcast_to(word, count) for word in words], axis=1).astype(np.uint32)


def below(words: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """Whole numbers in 0..count-1 from uint32 words, by multiply-high."""
    return (words.astype(np.uint64) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def run_law(law: Law, names: Mapping[str, np.ndarray], count: int) -> None:
    """Run a law over rows 0..count-1 of arrays of the host; scalars are arrays without dimensions."""
    Program(bind([law], names, Rows({law.rows: np.array([count], np.int64)}, {}))).run()
