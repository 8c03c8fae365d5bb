"""Agents that live alone, as both engines see them: which laws may be run so, bound to what, in which stretches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alife.backends.abi import BoundArgs, KernelArgs, Params
from alife.backends.binding import Typed, typed
from alife.backends.fusion import BoundLaw
from alife.backends.program import Bindings, BrainStage, PerAgentLoop
from alife.errors import UserError, suggestion
from alife.laws import ir
from alife.laws.fields import Fields
from alife.laws.law import Law
from alife.laws.types import Type, of_array

BRAIN_FIELDS = frozenset({"state", "actions"})  # fields that a brain writes


@lru_cache(maxsize=1024)
def translate(signature: Typed) -> ir.Function:
    """A law as a typed tree; simulations of one shape share it."""
    law, types, tables = signature
    return law.translate(dict(types), None if tables is None else dict(tables))


def bind_law(law: Law, setting: Bindings) -> BoundLaw:
    """A law at the types of what it is bound to."""
    return BoundLaw(law, translate(typed(law, setting.names, setting.fields.tables)))


def brain_rows(setting: Bindings) -> dict[str, np.ndarray]:
    """The fields that a brain's kinds of rows lie in."""
    f = setting.fields
    rows = {"genome": f["genome"], "state": f["state"], "input": f["observations"], "output": f["actions"]}
    return {**rows, "phenotype": f["phenotype"]} if "phenotype" in f else rows


Segment = tuple[BoundLaw, ...] | BrainStage


@dataclass(frozen=True)
class BoundLoop:
    """The stretches of an `PerAgentLoop`: laws in order, then a brain, then laws again; types of what they name."""

    stretches: tuple[Segment, ...]
    types: Params

    @property
    def laws(self) -> list[BoundLaw]:
        """All laws in order."""
        return _laws(self.stretches)

    def args(self, constants: frozenset[str] = frozenset()) -> KernelArgs:
        """The arguments of its kernel. constants: scalars passed by value."""
        return KernelArgs(listed=True, steps=True, brain=True, params=self.types, constants=constants)

    def bind(self, steps: int, setting: Bindings, constants: frozenset[str] = frozenset()) -> BoundArgs:
        """Binds the arguments."""
        params = [setting.names[name] for name, _ in self.types]
        args, rows = self.args(constants), setting.rows.lists["living"]
        return args.bind(rows=rows, steps=steps, brain=brain_rows(setting), params=params)


def bind_loop(alone: PerAgentLoop, setting: Bindings) -> BoundLoop:
    """The parts bound.

    Raises:
        UserError: a law or a brain that agents who live alone cannot have, or no field to end their steps.
    """
    stretches = _stretches(alone.parts, setting)
    _check(_laws(stretches))
    if not any(isinstance(part, BrainStage) for part in alone.parts):
        raise UserError("agents that live alone: expected a brain among the parts, got laws only; add Think(brain)")
    if alone.until:
        _check_until(alone.until, setting.fields)
    return BoundLoop(tuple(stretches), _types(stretches, alone.until, setting))


def _stretches(parts: Sequence[Law | BrainStage], setting: Bindings) -> list[Segment]:
    stretches: list[Segment] = []
    for part in parts:
        if isinstance(part, BrainStage):
            part.brain.check_genes(setting.fields["genome"])
            stretches.append(part)
        elif stretches and not isinstance(stretches[-1], BrainStage):
            stretches[-1] = (*stretches[-1], bind_law(part, setting))
        else:
            stretches.append((bind_law(part, setting),))
    return stretches


def _laws(stretches: Sequence[Segment]) -> list[BoundLaw]:
    return [law for stretch in stretches if not isinstance(stretch, BrainStage) for law in stretch]


def _types(stretches: Sequence[Segment], until: str, setting: Bindings) -> Params:
    types: dict[str, Type] = {}
    for law in _laws(stretches):
        types |= dict(zip(law.names, (kind for _, kind in law.function.params[1:]), strict=True))
    if until:
        types[until] = of_array(setting.names[until])
    return tuple(types.items())


def _check_until(until: str, fields: Fields) -> None:
    field = fields.table.get(until)
    if field is None or (field.dtype, field.shape, field.table) != ("uint8", (), "agents"):
        flags = [name for name, one in fields.table.items() if one.dtype == "uint8"]
        raise UserError(
            f"agents that live alone: until: expected a uint8 field of agents, one value each, got {until}"
            f"{suggestion(until, flags)}"
        )


def _check(laws: Sequence[BoundLaw]) -> None:
    written = BRAIN_FIELDS.union(*(law.writes for law in laws))
    touched = {name for law in laws for name in law.reads | law.writes - law.reductions}
    for one in laws:
        code = one.law.function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}: {one.law.name}"
        if one.law.rows != "living" or one.law.columns or one.law.scatter:
            raise UserError(f"{place}: expected a law of agents that live alone, got another kind; write @per_agent")
        if "genome" in one.writes:
            raise UserError(f"{place}: expected genes that stay as they are in a life, got a law that writes genome")
        for name in sorted(one.reductions & touched):
            raise UserError(
                f"{place}: expected sums that no law of a life reads or sets, got {name}; use another field"
            )
        for name in sorted(one.nonlocal_reads & written):
            raise UserError(
                f"{place}: expected agents that live alone, got a law that reads {name} of others, which changes "
                f"meanwhile; write {name}[{next(iter(one.function.params))[0]}], or make the world shared"
            )
