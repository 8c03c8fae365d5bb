"""A step as a CUDA kernel: n/8 threads an agent, whole warps; agents past the end are computed but never stored.

The arguments are `abi.BRAIN`. Rows begin at multiples of 16 bytes, and strides are multiples of 4 elements, as in the
table of fields. The kernel runs entries 0..*count-1 of the list.
"""

from __future__ import annotations

from alife.backends.abi import BRAIN
from alife.backends.cpu.llvm_text import limited
from alife.backends.cuda.cuda_text import CudaText
from alife.backends.cuda.ops import Cuda
from alife.backends.cuda.register_builder import LANES
from alife.ops.layout import Step
from alife.ops.vocabulary import KINDS

BLOCK = 128  # threads a block, at most; a multiple of 32
WARP = 32
NAME = "alife_brain"


def kernel_text(step: Step, width: int, name: str = NAME) -> str:
    """Prints CUDA C of one kernel, `void name(const long long* count, const name_cells cells)`, and its tables.

    Compile it after `kernels.SHARED_TEXT`; launch any number of blocks of a multiple of 32 threads, at most `BLOCK`.

    Raises:
        UserError: the text is too long to be worth compiling.
    """
    text = CudaText(name)
    o = Cuda(width, text)
    step(o)
    loop = [*_entry(o.threads), *_rows(o)]
    return limited("\n".join([*text.tables(), *_head(name, o), *loop, *text.lines, "  }", "}", ""]))


def _head(name: str, o: Cuda) -> list[str]:
    shared = [
        f"  __shared__ float4 shared[{BLOCK * LANES // 4}];",
        f"  float* const mine = (float*)shared + threadIdx.x / {o.threads} * {o.width};",
    ]
    return [
        *BRAIN.cuda_head(name, _bounds(o)),
        *(shared if o.memory.shares else []),
        f"  int t = threadIdx.x % {o.threads};",
        "  const int lane = 4 * t;",
        f"  const long long total = *count, step = (long long)gridDim.x * blockDim.x / {o.threads};",
        "  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;",
    ]


def _bounds(o: Cuda) -> str:
    """Returns the launch bounds. With 256 lanes one block a multiprocessor is enough: else the compiler would spill."""
    return f"{BLOCK}, 1" if o.width == 256 else str(BLOCK)


def _entry(threads: int) -> list[str]:
    """Begins a loop that all threads of a warp leave together; `live` is false past the last entry."""
    agents = WARP // threads
    return [
        f"  for (long long first = thread / {WARP} * {agents}; first < total; first += step) {{",
        f"    const long long entry = first + threadIdx.x % {WARP} / {threads};",
        "    const bool live = entry < total;",
        "    const long long row = list[live ? entry : total - 1];",
    ]


def _rows(o: Cuda) -> list[str]:
    """Defines pointers to the agent's rows. Those never stored to may be cached; other threads read the rest."""
    lines = []
    for kind in KINDS:
        if kind in o.memory.used:
            element = "unsigned short" if kind == "genome" and o.half_genes else "float"
            pointer = f"{element}* const" if kind in o.memory.written else f"const {element}* __restrict__ const"
            lines.append(f"    {pointer} {kind} = {BRAIN.cuda_row(kind, element)};")
    return lines
