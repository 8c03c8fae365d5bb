"""Plans: the choices of a kernel that change its speed and never its results.

The best plan differs between processors, and between rows that stay in a cache and rows that come from memory. Plans
are therefore measured where they run (`planned`), as FFTW does: M. Frigo and S. G. Johnson, "The Design and
Implementation of FFTW3", Proceedings of the IEEE 93(2), 2005.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from alife.errors import UserError, unknown

VARIABLE = "ALIFE_PLAN"  # of the environment: `default`, or a plan's text
RANGES = {
    "agents": (1, 2, 4, 8),
    "shared": (0, 1, 2, 4, 8),
    "ahead": range(1025),
    "level": range(1, 4),
    "window": range(4097),
    "lean": (0, 1),
    "grain": range(0, 65537, 16),
}
EXPECTED = {
    "agents": "1, 2, 4 or 8",
    "shared": "0, or a divisor of agents",
    "ahead": "a whole number from 0 to 1024",
    "level": "1, 2 or 3",
    "window": "a whole number from 0 to 4096",
    "lean": "0 or 1",
    "grain": "a multiple of 16 from 0 to 65536",
}


@dataclass(frozen=True)
class Plan:
    """The way of a brain's kernel through its rows. Every plan gives the same bits.

    Its text is `agents=1,ahead=32,level=2`, without what is 0 or has no effect.

    Attributes:
        agents: number computed at a time; fewer where the text would be too long to compile.
        shared: number of them that share a vector; 0: as many as usually pay, see `ops_kernel.sharing`.
        ahead: agents between a row and its prefetch; 0: no prefetches.
        level: of the cache that rows are prefetched into; 1: the nearest.
        window: lines that an instruction is moved over, at most, so that a processor waits less (`reorder`); 0: none.
        lean: 1: signs are flipped by instructions of their own, and genes that are read again are loaded again, so that
            what a wide step touches beside its rows stays in the L1 cache; 0: with fewer instructions, flips are part
            of the sums after them, by a constant for each vector, and what does not fit into registers is kept.
        grain: rows that a thread takes at a time; 0: as many as usual, for a step a quarter of its share (`runner`).
    """

    agents: int = 4
    shared: int = 0
    ahead: int = 4
    level: int = 1
    window: int = 0
    lean: int = 0
    grain: int = 0

    def __str__(self) -> str:
        numbers = asdict(self)
        if not self.ahead:
            del numbers["level"]
        return ",".join(f"{name}={number}" for name, number in numbers.items() if number)

    @property
    def code(self) -> Plan:
        """The same plan without what the compiled code does not depend on."""
        return replace(self, grain=0)


@dataclass(frozen=True)
class KernelText:
    """LLVM IR of a kernel, and the plan that it follows: without what the text could not have."""

    ir: str
    plan: Plan


@lru_cache(maxsize=64)
def parse_plan(text: str) -> Plan:
    """Returns the plan of a text, its parts between commas or spaces. What it leaves out is 0, but `level` is 1.

    Raises:
        UserError: an unknown name, a number outside its range, or no number.
    """
    numbers = {"agents": 1, "shared": 0, "ahead": 0, "level": 1, "window": 0, "lean": 0, "grain": 0}
    for part in text.replace(",", " ").split() or [""]:
        name, _, number = part.partition("=")
        if name not in RANGES:
            raise unknown("part of a plan", name, RANGES)
        if not (number.isascii() and number.isdigit() and int(number) in RANGES[name]):
            raise UserError(f"plan: {name}: expected {EXPECTED[name]}, got {number!r}; write agents=1,ahead=32,level=2")
        numbers[name] = int(number)
    if numbers["shared"] and numbers["agents"] % numbers["shared"]:
        raise UserError(f"plan: shared: expected {EXPECTED['shared']}, got {numbers['shared']}; leave it out")
    return Plan(**numbers)


def fixed_plan(usual: Plan) -> Plan | None:
    """Returns the plan that the environment fixes, or None. usual: what `ALIFE_PLAN=default` stands for.

    Raises:
        UserError: the variable holds no plan.
    """
    text = os.environ.get(VARIABLE, "")
    if text in ("", "default"):
        return usual if text else None
    try:
        return parse_plan(text)
    except UserError as error:
        raise UserError(f"{VARIABLE}={text}: {error}; or write {VARIABLE}=default") from None
