"""Evaluates pairs of genomes: agents of two roles meet in arenas, a genome of each role in an arena, many at once.

All agents of a role in one arena are clones of one genome. Agents act upon each other, so an episode is not one loop an
agent: all take each step together. Rows of one arena lie side by side, those of the first role first.
"""

from __future__ import annotations

import numpy as np

from alife.backends.genome_arrays import Genomes
from alife.backends.program import Bindings, BrainStage, birth_stages
from alife.brains import Brain
from alife.errors import UserError
from alife.laws.fields import Field
from alife.laws.law import per_agent
from alife.laws.maths import f32, i64
from alife.simulation.births import salt
from alife.simulation.columns import EngineScalars, EpisodeCounters, SeatedLife
from alife.simulation.episode import EpisodeProgram
from alife.simulation.episode_laws import closing, open_tally, tallied
from alife.simulation.evaluator import Evaluator
from alife.world import ArenaWorld

SEATS = 2**16  # of an arena at most: seeds of brain states count by episode and seat


@per_agent
def enter(a: SeatedLife, totals: EpisodeCounters) -> None:
    """Opens an episode: the same in all arenas, or each arena's own."""
    a.id = totals.episode + i64(a.arena) * totals.apart
    a.fitness = 0.0
    a.done = 0
    a.taken = 0


@per_agent(columns="state")
def reset_brain_state(a: SeatedLife, k: int, world: EngineScalars) -> None:
    """Clears the state; the salt, by which brains draw, differs between agents of one arena."""
    a.state[k] = salt(world.seed, a.id * SEATS + i64(a.seat)) if k == world.salt_column else f32(0.0)


@per_agent
def take_step(a: SeatedLife) -> None:
    """Counts a step of each agent that was not out before it."""
    a.taken += 1 if a.done == 0 else 0


class ArenaEvaluator(Evaluator):
    """A world for pairs of genomes, each pair in an arena of its own.

    Attributes:
        count: N, rows: agents in all arenas.
        arenas: A, their number.
        team: [2] agents of each role in one arena.
    """

    world: ArenaWorld
    columns = (
        Field("arena", "int32", meaning="number of the arena that the agent is in"),
        Field("seat", "int32", meaning="its place there, from 0: first role first"),
        Field("role", "int32", meaning="its place among the world's roles"),
    )

    def __init__(
        self,
        world: ArenaWorld,
        brain: Brain,
        arenas: int,
        seed: int,
        threads: int = 0,
        backend: str = "cpu",
        checked: bool = False,
    ) -> None:
        """arenas: A, pairs of genomes that meet at the same time. See `Evaluator` for the others.

        Raises:
            UserError: not two roles or no agent of one, or more than fits into memory.
        """
        self.arenas, self.team = arenas, np.array(world.team)
        if len(world.roles) != 2 or len(world.team) != 2 or min(world.team) < 1 or sum(world.team) > SEATS:
            raise UserError(
                f"{type(world).__name__}: expected two roles, a team of at least one agent of each and {SEATS:,} at "
                f"most, got roles {world.roles} and team {world.team}"
            )
        super().__init__(world, brain, arenas * int(self.team.sum()), seed, threads, backend, checked)

    def _bindings(self) -> Bindings:
        bindings = super()._bindings()
        size, rows = int(self.team.sum()), np.arange(self.count)
        bindings.fields["arena"][:], bindings.fields["seat"][:] = rows // size, rows % size
        bindings.fields["role"][:] = np.tile(np.repeat(np.arange(2), self.team), self.arenas)
        return bindings

    def sample_bindings(self) -> Bindings:
        """Returns columns of their own for the agents of one arena."""
        return self._with(arenas=1, count=int(self.team.sum()))._bindings()

    def _program(self) -> EpisodeProgram:
        world, brain = self.world, self.brain.program
        tallies = (open_tally.on(values=name) for name in tallied(world))
        return EpisodeProgram(
            before=(enter, reset_brain_state, *tallies, *birth_stages(brain, "living"), *world.stage("reset")),
            observe=world.stage("observe"),
            think=(BrainStage(brain),),
            act=(take_step, *world.stage("step")),
            after=(*world.stage("fitness"), *closing(world)),
            steps=world.lifetime,
            lockstep=True,
        )

    def rows_of(self, genomes: np.ndarray) -> np.ndarray:
        """Genomes [2, G] of the roles as rows [N, G] of agents, the same in all arenas."""
        return np.tile(np.repeat(genomes, self.team, axis=0), (self.arenas, 1))

    def play(self, pool: Genomes, which: np.ndarray, episode: int, apart: bool = False) -> np.ndarray:
        """Runs one episode in every arena.

        Args:
            pool: [M, G] genomes, on the host or where `arrays` keeps them.
            which: [A, 2] rows of the pool, for each role.
            episode: its number; equal numbers are equal episodes.
            apart: `episode` is the number of the first arena's, and the others follow.

        Returns:
            [A, 2, K] float32: fitness, then measures and objectives, of each pair.
        """
        self._begin(pool, episode, int(apart), np.repeat(which, self.team, axis=1).ravel())
        self.run_episodes(1)
        names = ("total", *(f"{name}_total" for name in tallied(self.world)))
        found = np.concatenate([self.fields[name].reshape(self.count, -1) for name in names], axis=1)
        seats = found.reshape(self.arenas, int(self.team.sum()), -1)
        first = int(self.team[0])
        return np.stack([_mean(seats[:, :first]), _mean(seats[:, first:])], axis=1)


def _mean(seats: np.ndarray) -> np.ndarray:
    """[A, S, K] -> [A, K], seat by seat: the order of additions is the same everywhere."""
    total = seats[:, 0].copy()
    for seat in range(1, seats.shape[1]):
        total += seats[:, seat]
    mean: np.ndarray = total / np.float32(seats.shape[1])
    return mean
