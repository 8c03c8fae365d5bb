"""docs/reference/records.md: the columns of metrics.csv and lineage.csv."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from alife.analysis.documentation.reference import WRITTEN, entries
from alife.analysis.markdown import code, table
from alife.config import registry
from alife.config.schema import load_config
from alife.evolution.shared.base import GenerationalStrategy
from alife.experiment.build import make_strategy, make_world
from alife.simulation.metric_columns import metric_columns
from alife.world import Metric, SharedWorld

HEAD = f"""# Records: the tables that a run writes

{WRITTEN}
`metrics.csv` has a row for each `run.metrics_every` steps or generations, the first at 0 and the last at the end.
Numbers are written so that reading them gives the same value; a value that is not known yet is `nan`. Islands and
sweeps also write one `metrics.csv` with the rows of all runs, whose first column, `run`, is the folder of each.
"""
RESULTS_HEAD = """## evolve --json, results.csv

`evolve --json` prints one object: the last row of `metrics.csv`, every column under its name, and what follows; null is
a value that is not known or not finite. Each row of `results.csv`, of islands and sweeps, has the same names; the
object of these sums up all runs. `report.html` shows columns under the same names, and `list worlds NAME` describes
those of a world.
"""
RESULTS = (
    Metric("out", "", "the folder of the run"),
    Metric("fitness", "fitness", "of the champion, as selection saw it; in an arena ROLE_fitness of each role"),
    Metric(
        "held_out",
        "fitness",
        "mean of the champion over episodes that neither a generation nor its choice met; or ROLE_held_out",
    ),
    Metric("champion", "", "genome file of the champion; or ROLE_champion"),
    Metric("interventions", "", "changes of the run from outside: docs/steering.md"),
    Metric("agent_steps", "steps", "steps of single agents so far"),
    Metric("agent_steps_per_s", "steps/s", "those of this process, by its seconds"),
    Metric("seconds", "s", "that this process took"),
    Metric("state_hash", "", "SHA-256 of the whole state"),
    Metric("backend", "", "cpu or gpu"),
    Metric("threads", "", "of the CPU"),
    Metric("report", "", "the page, if there is one"),
)
LINEAGE_HEAD = """## lineage.csv

