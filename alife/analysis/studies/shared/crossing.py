"""Genomes of dense brains that are crossed: units exchanged, matched or in canonical order, and their children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from alife.brains import Brain
from alife.brains.dense import Dense
from alife.brains.layers import relu_symmetry

CHILDREN, SCALES = 8, (0.5, 1.0)


def members(brain: Brain, genome: np.ndarray) -> list[relu_symmetry.Matrices]:
    """Returns the matrices of a genome [G], whose genes are all weights."""
    return cast(Dense, brain.network).members(genome)


def exchanged(brain: Brain, genome: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns the genome [G] of the same function with hidden units in drawn places and scales."""
    (m,) = members(brain, genome)
    for layer in range(len(m.layers)):
        m = relu_symmetry.permuted(m, layer, rng.permutation(len(m.last)), rng.uniform(*SCALES, len(m.last)))
    return relu_symmetry.packed([m])


def matched(brain: Brain, mother: np.ndarray, father: np.ndarray, units: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns both genomes [G], units `as they are`, `aligned` to the mother, or in `canonical` form."""
    if units == "aligned":
        return mother, brain.aligned(mother, father)
    if units == "canonical":
        first, second = (
            relu_symmetry.packed([relu_symmetry.canonical(m) for m in members(brain, each)])
            for each in (mother, father)
        )
        return first, second
    return mother, father


def cross(pair: tuple[np.ndarray, np.ndarray], crossed: str, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yields genomes [G] of children of two: their `mean`, or 8 that are `uniform`, each gene of either parent."""
    mother, father = pair
    if crossed == "mean":
        yield (mother + father) / 2
        return
    for _ in range(CHILDREN):
        yield np.where(rng.random(len(mother)) < 0.5, mother, father)
