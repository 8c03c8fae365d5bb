"""Typed models of a configuration, with every default.

World, brain and strategy are the `Params` of the class that their `name` says; the models of the other keys are here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import pydantic

from alife.config.duration import EXPECTED, seconds_of
from alife.config.params import Params
from alife.config.yaml_source import Document
from alife.errors import UserError


class RunParams(Params):
    """Length, size and device of a run, and what it records."""

    steps: int = pydantic.Field(5000, ge=0, le=10**12, description="shared worlds: number of steps to run")
    generations: int | None = pydantic.Field(
        None,
        ge=1,
        le=10**9,
        description="generations to run, null: 200, or as many as a budget allows; shared worlds: end earlier, once "
        "the mean generation number of the living is this",
    )
    budget: str | None = pydantic.Field(
        None,
        description="worlds with fitness: wall-clock time of the run's own work, such as 90s, 10m or 1h30m, after "
        "which it ends, but not before one generation; compiling does not count, "
        "and the last held-out episodes, which choose the champion, come after it; if generations are given, too, "
        "whichever comes first",
    )
    target: float | None = pydantic.Field(
        None,
        allow_inf_nan=False,
        description="episodic worlds: end once the best genome of a generation has this mean fitness over as many "
        "held-out episodes as there are genomes",
    )
    capacity: int = pydantic.Field(
        8192,
        ge=1,
        le=2**26,
        description="shared worlds: slots, the most agents that can live at once; else genomes per generation",
    )
    episodes: int = pydantic.Field(
        4, ge=1, le=10**6, description="episodes per genome in a generation; none in shared worlds"
    )
    backend: Literal["auto", "cpu", "gpu"] = pydantic.Field("auto", description="device; no result depends on it")
    threads: int = pydantic.Field(0, ge=0, le=1024, description="CPU threads; 0: all cores; no result depends on it")
    checkpoint_every: int = pydantic.Field(
        500, ge=1, description="generations (shared worlds: steps) between checkpoints"
    )
    checkpoint_minutes: float = pydantic.Field(
        10.0, gt=0, le=1e6, description="minutes after which a checkpoint is due in any case, without held-out fitness"
    )
    keep_checkpoints_every: int | None = pydantic.Field(
        None,
        ge=1,
        le=10**12,
        description="generations (shared worlds: steps) between checkpoints that are kept for good, and compressed, so "
        "that whole populations can be compared; null: those at 1,000, 10,000, 100,000 ... only",
    )
    metrics_every: int = pydantic.Field(
        50, ge=1, description="generations (shared worlds: steps) between rows of metrics.csv"
    )
    elites: int = pydantic.Field(
        10, ge=0, le=1000, description="episodic worlds: best genomes of the whole run to keep, in the folder hall/"
    )
    hall_of_fame: int = pydantic.Field(
        10, ge=0, le=1000, description="arena worlds: past champions that each side keeps as opponents"
    )
    hall_of_fame_share: float = pydantic.Field(
        0.5, ge=0, le=1, description="arena worlds: share of the episodes that are against those opponents"
    )
    checked: bool = pydantic.Field(
        False, description="check every index of the world's laws, not only in the first steps; no result depends on it"
    )
    tensorboard: bool = pydantic.Field(False, description="also write the metrics as event files for TensorBoard")
    founders: str | None = pydantic.Field(
        None,
        description="genomes to start from: a genome file, a folder of them, or a run, by role; null: random ones",
    )

    @pydantic.field_validator("budget", mode="before")
    @classmethod
    def _time(cls, budget: object) -> object:
        if budget is None:
            return None
        if not isinstance(budget, str):
            raise ValueError(f"expected {EXPECTED}, got {budget!r}; write for example budget: 10m")
        try:
            seconds_of(budget)
        except ValueError as error:
            raise ValueError(f"{error}; write for example budget: 10m") from None
        return budget


class RecordParams(Params):
    """Records of a run beside those that every run keeps."""

    lineage: tuple[Literal["traits", "generation", "clade", "genome_hash"], ...] = pydantic.Field(
        (),
        description="further columns of lineage.csv: heritable traits of the world, a column each; generation; clade, "
        "the id of the founder (shared worlds); a 63-bit hash of the genes",
    )

    @pydantic.field_validator("lineage")
    @classmethod
    def _once(cls, lineage: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for name in lineage if lineage.count(name) > 1), None)
        if twice:
            raise ValueError(
                f"expected each column once, got {twice} twice; write [{', '.join(dict.fromkeys(lineage))}]"
            )
        return lineage


class IslandParams(Params):
    """Several populations of one configuration that exchange genomes (`evolve --islands`)."""

    count: int = pydantic.Field(1, ge=1, le=10**5, description="populations, each with a seed and a folder of its own")
    every: int | None = pydantic.Field(
        None,
        ge=1,
        le=10**9,
        description="generations (shared worlds: steps) between migrations, null: 20 (1,000)",
    )
    migrants: int = pydantic.Field(4, ge=0, le=10**6, description="genomes that each island sends each time")
    topology: Literal["ring", "random", "none"] = pydantic.Field(
        "ring", description="destination of migrants: the next island; the next in a circle drawn anew each time; none"
    )


PARTS = {"world": "worlds", "brain": "brains", "strategy": "strategies"}
DEFAULT_BRAIN = "wht"
DEFAULT_STRATEGIES = {"step": "natural", "generation": "ga"}  # by what a world counts


class Seed(Params):
    """The part of a configuration that makes two runs of it differ."""

    seed: int = pydantic.Field(1, ge=0, lt=2**63, description="seed of all random numbers: equal seeds give equal runs")


class Origin:
    """The document that a configuration was read from. It is no part of the value: all are equal."""

    def __init__(self, document: Document | None = None) -> None:
        """document: None for a configuration that was made in another way."""
        self._document = document

    def __eq__(self, other: object) -> bool:
        """Returns True for any other origin."""
        return isinstance(other, Origin)

    __hash__ = None  # type: ignore[assignment]  # as of any class that defines __eq__

    def place(self, key: Sequence[str]) -> str:
        """Returns file and line, or the option, of the value at a path of keys; "" if that is not known."""
        return self._document.place(key) if self._document and key else ""


class Config(Seed):
    """A complete configuration. names: {"world": "meadow", ...}. label: the file's name, for the run folder."""

    _origin: Origin = pydantic.PrivateAttr(default_factory=Origin)

    world: pydantic.SerializeAsAny[Params]
    brain: pydantic.SerializeAsAny[Params]
    strategy: pydantic.SerializeAsAny[Params]
    run: RunParams = RunParams()
    records: RecordParams = RecordParams()
    islands: IslandParams = IslandParams()
    names: dict[str, str]
    label: str = "run"

    def came_from(self, document: Document) -> None:
        """Notes the document that it was read from, for errors."""
        self._origin = Origin(document)

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Names the line of a key in an error about it that is found late, where parts are made. Raises UserError."""
        try:
            yield
        except UserError as error:
            place = self._origin.place(error.key) if type(error) is UserError else ""
            if not place:
                raise
            raise UserError(f"{place}: {error}") from None


OWN_PARTS: dict[str, type[Params]] = {"run": RunParams, "records": RecordParams, "islands": IslandParams}
KEYS = ("seed", *PARTS, *OWN_PARTS)
