"""Patches: fertile spots that drift, and the fertility that they give the cells of the ground."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.ground import BIN, CELLS
from alife.parts.part import Part
from alife.parts.plane import PlaneParams
from alife.parts.streams import GROUND
from alife.world import (
    TWO_PI,
    BaseParams,
    Columns,
    Draws,
    Table,
    Vector,
    WorldScalars,
    column,
    cos,
    exp,
    f32,
    i32,
    i64,
    per_bin,
    per_row,
    sin,
    torus,
    turned,
)

TERRAIN_EVERY = 64  # steps between two updates of a cell's fertility
PATCH_SPACING = 26.0  # cells between patches: 24 or 25 of them on a side of 128


class Patch(Columns, table="patches", prefix="patch_"):
    """A fertile patch."""

    x: float = column("float32", unit="cells", meaning="center", finite=True)
    y: float = column("float32", unit="cells", meaning="center", finite=True)
    size: float = column("float32", unit="cells", meaning="radius (sigma)", finite=True)
    kind: int = column("int32", meaning="kind of plant", low=0, high=1)


class Soil(Columns, table="bins", namespace="ground"):
    """The ground of a bin, cell by cell."""

    fertility: Vector[float] = column("float32", (CELLS,), unit="units", meaning="capacity without season")
    kind: Vector[int] = column("uint8", (CELLS,), meaning="kind of plant", low=0, high=1)


class PatchesParams(BaseParams):
    """Lengths in cells, time in steps, energy in units."""

    patch_radius: float = pydantic.Field(7.0, gt=0, le=20, description="mean radius (sigma) of a fertile patch, cells")
    patch_drift: float = pydantic.Field(0.01, ge=0, le=1, description="speed of a patch, cells a step")
    floor_fertility: float = pydantic.Field(
        0.02, ge=0, le=10, description="fertility between the patches, units of biomass a cell"
    )
    plant_kinds: int = pydantic.Field(
        1, ge=1, le=2, description="kinds of plant; with 2, one of them poisons each agent, not the same one for all"
    )


class GroundParams(PatchesParams, PlaneParams):
    """Params of the laws of patches."""


class PatchScalars(WorldScalars):
    """Constants. patch_row: patches along a side."""

    patch_row: int


@per_row("patches")
def drift(patch: Patch, draws: Draws, p: GroundParams, world: PatchScalars) -> None:
    """Moves the patches: each circles its place in the grid of patches, at its own pace, radius and phase."""
    if world.step % TERRAIN_EVERY == 0:
        k = patch.row
        a, b, c, d = draws.once.words(GROUND, 0)
        spacing = f32(p.side) / f32(world.patch_row)
        way = (0.15 + 0.35 * draws.once.uniform(GROUND, 1)) * spacing
        turn = draws.once.uniform(GROUND, 2) * TWO_PI + p.patch_drift * f32(world.step) / way
        turn = turned(turn)
        patch.x = (f32(k % world.patch_row) + 0.5) * spacing + way * cos(turn)
        patch.y = (f32(k // world.patch_row) + 0.5) * spacing + way * sin(turn)
        patch.size = p.patch_radius * (0.6 + 0.8 * draws.once.uniform(GROUND, 3))
        patch.kind = i32(a >> 8) % p.plant_kinds


def fertile(bin: Soil, k: int, patches: Table[Patch], p: GroundParams, world: PatchScalars) -> tuple[float, int]:
    """Returns the fertility of cell k of a bin from the nine patches around it, and the kind of the strongest."""
    x = f32(bin.row % (p.side // BIN) * BIN + (k & 3)) + 0.5
    y = f32(bin.row // (p.side // BIN) * BIN + (k >> 2)) + 0.5
    spacing = f32(p.side) / f32(world.patch_row)
    column = i32(x / spacing)
    row = i32(y / spacing)
    total = p.floor_fertility
    best = 0.0
    kind = 0
    neighbors = min(3, world.patch_row)  # on a small torus fewer patches are neighbors, each once
    for v in range(row - 1, row - 1 + neighbors):
        for u in range(column - 1, column - 1 + neighbors):
            patch = patches[(v % world.patch_row) * world.patch_row + u % world.patch_row]
            dx = torus(x - patch.x, f32(p.side))
            dy = torus(y - patch.y, f32(p.side))
            z = (dx * dx + dy * dy) / (2.0 * patch.size * patch.size)
            if z < 12.0:
                part = exp(-z)
                total += part
                if part > best:
                    best = part
                    kind = patch.kind
    return total, kind


@per_bin(period=TERRAIN_EVERY)
def update_fertility(bin: Soil, patches: Table[Patch], p: GroundParams, world: PatchScalars) -> None:
    """Lets fertility follow the patches, a share of the bins a step."""
    if world.step == 0 or (i64(bin.row) + world.step) % TERRAIN_EVERY == 0:
        for k in range(CELLS):
            total, strongest = fertile(bin, k, patches, p, world)
            bin.fertility[k] = total
            bin.kind[k] = strongest


class Patches(Part):
    """Fertile patches that drift over the ground."""

    columns = (Patch, Soil)
    reset = (drift, update_fertility)
    begin = (drift, update_fertility)

    def tables(self, params: Any) -> dict[str, int]:
        return {"patches": _patch_row(params.side) ** 2}

    def constants(self, params: Any) -> dict[str, int]:
        return {"patch_row": _patch_row(params.side)}


def _patch_row(side: int) -> int:
    return max(1, round(side / PATCH_SPACING))
