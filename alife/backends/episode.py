"""Per-agent loops for both engines: which laws may be in one, and what their kernel is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.backends.abi import BoundArgs, KernelArgs, Params
from alife.backends.binding import translated, typed
from alife.backends.fusion import BoundLaw
from alife.backends.program import Bindings, BrainStage, PerAgentLoop
from alife.errors import UserError, suggestion
from alife.laws.fields import Fields
from alife.laws.law import Law
from alife.laws.types import Type, of_array

BRAIN_FIELDS = frozenset({"state", "actions"})  # fields that a brain writes


def bind_law(law: Law, bindings: Bindings) -> BoundLaw:
    """Translates a law at the types of what it is bound to."""
    return BoundLaw(law.array_form, translated(typed(law, bindings.names, bindings.fields.tables)))


def brain_rows(bindings: Bindings) -> dict[str, np.ndarray]:
    """Returns the field of each kind of slot: kind -> [capacity, ...]; "phenotype" only where there are any."""
    f = bindings.fields
    rows = {"genome": f["genome"], "state": f["state"], "input": f["observations"], "output": f["actions"]}
    return {**rows, "phenotype": f["phenotype"]} if "phenotype" in f else rows


Segment = tuple[BoundLaw, ...] | BrainStage


@dataclass(frozen=True)
class BoundLoop:
    """A `PerAgentLoop` bound to arrays.

    segments: its stages in order, consecutive laws as one segment. types: of all that the laws name, and of `until`.
    """

    segments: tuple[Segment, ...]
    types: Params

    @property
    def laws(self) -> list[BoundLaw]:
        """All laws in order."""
        return _laws(self.segments)

    @property
    def brains(self) -> list[BrainStage]:
        """All brains in order."""
        return [segment for segment in self.segments if isinstance(segment, BrainStage)]

    def args(self, constants: frozenset[str] = frozenset()) -> KernelArgs:
        """Declares the arguments of its kernel. constants: scalars passed by value."""
        return KernelArgs(listed=True, steps=True, brain=True, params=self.types, constants=constants)

    def bind(self, steps: int, bindings: Bindings, constants: frozenset[str] = frozenset()) -> BoundArgs:
        """Binds the arguments of its kernel to arrays of the host."""
        args, rows = self.args(constants), bindings.rows.lists["living"]
        params = [bindings.names[name] for name, _ in self.types]
        return args.bind(rows=rows, steps=steps, brain=brain_rows(bindings), params=params)


def bind_loop(loop: PerAgentLoop, bindings: Bindings) -> BoundLoop:
    """Binds the stages of a loop.

    Raises:
        UserError: a law or a brain that cannot be in such a loop, no brain, or no field to end the steps.
    """
    segments = _segments(loop.stages, bindings)
    _check(_laws(segments))
    if not any(isinstance(stage, BrainStage) for stage in loop.stages):
        raise UserError("per-agent loop: expected a brain among its stages, got laws only; add BrainStage(brain)")
    if loop.until:
        _check_until(loop.until, bindings.fields)
    return BoundLoop(tuple(segments), _types(segments, loop.until, bindings))


def _segments(stages: Sequence[Law | BrainStage], bindings: Bindings) -> list[Segment]:
    segments: list[Segment] = []
    for stage in stages:
        if isinstance(stage, BrainStage):
            stage.brain.check_genes(bindings.fields["genome"])
            segments.append(stage)
        elif segments and not isinstance(segments[-1], BrainStage):
            segments[-1] = (*segments[-1], bind_law(stage, bindings))
        else:
            segments.append((bind_law(stage, bindings),))
    return segments


def _laws(segments: Sequence[Segment]) -> list[BoundLaw]:
    return [law for segment in segments if not isinstance(segment, BrainStage) for law in segment]


def _types(segments: Sequence[Segment], until: str, bindings: Bindings) -> Params:
    types: dict[str, Type] = {}
    for law in _laws(segments):
        types |= dict(zip(law.names, (kind for _, kind in law.function.params[1:]), strict=True))
    if until:
        types[until] = of_array(bindings.names[until])
    return tuple(types.items())


def _check_until(until: str, fields: Fields) -> None:
    field = fields.table.get(until)
    if field is None or (field.dtype, field.shape, field.table) != ("uint8", (), "agents"):
        flags = [name for name, one in fields.table.items() if one.dtype == "uint8"]
        raise UserError(
            f"per-agent loop: until: expected a uint8 field of agents, one value each, got {until}"
            f"{suggestion(until, flags)}"
        )


def _check(laws: Sequence[BoundLaw]) -> None:
    written = BRAIN_FIELDS.union(*(law.writes for law in laws))
    touched = {name for law in laws for name in law.reads | law.writes - law.reductions}
    for law in laws:
        code = law.law.function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}: {law.law.name}"
        if law.law.rows != "living" or law.law.columns or law.law.scatter:
            raise UserError(f"{place}: expected a law over one agent at a time, got another kind; write @per_agent")
        if "genome" in law.writes:
            raise UserError(f"{place}: expected genes that stay the same in an episode, got a law that writes genome")
        for name in sorted(law.reductions & touched):
            raise UserError(
                f"{place}: expected sums that no law of the loop reads or sets, got {name}; use another field"
            )
        for name in sorted(law.nonlocal_reads & written):
            raise UserError(
                f"{place}: expected agents that do not meet, got a law that reads {name} of others, which changes "
                f"meanwhile; write {next(iter(law.function.params))[0]}.{name}, or make the world shared"
            )
