"""Condensed vectors: those of dense matrices, the outputs of a life to rounding, the noise that is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import condensed
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load
from alife.brains.shared.base import INJECTION_FLIPS, MEMBER_FLIPS
from alife.ops.sign_patterns import pattern


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


@pytest.fixture(scope="module")
def result(recall: Subject) -> condensed.Result:
    return condensed.measure(recall, condensed.Params(episodes=2))


def test_condensed_vectors_are_the_product_of_the_layers_matrices(recall: Subject) -> None:
    found = condensed.measure(recall, condensed.Params(episodes=1))
    life = condensed.recorded(recall, 160)
    n, genes = 32, recall.genome.params
    hadamard = np.array([[(-1.0) ** (i & j).bit_count() for j in range(n)] for i in range(n)])
    for step in (0, 3, len(life) - 1):
        notes = recall.brain.record(genes, life.states[step], life.observations[step])
        x = notes["input"].astype(np.float64)
        matrix = np.diag(1.0 - 2.0 * pattern(MEMBER_FLIPS, n))
        for layer in (1, 2):
            z = np.sqrt(3 / n) * hadamard @ matrix
            above, below = notes[f"weights_layer_{layer}"].reshape(2, n)
            matrix = np.diag(np.where(z @ x >= 0, above, below)) @ z
            if f"weights_injection_{layer}" in notes:
                flips = np.diag(1.0 - 2.0 * pattern(MEMBER_FLIPS + INJECTION_FLIPS + layer, n))
                matrix += np.diag(notes[f"weights_injection_{layer}"]) @ hadamard @ flips / np.sqrt(n)
        matrix = hadamard @ matrix / np.sqrt(n)
        actions, lanes = found.vectors.shape[1:]
        assert np.allclose(found.vectors[step], matrix[:actions, :lanes], atol=1e-6)


def test_a_life_is_condensed_exactly_and_its_parts_sum_to_its_actions(result: condensed.Result) -> None:
    assert result.exact and 0 < result.error < 1e-5
    sums = result.contributions.sum(axis=2) + result.offsets
    assert np.allclose(sums, result.outputs, atol=1e-5) and not result.offsets.any()
    assert sum(result.share(group) for group in result.lanes.present) == pytest.approx(1)
    cosines = np.cos(np.radians(result.input_angles))
    lengths = result.lengths * np.linalg.norm(result.inputs, axis=1)[:, None]
    assert np.allclose(lengths * cosines, result.outputs, atol=1e-4)
    between = result.between(0)
    assert np.allclose(between, between.T) and np.allclose(np.diag(between), 0, atol=1e-4)
    same = result.episode[1:] == result.episode[:-1]
    assert result.drift()[0, 0] == pytest.approx(np.diag(between, 1)[same].mean())


def test_noise_on_the_inputs_is_amplified_by_the_length(recall: Subject, result: condensed.Result) -> None:
    life, draws, size = condensed.recorded(recall, 160, 2), 4000, 1e-4
    draw = np.random.default_rng(5)
    noise = size * draw.normal(size=(draws, result.inputs.shape[1]))

    def add(name: str, lanes: np.ndarray) -> None:
        if name == "input":
            lanes[:, : noise.shape[1]] += noise.astype(np.float32)

    genes = np.repeat(recall.genome.params[None], draws, axis=0)
    states, observations = (np.repeat(rows[2:3], draws, axis=0) for rows in (life.states, life.observations))
    actions = recall.brain.step_edited(genes, states, observations, add).astype(np.float64)
    assert np.allclose(actions.std(axis=0) / size, result.lengths[2], rtol=0.05)


def test_a_world_of_arenas_does_not_apply() -> None:
    with pytest.raises(NotApplicable, match="agents of pursuit meet in arenas"):
        condensed.measure(load(Path("pursuit-prey")))
