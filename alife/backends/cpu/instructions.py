"""Lines of LLVM IR as instructions: what each reads and writes, and what it costs, for `reorder`.

Costs are round numbers between those of Zen 4 and Golden Cove, for vectors of 512 bits (Abel, Reineke: uops.info,
ASPLOS 2019). A line whose result is not used, or equals that of a line before it, costs nothing, as LLVM leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Word of LLVM, or intrinsic: unit, "" for any; cycles until its result is there.
COSTS = {
    "fadd": ("add", 4), "fsub": ("add", 4), "fmul": ("multiply", 4), "llvm.fma": ("multiply", 5),
    "shufflevector": ("shuffle", 2), "fdiv": ("", 14), "llvm.sqrt": ("", 21), "fcmp": ("", 4), "select": ("", 2),
    "xor": ("", 1), "llvm.x86.avx512.mask.fixupimm": ("", 5),
}  # fmt: skip
LOAD = 8  # cycles until what is loaded is there
FREE = ("bitcast", "getelementptr", "load")  # take no unit of vectors
STORES = ("store", "llvm.masked.store")
LOADS = ("load", "llvm.masked.load")
NAMED = re.compile(r"\s+(%[\w.]+) = (.*)")
OPERAND = re.compile(r"%[\w.]+")
INTRINSIC = re.compile(r"call .*?@((?:llvm\.x86\.avx512\.mask|llvm\.masked|llvm)\.\w+)")
POINTER = re.compile(r"ptr (?:align \d+ )?(%[\w.]+)")


@dataclass(frozen=True)
class Instruction:
    """A line.

    Attributes:
        text: the line.
        name: of its result, or "".
        operands: names that it reads.
        fixed: no line may be moved past it.
        memory: what it loads or stores: the name that its pointer was computed from; "" if it does neither.
        stores: True if it stores.
        unit: of a processor that computes it; "" for any.
        slots: 1 if it takes a unit for vectors, else 0.
        latency: cycles until its result is there.
    """

    text: str
    name: str
    operands: tuple[str, ...]
    fixed: bool
    memory: str = ""
    stores: bool = False
    unit: str = ""
    slots: int = 0
    latency: int = 0


def parse(lines: Sequence[str], before: Sequence[str] = ()) -> list[Instruction]:
    """Returns the lines of a function as instructions. before: lines that precede them."""
    roots: dict[str, str] = {}
    for line in before:
        _trace(line, roots)
    live = _live(lines)
    seen: dict[str, str] = {}  # a right-hand side with its operands' numbers -> the first name of this value
    return [_instruction(line, roots, live, seen) for line in lines]


def _instruction(line: str, roots: dict[str, str], live: set[str], seen: dict[str, str]) -> Instruction:
    _trace(line, roots)
    found = NAMED.match(line)
    name, rest = found.groups() if found else ("", line)
    operands, word = tuple(OPERAND.findall(rest)), _word(rest)
    memory = ""
    if word in STORES or word in LOADS:
        pointer = POINTER.search(rest)
        memory = roots.get(pointer.group(1), "") if pointer else ""
    stores = word in STORES
    understood = bool(memory) if stores or word in LOADS else bool(name) and word != "phi"
    if not understood:
        return Instruction(line, name, operands, fixed=True)
    if stores:
        return Instruction(line, name, operands, False, memory, True)
    value = OPERAND.sub(lambda operand: seen.get(operand.group(), operand.group()), rest)
    again = not memory and seen.setdefault(value, name) != name
    if again:
        seen[name] = seen[value]
    if again or name not in live:
        return Instruction(line, name, operands, False, memory)
    unit, latency = COSTS.get(word, ("", LOAD if memory else 0))
    slots = int(word not in FREE and " x " in rest)
    return Instruction(line, name, operands, False, memory, False, unit if slots else "", slots, latency)


def _word(text: str) -> str:
    """LLVM's word for what the right-hand side of a line does, or the intrinsic that it calls."""
    called = INTRINSIC.search(text)
    return called.group(1) if called else text.split(maxsplit=1)[0]


def _trace(line: str, roots: dict[str, str]) -> None:
    """Notes what a pointer is computed from: the rows of a kind, or a slot on the stack."""
    found = NAMED.match(line)
    if found and found.group(2).startswith(("getelementptr", "alloca")):
        pointer = POINTER.search(found.group(2))
        base = pointer.group(1) if pointer else found.group(1)
        roots[found.group(1)] = roots.get(base, base)


def _live(lines: Sequence[str]) -> set[str]:
    """Names of results that something depends on which is stored, tested or carried to another block."""
    live: set[str] = set()
    for line in lines:
        if " = phi " in line:
            live.update(OPERAND.findall(line))
    for line in reversed(lines):
        found = NAMED.match(line)
        if not found or found.group(1) in live:
            live.update(OPERAND.findall(found.group(2) if found else line))
    return live
