"""Tasks by name: a configuration, a world, or an environment of another library."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.config import registry
from alife.config.duration import EXPECTED, seconds_of
from alife.config.models import Config
from alife.config.schema import load_config
from alife.config.yaml_source import shown
from alife.errors import UserError

_ENVIRONMENT = re.compile(r"([\w.]+:)?[\w./-]+-v\d+")
_HOSTING = "gymnasium"  # the world of such environments


def load_task(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Config:
    """Reads a configuration as `load_config` does; a name may also be a world's or an environment's.

    Args:
        source: as of `load_config`; or the name of a world, such as "repeat_first", or the id of an environment, such
            as "CartPole-v1" or "package.module:Env-v0". A file or configuration of that name comes first.
        overrides: as of `load_config`.

    Raises:
        UserError: as of `load_config`.
    """
    world = _world_of(source) if isinstance(source, str) else None
    if world is None:
        return load_config(source, overrides)
    label = re.sub(r"[^\w.-]+", "-", str(source))
    return load_config({"world": world}, overrides).model_copy(update={"label": label})


def within(budget: str | None, named: str = "--budget") -> list[str]:
    """Returns overrides that let a run end by time instead of by the generations of its configuration.

    Args:
        budget: the time, such as "10m"; None: no overrides.
        named: what gives it, for the error.

    Raises:
        UserError: it is no length of time.
    """
    if budget is None:
        return []
    try:
        seconds_of(budget)
    except (TypeError, ValueError):
        raise UserError(f"{named}: expected {EXPECTED}, got {shown(budget)}; write for example 10m") from None
    return ["run.generations=null", f"run.budget={budget}"]


def _world_of(source: str) -> dict[str, str] | None:
    """Returns the part `world` of a configuration for the name of a world or an environment; None for all else."""
    if Path(source).exists() or source in registry.names("configs"):
        return None
    if source in registry.names("worlds"):
        return {"name": source}
    return {"name": _HOSTING, "environment": source} if _ENVIRONMENT.fullmatch(source) else None
