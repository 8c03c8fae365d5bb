"""The stages of a step as CUDA C kernels, with what each is launched with. Nothing here needs a GPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alife.backends.abi import BRAIN, BoundArgs, KernelArgs
from alife.backends.cuda import cuda_text, episode, law_expressions, law_statements, ops_kernel
from alife.backends.cuda.register_builder import LANES
from alife.backends.episode import BRAIN_FIELDS, bind_law, bind_loop, brain_rows
from alife.backends.fusion import BoundLaw, fuse
from alife.backends.program import Bindings, BirthStage, BrainStage, LockstepLoop, PerAgentLoop, Stage
from alife.laws.bounds import LOG
from alife.laws.law import ArrayLaw, Law
from alife.laws.parallel import PARTS

PASS_BLOCK = 256  # threads a block of a law's parallel form
SERIAL_BLOCK = 32  # threads a block of a law that runs once


@dataclass(frozen=True)
class Scratch:
    """An int32 array that exists on the GPU only. Equal names are one array."""

    name: str
    length: int


@dataclass(frozen=True)
class Kernel:
    """A kernel, and what it is launched with.

    Attributes:
        name: its name in C.
        title: the laws in it.
        text: CUDA C, without what all kernels share.
        count: [1] int64, the number of rows, read when it begins.
        args: its arguments, bound to arrays of the host, each of which stands for its copy on the GPU.
        threads: number of threads that have something to do, at most.
        block: threads of a block; 0: any number of whole warps up to 128.
        moved: bytes of its table's rows that a row reads and writes at most, each once.
        writes: fields that it may change.
    """

    name: str
    title: str
    text: str
    count: np.ndarray
    args: BoundArgs
    threads: int
    block: int = 0
    moved: int = 0
    writes: frozenset[str] = frozenset()


def kernels_of(stages: Sequence[Stage], bindings: Bindings, first: int = 0) -> list[Kernel]:
    """Returns the kernels of some stages, in order; consecutive laws share one where they may.

    In a lockstep loop the same kernels come again for each step. first: number of the first kernel, for its name.
    """
    kernels: list[Kernel] = []
    for stage in _with_laws_grouped(stages):
        number = first + len(kernels)
        if isinstance(stage, BrainStage):
            kernels.append(_step_kernel(stage, bindings, f"k{number}_brain"))
        elif isinstance(stage, BirthStage):
            kernels.append(_birth_kernel(stage, bindings, f"k{number}_birth"))
        elif isinstance(stage, PerAgentLoop):
            kernels.append(_loop_kernel(stage, bindings, f"k{number}_episode"))
        elif isinstance(stage, LockstepLoop):
            kernels += kernels_of(stage.stages, bindings, number) * stage.steps
        else:
            for group in fuse([bind_law(law, bindings) for law in stage]):
                kernels += _law_kernels(group, bindings, first + len(kernels))
    return kernels


def by_name(kernels: Sequence[Kernel]) -> dict[str, Kernel]:
    """Returns each kernel once, by its name in C."""
    return {kernel.name: kernel for kernel in kernels}


def whole_text(kernels: Sequence[Kernel]) -> str:
    """Returns the text to compile: what the kernels share, and each of them once."""
    texts = [kernel.text for kernel in by_name(kernels).values()]
    checks = [law_expressions.INDEX] * any(LOG in kernel.writes for kernel in kernels)
    return "\n".join([*SHARED_TEXT, *checks, *texts])


SHARED_TEXT = (law_expressions.INLINE, law_expressions.PRELUDE, cuda_text.PRELUDE)


def _with_laws_grouped(
    stages: Sequence[Stage],
) -> Iterator[list[Law] | BrainStage | BirthStage | PerAgentLoop | LockstepLoop]:
    """Yields consecutive laws as one list, and other stages by themselves."""
    laws: list[Law] = []
    for stage in stages:
        if isinstance(stage, Law):
            laws.append(stage)
            continue
        yield laws
        yield stage
        laws = []
    yield laws


# ---- laws


def _law_kernels(group: Sequence[BoundLaw], bindings: Bindings, number: int) -> list[Kernel]:
    law = group[0].law
    if law.parallel:
        return _pass_kernels(group[0], bindings, number)
    name = f"k{number}_{law.name}"
    laws = [(one.function, one.names) for one in group]
    args = law_statements.law_args(laws, law.kind, bindings.constants)
    bound = args.bind(
        rows=bindings.rows.lists[law.rows] if law.kind.listed else None,
        params=[bindings.names[each] for each, _ in args.params],
    )
    return [
        Kernel(
            name,
            " ".join(one.law.name for one in group),
            law_statements.print_kernel(name, laws, law.kind, args),
            bindings.rows.counts[law.rows],
            bound,
            _max_threads(law, bindings),
            block=0 if law.rows else SERIAL_BLOCK,
            moved=_moved(group, bindings),
            writes=frozenset(name for one in group for name in one.writes),
        )
    ]


def _moved(group: Sequence[BoundLaw], bindings: Bindings) -> int:
    own = {name for name, table in bindings.fields.tables.items() if table == group[0].law.table}
    read, written = (set().union(*names) & own for names in zip(*((b.reads, b.writes) for b in group), strict=True))
    sizes = {name: bindings.fields.row_bytes(name) for name in read | written}
    return sum(sizes[name] * ((name in read) + (name in written)) for name in sizes)


def _max_threads(law: ArrayLaw, bindings: Bindings) -> int:
    """Returns the most rows, or rows times columns, that a law can have."""
    if not law.rows:
        return 1
    lengths = [len(bindings.names[name]) for name, table in bindings.fields.tables.items() if table == law.table]
    names = dict(zip(law.parameters, law.arguments, strict=True))
    return max(lengths, default=1) * (bindings.names[names[law.columns]].shape[1] if law.columns else 1)


def _pass_kernels(bound: BoundLaw, bindings: Bindings, number: int) -> list[Kernel]:
    """Returns the kernels of a law's parallel form, one a pass."""
    law, parallel = bound.law, bound.law.parallel
    assert parallel is not None
    arrays = dict(zip(law.names, (bindings.names[name] for name in law.arguments), strict=True))
    scratch = [Scratch(name, _length(of, arrays)) for name, of in parallel.scratch]
    params = tuple(zip(law.names, (kind for _, kind in bound.function.params), strict=True))
    declared = KernelArgs(params=params, scratch=tuple(each.name for each in scratch))
    args = declared.bind(params=list(arrays.values()), scratch=scratch)
    kernels = []
    for place, one in enumerate(parallel.passes):
        name = f"k{number + place}_{law.name}{place}"
        text = law_statements.print_pass(name, declared, one)
        threads = len(arrays[one.over]) if one.over else PARTS * PASS_BLOCK
        title = f"{law.name} {place + 1}/{len(parallel.passes)}"
        count, writes = bindings.rows.counts[law.rows], frozenset(bound.writes)
        kernels.append(Kernel(name, title, text, count, args, threads, PASS_BLOCK, writes=writes))
    return kernels


