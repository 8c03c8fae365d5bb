"""States of a run that are kept in memory: under a name, or in passing, so that it can soon be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import alife
from alife.experiment.records import checkpoint
from alife.experiment.records.checkpoint import Checkpoint, Meta, Offsets
from alife.simulation.interventions import Intervention

MOST = 12  # states kept in passing
EVENTS = 8  # states kept at events: the last ones
BYTES = 2**29  # of either of them


@dataclass(frozen=True)
class Kept:
    """A state in memory.

    Attributes:
        state: all arrays.
        record: interventions that had taken effect.
        reason: why it was kept.
        known: step up to which the states in the run's folder are of this life.
        passing: True if it may be dropped for others.
        event: True if it was kept at an event.
    """

    state: Checkpoint
    record: tuple[Intervention, ...]
    reason: str
    known: int
    passing: bool
    event: bool = False

    def is_of(self, record: Sequence[Intervention]) -> bool:
        """Returns True if the life with a record passes through this state."""
        done = len(self.record)
        return tuple(record[:done]) == self.record and all(one.step >= self.state.meta.step for one in record[done:])


class KeptStates(dict[str, Kept]):
    """The states by name, in the order in which they were kept."""

    def keep(
        self, name: str, arrays: Mapping[str, np.ndarray], facts: Mapping[str, float], passing: bool = False,
        event: bool = False, *, step: int, record: Sequence[Intervention], reason: str, known: int,
    ) -> None:  # fmt: skip
        """Keeps a copy of a state. arrays: by name, of any shape. facts: of its checkpoint. The rest: see `Kept`."""
        meta = Meta.model_validate({"format": checkpoint.FORMAT, **described(step, "", facts)})
        state = Checkpoint(Path(name), {key: array.copy() for key, array in arrays.items()}, meta)
        self.pop(name, None)
        self[name] = Kept(state, tuple(record), reason, known, passing, event)
        self._drop()
        self._drop_events()

    def nearest(self, step: int, record: Sequence[Intervention]) -> Kept | None:
        """Returns the last state up to a step that the life with a record passes through."""
        fitting = [one for one in self.values() if one.state.meta.step <= step and one.is_of(record)]
        return max(fitting, key=lambda one: (one.state.meta.step, len(one.record)), default=None)

    def _drop(self) -> None:
        """Drops states kept in passing while they are too many or too large: that nearest to the one before it."""
        while True:
            passing = sorted((one.state.meta.step, name) for name, one in self.items() if one.passing and not one.event)
            if not passing or (len(passing) <= MOST and self._size(name for _, name in passing) <= BYTES):
                return
            steps = [step for step, _ in passing]
            gaps = [later - step for step, later in zip(steps, steps[1:], strict=False)]
            del self[passing[min(range(len(gaps)), key=lambda k: gaps[k], default=0)][1]]

    def _drop_events(self) -> None:
        """Drops states kept at events while they are too many or too large: the first of them."""
        events = [name for name, one in self.items() if one.event]
        while len(events) > EVENTS or self._size(events) > BYTES:
            del self[events.pop(0)]

    def _size(self, names: Iterable[str]) -> int:
        return sum(array.nbytes for name in names for array in self[name].state.arrays.values())


def described(step: int, config: str, facts: Mapping[str, float]) -> dict[str, Any]:
    """Returns the description of a state from which no records are continued. config: YAML. facts: further ones."""
    offsets = Offsets(metrics=1, lineage=1).model_dump()
    return {"config": config, "package": alife.__version__, "step": step, "offsets": offsets, **facts}
