"""Exploration: noise on the actions, whose amount is one gene.

Action j gets sqrt(n) g^2 z_j, where z_j is uniform in [-1, 1) and drawn anew in each step by the salt and the clock of
the agent. At a gene g of 1 that is as much, in standard deviation, as a sum of direct weights, sqrt(n/3). A mind is
else a function of what it has seen, and does the same where it sees the same again. Noise of one size decides only
between actions that are nearly as good as each other: where what is recalled speaks for one of them, it is taken.

Reference: Plappert et al.: Parameter space noise for exploration (ICLR 2018), for noise on actions against others.
"""

from __future__ import annotations

import math

import numpy as np

from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

EXPLORATION = 0x5E1  # stream of its draws


class Exploration:
    """Noise on the actions of an agent.

    Args:
        num_actions: O, the first lanes of the output.
        half: True if genes are stored as float16.
    """

    num_genes = 1

    def __init__(self, num_actions: int, half: bool) -> None:
        self.num_actions, self.half = num_actions, half

    def add(self, o: Operations, y: Value) -> Value:
        """The output y with noise on the lanes of actions."""
        gene = o.lane(o.load(self._gene(o)), 0)
        noise = (o.draw(EXPLORATION) * 2.0 - 1.0) * (gene * gene * math.sqrt(o.width))
        return o.blend(np.arange(o.width) < self.num_actions, y + noise, y)

    def _gene(self, o: Operations) -> Slot:
        return o.genome("exploration", 1, half=self.half)
