"""Values of an agent's columns in plain words, with their units."""

from __future__ import annotations

from alife.laws.fields import Field
from alife.viewer.draw.theme import format_number
from alife.world import UNIT

SMALL = 1e-4  # numbers nearer to 0 are shown as 0
NUMBERS = 64  # bits of the widest mask


def title_of(field: Field) -> str:
    """Returns the words for a column: its title, or its name."""
    return field.title or field.name.replace("_", " ")


def reading(field: Field, value: float) -> str:
    """Returns a value of a column as a person reads it: `Field.words` and `Field.reading` say how.

    Args:
        field: the column.
        value: of one row.
    """
    for code, text in field.words:
        if value == code:
            return text
    if field.reading == "flag":
        return "yes" if value else "no"
    if field.reading == "place":
        return f"no. {int(value) + 1:,}"
    if field.reading == "bits":
        places = [str(bit + 1) for bit in range(NUMBERS) if int(value) >> bit & 1]
        return ", ".join(places) or "none"
    if field.unit == "quanta":
        return f"{format_number(value / UNIT)} units"
    if field.unit == "step":
        return f"step {int(value):,}"
    value = 0.0 if abs(value) < SMALL else value
    unit = "step" if field.unit == "steps" and value == 1 else field.unit
    return f"{format_number(value)} {unit}".strip()
