"""docs/worlds.md: every world with its picture, its sensors and actuators, its configurations and its champions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from alife.analysis.documentation.genomes import score
from alife.analysis.documentation.kept import files
from alife.analysis.documentation.reference import SOURCE, WRITTEN, documentation, entries
from alife.analysis.documentation.reference import WORLD_PICTURES as PICTURES
from alife.analysis.markdown import code, table
from alife.config import registry
from alife.errors import UserError
from alife.experiment.records.genome import load_genome
from alife.world import EvaluatedWorld, World

LISTED = 12  # channels of a table; of more only the number is given
HEADER = ("name", "low", "high", "unit", "meaning")
HEAD = f"""# The worlds

{WRITTEN}
Tables are those of a world with its default parameters ([reference/worlds.md](reference/worlds.md)). A brain's output
from -1 to 1 is mapped onto an actuator's range from low to high. Each picture is `live` of a champion, where there is
one; that of `gymnasium` is drawn by its environment, MountainCar.
"""
KINDS = {
    "shared": "all agents live together, reproduce and die; nothing is scored",
    "episodic": "each agent lives alone in its own copy; a strategy gets its fitness",
    "arena": "agents of two roles meet in arenas; each role has a strategy of its own",
    "external": "as episodic, but computed by code outside the language of laws",
}


def gallery() -> str:
    """Returns the page."""
    return "\n".join([HEAD, *(line for name in entries("worlds") for line in section(name))])


def section(name: str) -> Iterator[str]:
    """Yields the lines about one world."""
    kind = registry.find("worlds", name)
    yield f"## {name}\n"
    if (PICTURES / f"{name}.png").is_file():
        yield f"![{name}](worlds/{name}.png)\n"
    yield f"{documentation(kind)}\n"
    yield f"- Kind: {kind.kind}; {KINDS[kind.kind]}.\n"
    try:
        yield from _channels(kind(registry.find_params("worlds", name)()))
    except UserError as error:
        yield f"- Sensors and actuators: {error}.\n"
    configs = [
        code(f"configs/{path.name}") for path in sorted((SOURCE / "configs").glob("*.yaml")) if _uses(path, name)
    ]
    yield f"- Configurations: {', '.join(configs) or 'none'}."
    yield f"- Champions: {', '.join(_champions(name)) or 'none'}.\n"


def _channels(world: World) -> Iterator[str]:
    """Yields the tables of what agents sense and do, and of what is measured of them."""
    measures = world.measures if isinstance(world, EvaluatedWorld) else ()
    groups = {"Sensors": world.sensors, "Actuators": world.actuators, "Measures": measures}
    for title, channels in groups.items():
        if channels:
            yield f"{title}:\n"
            rows = [_row(one) for one in channels[:LISTED]]
            rest = [(f"and {len(channels) - LISTED} more", "", "", "", "")] if len(channels) > LISTED else []
            yield from table(HEADER, [*rows, *rest])


def _row(channel: Any) -> tuple[str, ...]:
    return channel.name, f"{channel.low:g}", f"{channel.high:g}", channel.unit, channel.meaning


def _uses(path: Path, world: str) -> bool:
    """True if this configuration is of this world."""
    return str(yaml.safe_load(path.read_text()).get("world", {}).get("name")) == world


def _champions(world: str) -> Iterator[str]:
    """Yields the genomes of a world, with their score in lives that they did not meet."""
    for path in files():
        if load_genome(path).meta.get("world") == world:
            yield f"[{path.stem}](../genomes/README.md#{path.stem}) ({score(path)})"
