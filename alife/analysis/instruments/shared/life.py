"""Recorded lives of a genome: what it sensed, held and did, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.host_episodes import HostEpisodes
from alife.analysis.instruments.shared.trials import FIRST, Actor
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.config.models import Config
from alife.evolution.shared.base import NaturalStrategy
from alife.experiment.build import make_strategy, make_world
from alife.simulation.shared_world import Simulation
from alife.world import ArenaWorld, SharedWorld, View

KEPT = "_recorded_lives"  # attribute of a subject
TRACKED = 32  # founders of a shared world, of which the one that lives longest is recorded

Watch = Callable[[int, View, int], None]  # step from 0, the fields as they are then, and the row of the agent


@dataclass(frozen=True)
class Life:
    """T steps of one genome.

    observations: [T, I]. states: [T, S] before each step. actions: [T, O] raw. All float32. episode: [T] int64, from 0.
    fitness: of the episodes, [E] float32; of a shared world none.
    """

    observations: np.ndarray
    states: np.ndarray
    actions: np.ndarray
    episode: np.ndarray
    fitness: np.ndarray

    def __len__(self) -> int:
        """T."""
        return len(self.episode)


def recorded(subject: Subject, steps: int, episodes: int = 1, watch: Watch | None = None) -> Life:
    """Records lives of a genome, none of which it met while it evolved.

    In a world of episodes it lives E of them, one after another. In a shared world clones of it found a fresh world
    with its configuration, in which their descendants mutate; the founder that lives longest is recorded.

    Args:
        subject: a genome with the configuration it evolved with.
        steps: T at most, of an episode.
        episodes: E.
        watch: called in each recorded step of the first episode, when the agent has sensed and not yet acted; in a
            shared world after the step. Worlds that other code computes have no fields to watch.

    Raises:
        NotApplicable: no genome or no configuration, a world whose agents meet in arenas, founders of which none lives
            for a step, or actions that are not finite.
        ExternalError: code of others fails.
    """
    if subject.genome is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    if subject.config is None:
        raise NotApplicable("the world of this genome is not here, so that it has no life to record")
    kept: dict[tuple[int, int], Life] = vars(subject).setdefault(KEPT, {})  # instruments of one page ask for the same
    if watch is not None or (steps, episodes) not in kept:
        kept[steps, episodes] = _recorded(subject, subject.config, steps, episodes, watch)
    return kept[steps, episodes]


def _recorded(subject: Subject, config: Config, steps: int, episodes: int, watch: Watch | None) -> Life:
    world = make_world(config)
    if isinstance(world, ArenaWorld):
        raise NotApplicable(f"no life can be recorded: agents of {world.entry_name()} meet in arenas")
    if isinstance(world, SharedWorld):
        life = _in_shared_world(subject, world, steps, watch)
    else:
        life = _in_episodes(subject, steps, episodes, watch)
    if not len(life):
        raise NotApplicable("no life can be recorded: all clones of it die in their first step")
    finite = np.isfinite(life.actions).all(axis=1)
    if not finite.all():
        step = int(finite.argmin())
        raise NotApplicable(f"its actions are not finite from step {step} of a recorded life on: genes are too large")
    return life


def _in_episodes(subject: Subject, steps: int, episodes: int, watch: Watch | None) -> Life:
    assert subject.genome is not None and subject.brain is not None and subject.config is not None
    copies = HostEpisodes(subject.config, subject.brain, episodes)
    actor = Actor(subject.brain, np.repeat(subject.genome.params[None], episodes, axis=0), np.arange(episodes))
    seen: list[list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = [[] for _ in range(episodes)]

    def act(rows: np.ndarray, observations: np.ndarray) -> np.ndarray:
        before = actor.states[rows]
        if watch and rows[0] == 0 and actor.steps < steps:
            watch(actor.steps, copies.fields, 0)
        actions = actor(rows, observations)
        if actor.steps <= steps:
            for k, row in enumerate(rows):
                seen[row].append((observations[k].copy(), before[k], actions[k].copy()))
        return actions

    fitness = copies.run(act, FIRST + np.arange(episodes))
    observations, states, actions = (
        np.array([step[part] for one in seen for step in one], np.float32) for part in range(3)
    )
    episode = np.repeat(np.arange(episodes), [len(one) for one in seen])
    return Life(observations, states, actions, episode, fitness)


def _in_shared_world(subject: Subject, world: SharedWorld, steps: int, watch: Watch | None) -> Life:
    simulation = _clones(subject, world)
    fields = simulation.fields
    rows = np.arange(min(TRACKED, simulation.num_alive))
    seen: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    lived = np.zeros(len(rows), np.int64)
    for step in range(steps):
        before = fields["state"][rows].copy()
        simulation.step()
        here = (fields["alive"][rows] > 0) & (fields["id"][rows] == rows)  # a founder's slot has its id as number
        if not here.any():
            break
        lived[here] = step + 1
        seen.append((fields["observations"][rows].copy(), before, fields["actions"][rows].copy()))
    longest = int(lived.argmax())
    if watch:
        again = _clones(subject, world)
        for step in range(int(lived[longest])):
            again.step()
            watch(step, again.fields, longest)
    observations, states, actions = (
        np.array([step[part][longest] for step in seen[: lived[longest]]], np.float32) for part in range(3)
    )
    return Life(observations, states, actions, np.zeros(len(actions), np.int64), np.zeros(0, np.float32))


def _clones(subject: Subject, world: SharedWorld) -> Simulation:
    """Returns a fresh world of the subject's configuration whose founders all have its genes and traits."""
    assert subject.genome is not None and subject.brain is not None and subject.config is not None
    strategy, run = make_strategy(subject.config), subject.config.run
    assert isinstance(strategy, NaturalStrategy)
    traits = subject.genome.meta.get("traits") or {}
    founders = {"genome": subject.genome.params[None]}
    founders |= {name: np.array([traits[name]], np.float32) for name in world.heritable if name in traits}
    return Simulation(world, subject.brain, strategy, run.capacity, subject.config.seed, 1, founders)
