"""The last steps of the selected agent, as the window saw them: nothing of this is kept in the simulation."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from alife.viewer.coloring.memory import memory_names
from alife.viewer.interface import Life
from alife.viewer.selection import Selection

WRITES = 48  # steps that wrote to a memory, the last ones


@dataclass(frozen=True, eq=False)
class Moment:
    """A step of an agent.

    Attributes:
        step: number of steps done after it.
        state: [S] of its brain before it.
        observations: [I] that it got in it.
    """

    step: int
    state: np.ndarray
    observations: np.ndarray


class Witness:
    """The last step of the selected agent, and the last ones in which it wrote to a memory.

    Attributes:
        last: the last step, seen from before it; None if there was none since the agent was selected.
        writes: steps that wrote, the oldest first, at most WRITES.
        num_writes: the number of all that were seen.
        whole: True if it was seen from its first step on.
    """

    def __init__(self) -> None:
        """Has seen nothing."""
        self._life: Life | None = None
        self._of: tuple[int, int] | None = None  # row and birth of the agent
        self._state: np.ndarray | None = None
        self.forget()

    def forget(self) -> None:
        """Drops what was seen, such as of an agent that is no longer selected."""
        self.last: Moment | None = None
        self.writes: deque[Moment] = deque(maxlen=WRITES)
        self.num_writes, self.whole = 0, False

    def turn_to(self, life: Life, chosen: Selection | None) -> bool:
        """Drops what was seen of another agent; returns False if none that lives is selected."""
        alive = chosen is not None and chosen.is_alive(life.fields)
        of = (chosen.row, chosen.birth_step) if chosen is not None and alive else None
        if of != self._of or life is not self._life:
            self.forget()
            self._life, self._of = life, of
            self.whole = chosen is not None and chosen.birth_step >= life.steps
        return alive

    def last_step(self, life: Life, chosen: Selection) -> tuple[Moment, bool]:
        """Returns the last step of the selected agent, and True if it was seen.

        If it was not, the state is that of now, in which a memory has what was written since.
        """
        self.turn_to(life, chosen)
        if self.last is not None and self.last.step == life.steps:
            return self.last, True
        state, seen = (np.array(life.fields.row(name, chosen.row), np.float32) for name in ("state", "observations"))
        return Moment(life.steps, state, seen), False

    def before(self, life: Life, chosen: Selection | None) -> None:
        """Looks at the selected agent before a step."""
        seen = self.turn_to(life, chosen)
        self._state = np.array(life.fields.row("state", chosen.row), np.float32) if seen and chosen else None

    def after(self, life: Life, chosen: Selection | None) -> None:
        """Looks at it after the step."""
        state = self._state
        if state is None or not self.turn_to(life, chosen) or self._state is None or chosen is None:
            return
        fields = life.fields
        self.last = Moment(life.steps, state, np.array(fields.row("observations", chosen.row), np.float32))
        after = np.asarray(fields.row("state", chosen.row), np.float32)
        brain = life.brain
        if any(np.any(brain.values(name, state) != brain.values(name, after)) for name in memory_names(life)):
            self.writes.append(self.last)
            self.num_writes += 1
