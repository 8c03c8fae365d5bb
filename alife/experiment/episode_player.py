"""Episodes step by step, as a replay shows them."""

from __future__ import annotations

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.brains import Brain
from alife.errors import UserError
from alife.laws.fields import Fields
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld, Scene, World
from alife.world.base import scene_of


class EpisodePlayer:
    """Plays episodes of one genome, or of one genome of each role, law by law with a halt after every step.

    Attributes:
        world, brain: the parts.
        length: steps of an episode at most.
        steps: steps played in all.
        episode: number of this episode, from 1.
        over: True between two episodes.
        copies: of the world, or arenas.
    """

    copies = 1
    begun = 0

    def __init__(self, world: World, brain: Brain, seed: int) -> None:
        """Compiles an episode of one copy of the world, or of one arena, on the CPU.

        Raises:
            UserError: the world draws no scene, or its episodes cannot be halted.
        """
        self.world, self.brain = world, brain
        self._evaluator = self._make_evaluator(seed)
        self._prepare()
        self.length = self._evaluator.program.steps
        self.steps = self.episode = 0
        self.over = True

    def _make_evaluator(self, seed: int) -> Evaluator:
        """Returns an evaluator of one genome, or of one arena. Raises UserError as the constructor does."""
        world = self.world
        if not (isinstance(world, EvaluatedWorld) and world.has_scene()):
            name = world.entry_name()
            raise UserError(f"live: expected a world that draws a scene, got {name}; write evolve, then inspect")
        return make_evaluator(world, self.brain, self.copies, seed, threads=1)

    def _prepare(self) -> None:
        """Compiles the parts of an episode."""
        engine = self._evaluator.engine
        assert isinstance(engine, CpuEngine)
        self._counts = engine.bindings.rows.counts  # of each table, and of the living
        self._before, self._step, self._after = (
            Program(engine.calls(part)) for part in self._evaluator.program.single_steps
        )

    @property
    def fields(self) -> Fields:
        """Every column as it is now."""
        return self._evaluator.fields

    @property
    def num_alive(self) -> int:
        """Agents in an episode."""
        return self._evaluator.count

    @property
    def clock(self) -> int:
        """Steps taken in this episode."""
        return int(self.fields["clock"][0])

    @property
    def fitness(self) -> float:
        """Fitness in this episode so far, of the first agent."""
        return float(self.fields["fitness"][0])

    def living(self) -> np.ndarray:
        """Rows of the agents: [N] int32."""
        return self.fields["living"][: self.num_alive].copy()

    def begin(self, genomes: np.ndarray) -> None:
        """Opens the next episode. genomes: [R, G], one of each role."""
        self.fields["genome"][:] = self._rows_of(genomes)
        self.fields["episode"][0] = HELD_OUT + self.episode
        for name in ("clock", "observations", "actions"):
            self.fields[name][:] = 0  # the last one may have been left before its end
        self.episode += 1
        self._open()
        self.over = self._is_over()

    def step(self) -> None:
        """Takes one step; the last one leaves the world as it is, to be looked at."""
        self._take_step()
        self.steps += 1
        self.over = self._is_over()

    def close(self) -> float:
        """Closes the episode and returns its fitness, as an evaluator sums it."""
        self._finish()
        return self.fitness

    def scene(self, chosen: int = 0) -> Scene:
        """Returns what the world looks like now. chosen: row whose facts are printed beside it."""
        return scene_of(self.world, self.fields, self.living())

    def release(self) -> None:
        """Gives back what code of others holds; it takes it again where it must."""
        self._evaluator.close()

    def _rows_of(self, genomes: np.ndarray) -> np.ndarray:
        """Returns genomes [R, G], one of each role, as rows [N, G] of agents."""
        return self._evaluator.rows_of(genomes)

    def _open(self) -> None:
        self._before.run()

    def _take_step(self) -> None:
        self._step.run()

    def _finish(self) -> None:
        self._after.run()

    def _is_over(self) -> bool:
        """True if the episode has no further step."""
        return self.clock >= self.length or bool(self.fields["done"].all())
