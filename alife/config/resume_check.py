"""Checks that a run resumes with the configuration it began with, but for settings that no step depends on.

The effects of any other setting are in the state and in every file, so that the resumed run would be neither the old
one nor the new. Free to change are the length of the run, its device and threads, and how often its state is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alife.config.added_keys import continued
from alife.config.models import PARTS, Config
from alife.config.yaml_source import shown
from alife.errors import UserError

OPEN = ("steps", "generations", "budget", "backend", "threads", "checked")
SAVING = ("checkpoint_every", "checkpoint_minutes", "keep_checkpoints_every")
FREE = tuple(f"run.{key}" for key in (*OPEN, *SAVING))
SHOWN = 5  # differences that an error lists

Difference = tuple[str, object, object]  # dotted key, value at the beginning, value now


def check_same(config: Config, begun: Config, out: Path) -> None:
    """Raises UserError that lists the settings in which a resumed run differs, other than those in FREE."""
    found = [each for each in _differences(_settings(begun), _settings(config)) if each[0] not in FREE]
    if not found:
        return
    named = [f"{key} began as {shown(old)}, got {shown(new)}" for key, old, new in found[:SHOWN]]
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    brain = any(key.startswith("brain.") for key, _, _ in found)
    source = "" if brain else f" from its genomes with --set run.founders={out}"
    raise UserError(
        f"--resume: the run in {out} began differently: {', '.join([*named, *more])}; write the same again, or start "
        f"anew in another --out{source}; only {', '.join(FREE)} may change"
    )


def as_begun(config: Config, begun: Config) -> Config:
    """Returns a configuration whose added keys, where they are not set, have the values that the run began with."""
    world = continued(config.world, begun.world, config.names["world"])
    return config if world == config.world else config.model_copy(update={"world": world})


def _settings(config: Config) -> dict[str, Any]:
    """Returns the configuration as its file has it."""
    values = config.model_dump(mode="json", exclude={"label", "names"})
    return {**values, **{part: {"name": config.names[part], **values[part]} for part in PARTS}}


def _differences(old: dict[str, Any], new: dict[str, Any], above: str = "") -> Iterator[Difference]:
    """Yields every value that differs; of two different worlds, brains or strategies only the names."""
    keys = ["name"] if old.get("name") != new.get("name") else list({**old, **new})
    for key in keys:
        began, now = old.get(key), new.get(key)
        if isinstance(began, dict) and isinstance(now, dict):
            yield from _differences(began, now, f"{above}{key}.")
        elif began != now:
            yield f"{above}{key}", began, now
