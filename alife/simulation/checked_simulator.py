"""The results of a simulator of an external world, checked: what is wrong names the world, the episode and the step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from alife.config.declarations import read, refuse, shown_item
from alife.config.source_lines import explained
from alife.errors import ExternalError
from alife.parts.returned_values import to_flags, to_numbers, unexpected
from alife.simulation.episode import HELD_OUT
from alife.simulation.pulse import Pulse
from alife.world import ExternalSimulator, ExternalWorld

Step = tuple[np.ndarray, np.ndarray, np.ndarray]  # observations [K, I], rewards [K], over [K] bool


class CheckedSimulator:
    """A simulator whose results are what they should be, or an error.

    Attributes:
        pulse: called before each step.
        episode: words for the episode under way; "" between two.
        step: its step, from 1; 0: its reset.
        quiet: True once it was said, or if it is not to be said, that numbers are not finite.
    """

    def __init__(self, world: ExternalWorld, simulator: ExternalSimulator, pulse: Pulse, processes: int = 1) -> None:
        """processes: of the simulator, where it can have several."""
        self._world, self._simulator, self.pulse = world, simulator, pulse
        self._episodes, self._num_lanes = np.zeros(0, np.int64), len(world.sensors)
        self.episode, self.step, self.quiet = "", 0, False
        simulator.pulse = pulse
        if hasattr(simulator, "processes"):
            simulator.processes = processes

    def reset(self, episodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Begins episodes with these numbers: [N] -> observations [N, I], and [N] bool, True where all are finite.

        Raises:
            ExternalError: the code of the world fails, or returns something else.
        """
        self._episodes, self.step = episodes.copy(), 0
        self.episode = episode_name(int(episodes[0]))
        observed = self._call(lambda: self._observations(self._simulator.reset(episodes.copy()), len(episodes)))
        finite = np.isfinite(observed).all(axis=1)
        self._say_invalid(np.arange(len(episodes)), observed, finite, None)
        return observed, finite

    def take(self, rows: np.ndarray, actions: np.ndarray) -> Step:
        """Takes one step of rows [K] by raw actions [K, O]; rewards are NaN where the episode cannot go on.

        Raises:
            ExternalError: as in `reset`.
        """
        self.pulse()
        self.step += 1
        observed, rewards, over = self._call(lambda: self._results(self._simulator.step(rows, actions), len(rows)))
        seen = np.isfinite(observed).all(axis=1) | over  # no brain gets the last one
        finite = seen & np.isfinite(rewards)
        self._say_invalid(rows, observed, finite, rewards)
        return observed, np.where(finite, rewards, np.nan), over | ~finite

    def _call(self, compute: Callable[[], Any]) -> Any:
        try:
            return compute()
        except ExternalError as error:
            raise ExternalError(f"{self._place(error.row)}: {error}", error.row) from error
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            message = f"expected a step, got {explained(error)}; correct the world"
            raise ExternalError(f"{self._place(None)}: {message}") from error

    def _results(self, given: Any, count: int) -> Step:
        if not isinstance(given, tuple | list) or len(given) != 3:
            raise unexpected("step", "observations, rewards, over", given)
        observed, rewards, over = given
        numbers = to_numbers(rewards, (count,), "rewards").astype(np.float64)
        return self._observations(observed, count), numbers, to_flags(over, (count,), "over")

    def _observations(self, given: Any, count: int) -> np.ndarray:
        with np.errstate(over="ignore"):
            return to_numbers(given, (count, self._num_lanes), "observations").astype(np.float32)

    def _place(self, row: int | None) -> str:
        name = self.episode if row is None else episode_name(int(self._episodes[row]))
        return f"{self._world.title}: {name}, step {self.step}"

    def _say_invalid(
        self, rows: np.ndarray, observed: np.ndarray, finite: np.ndarray, rewards: np.ndarray | None
    ) -> None:
        """Prints, once, that a genome becomes invalid, and why. Shapes as in `take`."""
        if self.quiet or finite.all():
            return
        self.quiet, at = True, int(np.flatnonzero(~finite)[0])
        if rewards is not None and not np.isfinite(rewards[at]):
            what = f"a finite reward, got {rewards[at]}"
        else:
            lane = int(np.flatnonzero(~np.isfinite(observed[at]))[0])
            what = f"finite observations, got {observed[at, lane]} as {self._world.sensors[lane].name}"
        place = self._place(int(rows[at]))
        print(
            f"alife: {place}: expected {what}; such genomes count as invalid, and no more is said of them",
            file=sys.stderr,
        )

    def close(self) -> None:
        """Lets the simulator give back what it holds."""
        close = getattr(self._simulator, "close", None)
        if close is not None:
            close()


def made_simulator(world: ExternalWorld, count: int, seed: int) -> ExternalSimulator:
    """Returns what steps a world. Raises LocatedError if the world makes none."""
    made: ExternalSimulator = read(world, "simulator", count, seed)
    if not callable(getattr(made, "reset", None)) or not callable(getattr(made, "step", None)):
        wanted = "an ExternalSimulator, with reset(episodes) and step(rows, actions)"
        refuse(type(world), "simulator", wanted, shown_item(made), "return and the simulator")
    return made


def episode_name(number: int) -> str:
    """Returns words for an episode by its number."""
    return f"episode {number}" if number < HELD_OUT else f"held-out episode {number % HELD_OUT}"
