"""Maximal marginal relevance: a few items that are each relevant and unlike those already chosen."""

from __future__ import annotations

import numpy as np


def most_telling(relevance: np.ndarray, similarity: np.ndarray, count: int, trade: float = 0.5) -> list[int]:
    """Returns items in the order in which they are chosen: each maximizes trade * relevance - (1 - trade) * likeness.

    The likeness of an item is its largest similarity to an item chosen before it; so the first is the most relevant,
    and of equal items the earlier one. It ends where no item scores above 0, as all are more alike than relevant.
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
    summaries", SIGIR 1998, equation in section 2.

    Args:
        relevance: [M] 0 to 1.
        similarity: [M, M] 0 to 1.
        count: of items, at most.
        trade: lambda, 0 to 1; 1 looks at relevance alone.
    """
    chosen: list[int] = []
    likeness = np.zeros(len(relevance))
    while len(chosen) < min(count, len(relevance)):
        score = trade * relevance - (1 - trade) * likeness
        score[chosen] = -np.inf
        best = int(score.argmax())
        if score[best] <= 0:
            break
        chosen.append(best)
        likeness = np.maximum(likeness, similarity[best])
    return chosen
