"""Leverage of the weights that unfold from fewer genes: which of them the genes can set precisely.

W weights that are R g of k genes cannot all be chosen. With importances lambda_j the leverage of weight j is
h_j = lambda_j R_j (R^T Lambda R)^-1 R_j^T, from 0 (it follows from the others) to 1 (it can be set alone); their sum is
the rank of R, k: a budget of precision. Hoaglin, Welsch: The hat matrix in regression and ANOVA (1978).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.analysis.instruments.shared.life import Life
from alife.analysis.instruments.shared.tangents import tangents
from alife.brains import Brain, make_brain
from alife.brains.shared import projection
from alife.brains.shared.base import UNFOLD_FLIPS, NetworkBase
from alife.ops.linearized import Linearized

RANK = 1e-10  # singular values below this part of the largest are 0


def unfolding(brain: Brain, network: NetworkBase, genes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the weights that unfold from genes, and how they depend on them: weights = R genes + offset nearby.

    Args:
        brain, network: with a projection.
        genes: [G], one genome.

    Returns:
        weights [W], R [W, k] float64, offset [W], of all members. The genes are those of the slot `genes`, k of them.
    """
    p, slot = network.params, brain.slots["genes"]
    some = genes[slot.start : slot.start + slot.size].astype(np.float32)[None]
    o = Linearized(network.width, {"genome": some}, lambda name: int(name == "genes"), slot.size, frozen=False)
    count = slot.rows // p.ensemble
    for member in range(p.ensemble):
        own = o.genome("genes", p.ensemble, count, network.width)
        rows = [o.load(own, member * count + row) for row in range(count)]
        seed = network.flips(member) + UNFOLD_FLIPS
        unfolded = projection.unfold(rows, network.rows, seed, p.projection_offset, p.projection_shape)
        o.note(f"member {member}", *unfolded)
    maps = np.concatenate([o.maps[f"member {member}"][0] for member in range(p.ensemble)])
    weights = np.concatenate([o.values[f"member {member}"][0] for member in range(p.ensemble)])
    return weights.astype(np.float64), maps[:, :-1], maps[:, -1]


def born(brain: Brain) -> Brain:
    """Returns the same brain with weights that are unfolded at birth, where each can be changed alone."""
    spec: dict[str, Any] = {**brain.spec(), "unfold": "birth"}
    return make_brain(spec, brain.num_observations, brain.num_actions)


def importances(brain: Brain, genes: np.ndarray, life: Life, rows: np.ndarray) -> np.ndarray:
    """Returns what each weight does to the actions: [W], sums over actions of the squared derivative, mean over steps.

    Args:
        brain: of `born`.
        genes: [G].
        life: of the genome.
        rows: numbers of the steps, [T].
    """
    size = brain.slots["weights"].size
    found = tangents(
        brain, genes, life.states[rows], life.observations[rows], lambda name: int(name == "weights"), size
    )
    slopes = found.slopes["output"][:, : brain.num_actions]
    squares: np.ndarray = np.square(slopes).sum(axis=1).mean(axis=0)
    return squares


def difference(
    brain: Brain, genes: np.ndarray, life: Life, rows: np.ndarray, born: np.ndarray | None = None
) -> np.floating[Any]:
    """Returns the mean difference between a genome's actions and those of a life, all clipped to -1..1.

    Args:
        brain: of the genome.
        genes: [G].
        life: whose states and observations it is given.
        rows: numbers of the steps, [T].
        born: [P], its phenotype; None: that of its genes.
    """
    repeated = np.repeat(genes[None], len(rows), axis=0)
    phenotypes = None if born is None else np.repeat(born[None], len(rows), axis=0)
    actions = brain.step(repeated, life.states[rows].copy(), life.observations[rows], phenotypes=phenotypes)
    mean: np.floating[Any] = np.abs(np.clip(actions, -1, 1) - np.clip(life.actions[rows], -1, 1)).mean()
    return mean


def leverages(unfolded: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """Returns the leverage of each weight: [W], 0 to 1, in sum the rank.

    unfolded: R, [W, k]. importance: [W], not negative.
    """
    left, sizes, _ = np.linalg.svd(np.sqrt(importance)[:, None] * unfolded, full_matrices=False)
    kept = left[:, sizes > RANK * sizes[0]]
    squares: np.ndarray = np.square(kept).sum(axis=1)
    return squares


def residue(unfolded: np.ndarray, target: np.ndarray) -> float:
    """Returns the length of what no genes reach of the weights `target` [W], relative to it. unfolded: R, [W, k]."""
    best = np.linalg.lstsq(unfolded, target, rcond=None)[0]
    return float(np.linalg.norm(unfolded @ best - target) / np.linalg.norm(target))


def row_names(network: NetworkBase) -> list[str]:
    """Returns what each row of n weights belongs to, of all members: [ensemble * rows]."""
    names = ["output"] * network.rows
    for layer in range(1, network.params.layers + 1):
        first = network.first_row(layer)
        names[first : first + network.layer_rows] = [f"layer {layer}"] * network.layer_rows
        if layer in network.injections:
            names[first + network.layer_rows] = f"injection {layer}"
    if network.params.ensemble == 1:
        return names
    return [f"{name}, member {member + 1}" for member in range(network.params.ensemble) for name in names]
