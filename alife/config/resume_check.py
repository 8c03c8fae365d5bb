"""What may change in the configuration of a run that goes on, and what to do where it may not.

What came of a setting lies in the state and in every file, so that the run would be neither the old one nor the new.
Free are settings that no step depends on: how long, on what, and how often the state is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alife.config.registry import find
from alife.config.schema import PARTS, Config
from alife.config.yaml_source import shown
from alife.errors import UserError

FREE = tuple(f"run.{key}" for key in ("steps", "generations", "backend", "threads", "checkpoint_every"))
SHOWN = 5  # differences that an error names

Difference = tuple[str, Any, Any]  # dotted key, as it began, as it came


def check_same(config: Config, begun: Config, out: Path) -> None:
    """A run continues as it began, but for what is FREE. Raises UserError that names what differs."""
    found = [each for each in _differences(_settings(begun), _settings(config)) if each[0] not in FREE]
    if not found:
        return
    named = [f"{key} began as {shown(old)}, came as {shown(new)}" for key, old, new in found[:SHOWN]]
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    brain = any(key.startswith("brain.") for key, _, _ in found)
    sides = find("worlds", begun.names["world"]).num_populations > 1  # which no founders begin
    source = "" if brain or sides else f" from its genomes with --set run.founders={out}"
    raise UserError(
        f"--resume: the run in {out} began otherwise: {', '.join([*named, *more])}; write the same again, or start "
        f"anew in another --out{source}; only {', '.join(FREE)} may change"
    )


def _settings(config: Config) -> dict[str, Any]:
    """The configuration as its file has it."""
    values = config.model_dump(mode="json", exclude={"label", "names"})
    return {**values, **{part: {"name": config.names[part], **values[part]} for part in PARTS}}


def _differences(old: dict[str, Any], new: dict[str, Any], above: str = "") -> Iterator[Difference]:
    """Every value that is not the same; of two worlds, brains or strategies only the names."""
    keys = ["name"] if old.get("name") != new.get("name") else list({**old, **new})
    for key in keys:
        began, came = old.get(key), new.get(key)
        if isinstance(began, dict) and isinstance(came, dict):
            yield from _differences(began, came, f"{above}{key}.")
        elif began != came:
            yield f"{above}{key}", began, came
