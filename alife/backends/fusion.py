"""Which laws may share a kernel: a row may go through all of them before the next row begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alife.backends.abi import MAX_PARAMS
from alife.laws import ir
from alife.laws.law import Law


@dataclass(frozen=True)
class BoundLaw:
    """A law at types, with what its parameters are bound to."""

    law: Law
    function: ir.Function

    @property
    def names(self) -> tuple[str, ...]:
        return self.law.arguments

    def _fields(self, parameters: frozenset[str]) -> set[str]:
        bound = dict(zip(self.law.parameters, self.law.arguments, strict=True))
        return {bound[name] for name in parameters}

    @property
    def writes(self) -> set[str]:
        """Fields it writes."""
        return self._fields(self.function.writes)

    @property
    def reductions(self) -> set[str]:
        """Fields it adds to, in any row."""
        bound = dict(zip(self.law.parameters, self.law.arguments, strict=True))
        return {bound[name] for name in self.law.reductions if name in bound}

    @property
    def reads(self) -> set[str]:
        """Fields of which it reads elements."""
        return self._fields(self.function.reads)

    @property
    def nonlocal_reads(self) -> set[str]:
        """Fields of which it reads other rows than its own."""
        return self._fields(self.function.nonlocal_reads)


def fuse(laws: Sequence[BoundLaw]) -> list[list[BoundLaw]]:
    """Laws that follow each other, as few groups as possible, each for one kernel."""
    groups: list[list[BoundLaw]] = []
    for law in laws:
        if groups and _joins(law, groups[-1]):
            groups[-1].append(law)
        else:
            groups.append([law])
    return groups


def _joins(law: BoundLaw, group: Sequence[BoundLaw]) -> bool:
    together = [*group, law]
    if any(_stands_alone(each.law) or _shape(each.law) != _shape(law.law) for each in together):
        return False
    if len({name for each in together for name in each.names}) > MAX_PARAMS:
        return False
    return not law.law.rows or all(_apart(law, each) for each in group)


def _stands_alone(law: Law) -> bool:
    return bool(law.parallel or law.columns or law.scatter)


def _shape(law: Law) -> tuple[str, int]:
    return law.rows, law.period


def _apart(a: BoundLaw, b: BoundLaw) -> bool:
    """Neither reads in other rows what the other one writes, nor adds in any row to what the other one touches.

    Two laws that only add to a field may do so in any order.
    """
    strayed = a.writes & b.nonlocal_reads or b.writes & a.nonlocal_reads
    summed = a.reductions & (b.reads | b.writes - b.reductions) or b.reductions & (a.reads | a.writes - a.reductions)
    return not strayed and not summed
