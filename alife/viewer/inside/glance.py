"""Copies of what is known of the selected agent at one moment, for a panel that is drawn in parts, a frame each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.viewer.inside.relatives import Origin, Relatives, family
from alife.viewer.inside.witness import Moment, Witness
from alife.viewer.interface import Life, Watchable
from alife.viewer.selection import Selection, SharedSelection


@dataclass(frozen=True, eq=False)
class Glance:
    """A copy of what is known of an agent at a step.

    Attributes:
        life: that it lives; of it only the world and the brain are to be read later.
        agent: its row and the step of its birth.
        step: number of steps done.
        columns: {name: value} of the agent's columns of one value each.
        acted: True if what it sensed and did in the last step is known.
        genome: [G].
        state: [S] of its brain now.
        observations: [I] of the last step.
        actions: [A] raw outputs of the last step.
        last: the last step; its state is that of now, in which a memory has what was written since, if not `exact`.
        exact: True if the last step was seen from before it.
        writes: steps that wrote to a memory, the oldest first.
        whole: True if these are all writes of its life.
        origin: of its genome.
        family: how many children and siblings of it live; "" in episodes.
    """

    life: Life
    agent: tuple[int, int]
    step: int
    columns: dict[str, float]
    acted: bool
    genome: np.ndarray
    state: np.ndarray
    observations: np.ndarray
    actions: np.ndarray
    last: Moment
    exact: bool
    writes: tuple[Moment, ...]
    whole: bool
    origin: Origin
    family: str


def glance(run: Watchable, witness: Witness, relatives: Relatives, chosen: Selection) -> Glance:
    """Returns a copy of what is known of the selected agent now.

    Args:
        run: in which it lives.
        witness: of its last steps.
        relatives: who know where its genome came from.
        chosen: the agent.
    """
    life, row = run.simulation, chosen.row
    fields = life.fields
    table = [field for field in fields.table.values() if field.table == "agents" and field.kept and not field.shape]
    last, exact = witness.last_step(life, chosen)
    arrays = {name: np.array(fields.row(name, row)) for name in ("genome", "state", "observations", "actions")}
    return Glance(
        life=life,
        agent=(row, chosen.birth_step),
        step=life.steps,
        columns={field.name: float(fields.row(field.name, row)) for field in table},
        acted=chosen.has_acted(life),
        **arrays,
        last=last,
        exact=exact,
        writes=tuple(witness.writes),
        whole=witness.whole and witness.num_writes == len(witness.writes),
        origin=relatives.origin(run, chosen),  # type: ignore[arg-type]
        family=family(life, chosen) if isinstance(chosen, SharedSelection) else "",
    )
