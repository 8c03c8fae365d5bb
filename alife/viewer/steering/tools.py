"""Tools: what the mouse does to the world, from its button going down to its release."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from alife.viewer.steering.interface import Steerer

RADII = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0)  # of the brush, world units
OFTEN, CLOSE = 0.5, 0.5  # of the radius, and world units at least, that the brush moves between two discs
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
        return "Drag an agent to another place; a or esc ends"

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
    """Paints a quantity of the ground, or erases it.

    Attributes:
        field: the quantity.
        value: that it is set to.
        unit: of the value.
        size: place in RADII.
        count: discs of the present stroke.
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
        return "paint" if self.value else "erase"

    def hint(self) -> str:
        """Returns how it is used, in a line."""
        what = f"Paint {self.field}, {self.value:g} {self.unit}" if self.value else f"Erase {self.field}"
        return f"{what}: drag; radius {self.radius():g}, [ and ] change it; esc ends"

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
        """Paints a disc if the brush has moved far enough since the last one."""
        place = session.place_at(pixel)
        if self._last is None or session.apart(place, self._last) >= max(OFTEN * self.radius(), CLOSE):
            values = {"field": self.field, "x": place[0], "y": place[1], "radius": self.radius(), "value": self.value}
            self._last = place
            self.count += session.intervene("paint", joined=self.count > 0, **values)


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
        return f"Click to place an agent with the genome {self.genome}; i or esc ends"

    def down(self, session: Steerer, pixel: Place) -> None:
        """Places one agent."""
        x, y = session.place_at(pixel)
        session.intervene("place", genome=self.genome, x=x, y=y)
