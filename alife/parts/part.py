"""Parts of shared worlds, and worlds composed of them.

A part is one idea of an ecosystem: the Params, columns, sensors, actuators, laws and metrics that belong to it. A world
lists parts; their order is that of sensors, actuators and metrics, and of the laws within a stage or phase.

    class Pond(ComposedWorld):
        parts = (Plane(bin_side=4), Vision(), Energy(), Motion(turn=0.5), Grazing(), Patches(), Pasture(), Lifecycle())

The phases of a step come in this order:

    begin    before anything: what moves by itself, counters of the step
    intend   what each agent would do
    contest  what several agents want is shared among them
    digest   what each gains and loses
    spend    what the step costs: laws add to `cost`
    move     agents move
    settle   costs are paid; who dies, who splits
    end      the ground follows

Every law writes its own row only, so that the order within a phase matters to sums of floats at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from alife.parts.plain_scene import BODY, PLANE, plain_scene
from alife.world import (
    Actuator,
    Columns,
    Field,
    Fields,
    Law,
    Mark,
    Metric,
    Paint,
    Scene,
    Sensor,
    Shade,
    SharedWorld,
    Sight,
    View,
    check_mapping,
    check_tuple,
    check_unlike,
)

PHASES = ("begin", "intend", "contest", "digest", "spend", "move", "settle", "end")  # of a step
BIRTH = ("conceive", "birth")  # the phases of births: parents draw and pay, then children are placed
STAGES = ("reset", "founding", "observe", "pairing")
_DECLARED = {
    "columns": type, "heritable": str, "metrics": Metric,
    "shades": Shade, "sights": Sight, "paints": Paint, "legend": Mark,
}  # fmt: skip


class Part:
    """Base of the parts of shared worlds.

    The parameters that its laws read are a class of Params beside it, from which those of a world derive.

    Attributes:
        columns: classes of its columns.
        reset, founding, observe, pairing: its laws, as those of `SharedWorld`.
        conceive, birth: its laws of births: what a parent draws for its child; what both sides do once it is placed.
        begin, intend, contest, digest, spend, move, settle, end: its laws in the phases of a step.
        metrics: its columns of metrics.csv.
        heritable: columns that a child has from its parent.
        shades: columns by which agents can be colored.
        sights: fields of view.
        paints: quantities of the ground that may be painted; `paint` sets them.
        legend: what `draw_ground` colors, and how.
    """

    columns: ClassVar[tuple[type[Columns], ...]] = ()
    metrics: ClassVar[tuple[Metric, ...]] = ()
    heritable: ClassVar[tuple[str, ...]] = ()
    shades: ClassVar[tuple[Shade, ...]] = ()
    sights: ClassVar[tuple[Sight, ...]] = ()
    paints: ClassVar[tuple[Paint, ...]] = ()
    legend: ClassVar[tuple[Mark, ...]] = ()
    reset: tuple[Law, ...] = ()
    founding: tuple[Law, ...] = ()
    observe: tuple[Law, ...] = ()
    begin: tuple[Law, ...] = ()
    intend: tuple[Law, ...] = ()
    contest: tuple[Law, ...] = ()
    digest: tuple[Law, ...] = ()
    spend: tuple[Law, ...] = ()
    move: tuple[Law, ...] = ()
    settle: tuple[Law, ...] = ()
    end: tuple[Law, ...] = ()
    pairing: tuple[Law, ...] = ()
    conceive: tuple[Law, ...] = ()
    birth: tuple[Law, ...] = ()

    def is_on(self, params: Any) -> bool:
        """Returns False if a world with these Params does without the part; one that can be left out overrides it.

        What is inherited and the parameters stay those of the class.
        """
        return True

    def laws(self, stage: str, params: Any) -> tuple[Law, ...]:
        """Returns its laws of a stage or phase; a part that can be switched off overrides it.

        Args:
            stage: one of `STAGES`, `PHASES` or `BIRTH`.
            params: those of the world.
        """
        laws: tuple[Law, ...] = getattr(self, stage)
        return laws

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        """Returns its sensors, given the Params of the world."""
        return ()

    def actuators(self, params: Any) -> tuple[Actuator, ...]:
        """Returns its actuators, given the Params of the world."""
        return ()

    def tables(self, params: Any) -> dict[str, int]:
        """Returns the number of rows of each of its own tables."""
        return {}

    def constants(self, params: Any) -> dict[str, int]:
        """Returns further scalars that its laws name as `world.NAME`."""
        return {}

    def fields(self) -> tuple[Field, ...]:
        """Returns columns beside those of `columns`."""
        return ()

    def check(self, params: Any) -> None:
        """Checks what the part declares, given the Params of the world.

        Raises:
            LocatedError: a declaration is of another type; with file and line.
        """
        check_unlike(self, dict.fromkeys((*STAGES, *PHASES, *BIRTH), Law), Part)
        for name in (*STAGES, *PHASES, *BIRTH):
            check_tuple(self, name, Law)
        check_tuple(self, "sensors", Sensor, params)
        check_tuple(self, "actuators", Actuator, params)
        for name in ("tables", "constants"):
            check_mapping(self, name, params)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> Mapping[str, float | int]:
        """Returns the values of its metrics.

        Args:
            fields: the live columns.
            rows: [N] slots of the living agents.
            params: those of the world.
        """
        return {}

    def account(self, fields: Fields, rows: np.ndarray, placed: bool) -> None:
        """Counts what agents hold that come from outside or are removed; see `SharedWorld.account`. rows: [K] slots."""

    def paint(self, fields: Fields, name: str, x: float, y: float, radius: float, value: float, params: Any) -> None:
        """Sets one of its `paints` in a disc; see `SharedWorld.paint`. params: those of the world."""
        raise NotImplementedError(f"{type(self).__name__} defines no paint")

    def draw_ground(self, colors: np.ndarray, view: View, down: np.ndarray, across: np.ndarray) -> None:
        """Colors cells of the ground of a world that defines no scene of its own.

        Args:
            colors: [R, C, 3] uint8, which are changed; what earlier parts drew.
            view: columns of the world.
            down, across: [R] rows and [C] columns of the cells.
        """


class ComposedWorld(SharedWorld):
    """A shared world made of parts. `parts`: in order."""

    parts: ClassVar[tuple[Part, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Joins what the parts declare. Raises LocatedError for a part that is none, or that declares it wrongly."""
        check_tuple(cls, "parts", Part)
        for part in cls.parts:
            for name, kind in _DECLARED.items():
                check_tuple(part, name, kind)
        cls.heritable = tuple(chain.from_iterable(part.heritable for part in cls.parts))
        cls.columns = tuple(chain.from_iterable(part.columns for part in cls.parts))

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self._on = tuple(part for part in self.parts if part.is_on(params))
        self.columns = tuple(chain.from_iterable(part.columns for part in self._on))
        for part in self._on:
            part.check(params)
        self.reset, self.founding, self.observe, self.pairing = map(self._laws, STAGES)
        self.step = tuple(chain.from_iterable(map(self._laws, PHASES)))
        self.birth = tuple(chain.from_iterable(map(self._laws, BIRTH)))

    def _laws(self, stage: str) -> tuple[Law, ...]:
        return tuple(chain.from_iterable(part.laws(stage, self.params) for part in self._on))

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return tuple(chain.from_iterable(part.sensors(self.params) for part in self._on))

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return tuple(chain.from_iterable(part.actuators(self.params) for part in self._on))

    @property
    def tables(self) -> dict[str, int]:
        return dict(chain.from_iterable(part.tables(self.params).items() for part in self._on))

    @property
    def constants(self) -> dict[str, Any]:
        return dict(chain.from_iterable(part.constants(self.params).items() for part in self._on))

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*super().fields, *chain.from_iterable(part.fields() for part in self._on))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(chain.from_iterable(part.metrics for part in self._on))

    def metric_values(self, fields: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """Returns the value of each of `metrics`; rows: [N] slots of the living agents."""
        values = (part.metric_values(fields, rows, self.params) for part in self._on)
        return dict(chain.from_iterable(each.items() for each in values))

    def account(self, fields: Fields, rows: np.ndarray, placed: bool) -> None:
        """Lets each part count what agents hold; see `SharedWorld.account`. rows: [K] slots."""
        for part in self._on:
            part.account(fields, rows, placed)

    @classmethod
    def has_scene(cls) -> bool:
        """True if it defines a scene, or has a plane."""
        names = {name for part in cls.columns for name in part.columns()}
        return cls.scene is not ComposedWorld.scene or names.issuperset(PLANE)

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns agents on the plane, and the ground as its parts draw it. rows: [N] living slots."""
        return plain_scene(self.params.side, [part.draw_ground for part in self._on], view, rows)

    @property
    def legend(self) -> tuple[Mark, ...]:
        """Marks of its parts; a world that defines its scene defines its legend, too."""
        if type(self).scene is not ComposedWorld.scene or not self.has_scene():
            return ()
        return (Mark("agent", (BODY,), "an agent"), *chain.from_iterable(part.legend for part in self._on))

    @property
    def shades(self) -> tuple[Shade, ...]:
        return tuple(chain.from_iterable(part.shades for part in self._on))

    @property
    def sights(self) -> tuple[Sight, ...]:
        return tuple(chain.from_iterable(part.sights for part in self._on))

    @property
    def paints(self) -> tuple[Paint, ...]:
        return tuple(chain.from_iterable(part.paints for part in self._on))

    def paint(self, fields: Fields, name: str, x: float, y: float, radius: float, value: float) -> None:
        """Lets the part that declares it set a paint in a disc; see `SharedWorld.paint`."""
        owner = next(part for part in self._on if name in (paint.name for paint in part.paints))
        owner.paint(fields, name, x, y, radius, value, self.params)
