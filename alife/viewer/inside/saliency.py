"""Saliency: the effect of each sense of the selected agent on its strongest action, its condensed vector now."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from alife.brains import Brain
from alife.viewer.inside.glance import Glance

PAUSE, SHARE = 0.25, 0.05  # seconds between two of one agent while it lives on; of the time at most
MOST = 1 << 18  # derivatives of a vector
NETWORK = "it computes in a way that derivatives cannot follow"
SIZE = "its senses are too many to be followed several times a second"
ROUNDED = "its units round what they get, so that a small change of a sense changes no action"
FLAT = "no sense moves this action now: all that leads to it is switched off, or held in memory"


@dataclass(frozen=True, eq=False)
class Salient:
    """The saliency of each sense at a step.

    Attributes:
        step: number of steps done after it.
        action: the number of the action, that of the largest raw output.
        raw: its raw output.
        values: [I] derivative of the raw action in each sense times the sense's range; empty where there is none.
        why: the reason that there is none; "" if there is.
    """

    step: int
    action: int
    raw: float
    values: np.ndarray
    why: str = ""

    @property
    def tints(self) -> np.ndarray:
        """[I] the values relative to the largest, -1 to 1; empty where there is none."""
        largest = float(np.abs(self.values).max(initial=0.0))
        return self.values / largest if largest else self.values

    def words(self, sensor: int) -> str:
        """Returns the saliency of a sense in words; "" if there is none. sensor: its number."""
        return f"saliency {self.values[sensor]:+.2g}" if self.values.size else ""


class Saliency:
    """Computes it for an agent that is shown, a few times a second at most."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._of: tuple[object, ...] = ()
        self._due = 0.0
        self._found: Salient | None = None

    def read(self, seen: Glance, still: bool) -> Salient:
        """Returns the saliency of an agent's senses, which may be some steps old unless the run stands still.

        Args:
            seen: the agent, which has acted.
            still: True to have that of the last step.
        """
        found, of, now = self._found, (seen.life, *seen.agent), time.monotonic()
        if found is None or of != self._of or (found.step != seen.step and (still or now >= self._due)):
            self._found = found = salient(seen)
            after = time.monotonic()
            self._of, self._due = of, after + max(PAUSE, (after - now) / SHARE)
        return found


def salient(seen: Glance) -> Salient:
    """Returns the saliency of the senses in the last step of an agent."""
    brain, none = seen.life.brain, np.zeros(0)
    action = int(np.abs(seen.actions).argmax())
    at = seen.step, action, float(seen.actions[action])
    if not isinstance(brain, Brain):
        return Salient(*at, none, NETWORK)
    if brain.network.width * (len(seen.observations) + 1) > MOST:
        return Salient(*at, none, SIZE)
    traced = brain.slopes(seen.genome, seen.last.state, seen.last.observations)
    ranges = np.array([one.high - one.low for one in seen.life.world.sensors])
    values = np.nan_to_num(traced.slopes[0, action, : len(ranges)] * ranges)
    if not values.any():
        return Salient(*at, none, ROUNDED if traced.rounds else FLAT)
    return Salient(*at, values)
