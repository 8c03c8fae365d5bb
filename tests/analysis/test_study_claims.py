"""The direction of each claim in the quick form of its study, and a page of a smoke test that judges nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.analysis.studies import sampled
from alife.analysis.studies.partitions import variance_ratio
from alife.analysis.studies.shared.block_circulant import Blocks, powers_of_two
from alife.analysis.studies.shared.computed import ComputedStudy
from alife.analysis.studies.shared.conv_net import ConvNet, plan_for
from alife.analysis.studies.shared.rows import Row, chosen, mean_of
from alife.analysis.studies.shared.unit_nets import UNITS
from alife.brains.sine import AMPLITUDE
from alife.config import registry


def quick_rows(name: str, seeds: int = 1, **labels: Any) -> list[Row]:
    """The rows of a study's quick form, of its cases with these labels; its page is written, too."""
    study: ComputedStudy[Any] = registry.find("studies", name)(
        registry.find_params("studies", name)(quick=True, seeds=seeds)
    )
    cases = [case for case in study.cases() if all(case[key] == value for key, value in labels.items())]
    rows = [{**case, **row, "seconds": 0.0} for case in cases for row in study.compute(case)]
    page = study.page(rows)
    assert "smoke test" in page and "not judged" in page and "| holds |" not in page and "| fails |" not in page
    return rows


def value(rows: list[Row], column: str, **labels: Any) -> float:
    return mean_of(rows, column, **labels).value


def test_more_samples_keep_more_and_few_are_better_than_random_weights() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("sampled", hidden=256)
    kept = [value(rows, "ratio", method=sampled.NEURON, share=share) for share in (0.12, 0.5, 1.0)]
    assert kept[0] < kept[1] < kept[2] + 0.02 and kept[2] > 0.9
    assert kept[1] > value(rows, "ratio", method="random", share=0.5)
    same = [value(rows, "not 0", method=method, share=0.5) for method in (sampled.NEURON, "magnitude, by w", "random")]
    assert max(same) - min(same) < 1e-3
    assert value(rows, "ratio", method="each image", share=0.5) > 0.9


def test_partitions_draw_less_spare_none_and_vary_less() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("partitions", seeds=2)
    for parts in (2, 5):
        drawn = [value(rows, "drawn", parts=parts, method=name) for name in ("independent", "parts of equal sizes")]
        assert drawn[0] == parts * drawn[1]
    assert value(rows, "spared", method="parts of equal sizes") == 0 < value(rows, "spared", method="independent")
    assert variance_ratio(rows, "parts of equal sizes").value < 1


def test_weights_grow_as_the_square_in_dense_and_in_proportion_in_wht() -> None:
    rows = quick_rows("linear")
    growth = {
        name: value(rows, "weights", brain=name, width=64) / value(rows, "weights", brain=name, width=32)
        for name in ("dense", "wht")
    }
    assert growth["wht"] == 2 and 3.9 < growth["dense"] < 4


def test_recall_follows_its_law_for_drawn_bits_and_errs_more_for_hashes() -> None:
    rows = quick_rows("memory_law")
    for kind, low, high in (
        ("delta, drawn bits", 0.9, 1.1),
        ("hebb, drawn bits", 0.9, 1.1),
        ("delta, hashes", 1.03, 1.3),
    ):
        own = chosen(rows, kind=kind, load=1.0)
        assert low < own[0]["error"] / own[0]["predicted"] < high, kind
    assert value(rows, "novel", kind="swept", load=1.0) > 5 * value(rows, "novel", kind="swept", load=2.0)
    assert max(value(rows, "error", kind=f"{kind} keys") for kind in ("walking", "one-hot")) < 1e-5


def test_more_paths_are_more_accurate_and_cost_in_proportion() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("paths")
    few, many = (value(rows, "accuracy", arm="sobol", paths=count) for count in (64, 256))
    assert few < many < value(rows, "accuracy", arm="dense")
    assert [value(rows, "weights", arm="sobol", paths=count) for count in (64, 256)] == [192, 768]


def test_transforms_reach_their_bound_and_need_examples_to_keep_what_a_decomposition_does() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("double")
    assert all(abs(row["nearest: error"] - row["bound"]) < 1e-9 for row in rows)
    assert value(rows, "nearest: error", transforms=16) > value(rows, "rank k: error", transforms=16)
    assert value(rows, "nearest: error", transforms=64) < 1e-9
    kept = [value(rows, f"{name}: kept", transforms=4) for name in ("nearest", "rank k", "on examples")]
    assert max(kept[:2]) < 0.9 < kept[2]
    moved = [value(rows, f"nearest{name}: error", transforms=16) for name in (", units exchanged", "")]
    assert moved[0] < moved[1] - 0.005


def test_a_projection_fits_a_share_of_weights_and_sets_some_exactly() -> None:
    rows = quick_rows("sharing")
    for row in rows:
        assert row["error"] == pytest.approx(row["predicted"], rel=0.05) and row["residual"] < 1e-9
        assert row["leverages"] == pytest.approx(128) and row["recovered"] < 1e-5
        assert row["least moved"] == pytest.approx(1) == row["most moved"]
    assert value(rows, "spread", ratio=2) < value(rows, "spread", ratio=4) < value(rows, "law", ratio=4)


