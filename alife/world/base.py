"""The base of the four kinds of worlds: what each declares, its laws by stage, and its picture."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np

from alife.cached import cached_property
from alife.config import registry
from alife.config.declarations import refuse, shown_item
from alife.config.declared_world import check_world
from alife.laws.fields import Field
from alife.laws.law import Law
from alife.laws.rows import Columns
from alife.laws.scope import Lane, Scope, lanes_of
from alife.world.appearance import Mark, Shade, Sight
from alife.world.quantities import Actuator, Sensor
from alife.world.scene import Scene, View

Unit = Literal["step", "generation"]
Stage = Literal["reset", "founding", "observe", "step", "pairing", "birth", "fitness"]  # of laws


class World(ABC):
    """Base of the four kinds of worlds; a world file derives from one of them.

    Attributes:
        kind: name of the kind, for messages and pages.
        unit: what a run of this world counts.
        num_populations: populations that evolve in it, each with a strategy of its own.
        roles: names of the roles, if there are several.
        heritable: columns that a child has from its parent, beside the genome.
        runs_on_host: True if its laws cannot run on a GPU.
        recipe: values of its parameters that a run with a budget of time has where none are written.
        reset: laws that run once, on an empty field table or at the start of an episode.
        observe: laws that fill `observations` of every living agent.
        step: laws that apply the actions: move, eat, die, split.
        columns: classes of its columns, beside those that every agent has.
        written: columns that every agent has and that laws may write.
    """

    kind: ClassVar[str]
    written: ClassVar[tuple[str, ...]] = ()
    num_populations: ClassVar[int] = 1
    roles: ClassVar[tuple[str, ...]] = ()
    heritable: ClassVar[tuple[str, ...]] = ()
    runs_on_host: ClassVar[bool] = False
    reset: tuple[Law, ...] = ()
    observe: tuple[Law, ...] = ()
    step: tuple[Law, ...] = ()
    columns: tuple[type[Columns], ...] = ()

    recipe: ClassVar[Mapping[str, Any]] = {}

    _hooks: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("reset", "observe", "step"), Law),
        **{"sensors": Sensor, "actuators": Actuator, "columns": type, "fields": Field},
        **{"legend": Mark, "shades": Shade, "sights": Sight},
        **dict.fromkeys(("roles", "heritable"), str),
    }
    _counts: ClassVar[dict[str, int]] = {}
    _tables: ClassVar[tuple[str, ...]] = ("agents", "one")

    def __init__(self, params: Any) -> None:
        self.params = params

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Returns the world itself, which no step changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """A world travels as its name and Params, or as its class where it is not found by a name."""
        if self.entry_name() in registry.names("worlds") and registry.find("worlds", self.entry_name()) is type(self):
            return _world_of, (self.entry_name(), self.params.model_dump())
        return type(self), (self.params,)

    def check(self) -> None:
        """Checks what the class declares, before anything is built of it.

        Raises:
            LocatedError: a declaration is of another type, or two do not fit each other; with file and line.
        """
        base = next(kind for kind in type(self).__mro__ if kind.__module__.startswith(f"{__package__}."))
        check_world(self, base, self._hooks, self._counts, self._tables)

    def settled_params(self) -> Any:
        """Returns the parameters with what has to be measured written out, for a world with a `recipe`."""
        return self.params

    def stage(self, name: Stage) -> tuple[Law, ...]:
        """Returns the laws of a stage in array form, by this world's columns, Params, constants and lanes.

        Raises:
            LawError: a law uses a name that its namespace lacks.
        """
        laws: tuple[Law, ...] = getattr(self, name)
        return tuple(law.within(self.scope) for law in laws)

    @cached_property
    def scope(self) -> Scope:
        """The meaning of the names of namespaces in this world's laws."""
        owners = {field.name: field.table for field in self.fields}
        owners |= dict.fromkeys(type(self.params).model_fields, "p") | dict.fromkeys(self.constants, "world")
        declared = [(part.table, name, own.name) for part in self.columns for name, own in part.columns().items()]
        return Scope(
            tables=tuple({(part.namespace, part.table): None for part in self.columns}),
            columns=tuple({entry: None for entry in declared if entry[1] != entry[2]}),
            owners=tuple((owners | {"seed": "world", "step": "world"}).items()),
            lanes=self._lanes(),
            written=self.written,
        )

    def _lanes(self) -> tuple[tuple[str, str, Lane], ...]:
        sensors = [(each.name, each.group, each.low, each.high) for each in self.sensors]
        actuators = [(each.name, each.group, each.low, each.high) for each in self.actuators]
        return (*lanes_of("senses", sensors), *lanes_of("actions", actuators), *lanes_of("outputs", actuators))

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """The unit in which the length of a run is counted; the four kinds define it."""

    @property
    @abstractmethod
    def sensors(self) -> tuple[Sensor, ...]:
        """The observations, in the order of their lanes."""

    @property
    @abstractmethod
    def actuators(self) -> tuple[Actuator, ...]:
        """The actions, in the order of their lanes."""

    @property
    def legend(self) -> tuple[Mark, ...]:
        """The meaning of the colors and shapes of `scene`."""
        return ()

    @property
    def shades(self) -> tuple[Shade, ...]:
        """Columns of agents by which they can be colored, besides what every agent has."""
        return ()

    @property
    def sights(self) -> tuple[Sight, ...]:
        """The fields of view of an agent, the nearest first."""
        return ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Columns of this world beside those that every agent has: those of the classes in `columns`."""
        return tuple({own.name: own for part in self.columns for own in part.columns().values()}.values())

    @property
    def tables(self) -> dict[str, int]:
        """Rows of this world's own tables, such as {"cells": 16384}."""
        return {}

    @property
    def constants(self) -> dict[str, Any]:
        """Further scalars and read-only arrays that laws may name beside Params."""
        return {}

    @classmethod
    def entry_name(cls) -> str:
        """Returns the name by which it is found: that of `TmazeWalked` is "tmaze_walked"."""
        return re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def title(self) -> str:
        """The name that windows and errors show, such as that of an environment."""
        return self.entry_name()

    @classmethod
    def has_scene(cls) -> bool:
        """True if the world can be drawn."""
        return cls.scene is not World.scene

    @classmethod
    def can_be_watched(cls) -> bool:
        """True if `live` shows its episodes or its life, be it as numbers alone."""
        return cls.has_scene()

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns what to draw. Optional.

        Args:
            view: columns.
            rows: [N] slots of the living agents.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no scene")


def _world_of(name: str, params: Mapping[str, Any]) -> World:
    found: World = registry.find("worlds", name)(registry.find_params("worlds", name)(**params))
    return found


def scene_of(world: World, view: View, rows: np.ndarray) -> Scene:
    """Returns what a world draws; view: columns, rows: [N] slots of the living agents.

    Raises:
        LocatedError: it has no `scene`, or one that returns something else.
    """
    if not world.has_scene():
        refuse(type(world), "scene", "a world that can be drawn", "one without", "define scene(self, view, rows)")
    scene = world.scene(view, rows)
    if not isinstance(scene, Scene):
        refuse(type(world), "scene", "a Scene", shown_item(scene), "return Scene(...)")
    return scene
