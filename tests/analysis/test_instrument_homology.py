"""Homology: loops known by hand, ripser as a second opinion, probed weights that are those of the genes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import homology
from alife.analysis.instruments.shared.effective_weights import effective_weights
from alife.analysis.instruments.shared.persistence import diagram, loops, neural_persistence, relevance
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load
from alife.experiment.records.genome import Genome
from tests.helpers.brain_checks import brain_of


def subject_of(spec: dict) -> Subject:
    brain = brain_of({"width": 16, "memory": None, **spec})
    return Subject("made", Genome(brain.init(1, 1)[0], brain.spec()), brain, None, None)


def test_a_diamond_is_born_with_its_last_edge_and_filled_by_the_smaller_product() -> None:
    found = loops(np.array([[0.5, 0.6]]), np.array([[0.8], [0.5]]))  # one input, two units, one output
    assert found.tolist() == [[0.5, 0.3]]


def test_a_tree_has_no_loop_and_a_ring_that_nothing_fills_lasts() -> None:
    tree = np.zeros((4, 4))
    tree[[0, 0, 1, 2], [0, 1, 2, 3]] = 1.0  # each unit has one input
    assert len(loops(relevance(tree), relevance(tree))) == 0
    square = np.full((2, 2), 0.5)
    assert loops(square, np.zeros((2, 1))).tolist() == [[0.5, 0.0]]
    assert relevance(np.array([[1.0, 0], [3, 0]])).tolist() == [[0.25, 0], [0.75, 0]]


def test_no_order_of_units_and_no_scale_of_them_changes_the_loops() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.random((5, 6)), rng.random((6, 3))
    order, scale = rng.permutation(6), rng.uniform(0.5, 2, 6)
    twin = [first[:, order] * scale, second[order] / scale[:, None]]
    diagrams = []
    for pair in ([first, second], twin):
        found = loops(*(relevance(matrix) for matrix in homology.balanced(pair)))
        diagrams.append(found[np.lexsort(found.T)])
    assert len(diagrams[0]) > 3
    np.testing.assert_allclose(*diagrams, atol=1e-12)


def test_the_number_of_loops_is_eulers() -> None:
    """With all edges in, before any triangle: edges - vertices + components, if products are far below."""
    first, second = np.full((3, 4), 0.3), np.full((4, 2), 0.3)
    found = loops(first, second)
    assert len(found) == 12 + 8 - 9 + 1 and np.all(found[:, 0] == 0.3)
    assert found[:, 1].tolist() == pytest.approx([0.09] * len(found))  # the output joins all: nothing lasts


def test_ripser_finds_the_same_diagram_of_a_flag_complex() -> None:
    ripser = pytest.importorskip("ripser")
    rng, count = np.random.default_rng(2), 11
    pairs = np.array(list(combinations(range(count), 2)))
    values = rng.random(len(pairs)).astype(np.float32).astype(float)
    place = {tuple(pair): edge for edge, pair in enumerate(pairs.tolist())}
    triangles = np.array([[place[a, b], place[a, c], place[b, c]] for a, b, c in combinations(range(count), 3)])
    ours = diagram(values, pairs, triangles, values[triangles].min(axis=1))
    distances = np.zeros((count, count))
    distances[tuple(pairs.T)] = distances[tuple(pairs.T[::-1])] = 1 - values
    theirs = 1 - ripser.ripser(distances, distance_matrix=True, maxdim=1)["dgms"][1]
    assert len(ours) > 2
    np.testing.assert_allclose(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)], atol=1e-6)


def test_neural_persistence_by_hand() -> None:
    """A tree of two weights of size 1 and one of 0.5, out of 2 x 2."""
    weights = np.array([[1.0, -0.5], [0.2, 1.0]])
    assert neural_persistence(weights, 1.0) == pytest.approx(np.sqrt(0.25 / 3))
    assert neural_persistence(np.ones((3, 2)), 1.0) == 0


@pytest.mark.parametrize("unit, gain", [("relu", 6), ("tanh", 3)])
def test_probed_weights_are_those_of_the_genes(unit: str, gain: int) -> None:
    subject = subject_of({"name": "dense", "unit": unit, "layers": 2})
    m = subject.brain.network.members(subject.genome.params)[0]
    first, second, last = effective_weights(subject)
    inputs, outputs = subject.brain.network.num_inputs, subject.brain.network.num_outputs
    np.testing.assert_allclose(first, np.sqrt(gain / 16) * m.layers[0][:inputs], atol=1e-5)
    np.testing.assert_allclose(second, np.sqrt(gain / 16) * m.layers[1][:-1], atol=1e-5)
    np.testing.assert_allclose(last, np.sqrt(3 / 16) * m.last[:, :outputs], atol=1e-6)


def test_probed_weights_of_sparse_networks_have_their_zeros() -> None:
    paths = effective_weights(subject_of({"name": "paths", "paths": 32}))
    assert [matrix.shape for matrix in paths] == [(8, 16), (16, 16), (16, 16)]
    assert all(np.sum(matrix != 0) == 32 for matrix in paths[1:])
    first = effective_weights(subject_of({"name": "sampled", "samples": 1, "ensemble": 2}))[0]
    assert np.all(np.sum(first != 0, axis=0) <= 1)


def test_the_null_keeps_the_wiring_and_so_the_number_of_loops() -> None:
    whole = homology.measure(subject_of({"name": "paths", "paths": 32}), homology.Params(shuffles=2)).loops[0]
    assert {len(points) for points in whole.null} == {len(whole.points)} != {0}
    assert len(set(whole.null_persistence) | {whole.persistence}) == 3


def test_a_genome_is_set_beside_its_weights_in_shuffled_order() -> None:
    subject = subject_of({"name": "dense"})
    result = homology.measure(subject, homology.Params(shuffles=3))
    assert [each.sign for each in result.loops] == ["|w|", "w > 0", "w < 0"]
    assert {len(each.null) for each in result.loops} == {3} and result.matrices == (
        "input to layer 1",
        "layer 1 to output",
    )
    whole = result.loops[0]
    assert len(whole.points) > 0 and whole.persistence == pytest.approx(np.sum(whole.points @ [1, -1]))
    assert homology.alive(whole.points).max() <= len(whole.points)
    finding = homology.Homology(homology.Params(shuffles=3)).measure(subject)
    with pytest.raises(NotApplicable, match="--set homology.triangles=384"):
        homology.measure(subject, homology.Params(triangles=383))
    assert finding.facts["loops"] == len(whole.points) and len(finding.pictures) == 2


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"name": "wht"}, "layers of the brain wht are no matrices"),
        ({"name": "sine"}, "layers of the brain sine are no matrices"),
        ({"name": "sampled", "draw": "step"}, "drawn anew in each step"),
        ({"name": "paths", "layers": 1}, "one layer of weights"),
        ({"name": "dense", "products": True}, "with products"),
    ],
)
def test_networks_without_matrices_are_left_out_with_a_reason(spec: dict, reason: str) -> None:
    with pytest.raises(NotApplicable, match=reason):
        homology.measure(subject_of(spec))


def test_saved_genomes_of_transforms_are_left_out() -> None:
    with pytest.raises(NotApplicable, match="wht"):
        homology.measure(load(Path("cartpole")))
