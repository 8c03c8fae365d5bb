"""Agents that live alone, as both engines see them: which laws may be run so, bound to what, in which stretches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alife.compile import tree
from alife.compile.kernels import Typed, typed
from alife.compile.language import Law
from alife.compile.types import Type, of_array
from alife.engine import Alone, Setting, Think
from alife.engine.fusion import Bound
from alife.registry import UserError


@lru_cache(maxsize=1024)
def translated(signature: Typed) -> tree.Function:
    """A law as a typed tree; simulations of one shape share it."""
    law, types, tables = signature
    return law.translate(dict(types), None if tables is None else dict(tables))


def bound(law: Law, setting: Setting) -> Bound:
    """A law at the types of what it is bound to."""
    return Bound(law, translated(typed(law, setting.names, setting.fields.tables)))


def brain_rows(setting: Setting) -> dict[str, np.ndarray]:
    """The fields that a brain's kinds of rows lie in."""
    f = setting.fields
    return {"genome": f["genome"], "state": f["state"], "input": f["observations"], "output": f["actions"]}


@dataclass(frozen=True)
class Life:
    """The stretches of an `Alone`: laws in order, then a brain, then laws again; types of what they name."""

    stretches: tuple[tuple[Bound, ...] | Think, ...]
    types: tuple[tuple[str, Type], ...]

    @property
    def laws(self) -> list[Bound]:
        """All laws in order."""
        return [law for stretch in self.stretches if not isinstance(stretch, Think) for law in stretch]


def life_of(alone: Alone, setting: Setting) -> Life:
    """The parts bound.

    Raises:
        UserError: a law that agents who live alone cannot have.
    """
    stretches: list[tuple[Bound, ...] | Think] = []
    for part in alone.parts:
        if isinstance(part, Think):
            stretches.append(part)
        elif stretches and not isinstance(stretches[-1], Think):
            stretches[-1] = (*stretches[-1], bound(part, setting))
        else:
            stretches.append((bound(part, setting),))
    laws = [law for stretch in stretches if not isinstance(stretch, Think) for law in stretch]
    _check(laws)
    if not any(isinstance(part, Think) for part in alone.parts):
        raise UserError("agents that live alone: expected a brain among the parts, got laws only; add Think(brain)")
    types: dict[str, Type] = {}
    for law in laws:
        types |= dict(zip(law.names, (kind for _, kind in law.function.params[1:]), strict=True))
    if alone.until:
        types[alone.until] = of_array(setting.names[alone.until])
    return Life(tuple(stretches), tuple(types.items()))


def _check(laws: Sequence[Bound]) -> None:
    written = set().union(*(law.writes for law in laws)) if laws else set()
    for one in laws:
        code = one.law.function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}: {one.law.name}"
        if one.law.rows != "living" or one.law.columns or one.law.scattered:
            raise UserError(f"{place}: expected a law of agents that live alone, got another kind; write @per_agent")
        if "genome" in one.writes:
            raise UserError(f"{place}: expected genes that stay as they are in a life, got a law that writes genome")
        for name in sorted(one.strays & written):
            raise UserError(
                f"{place}: expected agents that live alone, got a law that reads {name} of others, which a law writes; "
                f"write {name}[{next(iter(one.function.params))[0]}], or make the world shared"
            )
