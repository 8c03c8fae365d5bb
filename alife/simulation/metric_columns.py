"""The columns of metrics.csv, by the kind of world: name, unit and meaning of each, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from alife.config.declarations import check_tuple
from alife.evolution.shared.base import GenerationalStrategy, NaturalStrategy, Strategy
from alife.world import Metric, SharedWorld, World

GENERATIONS = (
    Metric("step", "generations", "generations so far"),
    Metric("evaluations", "genomes", "genomes evaluated so far"),
    Metric("agent_steps", "steps", "steps of single agents so far"),
)
REFUSED = "refused"
DIVERSITY = Metric("diversity", "", "root mean square difference of a gene between two genomes; 0 for clones")
POPULATION = (
    Metric("best", "fitness", "best of the generation", headline=True),
    Metric("mean", "fitness", "mean of the generation", headline=True),
    Metric("median", "fitness", "median of the generation"),
    Metric("sd", "fitness", "standard deviation of the generation"),
    Metric(REFUSED, "genomes", "genomes so far whose fitness or measures were not finite"),
    Metric("best_so_far", "fitness", "best of all generations"),
    DIVERSITY,
)
AGAINST = Metric("ancestors", "fitness", "mean against past champions of the other side")
LEFT_OUT = "best_so_far"  # column of a population that says nothing of a side


def invalid_of(row: Mapping[str, Any]) -> tuple[int, int]:
    """Returns the genomes without a finite fitness, and all, of the last row of a run; 0 and 0 of a shared world."""
    if "evaluations" not in row:
        return 0, 0
    return sum(row[name] for name in row if name == REFUSED or name.endswith(f"_{REFUSED}")), row["evaluations"]


def metric_columns(world: World, strategy: Strategy[Any]) -> tuple[Metric, ...]:
    """Returns the columns of a run of this world with this strategy."""
    if isinstance(world, SharedWorld):
        assert isinstance(strategy, NaturalStrategy)  # as every configuration is checked
        return shared_columns(world, strategy)
    assert isinstance(strategy, GenerationalStrategy)
    if not world.roles:
        return (*GENERATIONS, *population_columns(strategy))
    return (*GENERATIONS, *(column for role in world.roles for column in side_columns(role, strategy)))


def shared_columns(world: SharedWorld, strategy: NaturalStrategy[Any]) -> tuple[Metric, ...]:
    """Returns the columns of a shared world, its own last."""
    of_two = (Metric("births_of_two", "agents", "children with two parents so far"),) if strategy.mates else ()
    return (
        Metric("step", "steps", "steps so far"),
        Metric("agents", "agents", "living agents", headline=True),
        Metric("births", "agents", "children placed so far"),
        Metric("births_refused", "agents", "children not placed for lack of a slot, so far"),
        *of_two,
        *(Metric(f"deaths_{name}", "agents", f"deaths so far: {name}") for name in world.death_causes),
        Metric("generation", "generations", "mean generation of the living; founders have 0", headline=True),
        Metric("generation_max", "generations", "highest generation among the living"),
        Metric("clades", "founders", "founders with living descendants"),
        DIVERSITY,
        *_scheduled(strategy.params.schedules),
        *world.metrics,
    )


def population_columns(strategy: GenerationalStrategy[Any, Any]) -> tuple[Metric, ...]:
    """Returns the columns of a population under a strategy, those of the strategy last."""
    own = check_tuple(strategy, "columns", Metric)
    return (*POPULATION, *_scheduled(strategy.params.schedules), *own)


def side_columns(role: str, strategy: GenerationalStrategy[Any, Any]) -> tuple[Metric, ...]:
    """Returns the columns of one side of an arena, with its role in front."""
    own = [column for column in population_columns(strategy) if column.name != LEFT_OUT]
    return tuple(
        Metric(f"{role}_{one.name}", one.unit, f"{role}: {one.meaning}", one.headline) for one in (*own, AGAINST)
    )


def _scheduled(names: Iterable[str]) -> tuple[Metric, ...]:
    return tuple(Metric(name, "", f"strategy.{name}, which follows a schedule") for name in names)
