"""Jobs of a sweep: its configurations, each as one run or as islands with seeds of their own."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alife.config.models import Config, IslandParams
from alife.config.schema import dump_config
from alife.config.task import load_task
from alife.config.yaml_source import Assignment, read_value, shown, written
from alife.errors import UserError, as_shown
from alife.evolution.shared.numerics import draws
from alife.experiment.build import length, unit
from alife.laws.random import ISLANDS

EVERY, EVERY_SHARED = 20, 1000  # generations, or steps of a shared world, between migrations
MOST = 100_000  # jobs at once


@dataclass(frozen=True)
class JobSpec:
    """One run among many.

    Attributes:
        folder: below the folder of all.
        text: its configuration as YAML.
        label: the configuration's name.
        end: its last step.
        group: place of its configuration in the sweep.
        place: which island of that configuration.
        islands: how they send each other genomes.
        every: steps between migrations.
        seed: of the group.
    """

    folder: str
    text: str
    label: str
    end: int
    group: int
    place: int
    islands: IslandParams
    every: int
    seed: int


def job_specs(configs: Sequence[Config], swept: bool) -> list[JobSpec]:
    """Returns every run of these configurations, islands of one configuration next to each other.

    swept: True for a sweep, whose configurations get folders of their own.

    Raises:
        UserError: more migrants than half of a population, or too many jobs.
    """
    total = sum(config.islands.count for config in configs)
    if total > MOST:
        raise UserError(f"islands: expected at most {MOST:,} runs at once, got {total:,}; write fewer values")
    found: list[JobSpec] = []
    for group, config in enumerate(configs):
        with config.placing():
            found += _group(group, config, swept)
    return found


def _group(group: int, config: Config, swept: bool) -> list[JobSpec]:
    islands, own = config.islands, config.model_copy(update={"islands": IslandParams()})
    if islands.count > 1 and islands.migrants > config.run.capacity // 2:
        raise UserError(
            f"islands.migrants: expected at most half of run.capacity {config.run.capacity}, got {islands.migrants}; "
            f"write migrants: {config.run.capacity // 2} or less",
            ("islands", "migrants"),
        )
    above = f"run-{group:03d}" if swept else ""
    seeds = island_seeds(config.seed, islands.count) if islands.count > 1 else [config.seed]
    every = islands.every or (EVERY if unit(config) == "generation" else EVERY_SHARED)
    found = []
    for place, seed in enumerate(seeds):
        folder = Path(above, f"island-{place:03d}" if islands.count > 1 else "").as_posix()
        text = dump_config(own.model_copy(update={"seed": seed}))
        found.append(JobSpec(folder, text, config.label, length(config), group, place, islands, every, config.seed))
    return found


def island_seeds(seed: int, count: int) -> list[int]:
    """Returns a seed below 2**63 for each island; the first ones do not depend on `count`."""
    words = draws(seed, ISLANDS, 0, count)
    return [int(high) >> 1 << 32 | int(low) for low, high in words[:, :2]]


def sweep(source: str | Path, overrides: Sequence[str], lines: Sequence[str]) -> tuple[list[Config], list[list[str]]]:
    """Returns the configurations of a sweep: every combination of the values, the last key's changing first.

    Args:
        source: a YAML file, the bare name of a file in configs/, or what else `load_task` takes.
        overrides: `key=value` assignments for all of them.
        lines: `key=value,value,...`, such as "strategy.sigma=0.1,0.3" or "seed=1..20".

    Returns:
        The configurations, and the assignments that made each.

    Raises:
        UserError: a line of another form, or a value that its key refuses.
    """
    choices = [
        [Assignment(f"{key}={value}", f"--sweep {key}={value}") for value in values]
        for key, values in map(_values, lines)
    ]
    keys = [choice[0].partition("=")[0] for choice in choices]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise UserError(f"--sweep: expected every key once, got {twice[0]} again; write all of its values in one")
    for choice in choices:
        if twice := [line for line in choice if choice.count(line) > 1]:
            raise UserError(f"--sweep: expected every value once, got {twice[0]} again; leave one out")
    if (total := math.prod(map(len, choices))) > MOST:
        raise UserError(f"--sweep: expected at most {MOST:,} combinations, got {total:,}; write fewer values")
    made: list[list[str]] = [list(assignments) for assignments in itertools.product(*choices)]
    return [load_task(source, [*overrides, *assignments]) for assignments in made], made


def _values(line: str) -> tuple[str, list[str]]:
    """`key=1,2` or `key=1..20` -> the key and each value as YAML writes it."""
    key, equals, text = line.partition("=")
    span = re.fullmatch(r"\s*(\d+)\.\.(\d+)\s*", text)
    values: Any = _span(line, span[1], span[2]) if span else read_value(f"[{text}]", f"--sweep {as_shown(line)}")
    if not key.strip() or not equals or not isinstance(values, Sequence) or not values:
        raise UserError(
            f"--sweep: expected key=value,value,..., got {shown(line)}; write for example --sweep seed=1..5"
        )
    return key.strip(), [written(value) for value in values]


def _span(line: str, first: str, last: str) -> range:
    """The whole numbers from the first to the last. Raises UserError if they are more than a sweep may have."""
    start, end = (read_value(text, f"--sweep {as_shown(line)}") for text in (first, last))
    if end - start >= MOST:
        raise UserError(
            f"--sweep: expected at most {MOST:,} combinations, got {end - start + 1:,} values in {shown(line)}; "
            "write fewer values"
        )
    return range(start, end + 1)
