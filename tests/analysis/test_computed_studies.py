"""Studies that compute: resumed to the same table, more seeds, pages from tables alone, claims that can fail."""

from __future__ import annotations

import csv
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.analysis.statistics import Mean
from alife.analysis.studies.partitions import METHODS, variance_ratio
from alife.analysis.studies.shared.compute import run_computed
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.dropout import trained_with
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.rows import at_least, at_most, chosen, difference, mean_of, read_rows, within
from alife.analysis.studies.shared.trained import TrainedNet, train
from alife.errors import UserError
from tests.conftest import Command


class Params(ComputedParams):
    """Of the study below."""


class Coins(ComputedStudy[Params]):
    """Numbers around the label `mean`."""

    title = "Coins"
    computed: list[Mapping[str, Any]] = []

    def cases(self):
        return [{"mean": mean, "seed": seed} for mean in (0.5, 2.0) for seed in self.params.repetitions]

    def compute(self, case):
        type(self).computed.append(case)
        draws = np.random.default_rng(case["seed"]).normal(case["mean"], 0.1, 2)
        return [{"place": place, "value": float(value)} for place, value in enumerate(draws)]

    def claims(self, rows):
        mean = mean_of(rows, "value", mean=2.0)
        return [Claim("us", "at least 1.5", str(mean), at_least(mean, 1.5)), Claim("us", "3", "", at_least(mean, 3))]

    def tables(self, rows):
        return [f"{len(rows)} rows"]


def test_pictures_of_a_page_are_written_beside_it(tmp_path: Path) -> None:
    class Drawn(Coins):
        def pictures(self):
            return {"coins.png": b"drawn"}

    run_computed(Drawn(Params(seeds=1)), tmp_path / "out", tmp_path / "pages" / "coins.md")
    assert (tmp_path / "pages" / "coins.png").read_bytes() == b"drawn"


def test_a_study_resumes_and_takes_more_seeds(tmp_path: Path) -> None:
    Coins.computed = []
    whole = run_computed(Coins(Params(seeds=4)), tmp_path / "whole", tmp_path / "whole.md")
    page = (tmp_path / "whole.md").read_text()
    assert "| holds |" in page and "| fails |" in page and "(4 seeds; 0 s" in page and "16 rows" in page
    assert len(Coins.computed) == 8

    class Stopped(Coins):
        def compute(self, case):
            if len(Coins.computed) == 5:
                raise KeyboardInterrupt
            return super().compute(case)

    Stopped.computed = Coins.computed = []
    with pytest.raises(KeyboardInterrupt):
        run_computed(Stopped(Params(seeds=3)), tmp_path / "part", tmp_path / "part.md")
    assert len(read_rows(tmp_path / "part" / f"{Coins(Params()).name}.csv")) == 10
    again = run_computed(Coins(Params(seeds=4)), tmp_path / "part", tmp_path / "part.md")
    assert len(Coins.computed) == 8  # none twice

    def values(rows):
        return [(row["mean"], row["seed"], row["value"]) for row in rows]

    assert values(again) == values(whole)
    with pytest.raises(UserError, match="began with other values"):
        run_computed(Coins(Params(quick=True)), tmp_path / "part", tmp_path / "part.md")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("")
    with pytest.raises(UserError, match="expected a new folder"):
        run_computed(Coins(Params()), tmp_path / "other", tmp_path / "x.md")
    run_computed(Coins(Params(quick=True)), tmp_path / "quick", tmp_path / "quick.md")
    assert "smoke test" in (tmp_path / "quick.md").read_text() and "holds" not in (tmp_path / "quick.md").read_text()


def test_verdicts_follow_intervals_and_seeds_are_the_units() -> None:
    low, wide, high = Mean(1, 0.9, 1.1), Mean(1, 0.5, 1.5), Mean(2, 1.9, 2.1)
    assert [at_least(mean, 1.2) for mean in (low, wide, high)] == [False, None, True]
    assert [at_most(mean, 1.2) for mean in (low, wide, high)] == [True, None, False]
    assert [within(mean, 1.2) for mean in (low, wide, high)] == [True, None, False]
    rows = [{"seed": s, "arm": arm, "v": s + shift} for s in (1, 2, 3) for arm in "ab" for shift in (-1, 1)]
    assert mean_of(rows, "v", arm="a") == mean_of([{"seed": s, "v": s} for s in (1, 2, 3)], "v")
    assert difference(rows, "v", {"arm": "a"}, {"arm": "b"}) == Mean(0, 0, 0) and len(chosen(rows, seed=1)) == 4


