"""CUDA text of laws and brains in tests, compiled by g++ after cuda_host.h.

`build` and `run`: an executable in which every array is guarded at its ends. `library` and `launch`: in this process,
fast.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from alife.backends.cuda.cuda_text import PRELUDE as OF_BRAINS
from alife.backends.cuda.law_expressions import INLINE
from alife.backends.cuda.law_expressions import PRELUDE as OF_LAWS
from alife.backends.cuda.law_statements import law_args, print_kernel
from alife.laws.types import of_array
from tests.helpers.cuda_entries import entries
from tests.helpers.kept import kept

HERE = Path(__file__).resolve().parent
# -frounding-math: without it g++ 12 makes -f32(i) of 0.0 - f32(i), which is -0 and not 0 for i = 0; NVRTC does not.
IEEE = ["-ffp-contract=off", "-frounding-math"]
COMMON = ["-std=c++17", "-fno-exceptions", "-Werror=frame-larger-than=400000", *IEEE]  # a fiber's stack has 2^20 bytes
GUARDED = [*COMMON, "-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PLAIN = [*COMMON, "-O0", "-shared", "-fPIC"]  # optimizing takes longer than what tests run
C_ALONE = ["-nodefaultlibs", "-lm", "-lc", "-lgcc"]  # not linked with C++'s library, which takes longer than the rest
WORLD = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="CUDA text runs here through g++: install it")


@dataclass
class Launch:
    """A kernel over *count rows. cells: its argument cells. arrays: those that the cells point to."""

    kernel: str
    count: np.ndarray
    cells: np.ndarray
    arrays: Sequence[np.ndarray]
    grid: int = 2
    block: int = 64


def of_call(kernel, call) -> Launch:
    """Returns the launch of a kernel with the arguments of a native call."""
    return Launch(kernel, call.count, call.cells, call.args.arrays)


def law_text(law, kernel, names, tables=None) -> str:
    """Returns a law as CUDA C, at the types of what it is bound to."""
    law = law.array_form
    pairs = list(zip(law.parameters, law.arguments, strict=True))
    owners = None if tables is None else {parameter: tables.get(name, "") for parameter, name in pairs}
    function = law.translate({parameter: of_array(names[name]) for parameter, name in pairs}, owners)
    laws = [(function, law.parameters)]
    return print_kernel(kernel, laws, law.kind, law_args(laws, law.kind))


def whole_text(texts: Sequence[str]) -> str:
    """Returns the text to compile: what the kernels share, and their texts."""
    return "\n".join([INLINE, OF_LAWS, OF_BRAINS, *texts])


def build(texts: Sequence[str], folder: Path) -> Path:
    """Builds an executable that runs jobs of the texts' kernels."""
    text, program = whole_text(texts), folder / "kernels"
    _compile(program, folder, [f'#include "{HERE / "cuda_job.h"}"', text], [*GUARDED, "-rdynamic"], ["-ldl"])
    return program


@cache
def library(text: str, *flags: str) -> ctypes.CDLL:
    """Builds the kernels of a complete text, for `launch`. flags: more flags for g++."""
    folder = Path(tempfile.mkdtemp(dir=_kept().name))
    _compile(folder / "kernels.so", folder, [text], [*PLAIN, *flags], C_ALONE)
    code = ctypes.CDLL(str(folder / "kernels.so"))
    code.host_stacks.argtypes, code.host_stacks.restype = [ctypes.c_void_p], ctypes.c_void_p
    _stacks.append(code.host_stacks(_stacks[-1] if _stacks else None))
    return code


_stacks: list[int] = []  # shared by all libraries: 2^30 addresses for each would leave too few to LLVM


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="kernels")  # removed with this process


