"""The stand-in for CuPy is as strict as a GPU: it refuses what a GPU refuses, and detects what a GPU does silently."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import inspect
import sys

import numpy as np
import pytest

from tests.helpers import host_cupy
from tests.helpers.cuda_run import needs_compiler
from tests.helpers.host_errors import ERRORS, OutOfMemoryError
from tests.helpers.host_memory import GARBAGE

pytestmark = needs_compiler
needs_cupy = pytest.mark.skipif(importlib.util.find_spec("cupy") is None, reason="pip install cupy-cuda13x")
ADD = """struct add_cells { long long at[2]; };
extern "C" __global__ void __launch_bounds__(64) add(const long long* count, const add_cells cells) {
  const long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (k < *count) ((int*)cells.at[0])[k] += (int)cells.at[1];
}
"""


@pytest.fixture
def cupy(host_device):
    """The stand-in as `import cupy` returns it."""
    return sys.modules["cupy"]


class Bench:
    """A stream, one kernel, and eight zeros in device memory after their count."""

    def __init__(self, cupy, path):
        path.write_text(ADD)
        self.cupy, self.runtime = cupy, cupy.cuda.runtime
        self.stream = cupy.cuda.Stream(non_blocking=True)
        self.add = cupy.RawModule(path=str(path)).get_function("add")
        with self.stream:
            self.memory = cupy.cuda.alloc(40)
        self.at = self.memory.ptr + 8
        self.upload(self.memory.ptr, np.array([8, 0, 0, 0, 0], np.int64))
        self.stream.synchronize()

    def upload(self, to, array):
        kind = self.runtime.memcpyHostToDevice
        self.runtime.memcpyAsync(to, array.ctypes.data, array.nbytes, kind, self.stream.ptr)

    def launch(self, value=1, block=8, at=None, count=None):
        cells = np.array(((at or self.at, value),), [("at", np.int64, (2,))])
        self.add((1,), (block,), (np.int64(count or self.memory.ptr), cells))

    def values(self):
        """Returns the values in device memory now, before any queued work."""
        return list((ctypes.c_int * 8).from_address(self.at))


@pytest.fixture
def bench(cupy, tmp_path):
    return Bench(cupy, tmp_path / "add.cubin")


# ---- queued work


def test_kernels_run_in_order_when_their_stream_is_waited_for(bench, host_device):
    with bench.stream:
        bench.launch(3)
        bench.runtime.memsetAsync(bench.at, 0, 4, bench.stream.ptr)
        bench.launch(4)
    assert bench.values() == [0] * 8
    bench.stream.synchronize()
    assert bench.values() == [4] + [7] * 7 and host_device.counts["launches"] == host_device.counts["kernels"] == 2


def test_without_a_current_stream_a_kernel_goes_to_the_null_stream(bench):
    bench.launch()
    bench.stream.synchronize()
    assert bench.values() == [0] * 8
    bench.runtime.deviceSynchronize()
    assert bench.values() == [1] * 8


def test_a_synchronous_copy_waits_for_the_null_stream_alone(bench):
    found = np.zeros(8, np.int32)
    with bench.stream:
        bench.launch(1)
    bench.launch(10)
    bench.runtime.memcpy(found.ctypes.data, bench.at, 32, bench.runtime.memcpyDeviceToHost)
    assert found.tolist() == [10] * 8


def test_cells_are_passed_by_value_when_a_kernel_is_launched(bench):
    cells = np.array(((bench.at, 5),), [("at", np.int64, (2,))])
    with bench.stream:
        bench.add((1,), (8,), (np.int64(bench.memory.ptr), cells))
    cells["at"][1] = 99
    bench.stream.synchronize()
    assert bench.values() == [5] * 8


def test_pinned_memory_is_accessed_late_and_other_memory_at_once(bench, host_device):
    pinned, other = bench.cupy.cuda.alloc_pinned_memory(32), np.full(8, 7, np.int32)
    seen = np.frombuffer(pinned, np.int32, 8)
    down = (bench.at, 32, bench.runtime.memcpyDeviceToHost, bench.stream.ptr)
    bench.runtime.memcpyAsync(pinned.ptr, *down)
    assert (seen.view(np.uint8) == GARBAGE).all()
    bench.stream.synchronize()
    assert not seen.any()
    bench.runtime.memcpyAsync(bench.at, pinned.ptr, 32, bench.runtime.memcpyHostToDevice, bench.stream.ptr)
    seen[:] = 5
    bench.stream.synchronize()
    assert bench.values() == [5] * 8
    bench.upload(bench.at, other)
    other[:] = 1
    bench.runtime.memcpyAsync(other.ctypes.data, *down)
    assert other.tolist() == [7] * 8 and host_device.counts["copied bytes"] == 40 + 4 * 32


# ---- graphs


def test_a_graph_runs_as_often_as_it_is_launched_and_not_when_it_is_captured(bench, host_device):
    with bench.stream:
        bench.stream.begin_capture()
        assert bench.stream.is_capturing()
        bench.launch()
        bench.launch()
        graph = bench.stream.end_capture()
    bench.stream.synchronize()
    assert bench.values() == [0] * 8 and not bench.stream.is_capturing()
    with bench.stream:
        graph.launch()
    graph.launch(bench.stream)
    graph.launch(stream=None)  # on the null stream
    bench.stream.synchronize()
    assert bench.values() == [4] * 8
    assert host_device.counts["graph launches"] == 3 and host_device.counts["captured"] == 2


UNCAPTURABLE = {
    "alloc": lambda b: b.cupy.cuda.alloc(8),
    "alloc_pinned_memory": lambda b: b.cupy.cuda.alloc_pinned_memory(8),
    "upload": lambda b: b.upload(b.at, np.zeros(8, np.int32)),
    "memcpy": lambda b: b.runtime.memcpy(b.at, b.at, 8, b.runtime.memcpyDeviceToDevice),
    "Stream.synchronize": lambda b: b.stream.synchronize(),
    "deviceSynchronize": lambda b: b.runtime.deviceSynchronize(),
    "Event.record": lambda b: b.cupy.cuda.Event().record(),
}


@pytest.mark.parametrize("call", UNCAPTURABLE)
def test_calls_that_cannot_be_captured_spoil_the_capture(bench, call):
    with bench.stream:
        bench.stream.begin_capture()
        assert status_of(lambda: UNCAPTURABLE[call](bench)) == 900
        with pytest.raises(bench.cupy.cuda.driver.CUDADriverError, match="previous error during capture"):
            bench.launch()
        assert status_of(bench.stream.end_capture) == 901
        bench.launch()
    bench.stream.synchronize()
    assert bench.values() == [1] * 8


def test_captures_are_paired(bench):
    assert status_of(bench.stream.end_capture) == 401
    bench.stream.begin_capture()
    assert status_of(bench.stream.begin_capture) == 401


def status_of(call):
    with pytest.raises(RuntimeError) as raised:
        call()
    return raised.value.status


# ---- memory


@pytest.mark.parametrize("offset,size", [(-1, 8), (33, 8), (0, 41), (40, 1), (10**9, 8)])
def test_copies_outside_of_device_memory_are_detected(bench, offset, size):
    host = np.zeros(64, np.uint8).ctypes.data
    for to, source, kind in [(bench.memory.ptr + offset, host, 1), (host, bench.memory.ptr + offset, 2)]:
        with pytest.raises(AssertionError, match="outside of what is allocated"):
            bench.runtime.memcpyAsync(to, source, size, kind, bench.stream.ptr)
    with pytest.raises(AssertionError, match="outside of what is allocated"):
        bench.runtime.memsetAsync(bench.memory.ptr + offset, 0, size, bench.stream.ptr)


def test_copies_outside_of_pinned_memory_or_in_the_wrong_direction_are_detected(bench):
    pinned = bench.cupy.cuda.alloc_pinned_memory(8)
    with pytest.raises(AssertionError, match="outside of pinned memory"):
        bench.runtime.memcpyAsync(pinned.ptr + 510, bench.at, 8, 2, bench.stream.ptr)
    with pytest.raises(AssertionError, match="address of the host"):
        bench.runtime.memcpyAsync(bench.at, bench.memory.ptr, 8, 1, bench.stream.ptr)
    assert status_of(lambda: bench.runtime.memcpyAsync(bench.at, pinned.ptr, 8, 0, bench.stream.ptr)) == 21


def test_memory_is_garbage_when_new_and_gone_when_freed(bench, cupy):
    new, kept = cupy.cuda.alloc(16), bench.memory.ptr
    assert ctypes.string_at(new.ptr, 16) == bytes([GARBAGE]) * 16 and new.ptr % 512 == 0
    with bench.stream:
        bench.launch()
    bench.memory = None
    gc.collect()
    assert bench.values() == [0] * 8  # queued work may still use it
    bench.stream.synchronize()
    assert bench.values() == [-0x22222223] * 8
    with pytest.raises(AssertionError, match="outside of what is allocated"):
        bench.upload(kept, np.zeros(1, np.int64))


@pytest.mark.parametrize("offset", [-4, 4])
def test_a_kernel_that_writes_outside_of_its_memory_is_detected(monkeypatch, tmp_path, offset):
    host_cupy.install(monkeypatch)
    bench = Bench(sys.modules["cupy"], tmp_path / "add.cubin")
    bench.launch(at=bench.memory.ptr + offset if offset < 0 else bench.at + offset)
    with pytest.raises(AssertionError, match="written before or after"):
        bench.runtime.deviceSynchronize()


def test_a_kernel_that_writes_to_freed_memory_is_detected(monkeypatch, tmp_path):
    host_cupy.install(monkeypatch)
    bench = Bench(sys.modules["cupy"], tmp_path / "add.cubin")
    freed = bench.cupy.cuda.alloc(32).ptr
    bench.launch(at=freed)
    with pytest.raises(AssertionError, match="after they were freed"):
        bench.runtime.deviceSynchronize()


def test_memory_runs_out(monkeypatch):
    host_cupy.install(monkeypatch, free=4096)
    cupy = sys.modules["cupy"]
    pool, free = cupy.get_default_memory_pool(), lambda: cupy.cuda.runtime.memGetInfo()[0]
    held = cupy.cuda.alloc(3000)
    assert (free(), pool.free_bytes(), pool.used_bytes()) == (1024, 0, 3072)
    with pytest.raises(
        cupy.cuda.memory.OutOfMemoryError, match="allocating 1,536 bytes .allocated so far: 3,072 bytes"
    ):
        cupy.cuda.alloc(1025)
    del held
    assert (free(), pool.free_bytes(), pool.total_bytes()) == (1024, 3072, 3072)
    held = cupy.cuda.alloc(4096)
    assert held.ptr and (free(), pool.free_bytes(), pool.used_bytes()) == (0, 0, 4096)


# ---- events


def test_events_are_reached_in_order(bench):
    first, last = bench.cupy.cuda.Event(), bench.cupy.cuda.Event()
    elapsed = bench.cupy.cuda.get_elapsed_time
    assert status_of(lambda: elapsed(first, last)) == 400
    with bench.stream:
        first.record()
        bench.launch()
        last.record()
        bench.launch()
    assert status_of(lambda: elapsed(first, last)) == 600
    last.synchronize()
    assert elapsed(first, last) > 0 and bench.values() == [1] * 8


# ---- refused calls

FAILING = [
    ("getDeviceCount", 35, lambda c, p: c.cuda.runtime.getDeviceCount()),
    ("getDeviceProperties", 100, lambda c, p: c.cuda.runtime.getDeviceProperties(0)),
    ("hostAlloc", 2, lambda c, p: c.cuda.alloc_pinned_memory(8)),
    ("streamCreateWithFlags", 2, lambda c, p: c.cuda.Stream(non_blocking=True)),
    ("streamSynchronize", 700, lambda c, p: c.cuda.Stream(non_blocking=True).synchronize()),
    ("streamBeginCapture", 901, lambda c, p: c.cuda.Stream(non_blocking=True).begin_capture()),
    ("moduleLoad", 209, lambda c, p: Bench(c, p)),
    ("launchKernel", 700, lambda c, p: Bench(c, p).launch()),
]


@pytest.mark.parametrize("name,status,call", FAILING, ids=[name for name, _, _ in FAILING])
def test_calls_fail_as_requested(monkeypatch, tmp_path, name, status, call):
    host_cupy.install(monkeypatch, fail={name: status})
    cupy = sys.modules["cupy"]
    by_driver = name in ("moduleLoad", "launchKernel")
    kind = cupy.cuda.driver.CUDADriverError if by_driver else cupy.cuda.runtime.CUDARuntimeError
    with pytest.raises(kind) as raised:
        call(cupy, tmp_path / "add.cubin")
    assert raised.value.status == status


def test_no_device_and_no_memory(monkeypatch):
    host_cupy.install(monkeypatch, devices=0)
    cupy = sys.modules["cupy"]
    assert not cupy.is_available() and cupy.cuda.runtime.driverGetVersion() > 0
    assert status_of(lambda: cupy.cuda.alloc(8)) == status_of(cupy.cuda.runtime.getDeviceCount) == 100
    host_cupy.install(monkeypatch, fail={"malloc": 2})
    cupy = sys.modules["cupy"]
    with pytest.raises(cupy.cuda.memory.OutOfMemoryError):
        cupy.cuda.alloc(8)
    assert cupy.is_available()


WRONG = {
    "a count that is not a NumPy number": (lambda k, n, c: k((1,), (8,), (int(n), c)), AssertionError),
    "cells that are not a struct": (lambda k, n, c: k((1,), (8,), (n, c["at"])), AssertionError),
    "too few cells": (lambda k, n, c: k((1,), (8,), (n, np.array(((1,),), [("at", np.int64, (1,))]))), AssertionError),
    "a missing argument": (lambda k, n, c: k((1,), (8,), (n,)), ValueError),
    "two dimensions": (lambda k, n, c: k((1, 2), (8,), (n, c)), AssertionError),
    "a count outside of device memory": (lambda k, n, c: k((1,), (8,), (n + 40, c)), AssertionError),
    "more threads than its bounds": (lambda k, n, c: k((1,), (65,), (n, c)), RuntimeError),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_launch_is_refused(bench, wrong):
    call, error = WRONG[wrong]
    with pytest.raises(error):
        call(bench.add, np.int64(bench.memory.ptr), np.array(((bench.at, 1),), [("at", np.int64, (2,))]))


def test_missing_files_and_kernels_are_refused(cupy, bench, tmp_path):
    assert status_of(lambda: cupy.RawModule(path=str(tmp_path / "none")).get_function("add")) == 301
    assert status_of(lambda: cupy.RawModule(path=str(tmp_path / "add.cubin")).get_function("sub")) == 500
    with pytest.raises(AssertionError, match="flushes denormals"):
        cupy.RawModule(ADD, path=None)


NAMES = {
    "": ("__version__", "is_available", "RawModule", "get_default_memory_pool", "cuda"),
    "cuda": ("alloc", "alloc_pinned_memory", "Stream", "Event", "get_elapsed_time", "memory", "driver", "runtime"),
    "cuda.memory": ("OutOfMemoryError", "alloc"),
    "cuda.driver": ("CUDADriverError",),
    "cuda.runtime": (
        *("getDeviceCount", "getDeviceProperties", "driverGetVersion", "runtimeGetVersion", "memGetInfo", "memcpy"),
        *("memcpyAsync", "memsetAsync", "deviceSynchronize", "CUDARuntimeError"),
        *("memcpyHostToDevice", "memcpyDeviceToHost", "memcpyDeviceToDevice"),
    ),
}


def test_it_has_these_names_and_no_others(cupy):
    for path, names in NAMES.items():
        module = sys.modules[".".join(filter(None, ["cupy", path]))]
        assert {name for name in vars(module) if not name.startswith("__")} == {n for n in names if n != "__version__"}
        with pytest.raises(AttributeError):
            _ = module.ndarray
    with pytest.raises(AttributeError):
        _ = cupy.cuda.Stream(non_blocking=True).use


@needs_cupy
def test_its_names_and_parameters_are_those_of_cupy(monkeypatch):
    real = importlib.import_module("cupy")
    host_cupy.install(monkeypatch)
    ours = sys.modules["cupy"]
    for path, names in NAMES.items():
        for name in names:
            there, here = (_found(module, path, name) for module in (real, ours))
            assert not isinstance(there, int) or there == here
    stream, calls = real.cuda.Stream, ours.cuda.Stream.func
    for there, here in [
        (stream, calls),
        (stream.begin_capture, calls.begin_capture),
        (real.cuda.Event, ours.cuda.Event.func),
    ]:
        assert [name for name in inspect.signature(here).parameters if name != "calls"] == list(
            inspect.signature(there).parameters
        )


@needs_cupy
def test_its_errors_have_the_messages_of_cupy():
    real = importlib.import_module("cupy").cuda
    for status, text in ERRORS.items():
        assert str(real.runtime.CUDARuntimeError(status)) == text
    assert str(real.memory.OutOfMemoryError(1536, 3072)) == str(OutOfMemoryError(1536, 3072))


def _found(module, path, name):
    for part in filter(None, [*path.split("."), name]):
        module = getattr(module, part)
    return module
