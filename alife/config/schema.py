"""Configurations as YAML files and as typed models; errors have file, line, key and the nearest valid name.

A configuration is `seed`, `world`, `brain`, `strategy`, `run`, `records` and `islands`. World, brain and strategy
carry a `name`; their other keys are the typed `Params` of the class of that name. Only those models have defaults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Literal, Protocol

import pydantic
import yaml

from alife import errors
from alife.atomic_files import exists
from alife.config import registry
from alife.config.added_keys import fill_added
from alife.config.construct import construct
from alife.config.file_kinds import CONFIG, check_kind
from alife.config.groups import flatten
from alife.config.imports import said_at_end
from alife.config.params import Params as Params
from alife.config.params import validate
from alife.config.renamed_files import now_called
from alife.config.renamed_keys import rename_keys, rename_worlds
from alife.config.unused_keys import say_unused
from alife.config.yaml_scalars import Dumper
from alife.config.yaml_source import Document, dotted, from_values, parse, read, shown
from alife.errors import LocatedError, UserError


class RunParams(Params):
    """Length, size and device of a run, and what it records."""

    steps: int = pydantic.Field(5000, ge=0, le=10**12, description="shared worlds: number of steps to run")
    generations: int | None = pydantic.Field(
        None,
        ge=1,
        le=10**9,
        description="generations to run, null: 200; shared worlds: end earlier, once the mean generation number of the "
        "living is this",
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
        10.0, gt=0, le=1e6, description="time after which a checkpoint is due in any case; it judges nothing"
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


_KIND_WORDS = {"arena": "an arena"}  # of kinds whose name is not an adjective
PARTS = {"world": "worlds", "brain": "brains", "strategy": "strategies"}
DEFAULT_BRAIN = "wht"
DEFAULT_STRATEGIES = {"step": "natural", "generation": "ga"}  # by what a world counts


class Seed(Params):
    """The part of a configuration that makes two runs of it differ."""

    seed: int = pydantic.Field(1, ge=0, lt=2**63, description="seed of all random numbers: equal seeds give equal runs")


class Config(Seed):
    """A complete configuration. names: {"world": "meadow", ...}. label: the file's name, for the run folder."""

    world: pydantic.SerializeAsAny[Params]
    brain: pydantic.SerializeAsAny[Params]
    strategy: pydantic.SerializeAsAny[Params]
    run: RunParams = RunParams()
    records: RecordParams = RecordParams()
    islands: IslandParams = IslandParams()
    names: dict[str, str]
    label: str = "run"


OWN_PARTS: dict[str, type[Params]] = {"run": RunParams, "records": RecordParams, "islands": IslandParams}
KEYS = ("seed", *PARTS, *OWN_PARTS)
_EXAMPLES = {"run": "{steps: 1000}", "records": "{lineage: [traits]}", "islands": "{count: 8}"}  # of own parts


def load_config(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = (), written: bool = False) -> Config:
    """Reads a configuration.

    Args:
        source: a YAML file, the name of a file in configs/, such as "meadow" or "brains/wht-mushrooms", or the same
            keys and values as a dict.
        overrides: `key=value` assignments such as "seed=2" or "world.plant_kinds=2", applied in order.
        written: a run wrote the file, with all keys, so that nothing is said of those that its world does not use.

    Raises:
        UserError: one line with file, line (or the override), key, what was expected and what it got.
    """
    if isinstance(source, Mapping):
        return _config(_overridden(from_values(source, "config"), overrides), "config")
    if not isinstance(source, str | Path) or not str(source):
        raise UserError(f"config: expected a YAML file, a name in configs/ or a dict, got {shown(source)}")
    path = find_config(source)
    return _config(_overridden(read(path), overrides), path.stem, written=written)


def parse_config(text: str, source: str, overrides: Sequence[str] = (), fitted: bool = True) -> Config:
    """Reads the configuration that a genome file or checkpoint holds as YAML text.

    Args:
        text: of the configuration.
        source: its name, for errors.
        overrides: as in `load_config`.
        fitted: False leaves out whether its parts fit each other, which takes what its world takes to be made.

    Raises:
        UserError: as in `load_config`.
    """
    return _config(_overridden(parse(text, source), overrides), Path(source).stem, stored=True, fitted=fitted)


