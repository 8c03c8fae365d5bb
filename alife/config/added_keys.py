"""Keys whose default is not what files from before them mean: such files keep their meaning, by a value given here."""

from __future__ import annotations

from dataclasses import dataclass

from alife.config.params import Params
from alife.config.yaml_source import Document


@dataclass(frozen=True)
class AddedKey:
    """A key of a world that was added, and whose default changed what the world does.

    Attributes:
        world: name of the world.
        key: its name.
        before: the value that acts as the world did without it.
        known: keys that the world had before. A run writes all keys, so a file with all of these was written by a run.
    """

    world: str
    key: str
    before: str | None
    known: tuple[str, ...]


ADDED_KEYS = (
    AddedKey(
        "gymnasium", "normal", None,
        ("environment", "arguments", "lifetime", "scale", "nonnegative", "lanes", "vectorization"),
    ),
    AddedKey(
        "gymnasium", "nonnegative", "symmetric",
        ("environment", "arguments", "lifetime", "scale", "vectorization"),
    ),
)  # fmt: skip


def fill_added(document: Document, complete: bool) -> None:
    """Writes out what a file from before a key means.

    Args:
        document: of a configuration; changed in place.
        complete: True for a text that was written with all keys, such as that of a genome file.
    """
    world = document.values.get("world")
    for row in ADDED_KEYS:
        if not isinstance(world, dict) or world.get("name") != row.world or row.key in world:
            continue
        if complete or all(key in world for key in row.known):
            world[row.key] = row.before


def continued(world: Params, begun: Params, name: str) -> Params:
    """Returns the Params of a world whose run goes on: an added key that was not set keeps the value of the beginning.

    Args:
        world: as they are asked for.
        begun: those that the run began with.
        name: of the world.
    """
    keys = [row.key for row in ADDED_KEYS if row.world == name and type(world) is type(begun)]
    kept = {key: getattr(begun, key) for key in keys if key not in world.model_fields_set}
    return world.model_copy(update=kept)
