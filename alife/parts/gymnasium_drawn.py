"""One copy of an environment of Gymnasium that draws itself."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from alife.parts.gymnasium_calls import called, close_all
from alife.parts.gymnasium_copies import Copies, Maker
from alife.parts.returned_values import described
from alife.world import ExternalError

MODE = "rgb_array"
RENDER = "render() -> an array [H, W, 3] of uint8"


class Drawn(Maker, Protocol):
    """The world that a drawn copy belongs to."""

    def make(self, render_mode: str | None = None) -> Any:
        """Returns one environment. Raises UserError if it cannot be made."""


class DrawnCopy(Copies):
    """A copy of an environment that is made with `render_mode="rgb_array"`, where it has this mode."""

    _world: Drawn

    def __init__(self, world: Drawn, seed: int) -> None:
        """world: that it belongs to. seed: of the run."""
        super().__init__(world, 1, seed)

    def picture(self) -> np.ndarray | None:
        """Returns what the environment draws now: [H, W, 3] uint8; None if it has no render mode rgb_array.

        Raises:
            ExternalError: it fails, or draws something else.
        """
        environment = self._open[0]
        if environment.render_mode != MODE:
            return None
        drawn = called(RENDER, None, environment.render)
        fits = isinstance(drawn, np.ndarray) and drawn.ndim == 3 and drawn.shape[2] == 3 and drawn.dtype == np.uint8
        if not fits or not drawn.size:
            raise ExternalError(f"expected {RENDER}, got {described(drawn)}; correct the environment")
        return np.asarray(drawn)

    def _copy(self, row: int) -> Any:
        if not self._open:
            self._make(self._drawing, 1)
        return self._open[row]

    def _drawing(self) -> Any:
        """The environment with the mode, or, where it has none, without."""
        environment = self._world.make()
        if called("metadata: a dict with render_modes", None, _lacks_mode, environment):
            return environment
        close_all([environment], self._world.title)
        return self._world.make(MODE)


def _lacks_mode(environment: Any) -> bool:
    """True if the mode is not among those of an environment, or if it was made with another one."""
    return environment.render_mode is not None or MODE not in environment.metadata.get("render_modes", ())
