"""Episodes of worlds that other code computes: observations come in, the brain thinks, actions go out.

The other code runs on the host, step by step for all rows at once. What opens and closes an episode, and the brain, are
the same programs as elsewhere, so the brain's bits are, too. All that it returns is checked: a wrong shape or type, and
whatever it raises, is an error that names the world, the episode and the step; numbers that are not finite stay in
their row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from alife.backends.cpu.engine import SERIAL_BELOW, CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Bindings, Stage
from alife.config.source_lines import explained
from alife.errors import ExternalError, UserError
from alife.laws.fields import Fields
from alife.parts.returned_values import to_flags, to_numbers, unexpected
from alife.simulation.episode import HELD_OUT, EpisodeProgram
from alife.simulation.pulse import Pulse
from alife.world import ExternalSimulator, ExternalWorld, World

Step = tuple[np.ndarray, np.ndarray, np.ndarray]  # observations [K, I], rewards [K], over [K] bool


class CheckedSimulator:
    """A simulator whose results are what they should be, or an error.

    Attributes:
        pulse: called before each step.
        episode: words for the episode under way; "" between two.
        step: its step, from 1; 0: its reset.
        quiet: True once it was said, or if it is not to be said, that numbers are not finite.
    """

    def __init__(self, world: ExternalWorld, simulator: ExternalSimulator, pulse: Pulse) -> None:
        self._world, self._simulator, self.pulse = world, simulator, pulse
        self._episodes, self._num_lanes = np.zeros(0, np.int64), len(world.sensors)
        self.episode, self.step, self.quiet = "", 0, False
        simulator.pulse = pulse

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


def episode_name(number: int) -> str:
    """Returns words for an episode by its number."""
    return f"episode {number}" if number < HELD_OUT else f"held-out episode {number % HELD_OUT}"


class ExternalEngine:
    """An engine whose episodes take their observations from a simulator and give it the actions.

    Attributes:
        position: words for the episode and step under way; "" between two runs.
    """

    def __init__(self, engine: CpuEngine, simulator: CheckedSimulator, program: EpisodeProgram) -> None:
        """engine: holds the fields and runs all else. simulator: has a copy of the world for each row."""
        self._engine, self._simulator, self._program = engine, simulator, program
        self._before = self._think = self._after = Program([])
        self._run_number = self._num_runs = 0

    @property
    def position(self) -> str:
        """Words for the episode and step under way, "" between two."""
        simulator = self._simulator
        if not simulator.episode:
            return ""
        held_out = simulator.episode.startswith("held-out")
        name = "held-out episodes" if held_out else f"episode {self._run_number} of {self._num_runs}"
        return f"{name}, step {simulator.step:,} of {self._program.steps:,}"

    @property
    def fields(self) -> Fields:
        """The fields as they are now."""
        return self._engine.fields

    @property
    def bindings(self) -> Bindings:
        """The names that stages may use."""
        return self._engine.bindings

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Compiles the parts of the episode; `stages` are those of its program."""
        parts = (self._program.before, self._program.step, self._program.after)
        self._before, self._think, self._after = (Program(self._engine.calls(part)) for part in parts)

    def run(self, steps: int) -> None:
        """Runs `steps` episodes. Raises ExternalError if the simulator fails."""
        self._num_runs = steps
        for number in range(steps):
            self._run_number = number + 1
            self._run(self._before)
            rows = self.fields["living"].copy()
            try:
                self._run_steps(rows)
            finally:
                self._select(rows)
                self._simulator.episode = ""
            self._run(self._after)

    def _run_steps(self, rows: np.ndarray) -> None:
        """Runs one episode of rows [N]; those that are done take no further step. Rewards are summed in float64."""
        f = self.fields
        total = np.zeros(len(rows))
        f["observations"][:], finite = self._simulator.reset(f["id"])
        total[~finite] = np.nan
        going = rows[finite]
        for _ in range(self._program.steps if len(going) else 0):
            self._select(going)
            self._run(self._think)
            observed, rewards, over = self._simulator.take(going, f["actions"][going])
            f["observations"][going], f["done"][going] = observed, over
            total[going] += rewards
            going = going[~over]
            if not len(going):
                break
        with np.errstate(over="ignore"):  # infinite fitness is invalid
            f["fitness"][:] = total

    def close(self) -> None:
        """Gives back what the simulator holds; it takes it again where it must."""
        self._simulator.close()

    def _select(self, rows: np.ndarray) -> None:
        """Lets laws and brain run over these rows from now on. rows: [K] int32."""
        self.fields["living"][: len(rows)] = rows
        self._engine.bindings.rows.counts["living"][0] = len(rows)

    def _run(self, program: Program) -> None:
        living = int(self._engine.bindings.rows.counts["living"][0])
        program.run(self._engine.threads if living >= SERIAL_BELOW else 1)

    def written(self, *names: str) -> None:
        """Nothing to do: simulator and programs read the same arrays."""

    moved = written


def check_host(world: World, backend: str) -> None:
    """Checks that a world that runs on the host is asked to.

    Raises:
        UserError: the GPU is asked for.
    """
    if backend == "gpu" and world.runs_on_host:
        raise UserError(
            f"run.backend: expected cpu, as world {type(world).__name__.lower()} computes on the host, got gpu; "
            "write backend: cpu",
            ("run", "backend"),
        )
