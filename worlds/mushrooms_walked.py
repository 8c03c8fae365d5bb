"""Mushrooms in a plane: the life of the world `mushrooms`, walked, to be watched.

A mushroom to decide on grows some steps away, in any direction; the agent sees its color, its bearing and its nearness,
and steers. To walk onto it is to eat it; after `patience` steps it is passed by. Forced bites come as in `mushrooms`,
one a step, without a walk. The colors that feed, their order and the right decisions are the same.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife.parts.mushroom_life import MushroomLife
from alife.parts.mushroom_scene import life_legend, life_scene
from alife.parts.mushrooms import (
    PLACES,
    MushroomParams,
    MushroomScalars,
    Taster,
    asked,
    decide,
    meet,
    see,
    sow,
    turn_sides,
)
from alife.world import (
    TWO_PI,
    Actuator,
    Mark,
    Scene,
    Sensor,
    Sight,
    View,
    around,
    clip,
    column,
    cos,
    f32,
    i64,
    per_agent,
    sin,
    sqrt,
    torus,
    turned,
    unit,
    words,
)

SIDE = 12.0  # of the plane that is walked in, a torus; units of what follows
STRIDE, TURN = 0.4, 0.8  # length of a step at most; radians of a turn at most
REACH = 0.5  # distance at which a mushroom is walked onto
NEAREST, FARTHEST = 1.5, 3.0  # distances at which the next one grows


class Params(MushroomParams):
    """Mushrooms of a life and its length."""

    patience: int = pydantic.Field(
        16, ge=1, le=1000, description="steps after which a mushroom is passed by; 12 suffice to reach any"
    )


class Walker(Taster):
    """An agent that walks."""

    x: float = column("float32", meaning="of the agent")
    y: float = column("float32", meaning="of the agent")
    heading: float = column("float32", unit="radians", meaning="of the agent")
    grown_x: float = column("float32", meaning="of the mushroom", title="mushroom at x")
    grown_y: float = column("float32", meaning="of the mushroom", title="mushroom at y")
    waited: int = column("int32", unit="steps", meaning="since it grew", title="grown for")


@per_agent
def stand(a: Walker, world: MushroomScalars) -> None:
    """Places the agent in the middle, with a drawn heading."""
    word, x, y, z = words(world.seed, PLACES, -1, a.id, 0)
    a.x = 0.5 * SIDE
    a.y = 0.5 * SIDE
    a.heading = TWO_PI * unit(word)
    a.waited = 0


@per_agent
def grow(a: Walker, world: MushroomScalars) -> None:
    """Places a new mushroom around the agent."""
    if a.fresh != 0:
        first, second, y, z = words(world.seed, PLACES, i64(a.now), a.id, 0)
        angle = TWO_PI * unit(first)
        far = NEAREST + (FARTHEST - NEAREST) * unit(second)
        a.grown_x = around(a.x + far * cos(angle), SIDE)
        a.grown_y = around(a.y + far * sin(angle), SIDE)
        a.waited = 0


@per_agent
def look_round(a: Walker, p: Params, world: MushroomScalars) -> None:
    """Observes the bearing and the nearness of the mushroom; zeros while something is tasted."""
    dx = torus(a.grown_x - a.x, SIDE)
    dy = torus(a.grown_y - a.y, SIDE)
    far = sqrt(dx * dx + dy * dy) + 0.000001
    there = f32(asked(a.now % world.half_life, p))
    c = cos(a.heading)
    s = sin(a.heading)
    a.senses.ahead = there * (dx * c + dy * s) / far
    a.senses.aside = there * (dy * c - dx * s) / far
    a.senses.near = there * clip(1.0 - far / FARTHEST, 0.0, 1.0)


@per_agent
def walk(a: Walker, p: Params, world: MushroomScalars) -> None:
    """Steers and walks; a mushroom to decide on is eaten when it is reached, or passed by in the end."""
    deciding = asked(a.now % world.half_life, p)
    a.eats = 0
    a.over = 1 - deciding
    if deciding != 0:
        a.heading = turned(a.heading + TURN * clip(a.outputs.turn, -1.0, 1.0))
        stride = STRIDE * clip(a.outputs.walk, 0.0, 1.0)
        a.x = around(a.x + stride * cos(a.heading), SIDE)
        a.y = around(a.y + stride * sin(a.heading), SIDE)
        a.waited += 1
        dx = torus(a.grown_x - a.x, SIDE)
        dy = torus(a.grown_y - a.y, SIDE)
        a.eats = 1 if dx * dx + dy * dy < REACH * REACH else 0
        a.over = 1 if a.eats != 0 or a.waited >= p.patience else 0
    if a.over != 0 and a.now == 2 * world.half_life - 1:
        a.done = 1


class MushroomsWalked(MushroomLife):
    """Mushrooms in a plane, eaten by walking onto them."""

    reset = (sow, stand)
    observe = (turn_sides, meet, grow, see, look_round)
    step = (walk, decide)
    columns = (Walker,)

    params: Params

    @property
    def lifetime(self) -> int:
        p = self.params
        return 2 * (self.half_life + p.encounters * (p.patience - 1))

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            *super().sensors,
            Sensor("ahead", -1, 1, "", "cosine of the bearing of the mushroom; 0: none"),
            Sensor("aside", -1, 1, "", "sine of the bearing, above 0 if a positive `turn` leads to it; 0: none"),
            Sensor("near", 0, 1, "", "0 at the farthest, 1 underfoot"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (
            Actuator("walk", -STRIDE, STRIDE, "a step", "below 0 the agent stands still"),
            Actuator("turn", -TURN, TURN, "radians", "made before the step"),
        )

    @property
    def legend(self) -> tuple[Mark, ...]:
        return life_legend(self.params.colours)

    @property
    def sights(self) -> tuple[Sight, ...]:
        return (Sight("mushroom", FARTHEST, ("near",), f"senses the mushroom within {FARTHEST:g} units, on all sides"),)

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns mushroom and agent where they are; rows: [N] agents."""
        row = int(rows[0])
        places = self._places(view, row)
        scene = life_scene(view, row, self.params.encounters, places, (SIDE, SIDE + 0.5), "goes on")
        scene.discs.heading[1], scene.discs.radius[:2] = view["heading"][row], REACH / 2
        return scene

    @staticmethod
    def _places(view: View, row: int) -> np.ndarray:
        """Places of mushroom and agent: [2, 2]; a mushroom that is tasted or was eaten is before its face."""
        heading, agent = float(view["heading"][row]), np.array([view["x"][row], view["y"][row]])
        grown = np.array([view["grown_x"][row], view["grown_y"][row]])
        eaten = agent + 0.8 * REACH * np.array([np.cos(heading), np.sin(heading)])
        return np.stack([eaten if view["ate"][row] else grown, agent])
