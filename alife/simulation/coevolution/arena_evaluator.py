"""Arenas: agents of several roles meet, a genome of each role in an arena, many arenas at once.

All of a role in one arena are clones of one genome. Agents act upon each other, so an episode is no loop an agent: all
take each step together. Rows of one arena lie side by side, those of the first role first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.backends.program import Bindings, BrainStage, LockstepLoop, Stage, birth_stages
from alife.brains import Brain
from alife.errors import UserError
from alife.laws.fields import Field
from alife.laws.law import per_agent, per_row
from alife.laws.maths import f32, i64
from alife.simulation.births import salt
from alife.simulation.episode_laws import closing, open_tally, tallied
from alife.simulation.evaluator import Evaluator
from alife.world import World

SEATS = 2**16  # of an arena at most: seeds of minds count by episode and seat


@per_agent
def enter(i, id, arena, episode, apart, fitness, done, taken):
    """A new episode: the same in all arenas, or each arena's own."""
    id[i] = episode[0] + i64(arena[i]) * apart[0]
    fitness[i] = 0.0
    done[i] = 0
    taken[i] = 0


@per_agent(columns="state")
def reset_brain_state(i, k, state, salt_column, seed, id, seat):
    """Nothing is remembered; whoever draws draws otherwise than those beside it."""
    state[i, k] = salt(seed, id[i] * SEATS + i64(seat[i])) if k == salt_column else f32(0.0)


@per_agent
def take_step(i, taken, done):
    """One more step taken by those who were not out before it."""
    taken[i] += 1 if done[i] == 0 else 0


@per_row("one")
def pass_time(i, clock):
    """The next step."""
    clock[i] += 1


class ArenaEvaluator(Evaluator):
    """A world for pairs of genomes, each pair in an arena of its own. count: rows, N; arenas: A."""

    columns = (
        Field("arena", "int32", meaning="number of the arena that the agent is in"),
        Field("seat", "int32", meaning="its place there, from 0: first role first"),
        Field("role", "int32", meaning="its place among the world's roles"),
    )

    def __init__(
        self, world: World, brain: Brain, arenas: int, seed: int, threads: int = 0, backend: str = "cpu"
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
        super().__init__(world, brain, arenas * int(self.team.sum()), seed, threads, backend)

    def _setting(self) -> Bindings:
        setting = super()._setting()
        size, rows = int(self.team.sum()), np.arange(self.count)
        setting.fields["arena"][:], setting.fields["seat"][:] = rows // size, rows % size
        setting.fields["role"][:] = np.tile(np.repeat(np.arange(2), self.team), self.arenas)
        return setting

    def parts(self) -> tuple[Stage, ...]:
        """One episode."""
        world = self.world
        tallies = (open_tally.on(values=name) for name in tallied(world))
        born = (enter, reset_brain_state, *tallies, *birth_stages(self.brain.program, "living"), *world.reset)
        step = (*world.observe, BrainStage(self.brain.program), take_step, *world.step, pass_time)
        return (*born, LockstepLoop(step, world.lifetime), *world.fitness, *closing(world))

    def play(self, pool: Any, which: np.ndarray, episode: int, apart: bool = False) -> np.ndarray:
        """One episode in every arena: [A, 2, K] float32 fitness, then measures and objectives, of those who meet.

        Args:
            pool: [M, G] genomes.
            which: [A, 2] rows of the pool, for each role.
            episode: its number; equal numbers are equal episodes. apart: number of the first arena's, others follow.
        """
        self._begin(pool, episode, int(apart), np.repeat(which, self.team, axis=1).ravel())
        self.engine.run(1)
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