def test_ctrl_c_ends_a_training(monkeypatch) -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    images = Images("noise", rng.random((4000, 64)), rng.integers(0, 2, 4000), rng.random((9, 64)), np.zeros(9))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            train(images, [64], 1, 10_000)
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def test_data_that_is_none_is_one_line(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "x.npz").write_text("no archive")
    np.savez(tmp_path / "y.npz", train_images=np.zeros((2, 4, 4)))
    for name, said in (("x", "expected a file .npz with"), ("y", "with train_images"), ("z", "there is none")):
        with pytest.raises(UserError, match=said):
            load_images(str(tmp_path / f"{name}.npz"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    load_images.cache_clear()
    with pytest.raises(UserError, match="expected scikit-learn"):
        load_images(None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"train_images": np.zeros((0, 4, 4)), "train_labels": np.zeros(0)}, "got others, or empty ones"),
        ({"test_images": np.zeros((0, 4, 4)), "test_labels": np.zeros(0)}, "got others, or empty ones"),
        ({"train_labels": np.full(9, "a")}, "got others, or empty ones"),
        ({"train_images": np.array(3)}, "a label for each image"),
        ({"test_labels": np.array(0)}, "a label for each image"),
        ({"train_labels": np.full(9, -1)}, "labels from 0 on, got -1"),
    ],
)
def test_arrays_that_are_no_images_are_one_line(tmp_path: Path, changes: dict[str, np.ndarray], said: str) -> None:
    plain = {f"{part}_images": np.zeros((9, 4, 4)) for part in ("train", "test")}
    labels = {f"{part}_labels": np.zeros(9, int) for part in ("train", "test")}
    np.savez(tmp_path / "a.npz", **(plain | labels | changes))
    with pytest.raises(UserError, match=said):
        load_images(str(tmp_path / "a.npz"))


def test_nets_need_a_batch_and_nets_that_do_not_differ_are_undecided() -> None:
    few = Images("few", np.zeros((9, 4)), np.zeros(9, int), np.zeros((9, 4)), np.zeros(9, int))
    with pytest.raises(UserError, match="at least 50 images to learn, got 9 in few"):
        trained_with(few, lambda number: np.ones((2, 3)), 2, 3, 1, 1)
    rows = [{"seed": 1, "method": method, "deviation": 0.0} for method in METHODS]
    assert at_most(variance_ratio(rows, METHODS[1]), 1) is None


def test_images_of_a_file_are_read_and_drawn(tmp_path: Path) -> None:
    parts = {"images": np.arange(32).reshape(2, 4, 4) * 8, "labels": np.array([3, 1])}
    np.savez(
        tmp_path / "a.npz", **{f"{part}_{name}": each for part in ("train", "test") for name, each in parts.items()}
    )
    images = load_images(str(tmp_path / "a.npz"))
    assert images.name == "a" and images.train.shape == (2, 16) and images.test.max() == 31 * 8 / 255
    drawn = images.drawn(1, 5, 1)
    assert drawn.train.shape == (1, 16) and drawn.test.shape == (2, 16) and set(drawn.test_labels) == {1, 3}


def test_the_quick_form_from_the_command_line(tmp_path: Path, command: Command) -> None:
    name = "sharing"
    status, out, error = command("study", name, "--quick", "--seeds", 2, "--out", tmp_path / "q")
    assert status == 0, error
    page = Path(out.strip()).read_text()
    assert "smoke test" in page and f"`python run.py study {name} --quick`" in page
    rows = list(csv.DictReader((tmp_path / "q" / f"{name}.csv").open()))
    assert {row["seed"] for row in rows} == {"1", "2"} and all(float(row["seconds"]) >= 0 for row in rows)


def test_a_study_without_data_refuses_them(tmp_path: Path, command: Command) -> None:
    status, _, error = command("study", "sharing", "--quick", "--data", "x.npz", "--out", tmp_path / "q")
    assert status == 2 and "data" in error and len(error.splitlines()) == 1


def test_a_trained_net_is_relus() -> None:
    net = TrainedNet((np.array([[1.0, -1.0]]), np.array([[2.0]])), (np.array([0.5]), np.array([1.0])))
    assert [each.tolist() for each in net.activations(np.array([[1.0, 3.0], [3.0, 1.0]]))[1:]] == [
        [[0.0], [2.5]],
        [[1.0], [6.0]],
    ]
