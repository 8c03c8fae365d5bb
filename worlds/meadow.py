"""A meadow on a torus: biomass grows in drifting patches; agents graze, bite, starve and split. Nothing is scored.

The ground is a grid of cells of side 1 that hold biomass. Fertile patches drift slowly and swell and shrink with the
season. An agent carries energy and a body; it turns, walks, grazes the cell it stands on and may bite a smaller agent
ahead of it. Color, body size and diet are inherited; the diet trades plants for meat. An agent with enough energy
splits. With two kinds of plant one of them poisons; which one differs between agents, so it must be learned.

Energy, bodies and biomass are int32 quanta (2**16 a unit), moved and never made: sunlight in, heat out, and the sum of
all pools closes exactly. Each law writes only the rows of one side; what two agents contest is summed from each side.
The laws are those of its parts, in `alife/parts`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from alife.parts.barriers import LEGEND, BarrierParams, Barriers, draw_walls
from alife.parts.bite_target import BitingParams
from alife.parts.biting import Biting
from alife.parts.clustering import Clustering
from alife.parts.energy import BrainCost, BrainCostParams, Energy, EnergyParams
from alife.parts.grass import GRASS, grass, some_of
from alife.parts.grazing import Grazing, GrazingParams
from alife.parts.ground import BIN, Cells
from alife.parts.lifecycle import DEATH_CAUSES, Lifecycle, LifecycleParams
from alife.parts.mating import Mating, MatingParams
from alife.parts.motion import Motion, MotionParams
from alife.parts.part import ComposedWorld
from alife.parts.pasture import Pasture, PastureParams
from alife.parts.patches import Patches, PatchesParams
from alife.parts.plane import Plane, PlaneParams
from alife.parts.plant_sight import PlantSight, RichnessParams
from alife.parts.poison import Poison, PoisonParams
from alife.parts.price import PriceStatistics
from alife.parts.retina import Retina, RetinaParams
from alife.parts.traits import Traits, TraitsParams, bodies
from alife.parts.vision import Vision
from alife.world import UNIT, Discs, Fields, Mark, Metric, Milestone, PaintedGround, Scene, View


class Params(
    TraitsParams,
    MatingParams,
    LifecycleParams,
    PastureParams,
    PatchesParams,
    RetinaParams,
    PoisonParams,
    BitingParams,
    GrazingParams,
    BrainCostParams,
    MotionParams,
    EnergyParams,
    RichnessParams,
    BarrierParams,
    PlaneParams,
):
    """Parameters: energy in units, lengths in cells, time in steps."""


class Meadow(ComposedWorld):
    """A torus of drifting pastures, whose grazers bite each other and evolve by natural selection."""

    death_causes = DEATH_CAUSES
    parts = (
        Plane(bin_side=BIN),
        Cells(),
        PlantSight(),
        Vision(),
        Energy(),
        Motion(turn=0.6),
        BrainCost(),
        Grazing(),
        Biting(),
        Poison(),
        Retina(),
        Patches(),
        Pasture(),
        Traits(),
        Lifecycle(),
        Mating(),
        PriceStatistics(),
        Clustering(),
        Barriers(),
    )

    params: Params

    @property
    def num_founders(self) -> int:
        return self.params.population

    @property
    def metrics(self) -> tuple[Metric, ...]:
        total = Metric("energy_total", "energy", "all pools, less sunlight, plus heat: the same at every step")
        return (*super().metrics, total)

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        meaning = "an agent that was born here and has a child has gained more by bites than by grazing"
        return (*super().milestones, Milestone("first predator", meaning, some_hunt))

    def metric_values(self, fields: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """Returns the values of `metrics`; rows: [N] living slots."""
        return {**super().metric_values(fields, rows), "energy_total": self.ledger(fields, rows) / UNIT}

    def ledger(self, view: Fields, rows: np.ndarray) -> int:
        """Returns the quanta in all pools, less sunlight, plus heat: the same at every step. rows: [N] living slots."""
        stores = view["energy"][rows] + bodies(view["size"][rows])
        pools = view.total("biomass") + int(stores.sum())
        return pools + view.total("heat") + view.total("warmth") - view.total("sunlight")

    @property
    def legend(self) -> tuple[Mark, ...]:
        around = np.arange(13) / 12
        violet = Mark("ground", some_of(GRASS[256:]), "the other kind of plant", "bare earth", "1 unit a cell or more")
        return (
            Mark("agent", some_of(hue_colors(around, 0 * around)), "inherited hue: kin have like hues"),
            Mark("agent", some_of(hue_colors(np.full(5, 0.6), np.arange(5) / 4)), "diet", "plants", "meat: darker"),
            *Pasture.legend,
            *((violet,) if self.params.plant_kinds == 2 else ()),
            *((LEGEND,) if self.params.barriers else ()),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns grass by biomass and agents by hue. rows: [N] living slots."""
        side = self.params.side
        discs = Discs(
            view["x"][rows],
            view["y"][rows],
            0.1 + 0.45 * view["size"][rows],
            view["heading"][rows],
            hue_colors(view["hue"][rows], view["diet"][rows]),
            rows,
        )
        return Scene(side, side, True, PaintedGround((side, side, 3), partial(self._grass, view)), discs)

    def _grass(self, view: View, down: np.ndarray, across: np.ndarray) -> np.ndarray:
        """[R, C, 3] uint8, bare earth to lush green; the second kind of plant is violet. down, across: [R], [C]."""
        return draw_walls(grass(view, down, across), view, down, across)


def some_hunt(fields: Fields, rows: np.ndarray) -> bool:
    """Returns True if a parent that was born here lives more from meat than from plants. rows: [N] living slots."""
    parents = rows[(fields["generation"][rows] > 0) & (fields["offspring"][rows] > 0)]
    return bool((fields["life_meat"][parents] > fields["life_plants"][parents]).any())


def hue_colors(hue: np.ndarray, diet: np.ndarray) -> np.ndarray:
    """Returns [N, 3] uint8 colors of hues [N]: around the circle, meat eaters deeper."""
    angle = hue[:, None] * 6.0 + np.array([0.0, 4.0, 2.0])
    angle = np.where(angle < 6.0, angle, angle - 6.0)  # as angle % 6.0, which takes long
    pure = np.clip(np.abs(angle - 3.0) - 1.0, 0.0, 1.0)
    light = 1.0 - 0.35 * diet[:, None]
    colors: np.ndarray = (255.0 * light * (0.35 + 0.65 * pure)).astype(np.uint8)
    return colors
