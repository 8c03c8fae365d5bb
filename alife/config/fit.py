"""Checks that the parts of a configuration fit each other: the world decides which strategy, brain and settings may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alife.config import registry
from alife.config.construct import construct
from alife.config.models import Config
from alife.config.params import Params
from alife.config.yaml_source import Document
from alife.errors import LocatedError, UserError

_KIND_WORDS = {"arena": "an arena"}  # of kinds whose name is not an adjective


class _World(Protocol):
    """The part of a world that decides what fits it."""

    @property
    def kind(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def num_populations(self) -> int: ...

    @property
    def sensors(self) -> Sequence[object]: ...

    @property
    def actuators(self) -> Sequence[object]: ...

    def check(self) -> None: ...

    def settled_params(self) -> Params: ...


def settled(config: Config, document: Document) -> Config:
    """Returns the configuration with what its world measures written out, once.

    A run that goes on keeps what was measured at its beginning, as if it had not been asked for.

    Raises:
        UserError: the world cannot be made; with the line.
    """
    before = config.world
    try:
        after = _make_world(config).settled_params()
    except LocatedError:
        raise
    except UserError as error:
        raise UserError(f"{document.place(error.key or ('world',))}: {error}", error.key) from None
    if after == before:
        return config
    changed = {key for key in type(after).model_fields if getattr(after, key) != getattr(before, key)}
    after.model_fields_set.difference_update(changed)
    return config.model_copy(update={"world": after})


def check_fit(config: Config, document: Document) -> None:
    """Checks that world, strategy and brain fit each other. Raises UserError with the line of what does not."""
    try:
        world = _make_world(config)
        _check_strategy(world, config)
        if world.num_populations > 1:
            _check_two_populations(config)
        if config.run.budget is not None and config.islands.count > 1:
            raise UserError(
                f"run.budget: expected none with islands, which keep step by generations, got {config.run.budget}; "
                "write run.generations instead",
                ("run", "budget"),
            )
        if world.unit == "step":
            _check_unscored(config)
        elif "clade" in config.records.lineage:
            raise UserError(
                f"records.lineage: clade is recorded in shared worlds, but '{config.names['world']}' is "
                f"{_KIND_WORDS.get(world.kind, world.kind)}, where it follows from ancestor_list; leave out clade",
                ("records", "lineage"),
            )
        brain = registry.find("brains", config.names["brain"])
        network = construct("brains", brain, config.brain, len(world.sensors), len(world.actuators))
        strategy = registry.find("strategies", config.names["strategy"])(config.strategy)
        if strategy.aligned:
            network.check_aligned()
        if strategy.structural:
            network.check_moves()
    except LocatedError:
        raise
    except UserError as error:
        raise UserError(f"{document.place(error.key or ('brain',))}: {error}", error.key) from None


def _check_strategy(world: _World, config: Config) -> None:
    """Checks that the strategy suits the kind of world, which declares what the strategy needs. Raises UserError."""
    name, world_name = config.names["strategy"], config.names["world"]
    strategy = construct("strategies", registry.find("strategies", name), config.strategy)
    if strategy.unit != world.unit:
        inside = strategy.unit == "step"
        needs, example = ("a shared world", "ga") if inside else ("a world with fitness", "natural")
        kind = _KIND_WORDS.get(world.kind, world.kind)
        raise UserError(
            f"strategy '{name}' needs {needs}, but '{world_name}' is {kind}; write strategy: {{name: {example}}}",
            ("strategy", "name"),
        )
    if strategy.mates and not getattr(world, "pairing", ()):
        raise UserError(
            f"strategy.mating needs a world that chooses mates, but '{world_name}' has no laws of pairing; add them to "
            "the world (see alife/world/kinds.py) or leave out mating",
            ("strategy", "mating"),
        )
    if "episodes" in strategy.needs and world.num_populations > 1:
        raise UserError(
            f"strategy '{name}' needs a world of one population, but '{world_name}' has two; write strategy: "
            "{name: ga}",
            ("strategy", "name"),
        )
    for need in sorted(strategy.needs - {"episodes"}):
        if not getattr(world, need):
            raise UserError(
                f"strategy '{name}' needs a world that declares {need}, but '{world_name}' has none; add {need} to the "
                "world (see alife/world/kinds.py) or write strategy: {name: ga}",
                ("strategy", "name"),
            )


def _check_unscored(config: Config) -> None:
    """Rejects settings that need fitness. Raises UserError."""
    if config.run.target is not None:
        raise UserError(
            f"run.target needs a world with fitness, but '{config.names['world']}' is shared; leave out target",
            ("run", "target"),
        )
    if config.run.budget is not None:
        raise UserError(
            f"run.budget needs a world with fitness, but '{config.names['world']}' is shared; write run.steps instead",
            ("run", "budget"),
        )


def _check_two_populations(config: Config) -> None:
    """Rejects settings that a world of two populations does not have. Raises UserError."""
    if config.run.hall_of_fame == 1:
        raise UserError(
            "run.hall_of_fame: expected 0, or 2 or more, for the first and the newest champion, got 1; write "
            "hall_of_fame: 2",
            ("run", "hall_of_fame"),
        )
    if config.run.target is not None:
        raise UserError(
            f"run.target needs a world of one population, but '{config.names['world']}' has two; leave out target",
            ("run", "target"),
        )
    if config.islands.count > 1:
        raise UserError(
            f"islands.count: expected 1, as '{config.names['world']}' has two populations, got {config.islands.count}; "
            "write a sweep over seeds",
            ("islands", "count"),
        )


def _make_world(config: Config) -> _World:
    """Returns the world. Raises UserError for a class that lacks what its kind has to define."""
    world: _World = construct("worlds", registry.find("worlds", config.names["world"]), config.world)
    world.check()
    return world
