"""The brain learns within its life: what no fixed reflex can."""

from __future__ import annotations

import mushrooms
import numpy as np
import pytest


@pytest.mark.parametrize("seed", range(1, 6))
def test_memory_solves_mushrooms_within_60_generations(seed: int) -> None:
    generations, share = mushrooms.evolve(seed)
    assert share >= 0.95 and generations <= 60


def test_without_memory_it_stays_a_coin_toss() -> None:
    assert all(abs(mushrooms.evolve(seed, memory=None)[1] - 0.5) <= 0.03 for seed in (1, 2))


def test_a_life_has_no_colour_that_is_safe_in_both_halves() -> None:
    colors, sides = mushrooms.draw_lives(np.random.default_rng(0), 50)
    half = mushrooms.COLORS + mushrooms.ENCOUNTERS
    for life in range(50):
        first = dict(zip(colors[:half, life], sides[:half, life], strict=True))
        second = dict(zip(colors[half:, life], sides[half:, life], strict=True))
        assert {color: -side for color, side in first.items()} == second and len(first) == 4
