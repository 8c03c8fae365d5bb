"""The interface of a session that steers, as tools and sheets use it."""

from __future__ import annotations

from typing import Any, Protocol

from alife.experiment.run import Run
from alife.viewer.selection import SharedSelection
from alife.viewer.thumbnails import Thumbnails


class Steerer(Protocol):
    """A session whose world can be changed; see `alife.viewer.steering.commands.SteeringCommands`."""

    run: Run
    selection: SharedSelection | None

    def intervene(self, kind: str, joined: bool = False, **values: Any) -> bool:
        """Changes the world, says so, and returns True; or says why it is refused."""

    def say(self, text: str) -> None:
        """Shows a line of text for some seconds."""

    def click(self, pixel: tuple[float, float]) -> None:
        """Selects the agent under a pixel of the view, or none."""

    def place_at(self, pixel: tuple[float, float]) -> tuple[float, float]:
        """Returns the place in the world at a pixel of the view."""

    def apart(self, one: tuple[float, float], other: tuple[float, float]) -> float:
        """Returns the distance of two places in world units."""

    def take_placer(self, genome: str) -> None:
        """Takes the tool that places agents. genome: a file or the name of one."""


class Returner(Protocol):
    """A session that goes back; see `alife.viewer.steering.way_back.WayBack`."""

    run: Run
    thumbnails: Thumbnails

    def return_to(self, name: str) -> None:
        """Shows the run from a savepoint on."""

    def restart(self) -> None:
        """Begins the run anew, untouched, with the same seed."""
