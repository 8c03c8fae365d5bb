"""Mushrooms: the colors that feed and those that poison differ in each life and change at half-life.

Each half of a life opens with one forced bite of every color, in a drawn order, which is not scored; then come
encounters in which it is right to eat what feeds and to leave what poisons. At half-life every color changes sides, so
no fixed reflex is right in more than half of the encounters: an agent must remember, or guess. The color is in view
during the taste.

With `forced: false` there are no forced bites: each encounter has a second step, which shows the taste if the mushroom
was eaten, and nothing if it was left. Fitness is the share of right decisions; measures are the shares eaten in each
half, which tell greedy agents from shy ones and those that change from those that do not.
"""

from __future__ import annotations

import numpy as np

from alife.parts.mushroom_life import MushroomLife
from alife.parts.mushroom_scene import life_legend, life_scene
from alife.parts.mushrooms import MushroomParams, Taster, decide, meet, see, sow, turn_sides
from alife.world import Actuator, Mark, Scene, View, per_agent


class Params(MushroomParams):
    """Mushrooms of a life and its length."""


@per_agent
def bite(a: Taster) -> None:
    """Eats or leaves the mushroom at once."""
    a.eats = 1 if a.outputs.eat > 0.0 else 0
    a.over = 1


class Mushrooms(MushroomLife):
    """Mushrooms that feed or poison, differently in each life and each half of it."""

    reset = (sow,)
    observe = (turn_sides, meet, see)
    step = (bite, decide)
    columns = (Taster,)

    params: Params

    @property
    def lifetime(self) -> int:
        return 2 * self.half_life

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("eat", -1, 1, "", "above 0 it eats"),)

    @property
    def legend(self) -> tuple[Mark, ...]:
        return life_legend(self.params.colours)

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the mushroom in view and the agent, which is near it if it ate; rows: [N] agents."""
        row = int(rows[0])
        places = np.array([[3.0, 2.0], [4.4 if view["ate"][row] else 6.0, 2.0]])
        return life_scene(view, row, self.params.encounters, places, (8.0, 4.0), "leaves it")
