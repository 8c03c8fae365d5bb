"""A normal search distribution over genomes: samples and moments, by laws that run on the genomes' device.

Row i is mean + sigma s_i with s_i standard normal, a function of (seed, generation, row, gene). `mirrored` rows come in
pairs mean + sigma s, mean - sigma s; the last of an odd number is the mean. A sum over rows is made block by block in
float32 and over blocks in float64, always in the same order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.backends.genome_arrays import HOST, GenomeArrays, rows, run_law
from alife.evolution.shared.base import Evaluation, Genomes, StrategyState
from alife.laws.law import per_row
from alife.laws.maths import clip, f32
from alife.laws.random import NOISE
from alife.laws.rows import Columns, Draws, Table, Vector
from alife.world import WorldScalars

BLOCK = 256  # rows in one float32 sum


NORMALS = {"normals": "normals"}  # the namespace of standard normal numbers


class Normal(Columns, table="normals"):
    """Standard normal numbers of a sample, one a gene, and the weight of the sample."""

    noise: Vector[float]
    weight: float


class Sample(Columns, table="samples"):
    """A sample of the distribution."""

    genes: Vector[float]


class Block(Columns, table="blocks"):
    """A block of rows, and the sum over them for each gene."""

    sums: Vector[float]


class Distribution(WorldScalars):
    """mean, sigma: [G] float32. mirrored, bounded, squared: 1 or 0. block_rows: number of rows of a block."""

    mean: Vector[float]
    sigma: Vector[float]
    mirrored: int
    bounded: int
    squared: int
    block_rows: int


@per_row("normals", columns="noise")
def write_normals(normals: Normal, g: int, draws: Draws) -> None:
    """Writes a standard normal number for each gene of each row."""
    normals.noise[g] = draws.normal(NOISE, g)


@per_row("samples", columns="genes", tables=NORMALS)
def sample(drawn: Sample, g: int, normals: Table[Normal], world: Distribution) -> None:
    """Writes one gene of one sample."""
    i = drawn.row // 2 if world.mirrored != 0 else drawn.row
    step = f32(0.0)
    if i < len(normals.noise):
        step = world.sigma[g] * normals[i].noise[g]
    gene = world.mean[g] - step if world.mirrored != 0 and drawn.row % 2 == 1 else world.mean[g] + step
    drawn.genes[g] = clip(gene, -1.0, 1.0) if world.bounded != 0 else gene


@per_row("blocks", columns="sums", tables=NORMALS)
def sum_block(block: Block, g: int, normals: Table[Normal], world: Distribution) -> None:
    """Writes the sum over one block of rows of weights times noise, or times its square minus 1."""
    total = f32(0.0)
    for k in range(world.block_rows):
        i = block.row * world.block_rows + k
        if i < len(normals.noise):
            s = normals[i].noise[g]
            total += normals[i].weight * (s * s - 1.0 if world.squared != 0 else s)
    block.sums[g] = total


def standard_normals(state: StrategyState, count: int, genes: int, arrays: GenomeArrays = HOST) -> Genomes:
    """Returns [count, genes] float32 standard normals, a function of (seed, generation, row, gene)."""
    noise: Genomes = arrays.zeros((count, genes))
    names = {"noise": noise, "seed": state.seed.reshape(()), "step": state.generation.reshape(())}
    run_law(write_normals, names, count)
    return noise


def sample_noise(state: StrategyState, count: int, genes: int, mirrored: bool, arrays: GenomeArrays) -> Genomes:
    """Returns the standard normals s of a generation of `count` samples, [count, G], or [count // 2, G] if mirrored."""
    return standard_normals(state, count // 2 if mirrored else count, genes, arrays)


def sample_population(
    state: StrategyState,
    count: int,
    mean: np.ndarray,
    sigma: np.ndarray,
    mirrored: bool,
    bounded: bool,
    arrays: GenomeArrays,
) -> Genomes:
    """Returns [count, G] float32 samples of this generation, clipped into [-1, 1] if bounded.

    mean: [G]. sigma: [G] or [1] standard deviation, in units of a gene.
    """
    child: Genomes = arrays.zeros((count, len(mean)))
    with np.errstate(over="ignore"):  # infinite genes are refused where they are asked for
        centre = mean.astype(np.float32)
    names = {
        "genes": child, "noise": sample_noise(state, count, len(mean), mirrored, arrays),
        "mean": centre, "sigma": np.resize(sigma, len(mean)).astype(np.float32),
        "mirrored": np.array(mirrored, np.int32), "bounded": np.array(bounded, np.int32),
    }  # fmt: skip
    run_law(sample, names, count)
    return child


def weighted_moment(noise: Genomes, weights: np.ndarray, squared: bool = False) -> np.ndarray:
    """Returns the [G] float64 sum over rows of weights [N] times noise [N, G], or times its square minus 1."""
    blocks = -(-len(weights) // BLOCK)
    sums = np.zeros((blocks, noise.shape[1]), np.float32)
    names = {
        "sums": sums, "noise": noise, "weight": weights.astype(np.float32), "squared": np.array(squared, np.int32),
        "block_rows": np.array(BLOCK, np.int32),
    }  # fmt: skip
    run_law(sum_block, names, blocks)
    total: np.ndarray = np.add.accumulate(sums.astype(np.float64), axis=0)[-1]
    return total


def injected_steps(
    evaluation: Evaluation,
    mean: np.ndarray,
    sigma: np.ndarray | float,
    whiten: Callable[[np.ndarray], np.ndarray] = np.asarray,
    genes: np.ndarray | slice = slice(None),
) -> np.ndarray:
    """Returns the steps of injected genomes off the mean, in units of sigma, as if they were sampled: [K, G] float64.

    A step longer than sqrt(G) + 2 G / (G + 2), above the length of nearly all samples, is shortened to that: Hansen,
    "Injecting external solutions into CMA-ES", arXiv:1110.4181, equation 3. whiten: maps steps [K, G] to the scale on
    which samples are standard normal. genes: those of `mean` among the genes of a genome.
    """
    count = evaluation.genomes.shape[0]
    injected = rows(evaluation.genomes, np.arange(count - evaluation.num_injected, count))
    steps: np.ndarray = (injected[:, genes] - mean) / sigma
    num_genes = steps.shape[1]
    longest = num_genes**0.5 + 2 * num_genes / (num_genes + 2)
    length = np.sqrt(np.add.accumulate(whiten(steps) ** 2, axis=1)[:, -1:])
    steps *= np.minimum(1.0, longest / np.maximum(length, 1e-300))
    return steps


def split_injected(
    evaluation: Evaluation, utilities: np.ndarray, mean: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the steps [K, G] of injected genomes and their utilities [K].

    In `utilities` [N] theirs are set to 0, because no noise was drawn for them.
    """
    if not evaluation.num_injected:
        return np.zeros((0, len(mean))), utilities[:0]
    own = utilities[-evaluation.num_injected :].copy()
    utilities[-evaluation.num_injected :] = 0.0
    return injected_steps(evaluation, mean, sigma), own


def as_genomes(samples: np.ndarray, bounded: bool) -> np.ndarray:
    """Returns samples [N, G] as float32 genomes, clipped into [-1, 1] if bounded."""
    with np.errstate(over="ignore"):  # as above
        single = samples.astype(np.float32)
    return np.clip(single, np.float32(-1), np.float32(1)) if bounded else single
