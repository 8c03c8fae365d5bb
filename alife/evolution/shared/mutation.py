"""Mutation of single genes, in the language of laws."""

from __future__ import annotations

from alife.laws.maths import normal_quantile
from alife.laws.random import exponent_step, open_unit, unit
from alife.laws.rows import Draws


def mutate_exponent(gene: float, rate: float, precision: float, draws: Draws, stream: int, place: int) -> float:
    """Returns a gene, stepped by +-2 exp(-U(0, precision)) with probability `rate`.

    A step that leaves [-1, 1] is not taken. Continuous Gray-code mutation: Rowe and Hidovic, GECCO 2004. gene: float32.
    place: int32, below 2**16.
    """
    chance, size, sign, spare = draws.words(stream, place)
    if unit(chance) >= rate:
        return gene
    moved = gene + exponent_step(size, sign, precision)
    return moved if moved >= -1.0 and moved <= 1.0 else gene


def mutate_gaussian(gene: float, rate: float, sigma: float, draws: Draws, stream: int, place: int) -> float:
    """Returns a gene, stepped by N(0, sigma^2) with probability `rate`; a step that leaves [-1, 1] is not taken."""
    chance, size, sign, spare = draws.words(stream, place)
    if unit(chance) >= rate:
        return gene
    moved = gene + sigma * normal_quantile(open_unit(size))
    return moved if moved >= -1.0 and moved <= 1.0 else gene
