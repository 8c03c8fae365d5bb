"""Contests: two populations in equal numbers in a fresh shared world, and who has more descendants at the end.

Populations are drawn anew for every world, so that the outcomes of the worlds are independent draws and the interval
over them, by Student's t distribution, also covers which agents were drawn. After `steps` the outcome is
ln(n_first / n_second), counted by descent; an extinct side counts as half an agent. No genome mutates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pydantic

from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.analysis.statistics import t_mean
from alife.config import params
from alife.evolution import natural
from alife.experiment.build import make_world
from alife.simulation.shared_world import Simulation
from alife.world import SharedWorld

CAPACITY = 16384
BODY = {"size": 1.0, "diet": 0.0, "hue": 0.5}  # of all in a contest of equal bodies; other traits have their median
WITHOUT = {"bites": False, "trait_sigma": 0.0}  # changes to the world of equal bodies, as far as it has these Params

Population = Mapping[str, np.ndarray]  # "genome" [N, G], and heritable columns of the world [N]
Sides = tuple[Population, Population]
Bodies = Literal["equal", "own"]


class ContestParams(params.Params):
    """Size of a contest."""

    each: int = pydantic.Field(240, ge=2, description="agents of each side, fewer if fewer live")
    steps: int = pydantic.Field(800, ge=1, description="steps of each world")
    worlds: int = pydantic.Field(15, ge=2, description="fresh worlds, each with agents drawn anew")
    threads: int = pydantic.Field(0, ge=0, description="CPU threads; 0: all cores")


@dataclass(frozen=True)
class Outcome:
    """One comparison.

    logs: [worlds] ln of the ratio of numbers. mean: of them; low, high: ends of its 95 % t interval over worlds.
    """

    name: str
    logs: np.ndarray
    mean: float
    low: float
    high: float


class Contest:
    """Contests in fresh worlds of a subject's kind."""

    def __init__(self, params: ContestParams, subject: Subject, bodies: Bodies = "equal", seed: int = 1) -> None:
        """Takes world and brain from the subject.

        Args:
            params: size.
            subject: with a configuration.
            bodies: "equal": all have the same heritable traits, and none bites; "own": each has the traits that it is
                drawn with, and the world is that of the configuration but for mutation.
            seed: of draws and worlds.

        Raises:
            NotApplicable: its world is not here, not shared, or has no number of founders to set, or nobody lives.
        """
        if subject.config is None or subject.brain is None:
            raise NotApplicable("it needs genomes whose world is here")
        self.params, self.brain, self.bodies, self.seed = params, subject.brain, bodies, seed
        world = make_world(subject.config)
        if not isinstance(world, SharedWorld) or "population" not in type(subject.config.world).model_fields:
            raise NotApplicable(
                "it needs a world that many agents share, and that has a population, such as the meadow"
            )
        self.world_type, self.world_params = type(world), subject.config.world
        self.heritable = world.heritable

    def each(self, *available: int) -> int:
        """Returns the number of agents of one side. available: sizes of the populations they are drawn from."""
        return min(self.params.each, *available)

    def between(self, name: str, first: Population, second: Population) -> Outcome:
        """Returns the outcome of two populations of any sizes; agents are drawn without replacement."""
        rng, each = np.random.default_rng(self.seed), self.each(size(first), size(second))
        return self.outcome(name, lambda: (draw(rng, first, each), draw(rng, second, each)))

    def within(self, name: str, population: Population) -> Outcome:
        """Returns the outcome of one population of at least 4, split in two at random: the effect of chance alone."""
        rng, each = np.random.default_rng(self.seed), self.each(size(population) // 2)
        return self.outcome(name, lambda: halves(rng, population, each))

    def outcome(self, name: str, sides: Callable[[], Sides]) -> Outcome:
        """Returns one comparison. sides: draws the agents of both sides, called anew for each world."""
        logs = np.array([self.compete(*sides(), self.seed + world) for world in range(self.params.worlds)])
        mean, low, high = t_mean(logs.tolist())
        return Outcome(name, logs, mean, low, high)

    def compete(self, first: Population, second: Population, seed: int) -> float:
        """Returns ln of the ratio of numbers after the steps in one world, of sides of equal size."""
        simulation = self._opened(first, second, seed)
        self.step(simulation)
        of_first = int((simulation.fields["clade"][simulation.living()] % 2 == 0).sum())
        of_second = simulation.num_alive - of_first
        return float(np.log(max(of_first, 0.5) / max(of_second, 0.5)))

    def clones(self, subject: Subject) -> Simulation:
        """Returns a world of a contest before its first step, both sides clones of the subject's genome."""
        assert subject.genome is not None
        each, traits = self.params.each, subject.genome.meta.get("traits") or {}
        own = {name: np.full(each, value, np.float32) for name, value in traits.items()}
        side = {"genome": np.repeat(subject.genome.params[None], each, axis=0), **own}
        return self._opened(side, side, self.seed)

    def _opened(self, first: Population, second: Population, seed: int) -> Simulation:
        """Returns one world before its first step, of sides of equal size."""
        changes = {"population": 2 * size(first), "trait_sigma": 0.0, **(WITHOUT if self.bodies == "equal" else {})}
        known = {key: value for key, value in changes.items() if key in type(self.world_params).model_fields}
        world = self.world_type(self.world_params.model_copy(update=known))
        strategy = natural.Natural(natural.Params(mutation_rate=0.0))
        founders = self._founders(first, second)
        return Simulation(world, self.brain, strategy, CAPACITY, seed, self.params.threads, founders)

    def founder_traits(self, count: int) -> Population:
        """Returns the heritable columns [count] that the world gives founders with random genes."""
        world = self.world_type(self.world_params.model_copy(update={"population": count}))
        fields = Simulation(world, self.brain, natural.Natural(natural.Params()), CAPACITY, self.seed, 1).fields
        return {name: fields[name][:count].copy() for name in self.heritable}

    def step(self, simulation: Simulation) -> None:
        """Runs the steps of one world; agents of odd `clade` are of the second side."""
        simulation.step(self.params.steps)

    def _founders(self, first: Population, second: Population) -> Population:
        """Returns fields of both sides, interleaved so that even founders are of the first."""
        both = {
            name: np.stack([first[name], second[name]], axis=1).reshape(2 * size(first), *first[name].shape[1:])
            for name in first
            if name in second
        }
        if self.bodies == "own":
            return both
        traits = {name: BODY.get(name, np.median(both[name]) if name in both else 0.0) for name in self.heritable}
        same = {name: np.full(2 * size(first), value, np.float32) for name, value in traits.items()}
        return {"genome": both["genome"], **same}


def size(population: Population) -> int:
    """Returns N."""
    return len(population["genome"])


def draw(rng: np.random.Generator, population: Population, each: int) -> Population:
    """Returns `each` agents of a population, drawn without replacement."""
    return taken(population, rng.permutation(size(population))[:each])


def halves(rng: np.random.Generator, population: Population, each: int) -> Sides:
    """Returns two disjoint samples of a population, of `each` agents both."""
    order = rng.permutation(size(population))
    return taken(population, order[:each]), taken(population, order[each : 2 * each])


def taken(population: Population, rows: np.ndarray) -> Population:
    """Returns these rows [K] of a population."""
    return {name: column[rows] for name, column in population.items()}
