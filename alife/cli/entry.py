"""One entry as `list KIND NAME` prints it: text, parameters, sensors, actuators, and columns of metrics.csv."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from alife.analysis.documentation.parameters import parameters
from alife.analysis.documentation.records import strategy_columns
from alife.analysis.documentation.reference import documentation
from alife.config import registry
from alife.config.models import DEFAULT_STRATEGIES
from alife.errors import as_shown
from alife.evolution.shared.base import Strategy
from alife.experiment.descriptions import described
from alife.simulation.metric_columns import metric_columns
from alife.world import EvaluatedWorld, World

GAP = "  "
PARTS = ("worlds", "brains", "strategies", "instruments", "studies")  # kinds whose entries are classes with Params


def entry(kind: str, name: str) -> dict[str, Any]:
    """Describes one entry; a file of the user's own is imported.

    Returns:
        Its kind, name, text and file; of a class also its parameters; of a world, with default parameters, its kind,
        sensors, actuators, measures, objectives and, with its default strategy, all metrics; of a strategy those that
        it adds. Lists hold a dict for each.

    Raises:
        UserError: there is none of this kind and name, or its file is refused.
    """
    known = described(kind)
    if name not in known:
        registry.path(kind, name)  # names the nearest one
    found: dict[str, Any] = {"kind": kind, "name": name, "text": known[name]["doc"], "file": known[name]["file"]}
    if kind not in PARTS:
        return found
    found["text"] = documentation(registry.find(kind, name)) or found["text"]
    found["parameters"] = [
        {"name": one.name, "default": one.default.strip("`"), "range": _unlinked(one.range), "meaning": one.meaning}
        for one in parameters(registry.find_params(kind, name))
    ]
    if kind == "worlds":
        found |= _world(registry.find(kind, name)(registry.find_params(kind, name)()), name)
    if kind == "strategies":
        found["metrics"] = _plain(strategy_columns(name), ("name", "unit", "meaning"))
    return found


def _unlinked(text: str) -> str:
    """Returns Markdown without its links and marks of code."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("`", "")


def _world(world: World, name: str) -> dict[str, Any]:
    """What agents sense and do, and what is measured of them."""
    channel = ("name", "low", "high", "unit", "meaning")
    measures, objectives = (world.measures, world.objectives) if isinstance(world, EvaluatedWorld) else ((), ())
    return {
        "world": world.kind,
        "sensors": _plain(world.sensors, channel),
        "actuators": _plain(world.actuators, channel),
        "measures": _plain(measures, channel),
        "objectives": _plain(objectives, ("name", "unit", "meaning")),
        "metrics": _plain(metric_columns(world, _strategy(world)), ("name", "unit", "meaning")),
    }


def _strategy(world: World) -> Strategy[Any]:
    """Returns the strategy that a configuration of this world has if it names none."""
    name = DEFAULT_STRATEGIES[world.unit]
    made: Strategy[Any] = registry.find("strategies", name)(registry.find_params("strategies", name)())
    return made


def _plain(items: Iterable[Any], keys: Sequence[str]) -> list[dict[str, Any]]:
    return [{key: getattr(item, key) for key in keys} for item in items]


def shown(found: Mapping[str, Any]) -> str:
    """Returns an entry as text, as wide as the terminal."""
    width = shutil.get_terminal_size().columns
    head = f"{found['name']}" + (f": {found['world']} world" if "world" in found else "")
    lines = [head, "", *_text(found["text"], width), "", f"file: {found['file']}"]
    for title, rows in found.items():
        if isinstance(rows, list) and rows:
            lines += ["", title + (" (columns of metrics.csv)" if title == "metrics" else ""), *_rows(rows, width)]
    return "\n".join(lines)


def _text(text: str, width: int) -> Iterator[str]:
    """Yields paragraphs, wrapped."""
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from [""] * bool(number)
        yield from textwrap.wrap(as_shown(" ".join(paragraph.split()), 10_000), width)


def _rows(rows: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """Yields a line for each row: its name, then default and range, or bounds and unit, and what it means."""
    indent = GAP + " " * (max(len(row["name"]) for row in rows) + len(GAP))
    for row in rows:
        bounds = f"{row['low']:g} to {row['high']:g}" if "low" in row else ""
        unit = " ".join(filter(None, (bounds, row.get("unit", ""))))
        told = f"{row['default']} ({row['range']})" if "default" in row else unit
        text = as_shown(": ".join(filter(None, (told, row["meaning"]))), 1000)
        first = f"{GAP}{as_shown(row['name'])}".ljust(len(indent))
        yield from textwrap.wrap(text, width, initial_indent=first, subsequent_indent=indent) or [first.rstrip()]
