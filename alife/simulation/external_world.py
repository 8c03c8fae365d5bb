"""Episodes of worlds that somebody else computes: observations come in, the brain thinks, actions go out.

The laws of such a world are code of another library that runs on the host, step by step for all rows at once. What
opens and closes an episode, and the brain, are the same programs as elsewhere, so the brain's bits are, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.cpu.engine import SERIAL_BELOW, CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Bindings, PerAgentLoop, Stage
from alife.errors import UserError
from alife.laws.fields import Fields
from alife.world import ExternalSimulator, World


class ExternalEngine:
    """An engine in whose `PerAgentLoop` part a host does what the world's laws do elsewhere."""

    def __init__(self, engine: CpuEngine, host: ExternalSimulator) -> None:
        """engine: holds the fields and runs all else. host: has a copy of the world for each row."""
        self._engine, self._host, self._steps = engine, host, 0
        self._opening = self._thinking = self._closing = Program([])

    @property
    def fields(self) -> Fields:
        """The fields as they are now."""
        return self._engine.fields

    @property
    def setting(self) -> Bindings:
        """What the parts may name."""
        return self._engine.setting

    def prepare(self, parts: Sequence[Stage]) -> None:
        """Compile the parts of an episode, one of which is an `PerAgentLoop`."""
        place, alone = next((place, part) for place, part in enumerate(parts) if isinstance(part, PerAgentLoop))
        self._steps = alone.steps
        before, after = parts[:place], parts[place + 1 :]
        self._opening, self._thinking, self._closing = (
            Program(self._engine.calls(some)) for some in (before, alone.parts, after)
        )

    def run(self, steps: int) -> None:
        """Live so many episodes."""
        for _ in range(steps):
            self._run(self._opening)
            self._live()
            self._run(self._closing)

    def _live(self) -> None:
        """One episode of every row; those that are done take no further step. Rewards are summed in float64."""
        f = self.fields
        rows = f["living"].copy()
        total = np.zeros(len(rows))
        f["observations"][:] = self._host.reset(f["id"])
        going = rows
        for _ in range(self._steps):
            self._among(going)
            self._run(self._thinking)
            observed, rewards, over = self._host.step(going, f["actions"][going])
            f["observations"][going], f["done"][going] = observed, over
            total[going] += rewards
            going = going[~over]
            if not len(going):
                break
        self._among(rows)
        f["fitness"][:] = total

    def _among(self, rows: np.ndarray) -> None:
        """Laws and brain run over these rows now. rows: [K] int32."""
        self.fields["living"][: len(rows)] = rows
        self._engine.setting.rows.counts["living"][0] = len(rows)

    def _run(self, program: Program) -> None:
        living = int(self._engine.setting.rows.counts["living"][0])
        program.run(self._engine.threads if living >= SERIAL_BELOW else 1)

    def written(self, *names: str) -> None:
        """Nothing to do: host and programs read the same arrays."""

    moved = written


def external_engine(engine: CpuEngine, world: World, seed: int, backend: str) -> ExternalEngine:
    """An engine for a hosted world. Raises UserError for a card: its environments compute on the host."""
    if backend == "gpu":
        raise UserError(
            f"run.backend: expected cpu, as world {type(world).__name__.lower()} computes on the host, came gpu; "
            "write backend: cpu",
            ("run", "backend"),
        )
    return ExternalEngine(engine, world.host(len(engine.fields["living"]), seed))
