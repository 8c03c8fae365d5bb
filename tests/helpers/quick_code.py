"""Compiles laws and brains without optimization where a test is about something else: in a seventh of the time.

No result depends on it. What the optimizer makes of them is held to plain Python by the tests of `OPTIMIZED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import llvmlite.binding as llvm

from alife.backends.cpu import brain_step, jit

OPTIMIZED = ("backends", "brains", "laws", "ops", "simulation", "worlds", "test_golden.py", "test_contributing.py")
LONG = 20_000  # characters; shorter texts, such as products of matrices, compile in no time
_MARK = "; not optimized\n"  # begins texts, so that code of both kinds is kept side by side
_quick = False


def begin() -> None:
    """Lets `choose` decide from now on how native code is compiled in this process."""
    load, compiled = jit.load, jit._compile

    def load_(ir: str, names: Sequence[str]) -> dict[str, int]:
        return load(_MARK + ir if _quick and len(ir) > LONG else ir, names)

    jit.load = load_
    jit._compile = lambda ir: _compile(ir) if ir.startswith(_MARK) else compiled(ir)


def choose(path: Path) -> None:
    """Chooses how code is compiled for the tests of a file."""
    global _quick
    quick = not any(part in OPTIMIZED for part in path.parts)
    if quick is not _quick:
        _quick = quick
        brain_step._birth_address.cache_clear()


def _compile(ir: str) -> bytes:
    module = llvm.parse_assembly(ir)
    module.verify()
    target = jit._target(0)
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=0))
    builder.getModulePassManager().run(module, builder)  # inlines what must be
    code: bytes = target.emit_object(module)
    return code
