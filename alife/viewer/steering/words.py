"""Words for what is done to a world by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alife.parts.barriers import WALL
from alife.viewer.draw.theme import format_number

NEEDS_CPU = "Steering needs the CPU backend: open it again with --backend cpu"


def describe(kind: str, values: Mapping[str, Any]) -> str:
    """Returns what an intervention does, in a few words.

    Args:
        kind: of the intervention.
        values: as `alife.simulation.interventions` declares them.
    """
    match kind:
        case "remove":
            return f"removed agent {values['id']:,}"
        case "move":
            return f"moved agent {values['id']:,}"
        case "clone":
            return f"cloned agent {values['id']:,}"
        case "place":
            count = values.get("count", 1)
            return f"placed {count:,} agent{'s' * (count != 1)}"
        case "set":
            return f"set {values['param'].replace('_', ' ')} to {shown(values['value'])}"
        case "paint" if values["field"] == WALL:
            return "built a barrier" if values["value"] >= 0.5 else "took a barrier away"
        case "paint":
            return f"{'painted' if values['value'] else 'erased'} {values['field']}"
    raise ValueError(f"expected a kind of intervention, got {kind}")


def shown(value: bool | int | float) -> str:
    """Returns a number of the world as it is shown: true and false, whole numbers, or about six digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def count_text(count: int, noun: str) -> str:
    """Returns "1 step", "2,000 steps"."""
    return f"{count:,} {noun}{'s' * (count != 1)}" if count < 10**6 else f"{format_number(count)} {noun}s"
