"""The parts of a step as CUDA C kernels, and what each of them is launched with. Nothing here needs a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alife.backends.abi import BRAIN, BoundArgs
from alife.backends.cuda import cuda_text, episode, law_expressions, law_statements, ops_kernel
from alife.backends.episode import BRAIN_FIELDS, bind_law, bind_loop, brain_rows
from alife.backends.fusion import BoundLaw, fuse
from alife.backends.program import Bindings, BirthStage, BrainStage, LockstepLoop, PerAgentLoop, Stage
from alife.laws.law import PARTS, Law

PASS_BLOCK = 256  # threads a block of a law's parallel form
ALONE = 32  # threads of a law that runs once


@dataclass(frozen=True)
class Scratch:
    """An int32 array of the card alone. One name is one array."""

    name: str
    length: int


@dataclass(frozen=True)
class Kernel:
    """One kernel, and what it is launched with.

    title: the laws in it. count: [1] int64, rows, read when it begins. args: its arguments. threads: how many have
    something to do at most. block: threads a block, 0 for any number of whole warps up to 128. moved: bytes of its
    table's rows that a row reads and writes at most, each once. writes: fields it may change.
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


def kernels_of(parts: Sequence[Stage], setting: Bindings, first: int = 0) -> list[Kernel]:
    """The parts as kernels, in order: laws that follow each other share one where they may.

    One that runs again, in steps together, is the same kernel again. first: number of the first one, for its name.
    """
    kernels: list[Kernel] = []
    for run in _runs(parts):
        number = first + len(kernels)
        if isinstance(run, BrainStage):
            kernels.append(_of_brain(run, setting, f"k{number}_brain"))
        elif isinstance(run, BirthStage):
            kernels.append(_of_birth(run, setting, f"k{number}_birth"))
        elif isinstance(run, PerAgentLoop):
            kernels.append(_of_alone(run, setting, f"k{number}_alone"))
        elif isinstance(run, LockstepLoop):
            kernels += kernels_of(run.parts, setting, number) * run.steps
        else:
            for group in fuse([bind_law(law, setting) for law in run]):
                kernels += _of_group(group, setting, first + len(kernels))
    return kernels


def by_name(kernels: Sequence[Kernel]) -> dict[str, Kernel]:
    """Each kernel once."""
    return {kernel.name: kernel for kernel in kernels}


def whole_text(kernels: Sequence[Kernel]) -> str:
    """What compiles: the kernels behind what they share."""
    shared = (law_expressions.INLINE, law_expressions.PRELUDE, cuda_text.PRELUDE)
    return "\n".join([*shared, *(kernel.text for kernel in by_name(kernels).values())])


def _runs(parts: Sequence[Stage]) -> Iterator[list[Law] | BrainStage | BirthStage | PerAgentLoop | LockstepLoop]:
    """Laws that follow each other as one list, other parts by themselves."""
    laws: list[Law] = []
    for part in parts:
        if isinstance(part, Law):
            laws.append(part)
            continue
        yield laws
        yield part
        laws = []
    yield laws


def _of_group(group: Sequence[BoundLaw], setting: Bindings, number: int) -> list[Kernel]:
    law = group[0].law
    if law.parallel:
        return _of_passes(group[0], setting, number)
    name = f"k{number}_{law.name}"
    laws = [(one.function, one.names) for one in group]
    args = law_statements.law_args(laws, law.kind, setting.fixed)
    text = law_statements.print_kernel(name, laws, law.kind, args)
    bound = args.bind(
        rows=setting.rows.lists[law.rows] if law.kind.listed else None,
        params=[setting.names[each] for each, _ in args.params],
    )
    title = " ".join(one.law.name for one in group)
    threads = _most_rows(law, setting)
    count = setting.rows.counts[law.rows]
    writes = frozenset(name for one in group for name in one.writes)
    return [Kernel(name, title, text, count, bound, threads, _block(law), _moved(group, setting), writes)]


