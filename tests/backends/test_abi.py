"""Argument cells are packed and printed in one order, on the host and on a GPU."""

from __future__ import annotations

import re

import numpy as np

from alife.backends.abi import BRAIN, KernelArgs
from alife.laws.fields import aligned
from alife.laws.types import F32, I32, U8, Array
from alife.ops.vocabulary import KINDS

PARAMS = (("x", Array(F32, 2)), ("flags", Array(U8, 1)), ("limit", F32), ("seed", I32))
ALL = KernelArgs(True, True, True, PARAMS, constants=frozenset({"limit"}), scratch=("ranks",))


def values():
    rows, x = np.arange(9, dtype=np.int32), aligned(9, (5,), "float32")
    brain = {"genome": aligned(9, (40,), "float16"), "state": aligned(9, (3,), "float32")}
    params = [x, np.zeros(9, np.uint8), np.array(-1.5, np.float32), np.array(7, np.int32)]
    return rows, brain, params


def expected(address, rows, brain, params, scratch):
    """The cells as the module's docstring defines them."""
    x, flags, limit, seed = params
    cells = [address(brain["genome"]), 64, 0, 0, address(brain["state"]), 16, 0, 0, 0, 0, address(rows), 30]
    cells += [address(x), 9, 16, 5, 1, address(flags), 9, 1, int(limit.view(np.int32)), address(seed)]
    return [*cells, scratch]


def test_cells_hold_addresses_strides_lengths_and_bits_in_order() -> None:
    rows, brain, params = values()
    scratch = np.zeros(9, np.int32)
    bound = ALL.bind(rows=rows, steps=30, brain=brain, params=params, scratch=[scratch])
    host = expected(lambda array: array.ctypes.data, rows, brain, params, scratch.ctypes.data)
    assert bound.host_cells().tolist() == host
    packed = bound.device_cells(lambda array: array.nbytes)
    assert packed.shape == () and packed["at"].tolist() == expected(lambda a: a.nbytes, rows, brain, params, 36)
    assert {id(array) for array in bound.arrays} == {id(array) for array in (rows, *brain.values(), *params)}


def test_llvm_and_cuda_read_every_cell_once_where_it_is_packed() -> None:
    count = len(ALL.bind(rows=np.zeros(1), brain={}, params=values()[2], scratch=[np.zeros(1)]).host_cells())
    llvm = [*ALL.llvm_list(), *ALL.llvm_steps(), *(line for kind in KINDS for line in ALL.llvm_rows(kind))]
    llvm += ALL.llvm_params()
    read = [int(place) for place in re.findall(r"ptr %args, i64 (\d+)", "\n".join(llvm))]
    assert sorted(read) == list(range(count - 1))  # all but the scratch array, which only GPU kernels have
    cuda = "\n".join([*ALL.cuda_head("k", "64"), ALL.cuda_steps, *(ALL.cuda_row(kind, "float") for kind in KINDS)])
    assert f"long long at[{count}]" in cuda
    assert sorted(int(place) for place in re.findall(r"cells\.at\[(\d+)\]", cuda)) == list(range(count))


def test_each_value_is_read_from_its_own_cell() -> None:
    assert BRAIN.cuda_row("state", "float") == "(float*)cells.at[4] + row * cells.at[5]"
    assert BRAIN.llvm_list() == ["  %cell10 = getelementptr i64, ptr %args, i64 10", "  %list = load ptr, ptr %cell10"]
    law = KernelArgs(listed=True, params=PARAMS, constants=frozenset({"limit"}))
    head = law.cuda_head("k", "64")
    assert "  const int* const list = (const int*)cells.at[0];" in head
    assert "  long long const p_x_s1 = (long long)cells.at[5];" in head
    assert "  const float p_limit = __uint_as_float((unsigned int)cells.at[9]);" in head
    assert "  const int p_seed = *(const int*)cells.at[10];" in head
