"""A per-agent loop as one CUDA kernel: laws and brains in a loop over steps, n/8 threads an agent.

The first thread of an agent runs the laws, all its threads run the brains, with a barrier between the two. What
depends on the genome alone is computed before the loop and stays in registers. Threads of agents that are done still
take part in the collective operations of their warp, and store nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from alife.backends.abi import KernelArgs, cuda_values
from alife.backends.cpu.llvm_text import limited
from alife.backends.cuda.cuda_text import CudaText
from alife.backends.cuda.law_statements import law_functions
from alife.backends.cuda.ops import Cuda
from alife.backends.cuda.ops_kernel import BLOCK, WARP
from alife.backends.cuda.register_builder import LANES
from alife.backends.episode import BoundLoop
from alife.backends.program import BrainStage
from alife.ops.vocabulary import KINDS

READ_ONLY = ("genome", "phenotype")  # kinds of rows that no thread of the kernel stores to


def kernel_text(bound: BoundLoop, until: str, args: KernelArgs, name: str) -> str:
    """Prints CUDA C of `void name(const long long* count, const name_cells cells)`.

    Args:
        bound: the loop, with at least one brain.
        until: the field that ends an agent's steps, or "".
        args: `bound.args`.
        name: a name of C.

    Raises:
        UserError: the text is too long to be worth compiling.
    """
    stages = enumerate(bound.segments)
    brains = [_step(stage, place, name) for place, stage in stages if isinstance(stage, BrainStage)]
    laws = [line for k, law in enumerate(bound.laws) for line in law_functions(law.function, f"{name}_{k}")]
    tables = [line for o in brains for line in o.text.tables()]
    before = [line for o in brains for line in o.text.before]
    head, rows = _head(args, name, brains), _rows(args, brains)
    loop = [*_loop(args, until), *_segments(bound, brains, name), "      }"]
    return limited("\n".join([*tables, *laws, *head, *rows, *before, *loop, "    }", "  }", ""]))


def _step(stage: BrainStage, place: int, name: str) -> Cuda:
    """Writes the step of a brain; names of different brains do not collide."""
    o = Cuda(stage.brain.width, CudaText(f"{name}_{place}", ahead=True, first=100_000 * place))
    stage.brain.step(o)
    return o


def _head(args: KernelArgs, name: str, brains: Sequence[Cuda]) -> list[str]:
    o = brains[0]
    shared = [
        f"  __shared__ float4 shared[{BLOCK * LANES // 4}];",
        f"  float* const mine = (float*)shared + threadIdx.x / {o.threads} * {o.width};",
    ]
    agents = WARP // o.threads
    return [
        *args.cuda_head(name, f"{BLOCK}, 1"),
        *(shared if any(brain.memory.shares for brain in brains) else []),
        f"  int t = threadIdx.x % {o.threads};",
        "  const int lane = 4 * t;",
        f"  const long long total = *count, stride = (long long)gridDim.x * blockDim.x / {o.threads};",
        "  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;",
        f"  for (long long first = thread / {WARP} * {agents}; first < total; first += stride) {{",
        f"    const long long entry = first + threadIdx.x % {WARP} / {o.threads};",
        "    const bool here = entry < total;",
        "    const long long row = list[here ? entry : total - 1];",
    ]


def _rows(args: KernelArgs, brains: Sequence[Cuda]) -> list[str]:
    """Defines pointers to the agent's rows. No thread ever stores to genomes and phenotypes, so these may be cached."""
    lines = []
    for kind in KINDS:
        if any(kind in o.memory.used for o in brains):
            element = "unsigned short" if kind == "genome" and any(o.half_genes for o in brains) else "float"
            pointer = f"const {element}* __restrict__ const" if kind in READ_ONLY else f"{element}* const"
            lines.append(f"    {pointer} {kind} = {args.cuda_row(kind, element)};")
    return lines


def _loop(args: KernelArgs, until: str) -> list[str]:
    """Begins the loop over steps; `live` is false for an agent that does not take this step."""
    live = f"here && p_{until}[row] == 0" if until else "here"
    leave = ["      if (__ballot_sync(~0u, live) == 0u) break;"] if until else []
    return [f"    for (long long s = 0; s < {args.cuda_steps}; ++s) {{", f"      const bool live = {live};", *leave]


def _segments(bound: BoundLoop, brains: Sequence[Cuda], name: str) -> list[str]:
    lines, number, steps = [], 0, iter(brains)
    for segment in bound.segments:
        if isinstance(segment, BrainStage):
            lines += ["      {", *next(steps).text.lines, "      }"]
        else:
            calls = [_call(bound, f"{name}_{number + place}_law", law.names) for place, law in enumerate(segment)]
            lines += ["      if (live && t == 0) {", *calls, "      }"]
            number += len(segment)
        lines.append("      __syncwarp();")
    return lines


def _call(bound: BoundLoop, law: str, names: Sequence[str]) -> str:
    types, passed = dict(bound.types), ["(int)row"]
    for name in names:
        passed += ["p_step + s"] if name == "step" else cuda_values(name, types[name])
    return f"        {law}({', '.join(passed)});"
