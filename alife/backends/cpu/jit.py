"""Compiles LLVM IR text for this machine and loads it, with a cache of object files between runs."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cache

import llvmlite
import llvmlite.binding as llvm

from alife.backends.compiling import compiling
from alife.backends.cpu.cache_files import fetch, store

CACHE_FORMAT = 3  # to be raised when code generated from equal IR has to differ
ALIGNED = "stackrealign"  # marks functions that put vectors on the stack, which otherwise would cross cache lines
IN_ORDER = "; in order\n"  # begins texts written to keep few values alive, which LLVM's scheduler would undo
QUICKLY = "; quickly\n"  # begins texts that run for a short time, so that compiling them fast counts
_compiling = threading.Lock()  # held while an option is set, which applies to all of LLVM


@cache
def _target(level: int = 3) -> llvm.TargetMachine:
    """The machine that code is generated for. level: of optimization, 0..3."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.set_option("alife", "-post-RA-scheduler=0")  # it would gather the prefetches that a kernel spreads
    features = llvm.get_host_cpu_features().flatten() if _override() is None else _override()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu_name(), features=features or "", opt=level, reloc="pic", codemodel="default"
    )


def _override() -> str | None:
    """The features in `ALIFE_CPU=x86-64:+avx2`, which compiles for another processor, for tests."""
    choice = os.environ.get("ALIFE_CPU")
    return None if choice is None else choice.partition(":")[2]


def cpu_name() -> str:
    """Returns LLVM's name of the processor that code is generated for."""
    choice = os.environ.get("ALIFE_CPU")
    return choice.partition(":")[0] if choice else llvm.get_host_cpu_name()


@cache
def processor() -> str:
    """Returns a text that differs wherever equal IR may become different code."""
    return f"{CACHE_FORMAT}|{llvmlite.__version__}|{_target().triple}|{cpu_name()}|{_features_key()}"


def has(feature: str) -> bool:
    """Returns True if code is generated for a processor with these instructions. feature: LLVM's name."""
    return f"+{feature}" in _features_key().split(",")


@cache
def _jit() -> llvm.LLJIT:
    # A CUDA process reserves so much address space that code may lie far from what it refers to. JITLink can reach
    # that far; LLVM's older linker ends the process.
    return llvm.create_lljit_compiler(_target(), use_jit_link=os.name == "posix")


def _object_code(ir: str) -> bytes:
    """Returns machine code of `ir`, from the cache if this text was compiled here before."""
    name = hashlib.sha256((processor() + ir).encode()).hexdigest() + ".o"
    known = fetch("objects", name)
    if known is None:
        with compiling():
            known = _compile(ir)
        store("objects", name, known)
    return known


@cache
def _features_key() -> str:
    override = _override()
    return llvm.get_host_cpu_features().flatten() if override is None else override


def _compile(ir: str) -> bytes:
    module = llvm.parse_assembly(ir)
    module.verify()
    quickly = ir.startswith(QUICKLY)
    target = _target(1) if quickly else _target()
    tuning = llvm.create_pipeline_tuning_options(speed_level=1 if quickly else 2)
    tuning.loop_vectorization = not quickly
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(target, tuning)
    builder.getModulePassManager().run(module, builder)
    code: bytes
    with _compiling:
        try:
            llvm.set_option("alife", f"-enable-misched={0 if ir.startswith(IN_ORDER) else 1}")
            code = target.emit_object(module)
        finally:
            llvm.set_option("alife", "-enable-misched=1")
    return code


_libraries = 0
_loaded: dict[str, dict[str, int]] = {}
_trackers: list[llvm.ResourceTracker] = []  # keep the code alive as long as the process


def load(ir: str, names: Sequence[str]) -> dict[str, int]:
    """Compiles (or fetches) LLVM IR and returns the address of each function in `names`."""
    global _libraries
    key = hashlib.sha256(ir.encode()).hexdigest()
    if key not in _loaded:
        library = llvm.JITLibraryBuilder().add_object_img(_object_code(ir)).add_current_process()
        for name in names:
            library.export_symbol(name)
        _libraries += 1
        tracker = library.link(_jit(), f"alife_{_libraries}")
        _trackers.append(tracker)
        _loaded[key] = {name: tracker[name] for name in names}
    return _loaded[key]


def _renew_lock() -> None:
    """Replaces the lock in a forked child, which must not wait for a thread of its parent."""
    global _compiling
    _compiling = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
