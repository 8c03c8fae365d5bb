"""Keys of configurations that have had another name: files, stored runs and genomes with the old name stay readable."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from alife.config.entry_names import class_name
from alife.config.yaml_source import OVERRIDE, Document, Keys, dotted
from alife.errors import UserError


@dataclass(frozen=True)
class RenamedKey:
    """A key that had the name `old`. kinds: kinds of worlds to which that applies; () for all."""

    old: Keys
    new: Keys
    kinds: tuple[str, ...] = ()


# Of rows with the same old key the first whose kinds include the world's applies.
RENAMED_KEYS = (
    RenamedKey(("run", "hall"), ("run", "hall_of_fame"), kinds=("arena",)),
    RenamedKey(("run", "hall"), ("run", "elites")),
    RenamedKey(("run", "ancestors"), ("run", "hall_of_fame_share")),
)


@dataclass(frozen=True)
class SplitWorld:
    """A world that was split: `key` chose its form, which is now a world of its own.

    values: value of the key -> that world. default: its value where it was left out, which leaves the world `name`.
    own: keys that only the new world has; the other form had them, too, and ignored them.
    """

    name: str
    key: str
    values: dict[bool | str, str]
    default: bool | str
    own: tuple[str, ...]


SPLIT_WORLDS = (
    SplitWorld("mushrooms", "walked", {True: "mushrooms_walked"}, False, ("patience",)),
    SplitWorld("tmaze", "form", {"continuous": "tmaze_walked"}, "discrete", ("turn_shown",)),
)

_warned: set[tuple[str, Keys]] = set()  # (source, old key)


def rename_worlds(document: Document, stored: bool = False) -> None:
    """Gives a world that was split its new name, and drops the keys that it no longer has; warns as `rename_keys`."""
    world = document.values.get("world")
    for row in SPLIT_WORLDS:
        if not isinstance(world, dict) or world.get("name") != row.name:
            continue
        old = next((key for key in (row.key, *row.own) if key in world), None)
        value = world.get(row.key, row.default)
        if old is None or type(value) is not type(row.default) or value not in (*row.values, row.default):
            continue
        keys, new = ("world", old), row.values.get(value, row.name)
        place = document.place(keys)
        world["name"] = new
        for key in (row.key, *(row.own if new == row.name else ())):
            _drop(document, ("world", key))
        _warn(place, keys, _advice(row, old, new), stored)


def check_split(name: str, given: Mapping[str, object]) -> None:
    """Refuses a key of a world that was split, where nothing can be renamed, such as in `gymnasium.make`.

    Args:
        name: of the world.
        given: keys and values.

    Raises:
        UserError: the world has no such key any more.
    """
    for row in SPLIT_WORLDS:
        value = given.get(row.key) if row.name == name else None
        if isinstance(value, bool | str):
            new = row.values.get(value)
            write = f"the world {new}, alife/{class_name(new)}-v0" if new else f"{name} without it"
            raise UserError(f"world {name}: expected no {row.key}, got {value!r}; it is gone; write {write}")


def _advice(row: SplitWorld, old: str, new: str) -> str:
    """Returns what became of an old key of a world that is `new` now, and what to write."""
    if old == row.key:
        return f"is gone; write world: {{name: {new}}}"
    return f"is ignored, as it is a key of {' and '.join(row.values.values())}; leave it out"


def _drop(document: Document, keys: Keys) -> None:
    document.values["world"].pop(keys[-1], None)
    document.places = {path: at for path, at in document.places.items() if path[: len(keys)] != keys}


def rename_keys(document: Document, kind: str, stored: bool = False) -> None:
    """Gives old keys their new names, and writes a line for each to standard error, once per process and source.

    kind: of the world. stored: the text is kept in a genome file or checkpoint, which nobody edits, so that only old
    keys of overrides are reported. Raises UserError where a file has a key under both names.
    """
    for row in RENAMED_KEYS:
        if (row.kinds and kind not in row.kinds) or not document.has(row.old):
            continue
        place = document.place(row.old)
        document.rename(row.old, row.new)
        _warn(place, row.old, f"is now {dotted(row.new)}; write that", stored)


def say_once(document: Document, keys: Keys, advice: str) -> None:
    """Writes what becomes of a key to standard error, once per process and source."""
    _warn(document.place(keys), keys, advice, stored=False)


def _warn(place: str, keys: Keys, advice: str, stored: bool) -> None:
    """Writes what became of an old key to standard error, once per source; of a stored text only for overrides."""
    source = OVERRIDE if place.startswith(OVERRIDE) else place.rpartition(":")[0]
    if (stored and source != OVERRIDE) or (source, keys) in _warned:
        return
    _warned.add((source, keys))
    print(f"alife: {place}: {dotted(keys)} {advice}", file=sys.stderr)