def _overridden(document: Document, overrides: Sequence[str]) -> Document:
    if isinstance(overrides, str) or not isinstance(overrides, Sequence):
        raise UserError(f"overrides: expected a list such as ['seed=2'], got {shown(overrides)}")
    for assignment in overrides:
        document.override(assignment)
    return document


def find_config(source: str | Path) -> Path:
    """Returns the file of a configuration given by path or name. Raises UserError."""
    path = registry.located("configs", Path(source))
    if exists(path) and not registry.hides("configs", path):
        check_kind(path, CONFIG)
        return path
    if len(path.parts) > 1 and not path.is_absolute() and ".." not in path.parts:  # brains/wht-mushrooms
        for folder in registry.folders("configs"):
            found = folder / (path if path.suffix == ".yaml" else path.with_name(f"{path.name}.yaml"))
            if found.is_file():
                return found
    if path.suffix or len(path.parts) > 1:
        hint = now_called(path.stem) or errors.suggestion(path.stem, registry.names("configs"))
        raise UserError(f"{path}: expected a YAML file, and there is none of this name{hint}")
    return registry.path("configs", str(source))


def dump_config(config: Config) -> str:
    """Returns the YAML text of a configuration, every default written out; read again it is the same configuration."""
    values = config.model_dump(mode="json")
    values["strategy"] = {key: _with_numbers(value) for key, value in values["strategy"].items()}
    parts = {part: {"name": config.names[part], **values[part]} for part in PARTS}
    rest = {part: values[part] for part in OWN_PARTS}
    return yaml.dump({"seed": config.seed, **parts, **rest}, Dumper=Dumper, sort_keys=False, width=100)


def _with_numbers(value: object) -> object:
    """Returns a schedule with numbers as keys, which JSON turned into text; any other value as it is."""
    return {int(key): item for key, item in value.items()} if isinstance(value, dict) else value


def schema() -> dict[str, Any]:
    """Returns the JSON Schema of the YAML files, over every world, brain and strategy found."""
    fields: dict[str, Any] = {"seed": (int, Config.model_fields["seed"])}
    defaults = {
        "world": pydantic.Field(...),
        "brain": pydantic.Field({"name": DEFAULT_BRAIN}),
        "strategy": pydantic.Field(None, description="default: natural in a shared world, ga in others"),
    }
    for part, kind in PARTS.items():
        variants = reduce(or_, [_named(kind, name) for name in registry.names(kind)])
        fields[part] = (variants, defaults[part])
    fields |= {part: (model, model()) for part, model in OWN_PARTS.items()}
    model = pydantic.create_model("Configuration", __base__=Params, **fields)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def _named(kind: str, name: str) -> type[Params]:
    """Returns the Params of one class with its `name` as a key."""
    found = registry.find(kind, name)
    base: type[Params] = registry.find_params(kind, name)
    fields: dict[str, Any] = {"name": (Literal[name], ...)}
    model: type[Params] = pydantic.create_model(
        f"{found.__name__}Params", __base__=base, __doc__=found.__doc__, **fields
    )
    return model