def test_inputs_wash_out_and_an_input_added_again_keeps_them_apart() -> None:
    rows = quick_rows("washout")
    cosines = [value(rows, "cosine", kind="cosine", injection=0, depth=depth) for depth in (1, 4, 32)]
    assert cosines[0] < cosines[1] < cosines[2] and cosines[2] > 0.95
    assert value(rows, "cosine", kind="cosine", injection=1, depth=32) < 0.9
    assert cosines[0] == pytest.approx(value(rows, "predicted", kind="cosine", injection=0, depth=1), abs=0.05)


def test_every_unit_learns_and_their_slopes_are_those_of_their_values() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("units", depth=1, task="digits")
    assert len(rows) == 5 and all(row["reached"] > 0.5 for row in rows)
    z = np.array([[-2.0, -0.3, 0.4, 3.0]])
    for name, unit in UNITS.items():
        slopes = (unit.value(z + 1e-6, 0.25) - unit.value(z - 1e-6, 0.25)) / 2e-6
        assert unit.slope(z, 0.25) == pytest.approx(slopes, abs=1e-6), name


def test_brains_of_a_unit_evolve_in_two_worlds() -> None:
    """A pole that is pushed at random falls after about 22 of 500 steps; who guesses is right in half of the cases."""
    study = registry.find("studies", "units")(registry.find_params("studies", "units")(quick=True, seeds=1))
    for task, least, most in (("cartpole", 100, 500), ("mushrooms", 0.5, 1)):
        found = [
            study.compute({"task": task, "unit": unit, "depth": 1, "seed": 1})[0]["reached"] for unit in ("relu", "elu")
        ]
        assert least < max(found) <= most and found[0] != found[1]


def test_blocks_store_less_are_circulant_and_hold_powers_of_two() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("compression")
    assert chosen(rows, block=1, bits=3)[0]["ratio"] == pytest.approx(32 / 3)
    assert 150 < chosen(rows, block=16, bits=3)[0]["ratio"] < 32 / 3 * 16
    for column in ("accuracy", "learned"):
        assert value(rows, column, block=16, bits=32) < value(rows, column, block=1, bits=32)
    weights = np.random.default_rng(1).normal(size=64)
    near = powers_of_two(weights, 3)
    assert len(set(np.abs(near)) - {0.0}) == 3 and (np.log2(np.abs(near[near != 0])) % 1 == 0).all()
    blocks = Blocks((10, 7), 4)
    matrix = blocks.matrix(np.arange(len(blocks.sizes)) * 1.0)
    assert (matrix[1:4, 1:4] == matrix[:3, :3]).all() and matrix[0, 3] == matrix[1, 0]
    assert blocks.means(matrix) == pytest.approx(np.arange(len(blocks.sizes)))


def test_devices_answer_as_the_net_if_exact_and_worse_the_more_they_vary() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("crossbar")
    assert value(rows, "same", property="exact") == 1
    assert (
        value(rows, "kept", property="noise", value=0.1) > 0.9 > 0.8 > value(rows, "kept", property="noise", value=0.8)
    )
    assert max(value(rows, "kept", property=name) for name in ("stuck", "levels")) < 0.8


def test_phases_of_few_bits_keep_less() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("sine")
    assert value(rows, "kept", bits=8) > 0.95 > 0.6 > value(rows, "kept", bits=3)
    assert rows[0]["product"] * AMPLITUDE <= 0.5 + 1e-9


def test_attacks_carry_as_predicted_and_least_to_members_with_few_numbers_of_their_own_view() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("ensembles")
    for arm in ("one view", "own views"):
        assert value(rows, "slope", arm=arm, share=0.1) == pytest.approx(1, abs=0.05)
    carried = [value(rows, "carried", arm=f"{views}, 16 numbers", share=1.0) for views in ("own views", "one view")]
    assert carried[0] < carried[1]
    for row in chosen(rows, share=1.0):
        assert row["error mean"] == pytest.approx(row["error members"] - row["spread"])
        assert row["spread"] > 0 and row["attacked"] > row["others"]


def test_deeper_layers_divide_a_plane_finer() -> None:
    rows = quick_rows("probing", arm="switch")
    counts = [value(rows, "regions", depth=depth) for depth in (1, 2, 4, 8, 16, 32)]
    assert counts == sorted(counts) and counts[-1] > 4 * counts[0]
    assert value(rows, "breaks", depth=32) > 8 * value(rows, "breaks", depth=1)


def test_more_samples_of_filters_keep_more_and_gradients_of_filters_are_exact() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("convolution")
    for part in ("filters", "dense layers", "all"):
        few, many = (value(rows, "ratio", part=part, share=share) for share in (0.06, 1.0))
        assert few + 0.1 < many < 1.05, part
    net, rng = ConvNet(plan_for(64), 1), np.random.default_rng(1)
    x, labels = rng.random((3, 64)), np.eye(10)[:3]
    slope = net._gradients(x, labels)[0][2, 4]
    losses = []
    for step in (1e-6, -1e-6):
        moved = [net.weights[0].copy(), *net.weights[1:]]
        moved[0][2, 4] += step
        outputs = net._pass(x, moved)[1][-1]
        losses.append(float((np.log(np.exp(outputs).sum(axis=1)) - outputs[range(3), range(3)]).mean()))
    assert slope == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-4)
