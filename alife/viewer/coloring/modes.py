"""The list of ways to color the agents of a life: those that its world and its brain give something to."""

from __future__ import annotations

from alife.viewer.coloring.action import Action
from alife.viewer.coloring.age import Age
from alife.viewer.coloring.base import Coloring
from alife.viewer.coloring.clade import Clade
from alife.viewer.coloring.density import Density
from alife.viewer.coloring.memory import MemoryLoad, memory_names
from alife.viewer.coloring.own import Own
from alife.viewer.coloring.shade import ShadeColors
from alife.viewer.coloring.species import Species
from alife.viewer.interface import Life
from alife.world import ArenaWorld, SharedWorld

ACTIONS = 4  # actuators at most that have colors


def colorings_of(life: Life) -> tuple[Coloring, ...]:
    """Returns the ways to color agents that apply, the world's own first; it alone where one agent lives by itself."""
    world = life.world
    if not isinstance(world, SharedWorld | ArenaWorld):
        return (Own(life),)
    found: list[Coloring] = [Own(life), *(ShadeColors(life, shade) for shade in world.shades)]
    if isinstance(world, SharedWorld):
        found += [Age(life), Clade(life), Species(life)]
    if len(world.actuators) <= ACTIONS:
        found += [Action(life, number) for number in range(len(world.actuators))]
    if memory_names(life):
        found.append(MemoryLoad(life))
    if isinstance(world, SharedWorld):
        found.append(Density(life))
    return tuple(found)
