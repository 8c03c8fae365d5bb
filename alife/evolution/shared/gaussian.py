"""A normal cloud of genomes round a centre: what open_es and snes share, by laws that run where the genomes are.

Rows are centre + sigma s, s standard normal, a function of (seed, generation, row, gene); `mirrored` rows come in pairs
with one s, added and taken away, and the last of an odd number is the centre. A sum over rows is made block by block in
float32 and over blocks in float64, always in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from alife.backends.genome_arrays import HOST, GenomeArrays, rows, run_law
from alife.evolution.shared.base import Evaluation, Progress
from alife.laws.law import per_row
from alife.laws.maths import clip, f32, i64
from alife.laws.random import NOISE, normal

BLOCK = 256  # rows that one sum runs over


@per_row("agents", columns="child")
def spread(i, g, child, noise, centre, sigma, mirrored, bounded):
    """One gene of one genome of the cloud."""
    row = i // 2 if mirrored != 0 else i
    step = f32(0.0)
    if row < noise.shape[0]:
        step = sigma[g] * noise[row, g]
    gene = centre[g] - step if mirrored != 0 and i % 2 == 1 else centre[g] + step
    child[i, g] = clip(gene, -1.0, 1.0) if bounded != 0 else gene


@per_row("agents", columns="sums")
def weigh(b, g, sums, noise, weights, squared, block):
    """Of one block of rows: weights times noise, or times its square less 1."""
    total = f32(0.0)
    for k in range(block):
        i = b * block + k
        if i < noise.shape[0]:
            s = noise[i, g]
            total += weights[i] * (s * s - 1.0 if squared != 0 else s)
    sums[b, g] = total


def cloud(
    state: Progress,
    count: int,
    centre: np.ndarray,
    sigma: np.ndarray,
    mirrored: bool,
    bounded: bool,
    machine: GenomeArrays,
) -> Any:
    """[count, G] float32 genomes of this generation, clipped into [-1, 1] if bounded. centre, sigma: [G]."""
    child = machine.zeros((count, len(centre)))
    names = {
        "child": child, "noise": noise_of(state, count, len(centre), mirrored, machine),
        "centre": centre.astype(np.float32), "sigma": np.resize(sigma, len(centre)).astype(np.float32),
        "mirrored": np.array(mirrored, np.int32), "bounded": np.array(bounded, np.int32),
    }  # fmt: skip
    run_law(spread, names, count)
    return child


def noise_of(state: Progress, count: int, genes: int, mirrored: bool, machine: GenomeArrays) -> Any:
    """[count or count // 2, G] standard normals of this generation."""
    return normals(state, count // 2 if mirrored else count, genes, machine)


def weighted_moment(noise: Any, weights: np.ndarray, squared: bool = False) -> np.ndarray:
    """[G] float64 sum over rows of weights [N] times noise [N, G], or times its square less 1."""
    blocks = -(-len(weights) // BLOCK)
    sums = np.zeros((blocks, noise.shape[1]), np.float32)
    names = {
        "sums": sums, "noise": noise, "weights": weights.astype(np.float32), "squared": np.array(squared, np.int32),
        "block": np.array(BLOCK, np.int32),
    }  # fmt: skip
    run_law(weigh, names, blocks)
    total: np.ndarray = np.add.accumulate(sums.astype(np.float64), axis=0)[-1]
    return total


def guests_of(trials: Evaluation, weights: np.ndarray, centre: np.ndarray, sigma: np.ndarray) -> tuple[Any, Any]:
    """Steps [K, G] of the guests and their weights [K]; in `weights` [N] theirs are made 0, as they drew no noise."""
    if not trials.guests:
        return np.zeros((0, len(centre))), weights[:0]
    own = weights[-trials.guests :].copy()
    weights[-trials.guests :] = 0.0
    return injected(trials, centre, sigma), own


@per_row("agents", columns="noise")
def shake(i, g, noise, seed, step):
    """A standard normal for each gene of each row."""
    noise[i, g] = normal(seed, NOISE, step, i64(i), g)


def normals(state: Progress, count: int, genes: int, machine: GenomeArrays = HOST) -> Any:
    """[count, genes] float32 standard normals, a function of seed, generation, row and gene."""
    noise = machine.zeros((count, genes))
    names = {"noise": noise, "seed": state.seed.reshape(()), "step": state.generation.reshape(())}
    run_law(shake, names, count)
    return noise


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
