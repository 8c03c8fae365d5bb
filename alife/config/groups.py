"""Groups of parameters: a world made of parts may have those of each part below the part's name.

    world: {name: meadow, energy: {upkeep: 0.02}, retina: {retina: 16}}

is the same configuration as `world: {name: meadow, upkeep: 0.02, retina: 16}`. The name of a group is that of the class
of Params that declares its keys: `EnergyParams` is `energy`, `BrainCostParams` is `brain_cost`.
"""

from __future__ import annotations

from alife import errors
from alife.config.entry_names import file_name
from alife.config.params import Params
from alife.config.yaml_source import OVERRIDE, Document, Keys, dotted, shown
from alife.errors import UserError

SUFFIX = "Params"


def groups(model: type[Params]) -> dict[str, list[str]]:
    """Returns the keys of each group of a model. Where a group is called like a key, a mapping is the group."""
    found: dict[str, list[str]] = {}
    for base in model.__mro__[1:]:
        name = file_name(base.__name__.removesuffix(SUFFIX))
        if issubclass(base, Params) and name:
            found[name] = [key for key in base.__annotations__ if key in model.model_fields]
    return {name: keys for name, keys in found.items() if keys}


def flatten(document: Document, part: str, model: type[Params]) -> None:
    """Moves the keys of groups to where the model has them.

    Args:
        document: changed in place; errors still name the line of each key.
        part: "world".
        model: of the part.

    Raises:
        UserError: a group without keys, a key that the group does not have, or one that is there twice.
    """
    values = document.values.get(part)
    if not isinstance(values, dict):
        return
    for group, keys in groups(model).items():
        inner = values.get(group)
        if not isinstance(inner, dict) and (group in model.model_fields or group not in values):
            continue
        path = (part, group)
        if not isinstance(inner, dict):
            example = f"{group}: {{{keys[0]}: ...}}"
            raise UserError(
                f"{document.place(path)}: {dotted(path)}: expected keys, got {shown(inner)}; write {example}"
            )
        for key in inner:
            if key not in keys:
                hint = errors.suggestion(key, keys)
                where = document.place((*path, key))
                raise UserError(
                    f"{where}: {dotted((*path, key))}: unknown key, expected one of {', '.join(keys)}{hint}"
                )
        held = (part, f"{group} of {part}")  # as a key may be called like its group
        document.rename(path, held)
        for key in tuple(inner):
            _move(document, (*held, key), (part, key), dotted((*path, key)))
        del values[held[-1]]


def _move(document: Document, old: Keys, new: Keys, name: str) -> None:
    """Moves the value of a key. name: of the key as it was written."""
    places = document.place(old), document.place(new)
    if document.has(new) and not any(place.startswith(OVERRIDE) for place in places):
        raise UserError(f"{places[0]}: {name}: {dotted(new)} is there, too; keep one of the two")
    document.rename(old, new)
