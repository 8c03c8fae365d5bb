"""The actions of the last step as input lanes, so that what a step brought can be related to what was done.

values: each action, clipped to -1..1, as an actuator takes it. largest: 1 for the largest action, 0 for the others, as
worlds take it that choose; of equal ones the first. Before the first step all are 0. They are no part of a key.

Reference: Wang et al.: Learning to reinforcement learn (arXiv 1611.05763, 2016), whose networks take the last action
and reward; where a world shows what it paid, that is an observation here.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from alife.ops.derived import clip, first_of_largest, one_hot
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

Kind = Literal["none", "values", "largest"]


class LastActions:
    """The lanes of an agent.

    Args:
        kind: what they show, not `none`.
        num_actions: O, the number of lanes and of values of the state.
    """

    def __init__(self, kind: Kind, num_actions: int) -> None:
        self.kind, self.num_lanes = kind, num_actions

    def insert(self, o: Operations, u: Value, first: int) -> Value:
        """The input u with the last actions on its lanes from `first` on."""
        lanes = np.arange(o.width)
        return o.blend((lanes >= first) & (lanes < first + self.num_lanes), o.load(self._slot(o), at=first), u)

    def keep(self, o: Operations, y: Value) -> None:
        """Stores the actions, the first lanes of the output y, for the next step."""
        o.store(self._slot(o), clip(y, -1.0, 1.0) if self.kind == "values" else largest(o, y, self.num_lanes))

    def _slot(self, o: Operations) -> Slot:
        return o.state("last_actions", self.num_lanes)


def largest(o: Operations, y: Value, count: int) -> Value:
    """1 on the first of the largest of the first `count` lanes of y, 0 on all others."""
    return one_hot(o, first_of_largest(o, [o.lane(y, k) for k in range(count)]))
