"""Episodes of worlds that other code computes: observations come in, the brain thinks, actions go out.

The other code runs on the host, step by step for all rows at once. What opens and closes an episode, and the brain, are
the same programs as elsewhere, so the brain's bits are, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.cpu.engine import SERIAL_BELOW, CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Bindings, Stage
from alife.errors import UserError
from alife.laws.fields import Fields
from alife.simulation.episode import EpisodeProgram
from alife.world import ExternalSimulator, World


class ExternalEngine:
    """An engine whose episodes take their observations from a simulator and give it the actions."""

    def __init__(self, engine: CpuEngine, simulator: ExternalSimulator, program: EpisodeProgram) -> None:
        """engine: holds the fields and runs all else. simulator: has a copy of the world for each row."""
        self._engine, self._simulator, self._program = engine, simulator, program
        self._before = self._think = self._after = Program([])

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
        """Runs `steps` episodes."""
        for _ in range(steps):
            self._run(self._before)
            self._run_steps()
            self._run(self._after)

    def _run_steps(self) -> None:
        """Runs one episode of every row; those that are done take no further step. Rewards are summed in float64."""
        f = self.fields
        rows = f["living"].copy()
        total = np.zeros(len(rows))
        f["observations"][:] = self._simulator.reset(f["id"])
        going = rows
        for _ in range(self._program.steps):
            self._select(going)
            self._run(self._think)
            observed, rewards, over = self._simulator.step(going, f["actions"][going])
            f["observations"][going], f["done"][going] = observed, over
            total[going] += rewards
            going = going[~over]
            if not len(going):
                break
        self._select(rows)
        f["fitness"][:] = total

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
