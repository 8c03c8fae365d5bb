"""The direction of claims of redundancy, information, symmetry and equal genes, in the quick form of their studies."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis.statistics import spearman
from alife.analysis.studies.information import UNITS
from alife.analysis.studies.redundancy import GOOD, OVERFITS, correlations, topology
from alife.analysis.studies.shared.descent import descended
from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.rows import chosen
from alife.analysis.studies.shared.trained import TrainedNet
from tests.analysis.test_study_claims import quick_rows, value


def test_veca_grows_along_training_and_is_least_in_the_net_that_overfits() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("redundancy")
    losses = [row["test loss"] for row in chosen(rows, **OVERFITS)]
    assert losses[0] > losses[-1] and rows[0]["veca"] < chosen(rows, **OVERFITS)[-1]["veca"]
    assert value(rows, "test loss", passes=48, **OVERFITS) > value(rows, "test loss", passes=48, **GOOD)
    assert value(rows, "veca", passes=48, **OVERFITS) < value(rows, "veca", passes=48, **GOOD) / 2
    assert value(correlations(rows), "correlation", measure="veca", place="training", against="test loss") < -0.5


def test_loops_of_a_net_do_not_depend_on_the_order_or_the_scale_of_its_units() -> None:
    rng = np.random.default_rng(1)
    first, second, order, scale = rng.normal(size=(9, 7)), rng.normal(size=(4, 9)), rng.permutation(9), 2.0
    nets = [(first, second), (first[order] * scale, second[:, order] / scale)]
    found = [topology(TrainedNet(each, ()), np.random.default_rng(0)) for each in nets]
    assert found[0]["persistence"] == pytest.approx(found[1]["persistence"]) != 0


def test_layers_of_tanh_are_compressed_more_than_relus_and_many_bins_saturate() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("information")
    own = chosen(rows, layer=2, bins="own", levels=2)
    falls = [
        value(own, "input bits", unit=unit, passes=8) - value(own, "input bits", unit=unit, passes=32) for unit in UNITS
    ]
    assert falls[0] > 0.1 > falls[1]
    for unit in UNITS:
        assert value(own, "label bits", unit=unit, passes=32) > value(own, "label bits", unit=unit, passes=1) + 0.5
        full = chosen(rows, unit=unit, layer=1, bins="own", levels=30)
        assert all(row["distinct"] > 0.99 and row["shuffled"] > 0.95 * row["label bits"] for row in full)
    assert value(rows, "shuffled", bins="MINE", levels=60) < 0.1 < value(rows, "label bits", bins="MINE", levels=60)


def test_children_of_strangers_are_damaged_less_if_aligned_and_those_of_kin_are_not() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("symmetry")
    assert all(row["outputs apart"] < 1e-4 and row["one form"] for row in chosen(rows, father="copy"))
    assert value(rows, "agreement", father="copy", units="aligned") == 1
    for crossed in ("mean", "uniform"):
        own = chosen(rows, parents="trained", crossed=crossed)
        naive, aligned = (value(own, "accuracy", father="apart", units=units) for units in ("as they are", "aligned"))
        assert naive < aligned - 0.05 and naive < value(own, "of parents", father="apart") - 0.1
        kin = [value(own, "accuracy", father="kin", units=units) for units in ("as they are", "aligned")]
        assert abs(kin[0] - kin[1]) < 0.02 and kin[0] > naive + 0.1
    one, two = (
        value(rows, "fitness", father=f"of {count} population{s}", units="as they are")
        for count, s in (("one", ""), ("two", "s"))
    )
    assert two < one / 2


def test_training_leaves_the_initial_weights_as_they_are() -> None:
    """Two nets from the same initial weights are two nets."""
    rng = np.random.default_rng(1)
    images = Images("drawn", rng.random((100, 6)), rng.integers(3, size=100), rng.random((5, 6)), np.arange(5) % 3)
    initial = [rng.normal(size=(4, 6)), rng.normal(size=(3, 4))]
    before = [each.copy() for each in initial]
    nets = [descended(images, initial, lambda _, matrix: matrix, 2, seed) for seed in (1, 2)]
    assert all((a == b).all() for a, b in zip(initial, before, strict=True))
    assert not np.allclose(nets[0].weights[0], nets[1].weights[0])


def test_shared_weights_are_more_accurate_than_as_many_direct_ones() -> None:
    pytest.importorskip("sklearn")
    rows = quick_rows("equal_genes")
    shared = value(rows, "accuracy", weights="shared", size=128)
    others = [value(rows, "accuracy", weights=arm, size=size) for arm, size in (("narrow", 4), ("sparse", 128))]
    assert max(others) + 0.05 < shared < value(rows, "accuracy", weights="whole")
    assert value(rows, "genes", weights="shared", size=128) == value(rows, "genes", weights="sparse", size=128) == 298
    assert value(rows, "genes", weights="narrow", size=4) == 310


def test_ranks_correlate() -> None:
    assert spearman([1, 2, 3], [10, 20, 1000]) == pytest.approx(1) == -spearman([1, 2, 3], [3, 2, -9])
    assert spearman([1, 1, 2, 3], [5, 5, 5, 7]) == pytest.approx(0.816496580927726)  # scipy.stats.spearmanr
    assert np.isnan(spearman([1, 1], [1, 2]))


def test_noise_on_the_weights_of_most_leverage_changes_more_than_on_others() -> None:
    rows = quick_rows("precise_weights")
    for genome in ("champion", "random"):
        own = {"world": "cartpole", "genome": genome}
        assert value(rows, "budget", **own) > 2 * value(rows, "level", **own)
        assert value(rows, "lost", **own) > 1.5 * value(rows, "others lost", **own)
