"""CUDA text on the CPU: its functions give what CUDA defines, in both orders, and a missed barrier is seen."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from tests.helpers.cuda_entries import entries
from tests.helpers.cuda_run import Launch, build, launch, library, needs_compiler, run

pytestmark = needs_compiler
BOTH = pytest.mark.parametrize("reverse", [False, True])
CONTEXTS = pytest.mark.parametrize("flags", [(), ("-DHOST_UCONTEXT",)], ids=["switch", "ucontext"])
KERNEL = """struct {name}_cells {{ long long at[2]; }};
extern "C" __global__ void {name}(const long long* count, const {name}_cells cells) {{
  int* const o = (int*)cells.at[0];
  const int* const x = (const int*)cells.at[1];
  const int k = blockIdx.x * blockDim.x + threadIdx.x;
  {body}
}}
"""


def kernel(body, name="k"):
    return KERNEL.format(name=name, body=body)


def outcome(body, shape, x=None, reverse=False, flags=(), size=0):
    """Returns what a kernel of this body writes to o, which begins as -1; x: 0, 1, 2 ... by default."""
    o = np.full(size or shape[0] * shape[1], -1, np.int32)
    x = np.arange(len(o), dtype=np.int32) if x is None else x
    cells = np.array([o.ctypes.data, x.ctypes.data], np.int64)
    launch(library(kernel(body), *flags), "k", np.array([len(o)]).ctypes.data, cells, shape, reverse)
    return o


# ---- shuffles and ballots

LANES = np.arange(128) % 32
WORDS = {
    "xor": ("o[k] = __shfl_xor_sync(~0u, x[k], 5);", lambda x: x.reshape(-1, 32)[:, np.arange(32) ^ 5].ravel()),
    "from": ("o[k] = __shfl_sync(~0u, x[k], 35);", lambda x: x.reshape(-1, 32)[:, 3].repeat(32)),
    "part": ("o[k] = __shfl_sync(~0u, x[k], k * 3, 8);", lambda x: x[np.arange(128) // 8 * 8 + np.arange(128) * 3 % 8]),
    "up": ("o[k] = __shfl_up_sync(~0u, x[k], 3);", lambda x: x[np.arange(128) - np.where(LANES < 3, 0, 3)]),
    "up8": ("o[k] = __shfl_up_sync(~0u, x[k], 2, 8);", lambda x: x[np.arange(128) - np.where(LANES % 8 < 2, 0, 2)]),
    "float": ("o[k] = (int)__shfl_xor_sync(~0u, x[k] * 0.5f, 1);", lambda x: (x[np.arange(128) ^ 1] / 2).astype(int)),
    "ballot": (
        "o[k] = (int)__ballot_sync(~0u, x[k] % 3);",
        lambda x: np.packbits(x % 3 > 0, bitorder="little").view(np.int32).repeat(32),
    ),
    "many": (
        "int s = 0; for (int i = 1; i < 32; ++i) { s += i * __shfl_xor_sync(~0u, x[k], i); __syncwarp(); } o[k] = s;",
        lambda x: sum(i * x[np.arange(128) ^ i] for i in range(1, 32)),
    ),
}


@BOTH
@CONTEXTS
@pytest.mark.parametrize("word", WORDS)
def test_shuffles_and_ballots(word, flags, reverse):
    body, defined = WORDS[word]
    x = np.random.default_rng(1).integers(0, 1000, 128).astype(np.int32)
    assert np.array_equal(outcome(body, (2, 64), x, reverse, flags), defined(x))


# ---- barriers

REVERSED = """__shared__ int part[1024];
  part[threadIdx.x] = x[k]; {barrier}
  o[k] = part[blockDim.x - 1 - threadIdx.x]; {barrier}"""


@BOTH
@CONTEXTS
def test_a_block_waits_for_all_its_threads(flags, reverse):
    found = outcome(REVERSED.format(barrier="__syncthreads();"), (2, 1024), None, reverse, flags)
    assert np.array_equal(found, np.arange(2048).reshape(2, 1024)[:, ::-1].ravel())


@pytest.mark.parametrize("barrier", ["", "__syncwarp();"])
def test_a_missing_barrier_of_the_block_is_seen(barrier):
    whole = np.arange(256).reshape(1, 256)[:, ::-1].ravel()
    found = [outcome(REVERSED.format(barrier=barrier), (1, 256), None, reverse) for reverse in (False, True)]
    assert not (np.array_equal(found[0], whole) and np.array_equal(found[1], whole))


@BOTH
def test_blocks_and_threads_run_in_either_order(reverse):
    found = outcome("o[k] = atomicAdd((int*)x, 1);", (3, 40), np.zeros(1, np.int32), reverse)
    assert np.array_equal(found, np.arange(120)[:: -1 if reverse else 1])


def test_shared_memory_is_garbage_when_a_block_begins():
    found = outcome("__shared__ int part[64]; o[k] = part[threadIdx.x]; part[threadIdx.x] = 0;", (3, 64))
    assert (found.view(np.uint32) == 0xA5A5A5A5).all()


AT = "some threads of a {} are at {} while others are at {}"
SHUFFLE, END = "o[k] = __shfl_sync(~0u, x[k], 0);", "their end"
MISSED = {
    "shuffle": ("if (k > 3) " + SHUFFLE, 32, AT.format("warp", END, "a shuffle or ballot")),
    "warp": ("if (k % 2) __syncwarp();", 32, AT.format("warp", END, "__syncwarp")),
    "block": ("if (k == 9) return; __syncthreads();", 64, AT.format("warp", "__syncthreads", END)),
    "warps": ("if (k < 32) return; __syncthreads();", 64, AT.format("block", END, "__syncthreads")),
    "both": ("if (k % 2) __syncwarp(); else __syncthreads();", 32, AT.format("warp", "__syncthreads", "__syncwarp")),
    "mask": ("o[k] = __shfl_sync(1u, x[k], 0);", 32, "expected a whole warp at a shuffle or ballot, got the mask 0x1"),
    "narrow": ("o[k] = __ballot_sync(~0u, 1);", 40, "expected a whole warp at a shuffle or ballot"),
    "wide": ("o[0] = 1;", 1025, "expected 1 to 1024 threads a block and a block, got 1025 and 1"),
}


@BOTH
@pytest.mark.parametrize("name", MISSED)
def test_a_barrier_that_some_threads_miss_fails(name, reverse):
    body, block, message = MISSED[name]
    with pytest.raises(AssertionError) as failed:
        outcome(body, (1, block), None, reverse)
    assert str(failed.value).splitlines()[0] == f"k: {message}"
    assert np.array_equal(outcome(SHUFFLE, (1, 32)), np.zeros(32))  # and the next one runs


def test_a_thread_whose_variables_exceed_its_stack_does_not_compile(capfd):
    with pytest.raises(subprocess.CalledProcessError):
        outcome("volatile int mine[110000]; for (int i = 0; i < k; ++i) mine[i] = x[i]; o[k] = mine[k / 2];", (1, 32))
    assert "is larger than 400000 bytes" in capfd.readouterr().err


def test_only_kernels_with_barriers_run_on_fibers():
    inner = "__device__ int inner(int x) { return __shfl_xor_sync(~0u, x, 1); }\n"
    outer = "__device__ int outer(int x) { if (x) { return 1; } return inner(x); }  // struct S { int x; };\n"
    plain = kernel("// __syncthreads();\n  o[k] = 1;", "plain")
    text = inner + outer + kernel("o[k] = outer(k);", "waits") + plain
    assert "waits_host, count, cells}, true" in entries(text) and "plain_host, count, cells}, false" in entries(text)


# ---- atomics, integers


@BOTH
@pytest.mark.parametrize(
    "kind,first", [("int", 2**31 - 5), ("unsigned int", 2**32 - 5), ("unsigned long long", 2**64 - 5)]
)
def test_atomics_add_wrap_and_return_the_value_before(kind, first, reverse):
    cell = np.array([first], np.uint64).astype(np.uint64 if "long" in kind else np.uint32)
    body = f"o[k] = (int)((unsigned int)atomicAdd(({kind}*)x, ({kind})2) - (unsigned int){first}u);"
    assert sorted(outcome(body, (2, 32), cell, reverse)) == list(range(0, 128, 2))
    assert int(cell[0]) == (first + 128) % 2 ** (8 * cell.itemsize)


def test_bits_are_counted():
    x = np.array([0, 1, 2, 3, -1, 2**31 - 1, -(2**31), 12345], np.int32)
    unsigned = [int(v) % 2**32 for v in x]
    found = {word: outcome(f"o[k] = {word}(x[k]);", (1, 8), x).tolist() for word in ("__popc", "__ffs", "__clz")}
    assert found["__popc"] == [v.bit_count() for v in unsigned]
    assert found["__ffs"] == [(v & -v).bit_length() for v in unsigned]
    assert found["__clz"] == [32 - v.bit_length() for v in unsigned]


# ---- under the sanitizers


def guarded(tmp_path, body, size):
    """Runs the kernel as an executable under the sanitizers: 64 threads, o and x of `size` values."""
    o, x = np.zeros(size, np.int32), np.arange(size, dtype=np.int32)
    cells = np.array([o.ctypes.data, x.ctypes.data], np.int64)
    run(build([kernel(body)], tmp_path), [Launch("k", np.array([size], np.int64), cells, [o, x], grid=1)])
    return o


def test_fibers_work_under_sanitizers(tmp_path):
    body = "int mine[99]; mine[k] = x[k]; __syncthreads(); o[k] = __shfl_xor_sync(~0u, mine[k], 1);"
    assert np.array_equal(guarded(tmp_path, body, 64), np.arange(64) ^ 1)


@pytest.mark.parametrize(
    "body,size,message",
    [
        ("__syncwarp(); o[k] = 1;", 63, "heap-buffer-overflow"),
        ("int mine[60]; __syncwarp(); mine[x[k]] = 1; o[k] = mine[x[k]];", 64, "out of bounds"),
        ("if (k < 3) return; __syncwarp();", 64, "some threads of a warp are at their end"),
        ("o[k] = __shfl_sync(7u, x[k], 0);", 64, "^expected a whole warp at a shuffle or ballot, got the mask 0x7"),
    ],
)
def test_faults_are_seen_in_fibers_under_sanitizers(tmp_path, body, size, message):
    with pytest.raises(AssertionError, match=message):
        guarded(tmp_path, body, size)
