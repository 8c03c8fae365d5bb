"""Replays: episodes of a run that counts generations, or of a genome, step by step, as the window shows them.

Between two episodes the run goes on by a generation, whose best genome lives the next one; a genome alone lives one
after another. Instead of one genome a grid of them may live the same episode, each in its own copy of the world. No
generation meets these episodes, and nothing that is shown reaches the run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alife.brains import Brain
from alife.config.models import Config
from alife.errors import UserError, as_shown
from alife.experiment.build import make_experiment
from alife.experiment.episode_player import EpisodePlayer
from alife.experiment.external_player import ExternalPlayer
from alife.experiment.founders import load_founders
from alife.experiment.grid_player import GridPlayer
from alife.experiment.recorder import provenance
from alife.experiment.records.genome import Genome, load_genome, save_genome
from alife.experiment.run import Run
from alife.simulation.interface import Process
from alife.world import ArenaWorld, EpisodicWorld, ExternalWorld, World

GRID = 16  # genomes that a grid shows at most


class Replay:
    """A run of generations as the window shows it: the interface of a `Run`, whose steps are those of episodes.

    Attributes:
        simulation: the episodes.
        run: the run that evolves between them, or None.
        evolves: False if the run pauses.
        fitness: of the episodes that are over, of the first agent that is meant.
        shows_many: True if a grid of genomes lives each episode, the first of which is the best.
        role: of the agents that are meant, "" for any.
    """

    out: Path | None = None

    def __init__(
        self,
        config: Config,
        episodes: EpisodePlayer,
        source: Run | np.ndarray,
        role: str = "",
        others: np.ndarray | None = None,
    ) -> None:
        """Begins the first episode.

        Args:
            config: of the world.
            episodes: plays them.
            source: a run, which goes on between episodes, or genomes [R, G], which live all of them.
            role: of the agents that are meant; "" for any.
            others: genomes [K, G] of the same population, which a grid shows beside that of `source`; None for none.
        """
        self.role, self.shows_many, self._others = role, False, others
        self.config, self.simulation, self._source = config, episodes, source
        self.run = None if isinstance(source, np.ndarray) else source
        self.evolves = self.run is not None
        self.fitness: list[float] = []
        self._begin()

    @property
    def generations(self) -> Process | None:
        """The process that evolves between episodes, or None."""
        return self.run.simulation if self.run else None

    @property
    def may_evolve(self) -> bool:
        """True if there are generations to come."""
        return self.run is not None and not self.run.finished

    @property
    def first_row(self) -> int:
        """Row of the first agent that is meant."""
        if not self.role:
            return 0
        place = self.simulation.world.roles.index(self.role)
        return int(np.flatnonzero(self.simulation.fields["role"] == place)[0])

    def step(self, count: int = 1) -> None:
        """Takes `count` steps; where an episode is over, the next one begins instead."""
        for _ in range(count):
            if self.simulation.over:
                self.next_episode()
            else:
                self.simulation.step()

    def next_episode(self) -> None:
        """Begins the next episode, leaving out the rest of this one; the run evolves before it if it may."""
        if self.simulation.over:
            self.simulation.close()
            self.fitness.append(float(self.simulation.fields["fitness"][self.first_row]))
        if self.run and self.evolves and self.may_evolve:
            self.run.step(1)
        self._begin()

    @property
    def may_show_many(self) -> bool:
        """True if there are several genomes of which each lives alone in a world of laws."""
        return isinstance(self.simulation.world, EpisodicWorld) and len(self._many()) > 1

    def show_many(self, many: bool) -> None:
        """Begins the next episode with a grid of genomes, up to GRID, or with the best alone."""
        old, world = self.simulation, self.simulation.world
        if many == self.shows_many or not self.may_show_many:
            return
        assert isinstance(world, EpisodicWorld)
        copies = min(len(self._many()), GRID)
        seed = self.config.seed
        self.simulation = GridPlayer(world, old.brain, seed, copies) if many else make_player(world, old.brain, seed)
        self.simulation.steps, self.simulation.episode = old.steps, old.episode
        self.shows_many = many
        self._begin()

    def _many(self) -> np.ndarray:
        """The genomes of a grid, the best first: [K, G]; of a run a sample of its last generation."""
        if isinstance(self._source, np.ndarray):
            best, others = self._source, self._others
            others = best[:0] if others is None else others
        else:
            process = self._source.simulation
            best, others = process.newest(), np.concatenate([one["genome"] for one in process.samples(GRID).values()])
        return np.concatenate([best, others[(others != best[0]).any(axis=1)]])

    def _begin(self) -> None:
        source = self._source
        if isinstance(self.simulation, GridPlayer):
            self.simulation.begin(np.resize(self._many(), (self.simulation.copies, self.simulation.brain.num_genes)))
        else:
            self.simulation.begin(source if isinstance(source, np.ndarray) else source.simulation.newest())

    def save_agent(self, row: int, path: str | Path) -> None:
        """Writes the genome of an agent that is shown, with its provenance, as a champion's file.

        Args:
            row: of the agent.
            path: of the file, .safetensors.

        Raises:
            UserError: a file that cannot be written.
        """
        player, world = self.simulation, self.simulation.world
        facts = provenance(world, self.config, self.generations.steps if self.generations else 0)
        role = {"role": world.roles[int(player.fields["role"][row])]} if world.roles else {}
        genome = np.array(player.fields.row("genome", row))
        save_genome(path, Genome(genome, player.brain.spec(), {**facts, **role}))

    def close(self) -> None:
        """Gives back what code of others holds; nothing is recorded."""
        self.simulation.release()
        if self.generations:
            self.generations.close()


def make_player(world: World, brain: Brain, seed: int) -> EpisodePlayer:
    """Returns what plays episodes of a world.

    Raises:
        UserError: the world draws no scene, or its episodes cannot be halted.
    """
    if isinstance(world, ExternalWorld):
        return ExternalPlayer(world, brain, seed)
    return EpisodePlayer(world, brain, seed)


def replay_run(run: Run) -> Replay:
    """Returns a replay of a run that counts generations, which goes on between episodes.

    Raises:
        UserError: see `make_player`.
    """
    process = run.simulation
    return Replay(run.config, make_player(process.world, process.brain, process.seed), run)


def replay_genome(config: Config, path: Path) -> Replay:
    """Returns a replay of one genome in the world of a configuration, or in an arena with the other role's beside it.

    Raises:
        UserError: see `make_player` and `load_founders`; or there is no file of the other role.
    """
    experiment = make_experiment(config, threads=1)
    world, brain = experiment.world, experiment.brain
    files = _files_of_roles(path, world) if isinstance(world, ArenaWorld) else [path]
    genomes = np.stack([_genome(file, brain, world) for file in files])
    role = str(load_genome(path).meta.get("role")) if isinstance(world, ArenaWorld) else ""
    others = None if role else load_founders(path, brain, world)["genome"]
    return Replay(config, make_player(world, brain, config.seed), genomes, role, others)


def _genome(file: Path, brain: Brain, world: World) -> np.ndarray:
    load_founders(file, brain, world)  # refuses what does not belong here
    return load_genome(file).params


def _files_of_roles(path: Path, world: ArenaWorld) -> list[Path]:
    """The files of both roles, in the order of the roles: their names differ in the role alone."""
    role = str(load_genome(path).meta.get("role"))
    if role not in world.roles or role not in path.name:
        raise UserError(
            f"{path}: expected a genome that names its role, one of {', '.join(world.roles)}, as its file name does, "
            f"got role {as_shown(role)}; write a champion of a run of two roles under its own name"
        )
    files = [path.with_name(path.name.replace(role, name)) for name in world.roles]
    for file, name in zip(files, world.roles, strict=True):
        if not file.is_file():
            raise UserError(f"{path}: expected a genome of the other role beside it, {file.name}, and there is none")
        if load_genome(file).meta.get("role") != name:
            other = as_shown(str(load_genome(file).meta.get("role")))
            raise UserError(f"{file}: expected a genome of role {name}, got {other}")
    return files