The phylogeny format of the
[ALife data standards](https://alife-data-standards.github.io/alife-data-standards/phylogeny.html), with `cause` as a
column of our own. A row is written when an agent dies or a genome is replaced; those alive at the end are written when
the run ends, and all rows are then sorted by id, so that ancestors stand before their descendants. A run that was
interrupted or killed has its rows in the order of death. Earlier versions wrote `inf` for what is empty now.

`records: {lineage: [traits, generation, clade, genome_hash]}` adds columns, in the order in which it names them.
"""
LINEAGE = (
    Metric("id", "", "of the agent or genome; never reused"),
    Metric("ancestor_list", "", "ids of its parents: `[none]`, `[12]`, or `[12,7]`, first the one that bore it"),
    Metric("origin_time", "steps or generations", "when it was born or first evaluated"),
    Metric("destruction_time", "steps or generations", "when it died or was replaced; empty if it lives at the end"),
    Metric("cause", "", "of death: one of the world's, `replaced` (a genome), `migrated`, or `alive`"),
)
CHECKPOINTS = """## checkpoints

Complete states, a safetensors file each: a shared world has an array for every field, one row a slot (`alive`,
`genome`, `id`, traits, ...); of generations `genomes` and `told`, their fitness, are the last one's. The newest two are
kept, those at 1,000, 10,000, ... steps, and with `run: {keep_checkpoints_every: 5000}` whole populations every 5,000
steps; all but the newest two are compressed by gzip, to about a quarter.

Genes may be any finite numbers: no strategy steps out of [-1, 1] from within, but `bounded: false`, genome files and
migrants know no bound, and a large gene changes nothing but the brain that has it. A state that could not be continued,
as genes or other numbers in it are not finite or outside the bounds of their column, is never written: the run ends
there with a line, and the last checkpoint stays.

```python
from pathlib import Path

from alife.experiment.records import checkpoint

for path in checkpoint.listed(Path("runs/x/checkpoints")):
    arrays = checkpoint.load(path).arrays
    print(checkpoint.step_of(path), arrays["genome"][arrays["alive"] > 0].mean(axis=0))
```
"""
FURTHER = (
    Metric("(each trait)", "as the world", "`traits`: a column for each heritable trait of the world, under its name"),
    Metric("generation", "generations", "founders have 0; of a genome its origin_time"),
    Metric("clade", "", "shared worlds: id of the founder, or migrant, that it descends from"),
    Metric("genome_hash", "", "whole number below 2**63: genomes of equal genes have equal ones, others hardly ever"),
)
MATING = ("strategy.mating=0.5",)  # so that every column is there
KINDS = {  # title -> the configuration whose columns stand for its kind of world
    "Shared worlds": "meadow",
    "Episodic and external worlds": "cartpole",
    "Arenas": "pursuit",
}


def records_page() -> str:
    """Returns the page."""
    results, lineage = _table((*RESULTS, *_corrected())), _table((*LINEAGE, *FURTHER))
    return "\n".join([HEAD, *_metrics(), RESULTS_HEAD, *results, LINEAGE_HEAD, *lineage, CHECKPOINTS])


def kind_columns(config: str) -> tuple[Metric, ...]:
    """Returns the columns that all worlds of a kind have, with ROLE for a role's name and CAUSE for a cause of death.

    Args:
        config: name of a configuration of such a world.
    """
    loaded = load_config(config, MATING if config == "meadow" else ())
    world = make_world(loaded)
    roles, first = world.roles, next(iter(world.roles), "")
    shared = world if isinstance(world, SharedWorld) else None
    causes = [f"deaths_{cause}" for cause in shared.death_causes] if shared else []
    own = shared.metrics if shared else ()
    columns = []
    for column in metric_columns(world, make_strategy(loaded)):
        if column.name in causes:
            column = Metric("deaths_CAUSE", column.unit, "deaths so far, a column for each cause of the world")
        elif roles and column.name.startswith(f"{first}_"):
            name, meaning = column.name.removeprefix(first), column.meaning.removeprefix(f"{first}: ")
            column = dataclasses.replace(column, name=f"ROLE{name}", meaning=meaning)
        other = any(column.name.startswith(f"{role}_") for role in roles)
        if column not in own and not other and column not in columns:
            columns.append(column)
    return tuple(columns)


def world_columns(name: str) -> tuple[Metric, ...]:
    """Returns a world's own columns of metrics.csv, with its default parameters."""
    kind = registry.find("worlds", name)
    if not issubclass(kind, SharedWorld):
        return ()
    return tuple(kind(registry.find_params("worlds", name)()).metrics)


def strategy_columns(name: str) -> tuple[Metric, ...]:
    """Returns a strategy's own columns of metrics.csv."""
    kind = registry.find("strategies", name)
    return kind.columns if issubclass(kind, GenerationalStrategy) else ()


def _corrected() -> Iterator[Metric]:
    """Yields what a strategy tells of its archive at the end of a run."""
    for name in entries("strategies"):
        kind = registry.find("strategies", name)
        for column in kind.corrected_columns if issubclass(kind, GenerationalStrategy) else ():
            yield dataclasses.replace(column, meaning=f"{name}: {column.meaning}")


def _metrics() -> Iterator[str]:
    """Yields the sections on metrics.csv."""
    for title, config in KINDS.items():
        yield f"## {title}\n"
        if title == "Arenas":
            yield "ROLE is the name of each of the two roles, such as `predator` and `prey`.\n"
        if title == "Shared worlds":
            yield "`births_of_two` is there only with `strategy.mating` above 0.\n"
        yield from _table(kind_columns(config))
    yield "## Columns of a world\n\nAfter those of its kind.\n"
    for name in entries("worlds"):
        yield from _named(name, world_columns(name))
    yield "## Columns of a strategy\n\nAfter those of the kind of world; in an arena with the role in front.\n"
    for name in entries("strategies"):
        yield from _named(name, strategy_columns(name))
    yield "A parameter of a strategy that follows a [schedule](run.md#schedules) has a column with its current value.\n"


def _named(name: str, columns: tuple[Metric, ...]) -> Iterator[str]:
    """Yields a heading and a table, or nothing where there are no columns."""
    if columns:
        yield f"### {name}\n"
        yield from _table(columns)


def _table(columns: Iterable[Metric]) -> Iterator[str]:
    return table(("column", "unit", "meaning"), [(code(one.name), one.unit, one.meaning) for one in columns])
