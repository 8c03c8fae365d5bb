"""Precision: a budget that sums to the genes, weights that are set exactly, derivatives that differences confirm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import precision
from alife.analysis.instruments.shared import leverage
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.report.subject import Subject, load
from alife.brains import make_brain

SPEC = {"name": "wht", "width": 16, "layers": 3, "projection": 16, "injection": 2, "memory": None}


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


@pytest.mark.parametrize("shape", ["linear", "square", "root"])
def test_unfolding_gives_the_weights_that_are_born_and_their_derivative(shape: str) -> None:
    spec = {**SPEC, "ensemble": 2, "projection_shape": shape, "projection_offset": 0.5}
    brain = make_brain(spec, 5, 2)
    genes, step = brain.init(1, 4)[0], 1e-4
    weights, unfolded, offset = leverage.unfolding(brain, brain.network, genes)
    own = leverage.born(brain)
    assert np.array_equal(own.values("weights", own.develop(genes[None], own.new_states(1))).ravel(), weights)
    assert np.allclose(unfolded @ genes + offset, weights, atol=1e-5)
    moved = genes.copy()
    moved[3] += step
    change = (leverage.unfolding(brain, brain.network, moved)[0] - weights) / step
    assert np.median(np.abs(change - unfolded[:, 3])) < 5e-3
    assert len(leverage.row_names(brain.network)) * 16 == len(weights)


def test_leverages_are_a_budget_of_as_many_weights_as_genes() -> None:
    brain = make_brain(SPEC, 5, 2)
    _, unfolded, _ = leverage.unfolding(brain, brain.network, brain.init(1, 4)[0])
    count, k = unfolded.shape
    assert (count, k) == (112, 16)
    assert np.allclose(leverage.leverages(unfolded, np.ones(count)), k / count)
    draw = np.random.default_rng(2)
    for importance in (draw.exponential(size=count), 10.0 ** draw.uniform(-3, 3, count)):
        held = leverage.leverages(unfolded, importance)
        direct = np.linalg.inv(unfolded.T @ (importance[:, None] * unfolded))
        assert np.allclose(held, importance * np.einsum("ji,ik,jk->j", unfolded, direct, unfolded), atol=1e-6)
        assert held.sum() == pytest.approx(k, abs=1e-8) and held.min() >= 0 and held.max() <= 1 + 1e-9
    few = draw.choice(count, 8, replace=False)  # fewer than the genes can be set exactly, alone
    alone = np.where(np.isin(np.arange(count), few), 1e8, 1.0)
    assert np.allclose(leverage.leverages(unfolded, alone)[few], 1, atol=1e-4)
    assert leverage.residue(unfolded[few], draw.normal(size=8)) < 1e-10


def test_random_weights_are_missed_by_the_root_of_what_genes_lack() -> None:
    brain = make_brain({**SPEC, "projection": 64}, 5, 2)
    weights, unfolded, _ = leverage.unfolding(brain, brain.network, brain.init(1, 4)[0])
    draw = np.random.default_rng(7)
    missed = [leverage.residue(unfolded, draw.normal(size=len(weights))) for _ in range(30)]
    assert np.mean(missed) == pytest.approx(np.sqrt(1 - 64 / 112), rel=0.03)
    assert leverage.residue(unfolded, weights) < 1e-6


def test_importance_is_the_squared_change_of_actions_by_a_weight(recall: Subject) -> None:
    life, own, step = recorded(recall, 8), leverage.born(recall.brain), 1e-3
    genes, rows = recall.genome.params, np.array([2])
    importance = leverage.importances(own, genes, life, rows)
    born, slot = own.develop(genes[None], own.new_states(1)), own.slots["weights"]
    most = np.argsort(importance)[-20:]
    moved = np.repeat(born, 21, axis=0)
    moved[np.arange(20), slot.start + most] += step
    states, seen = (np.repeat(each[rows], 21, axis=0) for each in (life.states, life.observations))
    actions = own.step(np.repeat(genes[None], 21, axis=0), states, seen, phenotypes=moved).astype(np.float64)
    measured = np.square((actions[:-1] - actions[-1]) / step).sum(axis=1)
    assert np.allclose(measured, importance[most], rtol=0.02)


def test_small_noise_changes_little_and_large_noise_much(recall: Subject) -> None:
    result = precision.measure(recall, precision.Params(moments=2, copies=2, episodes=4))
    assert result.budget is not None and result.weights is not None and result.fitness is not None
    held = result.budget.leverage.sum()
    assert held == pytest.approx(min(128, round(held))) and held > 64  # fewer if few weights move the actions
    for agreement in (result.genes, result.weights):
        assert agreement[0].min() > 0.98 > agreement[-1].max()
    assert result.fitness[0].mean() > 0.9 > result.fitness[-1].mean()


def test_half_of_a_loss_is_interpolated_between_levels() -> None:
    levels = np.array([0.1, 1.0])
    assert precision.halfway(levels, np.array([0.75, 0.25]), 1.0, 0.0) == "32% of their size"
    assert precision.halfway(levels, np.array([1.0, 0.9]), 1.0, 0.0) == "more than 100%"
    assert precision.halfway(levels, np.array([0.1, 0.1]), 1.0, 0.0) == "less than 10%"
