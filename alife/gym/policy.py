"""A saved genome as a policy: observations of an environment of Gymnasium in, actions out, its state kept inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alife.brains import make_brain
from alife.config.schema import parse_config
from alife.errors import UserError
from alife.experiment.build import make_world
from alife.experiment.records.genome import Genome, load_genome
from alife.gym.spaces import action_space, observation_space
from alife.parts.gymnasium_copies import Maker, Mapper
from alife.parts.gymnasium_library import explained_as, made
from alife.parts.gymnasium_spaces import Acts, Senses, acts_of, senses_of
from alife.world import World


class Policy:
    """Actions of a genome: `policy(observation)` is its action, and `policy.reset()` begins an episode.

    Attributes:
        genome: whose policy it is.
        senses, acts: the lanes of the observations and of the actions.
        brain: of the genome.
    """

    def __init__(self, genome: Genome, senses: Senses, acts: Acts, spaces: tuple[Any, Any] | None = None) -> None:
        """Makes the brain. Raises UserError if it has another number of observations or actions.

        Args:
            genome: whose policy it is.
            senses, acts: the lanes of the observations and of the actions.
            spaces: those of the environment, from which a copy is made; None: it is the one that the genome evolved in.
        """
        self.genome, self.senses, self.acts, self._spaces = genome, senses, acts, spaces
        _check_lanes(genome, len(senses.sensors), len(acts.actuators))
        self.brain = make_brain(genome.brain, len(senses.sensors), len(acts.actuators))
        if self.brain.num_genes != len(genome.params):
            raise UserError(
                f"policy: expected {self.brain.num_genes} genes, as its brain has with {len(senses.sensors)} observed "
                f"numbers and {len(acts.actuators)} lanes of actions, got {len(genome.params)}; name the environment "
                "that it evolved in"
            )
        self.reset()

    def reset(self) -> None:
        """Begins an episode: what the brain remembers is forgotten."""
        self._params, self._state = self.genome.params[None], self.brain.new_states(1)
        self._phenotype = self.brain.develop(self._params, self._state)

    def __call__(self, observation: Any) -> Any:
        """Returns the action for an observation of the space, an action of the space.

        Raises:
            ExternalError: it is no observation of the space.
        """
        lanes = self.senses.lanes(tuple(part[None] for part in self.senses.checked(observation)))
        outputs = self.brain.step(self._params, self._state, lanes, phenotypes=self._phenotype)
        return next(self.acts.each(outputs))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles as values: the genome, the spaces, and what the brain remembers."""
        return _again, (self.genome, self._spaces), {"_state": self._state, "_phenotype": self._phenotype}

    def __repr__(self) -> str:
        """Returns the genome and its lanes."""
        return (
            f"Policy({self.genome!r}: {len(self.senses.sensors)} observed numbers, {len(self.acts.actuators)} actions)"
        )


def policy(genome: Genome | str | Path, env: Any = None) -> Policy:
    """Returns what a genome does in an environment.

    Args:
        genome: a genome, its file, or the name of one in genomes/.
        env: an environment of Gymnasium or its id, whose spaces are mapped as the genome's file says; None: that in
            which it evolved. Of a world of this package the observations are its sensors, the actions its actuators
            from -1 to 1, as in `alife.gym`.

    Raises:
        UserError: no such genome or environment, or spaces that do not fit the genome.
    """
    genome = as_genome(genome)
    if not isinstance(env, str):
        return _again(genome, None if env is None else spaces_of(env))
    environment = made("make", env, {})
    try:
        return _again(genome, spaces_of(environment))
    finally:
        environment.close()


def _again(genome: Genome, spaces: tuple[Any, Any] | None) -> Policy:
    known = spaces is None or "config" in genome.meta
    return _policy(genome, world_of(genome, fitted=spaces is None) if known else None, spaces)


def _policy(genome: Genome, world: World | None, spaces: tuple[Any, Any] | None) -> Policy:
    if spaces is None:
        assert world is not None
        if isinstance(world, Maker):
            return Policy(genome, world.senses, world.acts)
        return Policy(genome, senses_of(observation_space(world), 1.0), acts_of(action_space(world)))
    seen, done = spaces
    if isinstance(world, Mapper):
        return Policy(genome, world.senses_of(seen), world.acts_of(done), spaces)
    with explained_as("spaces that can be read", "the environment"):
        return Policy(genome, senses_of(seen, 1.0), acts_of(done), spaces)


def as_genome(genome: Genome | str | Path) -> Genome:
    """Returns a genome, or reads it by its file or name. Raises UserError."""
    return genome if isinstance(genome, Genome) else load_genome(genome)


def world_of(genome: Genome, fitted: bool = True) -> World:
    """Returns the world that a genome evolved in.

    Args:
        genome: of any world.
        fitted: False does without the environment that it evolved in, which may not be here.

    Raises:
        UserError: its file does not hold its configuration, or one of a world that is not here.
    """
    text = genome.meta.get("config")
    if not isinstance(text, str):
        raise UserError("policy: expected a genome that holds its configuration, got one without; name the environment")
    world: World = make_world(parse_config(text, "genome", fitted=fitted))
    return world


def spaces_of(env: Any) -> tuple[Any, Any]:
    """Returns the observation and the action space of a single environment.

    Raises:
        UserError: it is something else.
    """
    spaces = getattr(env, "observation_space", None), getattr(env, "action_space", None)
    if None in spaces or any(map(callable, spaces)) or hasattr(env, "num_envs"):
        raise UserError(
            f"env: expected a single environment of Gymnasium or its id, got {type(env).__name__}; "
            "write gymnasium.make('CartPole-v1')"
        )
    return spaces


def _check_lanes(genome: Genome, num_observations: int, num_actions: int) -> None:
    """Checks that a genome has as many lanes as its file says. Raises UserError."""
    sizes = [
        len(named) if isinstance(named := genome.meta.get(key), list) else None for key in ("sensors", "actuators")
    ]
    if sizes[0] not in (None, num_observations) or sizes[1] not in (None, num_actions):
        raise UserError(
            f"policy: expected spaces of {sizes[0]} observed numbers and {sizes[1]} lanes of actions, as it has, "
            f"got {num_observations} and {num_actions}; name the environment that it evolved in"
        )
