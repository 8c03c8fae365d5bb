"""Exclusive scan and cell lists against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from alife.laws.cells import cell_lists
from alife.laws.scan import exclusive_scan
from tests.helpers.laws import run_rows


@pytest.mark.parametrize("length", [1, 2, 17, 1000])
def test_exclusive_scan(length):
    values = np.random.default_rng(length).integers(0, 9, length).astype(np.int32)
    offsets = np.full(length + 1, -1, np.int32)
    run_rows(exclusive_scan, 1, values=values, offsets=offsets)
    assert offsets.tolist() == [0, *np.cumsum(values)]


def test_cell_lists_are_the_stable_sort_of_the_living_by_bin():
    rng = np.random.default_rng(5)
    capacity, bins = 500, 30
    living = np.flatnonzero(rng.random(capacity) < 0.6).astype(np.int32)
    fields = {
        "living": np.concatenate([living, np.zeros(capacity - len(living), np.int32)]),
        "num_living": np.array([len(living)], np.int64),
        "bin_of": rng.integers(0, bins, capacity).astype(np.int32),
        "bin_count": np.full(bins, 77, np.int32),
        "bin_start": np.full(bins + 1, 77, np.int32),
        "bin_slots": np.full(capacity, -1, np.int32),
    }
    for law in cell_lists:
        run_rows(law, 1, **{name: fields[name] for name in law.array_form.arguments})
    order = living[np.argsort(fields["bin_of"][living], kind="stable")]
    assert np.array_equal(fields["bin_slots"][: len(living)], order)
    assert np.array_equal(np.diff(fields["bin_start"]), np.bincount(fields["bin_of"][living], minlength=bins))