@said_at_end()
def _config(document: Document, label: str, stored: bool = False, written: bool = False, fitted: bool = True) -> Config:
    values = document.values
    for key in values:
        if key not in KEYS:
            hint = errors.suggestion(key, KEYS) or _owner(document, key)
            where = f"{document.place((key,))}: {dotted((key,))}"
            raise UserError(f"{where}: unknown key, expected one of {', '.join(KEYS)}{hint}")
    own = validate(Seed, {"seed": values["seed"]} if "seed" in values else {}, document, ())
    rename_worlds(document, stored)
    fill_added(document, complete=stored or written)
    names = _names(document)
    models = {part: _find_params(document, part, kind, names[part]) for part, kind in PARTS.items()}
    flatten(document, "world", models["world"])
    rename_keys(document, getattr(registry.find("worlds", names["world"]), "kind", ""), stored)
    fields: dict[str, Any] = {"names": names, "label": label}
    for part, model in models.items():
        rest = {key: value for key, value in (values.get(part) or {}).items() if key != "name"}
        fields[part] = validate(model, rest, document, (part,))
    for part, kept in OWN_PARTS.items():
        fields[part] = validate(kept, _mapping(document, part), document, (part,))
    config = validate(Config, {**fields, "seed": own.seed}, document, ())
    if fitted:
        _check_fit(config, document)
    if not stored and not written:
        say_unused(config.run, registry.find("worlds", names["world"]), names["world"], document)
    return config


def _owner(document: Document, key: str) -> str:
    """Returns what to write for a key that stands beside the parts but belongs to one of them, else ""."""
    models = dict(OWN_PARTS)
    for part, kind in PARTS.items():
        try:
            models[part] = registry.find_params(kind, _names(document)[part])
        except UserError:
            continue
    owner = next((part for part, model in models.items() if key in model.model_fields), "")
    return f"; it is a key of {owner}, write it below {owner}:" if owner else ""


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


def _check_fit(config: Config, document: Document) -> None:
    """Checks that world, strategy and brain fit each other. Raises UserError with the line of what does not."""
    try:
        world = _make_world(config)
        _check_strategy(world, config)
        if world.num_populations > 1:
            _check_two_populations(config)
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
            "the world (see alife/world.py) or leave out mating",
            ("strategy", "mating"),
        )
    for need in sorted(strategy.needs):
        if not getattr(world, need):
            raise UserError(
                f"strategy '{name}' needs a world that declares {need}, but '{world_name}' has none; add {need} to the "
                "world (see alife/world.py) or write strategy: {name: ga}",
                ("strategy", "name"),
            )


def _check_unscored(config: Config) -> None:
    """Rejects settings that need fitness. Raises UserError."""
    if config.run.target is not None:
        raise UserError(
            f"run.target needs a world with fitness, but '{config.names['world']}' is shared; leave out target",
            ("run", "target"),
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


def _mapping(document: Document, part: str) -> dict[str, Any]:
    """Returns the keys of one part; an absent or empty part has none."""
    value = document.values.get(part)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    first = value[0] if isinstance(value, tuple) and value else value
    example = _EXAMPLES.get(part, f"{{name: {first if isinstance(first, str) else '...'}}}")
    raise UserError(f"{document.place((part,))}: {part}: expected keys, got {shown(value)}; write {part}: {example}")


def _names(document: Document) -> dict[str, str]:
    """Returns the name of each part; the default strategy is one for the kind of world."""
    world, brain = _name(document, "world"), _name(document, "brain", DEFAULT_BRAIN)
    if "name" in _mapping(document, "strategy"):
        return {"world": world, "brain": brain, "strategy": _name(document, "strategy")}
    _find_params(document, "world", "worlds", world)  # says where an unknown name stands
    unit = getattr(registry.find("worlds", world), "unit", "step")  # a mistaken class is refused once it is made
    return {"world": world, "brain": brain, "strategy": DEFAULT_STRATEGIES.get(unit, DEFAULT_STRATEGIES["step"])}


def _name(document: Document, part: str, default: str | None = None) -> str:
    """Returns the name in a part, or its default name."""
    name = _mapping(document, part).get("name", default)
    if isinstance(name, str):
        return name
    first = next(iter(registry.names(PARTS[part])), "...")
    place = document.place((part, "name"))
    raise UserError(f"{place}: {part}.name: expected a name, got {shown(name)}; write {part}: {{name: {first}}}")


def _find_params(document: Document, part: str, kind: str, name: str) -> type[Params]:
    try:
        return registry.find_params(kind, name)
    except LocatedError:
        raise
    except UserError as error:
        raise UserError(f"{document.place((part, 'name'))}: {part}.name: {error}") from None