def _length(of: str | int, arrays: Mapping[str, np.ndarray]) -> int:
    return of if isinstance(of, int) else len(arrays[of])


# ---- brains


def _step_kernel(stage: BrainStage, bindings: Bindings, name: str) -> Kernel:
    brain = stage.brain
    brain.check_genes(bindings.fields["genome"])
    text = ops_kernel.kernel_text(brain.step, brain.width, name)
    args = BRAIN.bind(rows=bindings.rows.lists["living"], brain=brain_rows(bindings))
    count, threads, moved = bindings.rows.counts["living"], _threads(stage, bindings), sum(brain.count().bytes.values())
    return Kernel(name, "brain", text, count, args, threads, moved=moved, writes=BRAIN_FIELDS)


def _birth_kernel(stage: BirthStage, bindings: Bindings, name: str) -> Kernel:
    brain = stage.brain
    brain.check_genes(bindings.fields["genome"])
    assert brain.develop is not None
    text = ops_kernel.kernel_text(brain.develop, brain.width, name)
    args = BRAIN.bind(rows=bindings.rows.lists[stage.rows], brain=brain_rows(bindings))
    count, writes = bindings.rows.counts[stage.rows], frozenset({"phenotype", "state"})
    return Kernel(name, "birth", text, count, args, _threads(stage, bindings), writes=writes)


def _loop_kernel(loop: PerAgentLoop, bindings: Bindings, name: str) -> Kernel:
    bound = bind_loop(loop, bindings)
    args = bound.bind(loop.steps, bindings, bindings.constants)
    text = episode.kernel_text(bound, loop.until, args.declared, name)
    threads = max(_threads(stage, bindings) for stage in bound.brains)
    writes = BRAIN_FIELDS.union(*(law.writes for law in bound.laws))
    return Kernel(name, "episode", text, bindings.rows.counts["living"], args, threads, writes=writes)


def _threads(stage: BrainStage | BirthStage, bindings: Bindings) -> int:
    return len(bindings.fields["living"]) * stage.brain.width // LANES
