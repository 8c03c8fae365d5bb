"""Episodes of worlds that other code computes: observations come in, the brain thinks, actions go out.

The other code runs on the host, step by step for all rows at once. What opens and closes an episode, and the brain, are
the same programs as elsewhere, so the brain's bits are, too. All that it returns is checked (`checked_simulator.py`);
numbers that are not finite stay in their row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.cpu.engine import SERIAL_BELOW, CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Bindings, Stage
from alife.errors import UserError
from alife.laws.fields import Fields
from alife.simulation.checked_simulator import CheckedSimulator
from alife.simulation.episode import EpisodeProgram
from alife.world import World


class ExternalEngine:
    """An engine whose episodes take their observations from a simulator and give it the actions.

    Attributes:
        position: words for the episode and step under way; "" between two runs.
        place: number from 0 of the one episode that is run next, and of how many; None: it follows from `run`.
    """

    place: tuple[int, int] | None = None

    def __init__(self, engine: CpuEngine, simulator: CheckedSimulator, program: EpisodeProgram) -> None:
        """engine: holds the fields and runs all else. simulator: has a copy of the world for each row."""
        self._engine, self._simulator, self._program = engine, simulator, program
        self._before = self._think = self._after = Program([])
        self._run_number = self._num_runs = 0
        self._rows = self._going = np.zeros(0, np.int32)  # of the episode under way, and those that are not done
        self._total = np.zeros(0)

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
        first, self._num_runs = self.place or (0, steps)
        for number in range(first, first + steps):
            self._run_number = number + 1
            try:
                self.begin()
                while not self.over:
                    self.step()
            finally:
                self._select(self._rows)
                self._simulator.episode = ""
            self.finish()

    def begin(self) -> None:
        """Opens an episode of all rows. Raises ExternalError if the simulator fails."""
        f = self.fields
        self._rows = f["living"].copy()
        self._run(self._before)
        self._going, self._total = self._rows[:0], np.zeros(len(self._rows))
        f["observations"][:], finite = self._simulator.reset(f["id"])
        self._total[~finite] = np.nan
        self._going = self._rows[finite]

    @property
    def over(self) -> bool:
        """True if the episode has no further step."""
        return not len(self._going) or self._simulator.step >= self._program.steps

    @property
    def num_steps(self) -> int:
        """Steps taken in this episode."""
        return self._simulator.step

    @property
    def total(self) -> np.ndarray:
        """Sums of rewards so far: [N] float64, NaN for invalid rows."""
        return self._total

    def step(self) -> None:
        """Takes one step of the rows that are not done. Raises ExternalError if the simulator fails."""
        f, going = self.fields, self._going
        self._select(going)
        self._run(self._think)
        observed, rewards, over = self._simulator.take(going, f["actions"][going])
        f["observations"][going], f["done"][going] = observed, over
        with np.errstate(over="ignore"):  # a sum that is not finite is invalid, too
            self._total[going] += rewards
        self._going = going[~over]

    def finish(self) -> None:
        """Closes the episode: its fitness is the sum of rewards."""
        self._select(self._rows)
        with np.errstate(over="ignore"):  # infinite fitness is invalid
            self.fields["fitness"][:] = self._total
        self._run(self._after)

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