def _moved(group: Sequence[BoundLaw], setting: Bindings) -> int:
    own = {name for name, table in setting.fields.tables.items() if table == group[0].law.table}
    read, written = (set().union(*parts) & own for parts in zip(*((b.reads, b.writes) for b in group), strict=True))
    sizes = {name: setting.fields.row_bytes(name) for name in read | written}
    return sum(sizes[name] * ((name in read) + (name in written)) for name in sizes)


def _block(law: Law) -> int:
    return 0 if law.rows else ALONE


def _most_rows(law: Law, setting: Bindings) -> int:
    """Rows, or rows and columns, that a law can have at most."""
    if not law.rows:
        return 1
    lengths = [len(setting.names[name]) for name, table in setting.fields.tables.items() if table == law.table]
    names = dict(zip(law.parameters, law.arguments, strict=True))
    return max(lengths, default=1) * (setting.names[names[law.columns]].shape[1] if law.columns else 1)


def _of_passes(one_law: BoundLaw, setting: Bindings, number: int) -> list[Kernel]:
    law, parallel = one_law.law, one_law.law.parallel
    assert parallel is not None
    arrays = dict(zip(law.parameters, (setting.names[name] for name in law.arguments), strict=True))
    scratch = [Scratch(name, _length(of, arrays)) for name, of in parallel.scratch]
    names = [each.name for each in scratch]
    args = law_statements.pass_args(one_law.function, names).bind(params=list(arrays.values()), scratch=scratch)
    kernels = []
    for place, one in enumerate(parallel.passes):
        name = f"k{number + place}_{law.name}{place}"
        text = law_statements.print_pass(name, one_law.function, one, names)
        threads = len(arrays[one.over]) if one.over else PARTS * PASS_BLOCK
        title = f"{law.name} {place + 1}/{len(parallel.passes)}"
        count = setting.rows.counts[law.rows]
        writes = frozenset(one_law.writes)
        kernels.append(Kernel(name, title, text, count, args, threads, PASS_BLOCK, writes=writes))
    return kernels


def _length(of: str | int, arrays: Mapping[str, np.ndarray]) -> int:
    return of if isinstance(of, int) else len(arrays[of])


def _of_brain(think: BrainStage, setting: Bindings, name: str) -> Kernel:
    think.brain.check_genes(setting.fields["genome"])
    text = ops_kernel.kernel_text(think.brain.step, think.brain.width, name)
    args = BRAIN.bind(rows=setting.rows.lists["living"], brain=brain_rows(setting))
    moved = sum(think.brain.count().bytes.values())
    return Kernel(
        name, "brain", text, setting.rows.counts["living"], args, _threads(think, setting), 0, moved, BRAIN_FIELDS
    )


def _of_birth(part: BirthStage, setting: Bindings, name: str) -> Kernel:
    brain = part.brain
    brain.check_genes(setting.fields["genome"])
    assert brain.develop is not None
    text = ops_kernel.kernel_text(brain.develop, brain.width, name)
    args = BRAIN.bind(rows=setting.rows.lists[part.rows], brain=brain_rows(setting))
    writes = frozenset({"phenotype", "state"})
    return Kernel(name, "birth", text, setting.rows.counts[part.rows], args, _threads(part, setting), writes=writes)


def _of_alone(alone: PerAgentLoop, setting: Bindings, name: str) -> Kernel:
    life = bind_loop(alone, setting)
    args = life.bind(alone.steps, setting, setting.fixed)
    text = episode.kernel_text(life, alone.until, args.declared, name)
    threads = max((_threads(part, setting) for part in life.stretches if isinstance(part, BrainStage)), default=1)
    writes = BRAIN_FIELDS.union(*(law.writes for law in life.laws))
    return Kernel(name, "alone", text, setting.rows.counts["living"], args, threads, writes=writes)


def _threads(part: BrainStage | BirthStage, setting: Bindings) -> int:
    return len(setting.fields["living"]) * part.brain.width // ops_kernel.LANES
