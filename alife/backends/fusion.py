"""Fusion of laws: which laws may share a kernel, in which each row goes through all of them before the next row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alife.backends.abi import MAX_PARAMS
from alife.laws import ir
from alife.laws.bounds import LOG
from alife.laws.law import ArrayLaw, Law


@dataclass(frozen=True)
class BoundLaw:
    """A law translated at the types of what its parameters are bound to."""

    law: ArrayLaw
    function: ir.Function

    @property
    def names(self) -> tuple[str, ...]:
        """Names that its parameters are bound to."""
        return self.law.arguments

    def _fields(self, parameters: frozenset[str]) -> set[str]:
        bound = dict(zip(self.law.parameters, self.law.arguments, strict=True))
        return {bound[name] for name in parameters}

    @property
    def writes(self) -> set[str]:
        """Fields that it writes, reductions included."""
        return self._fields(self.function.writes)

    @property
    def reductions(self) -> set[str]:
        """Fields that it adds to, in any row."""
        bound = dict(zip(self.law.parameters, self.law.arguments, strict=True))
        return {bound[name] for name in (*self.law.reductions, LOG) if name in bound}

    @property
    def reads(self) -> set[str]:
        """Fields of which it reads elements."""
        return self._fields(self.function.reads)

    @property
    def nonlocal_reads(self) -> set[str]:
        """Fields of which it reads other rows than its own."""
        return self._fields(self.function.nonlocal_reads)


def fuse(laws: Sequence[BoundLaw]) -> list[list[BoundLaw]]:
    """Groups consecutive laws into as few kernels as possible, in order."""
    groups: list[list[BoundLaw]] = []
    for law in laws:
        if groups and joins(law, groups[-1]):
            groups[-1].append(law)
        else:
            groups.append([law])
    return groups


def joins(law: BoundLaw, group: Sequence[BoundLaw]) -> bool:
    """True if each row may go through the laws of a group, and then this one, before the next row does."""
    fused = [*group, law]
    if any(_needs_own_kernel(each.law) or _shape(each.law) != _shape(law.law) for each in fused):
        return False
    if len({name for each in fused for name in each.names}) > MAX_PARAMS:
        return False
    return not law.law.rows or all(_commute_across_rows(law, each) for each in group)


def _needs_own_kernel(law: Law) -> bool:
    return bool(law.parallel or law.columns or law.scatter)


def _shape(law: Law) -> tuple[str, int]:
    return law.rows, law.period


def _commute_across_rows(a: BoundLaw, b: BoundLaw) -> bool:
    """True if neither reads from other rows what the other writes, nor adds to what the other reads or sets.

    Two laws that only add to a field may do so in any order.
    """
    read = a.writes & b.nonlocal_reads or b.writes & a.nonlocal_reads
    added = a.reductions & (b.reads | b.writes - b.reductions) or b.reductions & (a.reads | a.writes - a.reductions)
    return not read and not added
