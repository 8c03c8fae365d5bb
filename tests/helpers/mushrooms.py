"""Mushrooms: four colours, which of them feed and which poison is drawn for each life and changes at half-life.

Each half begins with one forced taste of every colour, which is not scored; then come 12 encounters in which eating
what feeds and leaving what poisons is right. Only a memory that is written within a life can do better than half.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import alife
from alife.brains import Brain

COLORS, ENCOUNTERS, POPULATION, LIVES, ELITES = 4, 12, 256, 16, 2


def draw_lives(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Colours [T, count] and sides [T, count] (+1 feeds, -1 poisons) of the two halves of each life."""
    tastes = np.argsort(rng.random((2, COLORS, count)), axis=1)
    colors = np.concatenate([tastes, rng.integers(0, COLORS, (2, ENCOUNTERS, count))], axis=1)
    sides = rng.choice([-1, 1], (COLORS, count))
    found = sides[colors, np.arange(count)] * np.array([1, -1])[:, None, None]
    return colors.reshape(-1, count), found.reshape(-1, count)


def right_share(brain: Brain, genes: np.ndarray, lives: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Share of right decisions of each genome [N] over the same lives."""
    colors, sides = lives
    params, states = np.repeat(genes, colors.shape[1], axis=0), brain.new_states(len(genes) * colors.shape[1])
    right, scored = np.zeros(colors.shape[1] * len(genes)), 0
    for t, (color, side) in enumerate(zip(colors, sides, strict=True)):
        tasting = t % (COLORS + ENCOUNTERS) < COLORS
        taste = 2 * tasting * np.stack([side, np.ones(len(side))], axis=1)
        look = np.concatenate([np.eye(COLORS)[color], taste], axis=1)
        eats = brain.step(params, states, np.tile(look, (len(genes), 1)).astype(np.float32))[:, 0] > 0
        right += 0 if tasting else eats == np.tile(side > 0, len(genes))
        scored += not tasting
    return (right / scored).reshape(len(genes), -1).mean(axis=1)


def children(rng: np.random.Generator, parents: np.ndarray, count: int) -> np.ndarray:
    """Half of them crossed; +-2 exp(-U(0, 10)) on a fifth of the genes; what leaves [-1, 1] is rejected."""
    first, second = parents[rng.integers(0, len(parents), (2, count))]
    genes = np.where((rng.random(first.shape) < 0.5) & (rng.random((count, 1)) < 0.5), second, first)
    step = 2 * rng.choice([-1, 1], genes.shape) * np.exp(-rng.uniform(0, 10, genes.shape))
    moved = genes + step * (rng.random(genes.shape) < 0.2)
    return np.where(np.abs(moved) <= 1, moved, genes).astype(np.float32)


def evolve(seed: int, generations: int = 60, **spec: Any) -> tuple[int, float]:
    """Generations until the best genome is right in 95 % of held-out lives (or all of them), and its share there."""
    brain = alife.make_brain({"name": "wht", **spec}, COLORS + 2, 1, threads=2)
    rng, genes = np.random.default_rng(seed), brain.init(POPULATION, seed)
    held_out = draw_lives(np.random.default_rng(10_000 + seed), 500)
    for generation in range(1, generations + 1):
        fitness = right_share(brain, genes, draw_lives(rng, LIVES))
        genes = genes[np.argsort(-fitness, kind="stable")]
        if fitness.max() >= 0.95 or generation == generations:
            share = right_share(brain, genes[:1], held_out)[0]
            if share >= 0.95:
                break
        parents = genes[: POPULATION // 5]
        genes = np.concatenate([genes[:ELITES], children(rng, parents, POPULATION - ELITES)])
    return generation, share
