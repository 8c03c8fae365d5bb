"""A run by generations as one watches it: a genome, or in an arena one of each role, lives its episodes step by step.

Between two episodes the run goes on by a generation, whose best genome lives the next one; a genome alone lives one
after another. Episodes watched are met by no generation, and nothing that is watched reaches the run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import LockstepLoop, PerAgentLoop
from alife.brains import Brain, make_brain
from alife.config.registry import find
from alife.config.schema import Config
from alife.errors import UserError
from alife.experiment.build import brain_spec
from alife.experiment.founders import load_founders
from alife.experiment.records.genome import load_genome
from alife.experiment.run import Run
from alife.laws.fields import Fields
from alife.laws.law import per_row
from alife.laws.maths import i64
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator, pass_time
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.world import World


@per_row("one")
def rewind(k, clock):
    """As the loop leaves it."""
    clock[k] = i64(0)


class EpisodePlayer:
    """Episodes of one genome, law by law: what a trial computes in one loop, with a halt behind every step."""

    def __init__(self, trial: Evaluator) -> None:
        """trial: of one genome, or of one arena, on this machine's processors.

        Raises:
            UserError: the world draws no scene, or its episodes cannot be halted.
        """
        self.trial, self.world, self.brain = trial, trial.world, trial.brain
        name = type(self.world).__name__.lower()
        if type(self.world).scene is World.scene or not isinstance(trial.engine, CpuEngine):
            raise UserError(f"live: expected a world that draws a scene, came {name}; write evolve, then inspect")
        parts = trial.parts()
        place, life = next(
            (place, part) for place, part in enumerate(parts) if isinstance(part, PerAgentLoop | LockstepLoop)
        )
        clock = ((pass_time,), (rewind,)) if isinstance(life, PerAgentLoop) else ((), ())
        laws = (parts[:place], (*life.parts, *clock[0]), (*clock[1], *parts[place + 1 :]))
        self._opening, self._step, self._closing = (Program(trial.engine.calls(some)) for some in laws)
        self.length = life.steps
        self.steps = self.episode = 0  # steps watched in all; number of this episode, from 1
        self.over = True

    @property
    def fields(self) -> Fields:
        """Every column as it is now."""
        return self.trial.fields

    @property
    def num_alive(self) -> int:
        """Agents in an episode."""
        return self.trial.count

    @property
    def clock(self) -> int:
        """Steps taken in this episode."""
        return int(self.fields["clock"][0])

    @property
    def fitness(self) -> float:
        """Of this episode, so far."""
        return float(self.fields["fitness"][0])

    def living(self) -> np.ndarray:
        """Rows of the agents: [N] int32."""
        return self.fields["living"][: self.trial.count].copy()

    def begin(self, genome: np.ndarray) -> None:
        """Open the next episode. genome: [G], or [2, G] of an arena's roles."""
        if isinstance(self.trial, ArenaEvaluator):
            genome = np.repeat(genome, self.trial.team, axis=0)
        self.fields["genome"][:] = genome
        self.fields["episode"][0] = HELD_OUT + self.episode
        for name in ("clock", "observations", "actions"):
            self.fields[name][:] = 0  # the last one may have been left before its end
        self.episode += 1
        self._opening.run()
        self.over = False

    def step(self) -> None:
        """One step; the last one leaves the world as it is, to be looked at."""
        self._step.run()
        self.steps += 1
        self.over = self.clock >= self.length or bool(self.fields["done"].all())

    def close(self) -> float:
        """Close the episode and return its fitness, as a trial sums it."""
        self._closing.run()
        return self.fitness


class Replay:
    """What the window watches: the interface of a `Run`, whose steps are those of one agent."""

    out: Path | None = None

    def __init__(self, config: Config, episodes: EpisodePlayer, source: Run | np.ndarray) -> None:
        """source: a run, which goes on between episodes, or a genome, which lives all of them."""
        self.config, self.simulation, self._source = config, episodes, source
        self.run = source if isinstance(source, Run) else None
        self.evolves = self.run is not None
        self.fitness: list[float] = []  # of the episodes that are over
        self._begin()

    @property
    def generations(self) -> Any:
        """The population that evolves behind it, or None."""
        return self.run.simulation if self.run else None

    @property
    def may_evolve(self) -> bool:
        """Whether there are generations to come."""
        return self.run is not None and not self.run.finished

    def step(self, count: int = 1) -> None:
        """So many steps; where an episode is over, the next one begins instead."""
        for _ in range(count):
            if self.simulation.over:
                self.next_episode()
            else:
                self.simulation.step()

    def next_episode(self) -> None:
        """The rest of this episode is left out where it is not over; the run evolves if it may."""
        if self.simulation.over:
            self.fitness.append(self.simulation.close())
        if self.run and self.evolves and self.may_evolve:
            self.run.step(1)
        self._begin()

    def _begin(self) -> None:
        source = self._source
        self.simulation.begin(source if isinstance(source, np.ndarray) else self._best(source.simulation))

    @staticmethod
    def _best(generations: Any) -> np.ndarray:
        """The best of the last generation, of each role; before the first, one of those to be tried."""
        if isinstance(generations, Coevolution):
            return generations.newest()
        best = generations.emigrants(1).genomes
        genome: np.ndarray = best[0] if len(best) else generations.sample(1)["genome"][0]
        return genome

    def close(self) -> None:
        """Nothing to write: nothing is recorded."""


def replay_run(run: Run) -> Replay:
    """Watch a run by generations, which goes on behind it. Raises UserError, see `EpisodePlayer`."""
    seen = run.simulation
    return Replay(run.config, EpisodePlayer(_single(seen.world, seen.brain, seen.seed)), run)


def _single(world: World, brain: Brain, seed: int) -> Evaluator:
    return (ArenaEvaluator if world.kind == "arena" else Evaluator)(world, brain, 1, seed, threads=1)


def replay_genome(config: Config, path: Path) -> Replay:
    """Watch one genome in the solo world of a configuration, or in an arena with that of the other role beside it.

    Raises:
        UserError: see `EpisodePlayer` and `load_founders`; or there is no file of the other role.
    """
    world = find("worlds", config.names["world"])(config.world)
    brain = make_brain(brain_spec(config), len(world.sensors), len(world.actuators), threads=1)
    genomes = [_genome(file, brain, world) for file in _files(path, world)]
    genome = np.stack(genomes) if world.kind == "arena" else genomes[0]
    return Replay(config, EpisodePlayer(_single(world, brain, config.seed)), genome)


def _genome(file: Path, brain: Brain, world: World) -> np.ndarray:
    load_founders(file, brain, world)  # refuses what does not belong here
    return load_genome(file).params


def _files(path: Path, world: World) -> list[Path]:
    """The file itself, or those of both roles, in the order of the roles: their names differ in the role alone."""
    if world.kind != "arena":
        return [path]
    role = str(load_genome(path).meta.get("role"))
    if role not in world.roles or role not in path.name:
        raise UserError(
            f"{path}: expected a genome that tells its role, one of {', '.join(world.roles)}, by which its file is "
            f"named, came role {role}; write a champion of a run of two sides under its own name"
        )
    files = [path.with_name(path.name.replace(role, name)) for name in world.roles]
    for file, name in zip(files, world.roles, strict=True):
        if not file.is_file():
            raise UserError(f"{path}: expected a genome of the other role beside it, {file.name}, and there is none")
        if load_genome(file).meta.get("role") != name:
            raise UserError(f"{file}: expected a genome of role {name}, came {load_genome(file).meta.get('role')}")
    return files
