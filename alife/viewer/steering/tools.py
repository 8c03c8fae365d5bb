"""Tools: what the mouse does to the world, from its button going down to its release."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from alife.parts.barriers import WALL
from alife.viewer.keys import label_of
from alife.viewer.steering.interface import Steerer

RADII = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0)  # of the brush, world units
OFTEN, CLOSE = 0.5, 0.5  # of the radius, and world units at least, that the brush moves between two discs
END = label_of("leave")
Place = tuple[float, float]


class Tool(ABC):
    """Base of all tools.

    Attributes:
        name: as the table of keys has it.
    """

    name: ClassVar[str]

    @abstractmethod
    def hint(self) -> str:
        """Returns how it is used, in a line."""

    @abstractmethod
    def down(self, session: Steerer, pixel: Place) -> None:
        """Begins at a pixel of the view."""

    def drag(self, session: Steerer, pixel: Place) -> None:
        """Goes on to a pixel; most tools act at the beginning or the end alone."""
        return

    def up(self, session: Steerer, pixel: Place) -> None:
        """Ends at a pixel."""
        return

    def radius(self) -> float:
        """Returns the radius of what it changes, world units; 0 for a point."""
        return 0.0


class Mover(Tool):
    """Drags an agent to another place."""

    name = "move"

    def __init__(self) -> None:
        """Holds no agent."""
        self.id: int | None = None

    def hint(self) -> str:
        """Returns how it is used, in a line."""
        return f"Drag an agent to another place; {label_of('take_mover')} or {END} ends"

    def down(self, session: Steerer, pixel: Place) -> None:
        """Takes the agent at a pixel, and selects it."""
        session.click(pixel)
        self.id = session.selection.id if session.selection else None

    def up(self, session: Steerer, pixel: Place) -> None:
        """Lets it go."""
        if self.id is not None:
            x, y = session.place_at(pixel)
            session.intervene("move", id=self.id, x=x, y=y)
        self.id = None


@dataclass
class Brush(Tool):
    """Paints a quantity of the ground, erases it, or builds barriers and takes them away.

    Attributes:
        field: the quantity.
        value: that it is set to.
        unit: of the value.
        size: place in RADII.
        count: interventions of the present stroke.
    """

    field: str
    value: float
    unit: str
    size: int = RADII.index(3.0)
    count: int = 0
    _last: Place | None = None

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the tool."""
        if self.field == WALL:
            return "wall" if self.value else "open"
        return "paint" if self.value else "erase"

    def hint(self) -> str:
        """Returns how it is used, in a line."""
        what = f"Paint {self.field}, {self.value:g} {self.unit}" if self.value else f"Erase {self.field}"
        if self.field == WALL:
            what = "Build barriers" if self.value else "Take barriers away"
        keys = f"{label_of('smaller_brush')} and {label_of('larger_brush')}"
        return f"{what}: drag; radius {self.radius():g}, {keys} change it; {END} ends"

    def radius(self) -> float:
        """Returns the radius of the brush, world units."""
        return RADII[self.size]

    def resize(self, by: int) -> None:
        """Takes a smaller (-1) or larger (1) brush."""
        self.size = min(max(self.size + by, 0), len(RADII) - 1)

    def down(self, session: Steerer, pixel: Place) -> None:
        """Begins a stroke."""
        self.count, self._last = 0, None
        self.drag(session, pixel)

    def drag(self, session: Steerer, pixel: Place) -> None:
        """Paints from where the brush was last to a pixel, if that is far enough."""
        place, last = session.place_at(pixel), self._last
        if last is not None and session.apart(place, last) < max(OFTEN * self.radius(), CLOSE):
            return
        values: dict[str, Any] = {"field": self.field, "radius": self.radius(), "value": self.value}
        start = place if last is None or crosses_edge(session, last, place) else last
        values |= {"x": start[0], "y": start[1]}
        values |= {"to_x": place[0], "to_y": place[1]} if start != place else {}
        self._last = place
        self.count += session.intervene("paint", joined=self.count > 0, **values)


def crosses_edge(session: Steerer, one: Place, other: Place) -> bool:
    """Returns True if the shortest way between two places is over an edge of the world."""
    return math.hypot(one[0] - other[0], one[1] - other[1]) > session.apart(one, other) + CLOSE


@dataclass
class Placer(Tool):
    """Places founders of a genome.

    Attributes:
        genome: a file or the name of one.
    """

    genome: str
    name = "place"

    def hint(self) -> str:
        """Returns how it is used, in a line."""
        key = label_of("show_genomes")
        return f"Click to place an agent with the genome {self.genome}; {key} or {END} ends"

    def down(self, session: Steerer, pixel: Place) -> None:
        """Places one agent."""
        x, y = session.place_at(pixel)
        session.intervene("place", genome=self.genome, x=x, y=y)
