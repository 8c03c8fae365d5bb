"""The one import of a world file: kinds of worlds, sensors and actuators, columns, laws, maths, random draws.

A world is a class in a file of its own, derived from one of four kinds. It names its sensors, its actuators, its
columns beside those that every agent has (`columns`), and its laws, as tuples in the order in which they run:

`SharedWorld`    All agents live together and reproduce; nothing is scored. A run counts steps.
`EpisodicWorld`  Each agent lives alone in its own copy of the world, for an episode that is scored. A run counts
                 generations, as in the two kinds below.
`ArenaWorld`     Agents of two roles meet in arenas, many of which run at once. Each role is a population of its own.
`ExternalWorld`  An episodic world that code outside the language of laws computes, on the host.

A law names what it touches: `a.x` is a column of its row, `p.name` one of the world's Params, `world.name` a constant,
`a.senses.name` a sensor; `alife.laws.namespaces` has all of it. A world never sees brains, strategies, windows or
devices.
"""

from __future__ import annotations

from alife.config import imports
from alife.config.declarations import check_mapping as check_mapping
from alife.config.declarations import check_tuple as check_tuple
from alife.config.declarations import check_unlike as check_unlike
from alife.config.params import Params as BaseParams
from alife.config.source_lines import explained, place_of_error
from alife.errors import ExternalError, UserError
from alife.laws.cells import cell_list_fields as cell_list_fields
from alife.laws.cells import cell_lists, sort_positions
from alife.laws.fields import Field, Fields
from alife.laws.law import Law, per_agent, per_bin, per_newborn, per_parent, per_row, per_slot, serial
from alife.laws.maths import (
    PI,
    TWO_PI,
    atan2,
    bits_float,
    clip,
    cos,
    exp,
    exp2,
    f32,
    float_bits,
    floor,
    i32,
    i64,
    log,
    normal_quantile,
    power,
    sin,
    sqrt,
    u32,
    u64,
)  # fmt: skip
from alife.laws.neighbors import bins_around, members, neighbors, within
from alife.laws.random import (
    FIRST_WORLD_STREAM,
    below,
    exponent_step,
    normal,
    open_unit,
    stochastic_round,
    uniform,
    unit,
    words,
)  # fmt: skip
from alife.laws.reductions import nearest, nearest_of_each, sum_over
from alife.laws.rows import Columns, Draws, Table, Vector, WorldScalars, column
from alife.laws.scan import exclusive_scan
from alife.laws.torus import SECTORS, around, lane, sector_of, torus, turned, wrapped
from alife.world.agents import Agent, ArenaAgent, EpisodicAgent, SharedAgent
from alife.world.appearance import RGB, Mark, Shade, Sight
from alife.world.base import Unit, World
from alife.world.kinds import (
    ArenaWorld,
    DrawnSimulator,
    EpisodicWorld,
    EvaluatedWorld,
    ExternalSimulator,
    ExternalWorld,
    SharedWorld,
)  # fmt: skip
from alife.world.quantities import (
    MOST_LANES,
    UNIT,
    Actuator,
    Measure,
    Metric,
    Milestone,
    Objective,
    Paint,
    Sensor,
    interleaved,
    sensor_group,
)  # fmt: skip
from alife.world.scene import Discs, PaintedGround, Scene, View

__all__ = [
    "Actuator", "Agent", "ArenaAgent", "ArenaWorld", "BaseParams", "Columns", "Discs", "DrawnSimulator", "Draws",
    "EpisodicAgent", "EpisodicWorld", "EvaluatedWorld", "ExternalError", "ExternalSimulator", "ExternalWorld",
    "FIRST_WORLD_STREAM", "Field", "Fields", "Law", "MOST_LANES", "Mark", "Measure", "Metric", "Milestone", "Objective",
    "PI", "Paint", "PaintedGround", "RGB", "SECTORS", "Scene", "Sensor", "Shade", "SharedAgent", "SharedWorld", "Sight",
    "TWO_PI", "Table", "UNIT", "Unit", "UserError", "Vector", "View", "World", "WorldScalars", "around", "atan2",
    "below", "bins_around", "bits_float", "cell_list_fields", "cell_lists", "clip", "column", "cos", "exclusive_scan",
    "exp", "exp2", "explained", "exponent_step", "f32", "float_bits", "floor", "i32", "i64", "imports", "interleaved",
    "lane", "log", "members", "nearest", "nearest_of_each", "neighbors", "normal", "normal_quantile", "open_unit",
    "per_agent", "per_bin", "per_newborn", "per_parent", "per_row", "per_slot", "place_of_error", "power", "sector_of",
    "sensor_group", "serial", "sin", "sort_positions", "sqrt", "stochastic_round", "sum_over", "torus", "turned", "u32",
    "u64", "uniform", "unit", "within", "words", "wrapped",
]  # fmt: skip
