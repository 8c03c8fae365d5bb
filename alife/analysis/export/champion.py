"""A champion as printers take it: its step as statements, its first state, and what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.brains import Brain
from alife.cached import cached_property
from alife.errors import UserError
from alife.ops.layout import Layout
from alife.ops.slots import Slot
from alife.ops.statements import Statement, every, narrow_names, read_names, without_unused
from alife.ops.trace import Trace, unpacked


@dataclass(frozen=True)
class Champion:
    """The brain of one agent, with its genes.

    Attributes:
        name: an identifier of C and of Python.
        about: what it is, as JSON; see `description`.
        width: n, lanes of a value.
        num_observations, num_actions: I, O.
        initial_state: [S] float32.
        slots: {name: slot} of the state.
        statements: of a step.
        constants: {name: [...] float32, or [n] int64 for tables of lanes}.
    """

    name: str
    about: dict[str, Any]
    width: int
    num_observations: int
    num_actions: int
    initial_state: np.ndarray
    slots: dict[str, Slot]
    statements: tuple[Statement, ...]
    constants: dict[str, np.ndarray]

    @property
    def num_states(self) -> int:
        """S, the number of values of the state."""
        return len(self.initial_state)

    @cached_property
    def narrow(self) -> set[str]:
        """The names of values that are one number."""
        return narrow_names(self.statements)

    def array_size(self, name: str) -> int:
        """The number of values of an array: observations, state, actions, or a constant."""
        sizes = {"observations": self.num_observations, "state": self.num_states, "actions": self.num_actions}
        return sizes[name] if name in sizes else len(self.constants[name])


def trace_champion(brain: Brain, params: np.ndarray, name: str, about: Mapping[str, Any]) -> Champion:
    """Returns the brain with these genes as statements.

    Agents of a brain that draws differ by their salt; this one has that of agent 0 of a world of seed 0.

    Args:
        brain: of any kind that acts.
        params: [G] genes.
        name: of the champion.
        about: what it is, as JSON.

    Raises:
        UserError: the actions of this brain come from elsewhere, or one of its constants is not finite.
    """
    if not brain.network.acts:
        raise UserError(
            f"export: expected a brain that acts by itself, got {brain.name}, whose actions come from outside"
        )
    width, born = brain.network.width, brain.new_states(1)
    slots = _slots_of_step(brain)
    genes = params.astype(brain.gene_type)
    phenotype = brain.develop(genes, born)[0]
    grown = [brain.values(slot.name, phenotype).ravel() for slot in _of_kind(brain.slots, "phenotype").values()]
    known = {"genome": genes.astype(np.float32), "phenotype": np.concatenate([np.zeros(0, np.float32), *grown])}
    trace = Trace(width, slots, known)
    brain.program.step(trace)
    statements = without_unused(trace.statements)
    used = set[str]().union(*map(read_names, every(statements)))
    constants = {one: numbers for one, numbers in trace.constants.items() if one in used}
    state = _of_kind(slots, "state")
    values = [brain.values(one, born[0]).ravel() for one in state]
    initial = np.concatenate([np.zeros(0, np.float32), *values])
    sizes = brain.num_observations, brain.num_actions
    return Champion(identifier(name), dict(about), width, *sizes, initial, state, statements, constants)


def _slots_of_step(brain: Brain) -> dict[str, Slot]:
    """The slots of a brain, of the state only those that a step uses and not birth alone."""
    layout = Layout(brain.network.width)
    brain.program.step(layout)
    return unpacked({name: one for name, one in brain.slots.items() if one.kind != "state" or name in layout.slots})


def _of_kind(slots: Mapping[str, Slot], kind: str) -> dict[str, Slot]:
    return {name: slot for name, slot in slots.items() if slot.kind == kind}


def identifier(name: str) -> str:
    """A name of letters, digits and underscores that begins with a letter."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    return plain if plain[:1].isalpha() else f"brain_{plain}".rstrip("_")
