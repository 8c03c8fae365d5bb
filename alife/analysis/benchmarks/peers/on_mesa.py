"""A grazing world in Mesa (ter Hoeven et al., "Mesa 3", Journal of Open Source Software 10, 2025).

Equal to the meadow: a torus with cells of biomass that grow back; the number of agents and their density at the
beginning; in each step every agent sees, moves, eats, pays, may split in two, and dies without energy. Not equal: here
agents stand on cells and follow a rule (the richest of the nine cells around), without brain, memory, genome, bites or
pastures that drift, and see nine cells, not five sectors up to 6.5 cells away; one thread, as Mesa has no more. All
that is left out makes it faster. Cells are property layers, so that growth is one statement of NumPy.
"""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable
from typing import Any

from mesa import Model
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid

from alife.analysis.benchmarks.world_scale import DENSITY

STEPS = 2  # of an evaluation
BIOMASS, GROWTH = 0.2, 0.006  # of a full cell: at the beginning, and regrown in a step by an empty one
BITE, COST, ENERGY, SPLIT = 0.3, 0.1, 2.0, 4.0  # most eaten and cost in a step, at birth, to split; in full cells


class Grazer(CellAgent):
    """An agent that walks to the richest cell around it and eats there."""

    def __init__(self, model: Meadow, cell: Any, energy: float) -> None:
        super().__init__(model)
        self.cell, self.energy = cell, energy

    def step(self) -> None:
        """Sees, moves, eats, and splits or dies."""
        biomass = self.model.grid.biomass.data
        self.cell = max(self.cell.get_neighborhood(include_center=True), key=lambda cell: biomass[cell.coordinate])
        eaten = min(BITE, float(biomass[self.cell.coordinate]))
        biomass[self.cell.coordinate] -= eaten
        self.energy += eaten - COST
        if self.energy > SPLIT:
            self.energy /= 2
            Grazer(self.model, self.cell, self.energy)
        elif self.energy <= 0:
            self.remove()


class Meadow(Model):
    """A torus of cells with grazers."""

    def __init__(self, agents: int) -> None:
        super().__init__(seed=1)
        side = math.ceil(math.sqrt(agents / DENSITY))
        self.grid = OrthogonalMooreGrid((side, side), torus=True, random=random.Random(1))
        self.grid.create_property_layer("biomass", default_value=BIOMASS, dtype=float)
        for _ in range(agents):
            Grazer(self, self.grid.all_cells.select_random_cell(), ENERGY)

    def step(self) -> None:
        """Lets all agents take a step in random order, and the biomass grow."""
        self.agents.shuffle_do("step")
        biomass = self.grid.biomass.data
        biomass += GROWTH * (1 - biomass)


def grazers(agents: int) -> Callable[[], int]:
    """Returns a function that takes some steps of one world and counts agent-steps. agents: at the beginning."""
    warnings.simplefilter("ignore")
    model = Meadow(agents)

    def evaluate() -> int:
        done = 0
        for _ in range(STEPS):
            done += len(model.agents)
            model.step()
        return done

    return evaluate
