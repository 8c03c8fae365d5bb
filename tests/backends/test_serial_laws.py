"""The parallel forms of serial laws give the bits of the laws, for many sizes and in both orders of threads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.cuda.engine import GpuEngine
from alife.backends.cuda.kernels import PASS_BLOCK
from alife.backends.program import Bindings
from alife.laws.cells import cell_lists
from alife.laws.fields import Field, Fields, aligned
from alife.laws.law import Law, per_row
from alife.laws.parallel import PARTS
from alife.laws.scan import exclusive_scan
from alife.simulation import births
from tests.helpers.host_device import HostDevice
from tests.helpers.lives import equal

SIZES = (1, PASS_BLOCK, PARTS + 1, 3 * PASS_BLOCK, 30_001)


@pytest.fixture(params=[False, True], ids=["forward", "reverse"])
def gpu(request: pytest.FixtureRequest, host_device: HostDevice) -> HostDevice:
    host_device.reverse = request.param
    return host_device


def both(laws: tuple[Law, ...], values: Mapping[str, np.ndarray]) -> tuple[Fields, Fields]:
    """Returns the fields after the laws, run on the CPU and by many threads of a GPU."""
    ours, theirs = CpuEngine(bindings_of(values), 1), GpuEngine(bindings_of(values))
    Program(ours.calls(laws)).run()
    theirs.prepare(laws)
    theirs.run(1)
    return ours.fields, theirs.fields


def bindings_of(values: Mapping[str, np.ndarray]) -> Bindings:
    table = [Field(name, array.dtype.name, array.shape[1:], table=name) for name, array in values.items()]
    fields = Fields(table, {name: len(array) for name, array in values.items()})
    for name, array in values.items():
        fields[name][...] = array
    return Bindings(fields, dict(fields), Rows({"": np.ones(1, np.int64)}, {}))


def same(values: Mapping[str, np.ndarray], laws: tuple[Law, ...]) -> Fields:
    ours, theirs = both(laws, values)
    assert [name for name in values if not equal(ours[name], theirs[name])] == []
    return theirs


def empty(size: int, kind: str = "int32") -> np.ndarray:
    return aligned(size, (), kind)


@pytest.mark.parametrize("size", SIZES)
def test_exclusive_scan(gpu: HostDevice, size: int) -> None:
    values = np.random.default_rng(size).integers(0, 1000, size).astype(np.int32)
    end = same({"values": values, "offsets": empty(size + 1)}, (exclusive_scan,))
    assert end["offsets"][-1] == values.sum()


@pytest.mark.parametrize(("size", "bins"), [(1, 1), (700, 9), (20_000, 600), (900, 3000)])
def test_cell_lists(gpu: HostDevice, size: int, bins: int) -> None:
    rng = np.random.default_rng(size)
    living = np.flatnonzero(rng.random(size) < 0.7)
    values = {
        "living": np.resize(np.append(living, 0), size).astype(np.int32), "num_living": np.array([len(living)]),
        "bin_of": rng.integers(0, bins, size).astype(np.int32), "bin_slots": empty(size),
        "bin_count": np.full(bins, 7, np.int32), "bin_start": empty(bins + 1),
    }  # fmt: skip
    end = same(values, tuple(law for law in cell_lists if law.parallel))
    wanted = living[np.argsort(values["bin_of"][living], kind="stable")]
    assert np.array_equal(end["bin_slots"][: len(living)], wanted)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("crowding", [0.2, 0.95])
def test_matching_and_listing_the_living(gpu: HostDevice, size: int, crowding: float) -> None:
    rng = np.random.default_rng(size)
    alive = (rng.random(size) < crowding).astype(np.uint8)
    living = np.flatnonzero(alive)
    values = {
        "alive": alive, "died": (alive & (rng.random(size) < 0.1)).astype(np.uint8),
        "wants_child": (alive & (rng.random(size) < 0.4)).astype(np.uint8),
        "living": np.resize(np.append(living, 0), size).astype(np.int32), "num_living": np.array([len(living)]),
        **{name: empty(size) for name in ("dead", "candidates", "newborn", "child_rank")},
        **{name: empty(1, "int64") for name in ("num_dead", "num_wanting", "num_newborn", "clock")},
    }  # fmt: skip
    end = same(values, (births.match_births,))
    assert end["num_dead"][0] == values["died"].sum()
    after = same(values, (births.advance,))
    assert after["num_living"][0] == len(living) and after["clock"][0] == 1


@per_row("x", period=8)
def number(i, x):
    x[i] = 10 * i + i % 8


@pytest.mark.parametrize("size", [0, 1, 7, 8, 1001])
def test_rows_taken_by_period_are_each_taken_once(gpu: HostDevice, size: int) -> None:
    bindings = bindings_of({"x": empty(size)})
    bindings.rows.counts["x"] = np.array([size])
    engine = GpuEngine(bindings)
    engine.prepare((number,))
    engine.run(1)
    assert engine.fields["x"].tolist() == [10 * i + i % 8 for i in range(size)]
