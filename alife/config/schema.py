"""Reads and writes configurations as YAML; errors have file, line, key and the nearest valid name.

A configuration is `seed`, `world`, `brain`, `strategy`, `run`, `records` and `islands`. World, brain and strategy
carry a `name`; their other keys are the typed `Params` of the class of that name. Only the models have defaults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from alife import errors
from alife.atomic_files import exists
from alife.config import registry
from alife.config.added_keys import fill_added
from alife.config.file_kinds import CONFIG, check_kind
from alife.config.fit import check_fit, settled
from alife.config.groups import flatten
from alife.config.imports import said_at_end
from alife.config.models import DEFAULT_BRAIN, DEFAULT_STRATEGIES, KEYS, OWN_PARTS, PARTS, Config, Seed
from alife.config.params import Params, validate
from alife.config.recipe import fill_recipe
from alife.config.renamed_files import now_called
from alife.config.renamed_keys import rename_keys, rename_worlds
from alife.config.unused_keys import say_unused
from alife.config.yaml_scalars import Dumper
from alife.config.yaml_source import Document, dotted, from_values, parse, read, shown
from alife.errors import LocatedError, UserError

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
        raise UserError(f"{path}: expected a YAML file, and there is none of this name{_nearest(path)}")
    return registry.path("configs", str(source))


def _nearest(path: Path) -> str:
    """Returns the hint of the nearest name, with its folder below configs/, to a path that does not exist."""
    names = {
        found.relative_to(folder).with_suffix("").as_posix()
        for folder in registry.folders("configs")
        for found in folder.glob("**/*.yaml")
    }
    given = path.with_suffix("") if path.suffix == ".yaml" else path
    given = given.relative_to("configs") if given.parts[:1] == ("configs",) else given
    alone = [name for name in names if "/" not in name]
    return now_called(path.stem) or errors.suggestion(given.as_posix(), names) or errors.suggestion(path.stem, alone)


def dump_config(config: Config) -> str:
    """Returns the YAML text of a configuration, every default written out; read again it is the same configuration."""
    values = config.model_dump(mode="json")
    parts = {part: {"name": config.names[part], **values[part]} for part in PARTS}
    rest = {part: values[part] for part in OWN_PARTS}
    return _yaml_of(json.dumps({"seed": config.seed, **parts, **rest}))


@lru_cache(maxsize=64)
def _yaml_of(text: str) -> str:
    """Returns the YAML text of a configuration in JSON. A run asks for its own at each checkpoint, and YAML is slow."""
    values = json.loads(text)
    values["strategy"] = {key: _with_numbers(value) for key, value in values["strategy"].items()}
    return yaml.dump(values, Dumper=Dumper, sort_keys=False, width=100)


def _with_numbers(value: object) -> object:
    """Returns a schedule with numbers as keys, which JSON turned into text; any other value as it is."""
    return {int(key): item for key, item in value.items()} if isinstance(value, dict) else value


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
    fill_recipe(document, _world(document))
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
    if not stored:
        config.came_from(document)
    if fitted:
        config = settled(config, document) if getattr(_world(document), "recipe", None) else config
        check_fit(config, document)
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
    if owner and document.place((key,)).startswith("--set"):
        return f"; write --set {owner}.{key}=VALUE"
    return f"; it is a key of {owner}, write it below {owner}:" if owner else ""


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
    unit = getattr(_world(document), "unit", "step")  # a mistaken class is refused once it is made
    return {"world": world, "brain": brain, "strategy": DEFAULT_STRATEGIES.get(unit, DEFAULT_STRATEGIES["step"])}


def _world(document: Document) -> type[Any]:
    """Returns the class of the world."""
    name = _name(document, "world")
    _find_params(document, "world", "worlds", name)  # says where an unknown name stands
    found: type[Any] = registry.find("worlds", name)
    return found


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
