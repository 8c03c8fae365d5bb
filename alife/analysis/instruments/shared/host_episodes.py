"""Held-out episodes in which a function on the host chooses the actions, for interventions that no genome expresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import Bindings, Engine, Stage
from alife.brains import Brain
from alife.config.models import Config
from alife.errors import UserError
from alife.experiment.build import make_world
from alife.laws.fields import Fields
from alife.simulation.checked_simulator import CheckedSimulator, made_simulator
from alife.simulation.episode import pass_time, rewind
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.world import EpisodicWorld, ExternalWorld

Act = Callable[[np.ndarray, np.ndarray], np.ndarray]  # rows [K] and observations [K, I] -> raw actions [K, O]


class HostEpisodes:
    """Episodes of N copies of a world, step by step; a copy whose episode is over takes no further step.

    Attributes:
        count: N.
        length: steps of an episode at most.
    """

    def __init__(self, config: Config, brain: Brain, count: int) -> None:
        """Compiles the laws of an episode.

        Args:
            config: whose world it is, and whose seed all draws have.
            brain: its sizes are those of the columns; it is never run.
            count: N.

        Raises:
            UserError: the agents of the world meet each other, or it is more than fits into memory.
        """
        world = make_world(config)
        if not isinstance(world, EpisodicWorld | ExternalWorld):
            raise UserError(
                f"expected a world whose agents live alone in episodes, got {world.entry_name()}, where they meet; "
                "name a genome of another world"
            )
        self.count, self._world, self._seed = count, world, config.seed
        self._laws = _Laws(world, brain, count, config.seed)
        self.length = self._laws.length

    @property
    def fields(self) -> Fields:
        """The columns of the copies as they are now; of a world that other code computes they say nothing of it."""
        return self._laws.fields

    def run(self, act: Act, episodes: np.ndarray | None = None) -> np.ndarray:
        """Runs one episode of each copy.

        Args:
            act: returns the raw actions of the copies that still take part. rows: [K] int32, ascending;
                observations: [K, I] float32.
            episodes: [N] numbers of the episodes; None: the first N that no generation meets. Equal numbers are equal
                episodes.

        Returns:
            [N] float32 fitness.

        Raises:
            ExternalError: code of others fails.
        """
        numbers = HELD_OUT + np.arange(self.count) if episodes is None else np.asarray(episodes, np.int64)
        if isinstance(self._world, ExternalWorld):
            return self._run_external(self._world, act, numbers)
        self._laws.begin(numbers)
        going = np.arange(self.count, dtype=np.int32)
        for _ in range(self.length):
            self._laws.observe(going)
            fields = self._laws.fields
            fields["actions"][going] = act(going, fields["observations"][going])
            self._laws.act()
            going = going[fields["done"][going] == 0]
            if not len(going):
                break
        return self._laws.end()

    def _run_external(self, world: ExternalWorld, act: Act, numbers: np.ndarray) -> np.ndarray:
        simulator = CheckedSimulator(world, made_simulator(world, self.count, self._seed), self._laws.pulse)
        simulator.quiet = True
        try:
            observed, finite = simulator.reset(numbers)
            total = np.where(finite, 0.0, np.nan)
            going, observed = np.flatnonzero(finite).astype(np.int32), observed[finite]
            for _ in range(self.length):
                if not len(going):
                    break
                observed, rewards, over = simulator.take(going, act(going, observed))
                total[going] += rewards
                going, observed = going[~over], observed[~over]
        finally:
            simulator.close()
        return total.astype(np.float32)


class _Laws:
    """The laws of a world's episode, in parts between which the host can act."""

    def __init__(self, world: EpisodicWorld | ExternalWorld, brain: Brain, count: int, seed: int) -> None:
        self._evaluator = _OnHost(world, brain, count, seed, threads=1)
        self.length, self.fields, self.pulse = world.lifetime, self._evaluator.fields, self._evaluator.pulse
        program, engine = self._evaluator.program, self._evaluator.engine
        assert isinstance(engine, CpuEngine)
        self._count = engine.bindings.rows.counts["living"]

        def compiled(stages: Sequence[Stage]) -> Program:
            return Program(engine.calls(stages))

        self._open, self._reset = compiled(program.before[:1]), compiled(program.before[1:])
        self._observe, self._act = compiled(program.observe), compiled((*program.act, pass_time))
        self._after = compiled((rewind, *program.after))

    def begin(self, numbers: np.ndarray) -> None:
        """Opens the episodes with these numbers [N]."""
        self._select(np.arange(len(numbers), dtype=np.int32))
        for name in ("clock", "observations", "actions"):
            self.fields[name][:] = 0
        self._evaluator.open_episodes(0)
        self._open.run()
        self.fields["id"][:] = numbers
        self._reset.run()

    def observe(self, rows: np.ndarray) -> None:
        """Lets the laws run over these rows [K] from now on, and fills their observations."""
        self._select(rows)
        self._observe.run()

    def act(self) -> None:
        """Applies the actions of the rows."""
        self._act.run()

    def end(self) -> np.ndarray:
        """Closes the episodes and returns the fitness of each: [N] float32."""
        self._select(np.arange(len(self.fields["id"]), dtype=np.int32))
        self._after.run()
        return self.fields["total"].copy()

    def _select(self, rows: np.ndarray) -> None:
        self.fields["living"][: len(rows)] = rows
        self._count[0] = len(rows)


class _OnHost(Evaluator):
    """An evaluator of which the parts of an episode are used, also of a world that other code computes."""

    def _engine(self, bindings: Bindings, threads: int, backend: str) -> Engine:
        return CpuEngine(bindings, threads)
