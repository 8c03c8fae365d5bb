"""Mutation of single genes, in the language of laws."""

from __future__ import annotations

from alife.laws.maths import normal_quantile
from alife.laws.random import exponent_step, open_unit, unit, words


def mutate_exponent(gene, rate, precision, seed, stream, step, id, place):
    """Returns a gene, stepped by +-2 exp(-U(0, precision)) with probability `rate`.

    A step that leaves [-1, 1] is not taken. Continuous Gray-code mutation: Rowe and Hidovic, GECCO 2004. gene: float32.
    place: int32, below 2**16.
    """
    chance, size, sign, spare = words(seed, stream, step, id, place)
    if unit(chance) >= rate:
        return gene
    moved = gene + exponent_step(size, sign, precision)
    return moved if moved >= -1.0 and moved <= 1.0 else gene


def mutate_gaussian(gene, rate, sigma, seed, stream, step, id, place):
    """Returns a gene, stepped by N(0, sigma^2) with probability `rate`; a step that leaves [-1, 1] is not taken."""
    chance, size, sign, spare = words(seed, stream, step, id, place)
    if unit(chance) >= rate:
        return gene
    moved = gene + sigma * normal_quantile(open_unit(size))
    return moved if moved >= -1.0 and moved <= 1.0 else gene