def launch(
    code: ctypes.CDLL, kernel: str, count: int, cells: np.ndarray, shape: tuple[int, int], reverse: bool
) -> None:
    """Runs a kernel of a library.

    Args:
        code: the library.
        kernel: its name.
        count: the address of its number of rows.
        cells: its argument cells, int64.
        shape: number of blocks, and of threads in a block.
        reverse: the last thread of each warp runs first, and the last warp, and the last block.

    Raises:
        AssertionError: some threads missed a barrier.
    """
    launcher = getattr(code, f"{kernel}_launch")
    launcher.restype = ctypes.c_char_p
    cells = np.ascontiguousarray(cells, np.int64)
    failed = launcher(ctypes.c_void_p(count), ctypes.c_void_p(cells.ctypes.data), *shape, int(reverse))
    assert failed is None, f"{kernel}: {failed.decode()}"


def _compile(product: Path, folder: Path, texts: Sequence[str], flags: Sequence[str], libraries: Sequence[str]) -> None:
    """Writes what g++ makes of the texts, or made of them before."""
    source = _source(folder, texts)

    def make() -> bytes:
        subprocess.run(["g++", *flags, source, "-o", product, *libraries], check=True)
        return product.read_bytes()

    product.write_bytes(kept((source.read_text(), _headers(), flags, libraries), make))
    product.chmod(0o755)


@cache
def _headers() -> tuple[str, ...]:
    """Returns the compiler's version and the headers that every source includes."""
    version = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=True).stdout
    return version, *(path.read_text() for path in sorted(HERE.glob("*.h")))


def _source(folder: Path, texts: Sequence[str]) -> Path:
    """Writes a C++ file: the functions of CUDA, the texts, and the launchers of their kernels."""
    path, text = folder / "kernels.cpp", "\n".join(texts)
    path.write_text("\n".join([f'#include "{HERE / "cuda_host.h"}"', text, entries(text)]))
    return path


def run(program: Path, launches: Sequence[Launch], reverse: bool = False) -> None:
    """Runs the launches in order and changes the arrays in place. reverse: the last thread of each warp runs first."""
    given = [array for launch in launches for array in (*launch.arrays, launch.count)]
    memory = {
        array.ctypes.data: array for array in sorted(given, key=span)
    }  # of views with the same start, the longest
    places = {address: place for place, address in enumerate(memory)}
    arrays = [part for array in memory.values() for part in (_words(span(array)), raw(array).tobytes())]
    calls = [_packed(launch, places) for launch in launches]
    job = program.with_suffix(".job")
    job.write_bytes(b"".join([_words(len(memory), len(launches), int(reverse)), *arrays, *calls]))
    done = subprocess.run([program, job], capture_output=True, text=True, env=WORLD)
    assert done.returncode == 0, done.stderr[:4000]
    _read_back(job.read_bytes()[24:], list(memory.values()))


def span(array: np.ndarray) -> int:
    """Returns the bytes from an array's first value to its last."""
    return sum((n - 1) * s for n, s in zip(array.shape, array.strides, strict=True)) + array.itemsize


def raw(array: np.ndarray) -> np.ndarray:
    """Returns a view of the memory that an array spans, the padding of its rows included: [span] uint8."""
    first = np.lib.stride_tricks.as_strided(array, (1,), (array.itemsize,)).view(np.uint8)
    return np.lib.stride_tricks.as_strided(first, (span(array),), (1,))


def _words(*numbers: int) -> bytes:
    return np.array(numbers, np.int64).tobytes()


def _packed(launch: Launch, places: Mapping[int, int]) -> bytes:
    cells = [x for cell in launch.cells.tolist() for x in ((places[cell], 0) if cell in places else (-1, cell))]
    where = _words(places[launch.count.ctypes.data], launch.grid, launch.block, len(launch.cells))
    return launch.kernel.encode().ljust(64, b"\0") + where + _words(*cells)


def _read_back(data: bytes, arrays: Sequence[np.ndarray]) -> None:
    at = 8
    for array in arrays:
        raw(array)[:] = np.frombuffer(data, np.uint8, span(array), at)
        at += span(array) + 8
