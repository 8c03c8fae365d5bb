"""Agents that live alone as one CUDA kernel: laws and brain in a loop over steps, n/8 threads an agent.

The agent's first thread runs the laws, all its threads the brain; between the two they meet. What the genome alone
decides is computed before the loop and stays in registers. Threads of agents that are done keep taking part in what
threads of a warp do together, and store nothing.
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

FIXED = ("genome", "phenotype")  # kinds that no thread of the kernel stores to


def kernel_text(life: BoundLoop, until: str, args: KernelArgs, name: str) -> str:
    """CUDA C of `void name(const long long* count, const name_cells cells)`.

    Args:
        life: with one brain at least.
        until: the field that ends an agent's steps, or "".
        args: `life.args`.
        name: a name of C.
    """
    minds = [_written(part, place, name) for place, part in enumerate(life.stretches) if isinstance(part, BrainStage)]
    laws = [line for k, law in enumerate(life.laws) for line in law_functions(law.function, f"{name}_{k}")]
    tables = [line for o in minds for line in o.text.tables()]
    before = [line for o in minds for line in o.text.before]
    head, rows = _head(args, name, minds), _rows(args, minds)
    loop = [*_loop(args, until), *_stretches(life, minds, name), "      }"]
    return limited("\n".join([*tables, *laws, *head, *rows, *before, *loop, "    }", "  }", ""]))


def _written(think: BrainStage, place: int, name: str) -> Cuda:
    o = Cuda(think.brain.width, CudaText(f"{name}_{place}", ahead=True, first=100_000 * place))
    think.brain.step(o)
    return o


def _head(args: KernelArgs, name: str, minds: Sequence[Cuda]) -> list[str]:
    o = minds[0]
    shared = [
        f"  __shared__ float4 shared[{BLOCK * LANES // 4}];",
        f"  float* const mine = (float*)shared + threadIdx.x / {o.threads} * {o.width};",
    ]
    agents = WARP // o.threads
    return [
        *args.cuda_head(name, f"{BLOCK}, 1"),
        *(shared if any(mind.memory.shares for mind in minds) else []),
        f"  int t = threadIdx.x % {o.threads};",
        "  const int lane = 4 * t;",
        f"  const long long total = *count, stride = (long long)gridDim.x * blockDim.x / {o.threads};",
        "  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;",
        f"  for (long long first = thread / {WARP} * {agents}; first < total; first += stride) {{",
        f"    const long long entry = first + threadIdx.x % {WARP} / {o.threads};",
        "    const bool here = entry < total;",
        "    const long long row = list[here ? entry : total - 1];",
    ]


def _rows(args: KernelArgs, minds: Sequence[Cuda]) -> list[str]:
    """Pointers to the agent's rows. Genes, and what they came to at birth, are never stored by any thread."""
    lines = []
    for kind in KINDS:
        if any(kind in o.memory.used for o in minds):
            element = "unsigned short" if kind == "genome" and any(o.half_genes for o in minds) else "float"
            pointer = f"const {element}* __restrict__ const" if kind in FIXED else f"{element}* const"
            lines.append(f"    {pointer} {kind} = {args.cuda_row(kind, element)};")
    return lines


def _loop(args: KernelArgs, until: str) -> list[str]:
    """The head of the loop over steps: `live` is false for an agent that takes this step no more."""
    going = f"here && p_{until}[row] == 0" if until else "here"
    leave = ["      if (__ballot_sync(~0u, live) == 0u) break;"] if until else []
    return [f"    for (long long s = 0; s < {args.cuda_steps}; ++s) {{", f"      const bool live = {going};", *leave]


def _stretches(life: BoundLoop, minds: Sequence[Cuda], name: str) -> list[str]:
    lines, number, mind = [], 0, 0
    for part in life.stretches:
        if isinstance(part, BrainStage):
            lines += ["      {", *minds[mind].text.lines, "      }"]
            mind += 1
        else:
            calls = [_call(life, f"{name}_{number + place}_law", law.names) for place, law in enumerate(part)]
            lines += ["      if (live && t == 0) {", *calls, "      }"]
            number += len(part)
        lines.append("      __syncwarp();")
    return lines


def _call(life: BoundLoop, law: str, names: Sequence[str]) -> str:
    types = dict(life.types)
    passed = [part for name in names for part in (["p_step + s"] if name == "step" else cuda_values(name, types[name]))]
    return f"        {law}({', '.join(['(int)row', *passed])});"
