"""Environments of Gymnasium: each agent alone in its copy, the return its fitness.

Observations: a Box is flattened, one lane a number; numbers with bounds are scaled to 0..1 if their low is 0 or more,
else to -1..1, and those without are divided by `scale`; with `normal` they are then centered and divided by their
spread among random actions, as bounds are often far wider than what is met. What counts is one-hot: Discrete, and each
number of a MultiDiscrete; a MultiBinary has a lane a bit. Images with more lanes than `lanes` are averaged over
squares. Actions: the largest of k lanes for one of k values, the sign of one lane for two, also for each bit; for a Box
each lane runs from low to high. The spaces of a Dict or Tuple follow each other. Others (Text, Sequence, Graph, OneOf)
are refused. `reset` is seeded by the seed of the run and the number of the episode, so all genomes meet the same
episodes.

With `vectorization: vector_entry_point` an environment's own form for many copies is used if it has one, which is much
faster. Its rows get the same seeds as single copies do. With `vectorization: async` copies are spread over processes,
as many as `run.threads`; no result depends on their number.

This world computes on the host, outside the language of laws. It needs the extra `gymnasium` (LunarLander and the like
the extra `box2d`). Towers et al., "Gymnasium: a standard interface for reinforcement learning environments", arXiv
2407.17032.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import pydantic

from alife.parts.gymnasium_calls import close_all
from alife.parts.gymnasium_copies import Copies, Vector
from alife.parts.gymnasium_copies import seed_of as seed_of
from alife.parts.gymnasium_drawn import DrawnCopy
from alife.parts.gymnasium_library import explained_as, made, with_lists
from alife.parts.gymnasium_measured import measured
from alife.parts.gymnasium_processes import ProcessCopies
from alife.parts.gymnasium_spaces import MOST, Acts, Senses, acts_of, senses_of
from alife.world import Actuator, BaseParams, DrawnSimulator, ExternalSimulator, ExternalWorld, Sensor, UserError

Number = Annotated[float, pydantic.Field(ge=-1e9, le=1e9)]
Pairs = tuple[tuple[Number, Annotated[float, pydantic.Field(gt=0, le=1e9)]], ...]
Plain = Annotated[dict[str, pydantic.JsonValue], pydantic.BeforeValidator(with_lists)]


class Params(BaseParams):
    """The environment and how it is made."""

    environment: str = pydantic.Field("CartPole-v1", min_length=1, description="id of the environment, or module:id")
    arguments: Plain = pydantic.Field(
        {}, description="further arguments of gymnasium.make: numbers, text, true, false, null, lists and keys of these"
    )
    lifetime: int | None = pydantic.Field(
        None, ge=1, le=10**6, description="most steps of an episode; null: as the environment is registered"
    )
    scale: float = pydantic.Field(
        1.0, gt=0, le=1e9, description="divisor of observations, and range of actions, without bounds"
    )
    nonnegative: Literal["unit", "symmetric"] = pydantic.Field(
        "unit", description="range of bounded numbers whose low is 0 or more: unit, 0..1, or symmetric, -1..1"
    )
    normal: Literal["measured"] | Pairs | None = pydantic.Field(
        None,
        description="centers and spreads of observed numbers, a pair each, in place of their bounds: measured in up to "
        "1,000 steps of random actions, as a budget has it, or as written; null: bounds alone",
    )
    lanes: int = pydantic.Field(
        MOST, ge=1, le=MOST, description="most lanes of observations; larger images are averaged over squares to fit"
    )
    vectorization: Literal["sync", "async", "vector_entry_point"] = pydantic.Field(
        "sync",
        description="sync: one copy after another; async: in as many processes as run.threads, as a budget has it; "
        "vector_entry_point: the environment's own form for many copies",
    )


@dataclass(frozen=True)
class Declared:
    """The spaces of an environment, and the steps of an episode as it is registered; None: without a limit."""

    observations: Any
    actions: Any
    steps: int | None


class Gymnasium(ExternalWorld):
    """An environment of Gymnasium for each agent."""

    recipe: ClassVar[dict[str, Any]] = {"normal": "measured", "vectorization": "async"}

    params: Params

    def settled_params(self) -> Params:
        """Returns the parameters with what has to be measured written out."""
        return self.params.model_copy(update={"normal": self.normal}) if self.params.normal else self.params

    @property
    def title(self) -> str:
        return self.params.environment

    def simulator(self, count: int, seed: int) -> ExternalSimulator:
        forms = {"sync": Copies, "async": ProcessCopies, "vector_entry_point": Vector}
        made: ExternalSimulator = forms[self.params.vectorization](self, count, seed)
        return made

    def drawn_simulator(self, seed: int) -> DrawnSimulator:
        return DrawnCopy(self, seed)

    def make(self, render_mode: str | None = None) -> Any:
        """Returns one environment. Raises UserError if it cannot be made."""
        p = self.params
        limit = {} if p.lifetime is None else {"max_episode_steps": p.lifetime}
        arguments = p.arguments if render_mode is None else {**p.arguments, "render_mode": render_mode}
        return made("make", p.environment, arguments, disable_env_checker=True, **limit)

    def make_vector(self, count: int) -> Any:
        """Returns the environment's own form for `count` copies. Raises UserError if there is none."""
        p = self.params
        limit = {} if p.lifetime is None else {"max_episode_steps": p.lifetime}
        mode = {"num_envs": count, "vectorization_mode": "vector_entry_point"}
        return made("make_vec", p.environment, p.arguments, **mode, **limit)

    @cached_property
    def said(self) -> set[str]:
        """Lines about its observations."""
        return set()

    @cached_property
    def declared(self) -> Declared:
        """The spaces and the limit of an environment that is made and closed for it."""
        if self.params.vectorization == "vector_entry_point":
            close_all([self.make_vector(1)], self.title)
        one = self.make()
        try:
            with explained_as("an environment with spaces", self.title):
                spec = one.spec
                return Declared(one.observation_space, one.action_space, spec and spec.max_episode_steps)
        finally:
            close_all([one], self.title)

    @cached_property
    def senses(self) -> Senses:
        """The lanes of its observations."""
        return self.senses_of(self.declared.observations)

    @cached_property
    def normal(self) -> Pairs | None:
        """Centers and spreads of its lanes; None where bounds alone count."""
        if self.params.normal != "measured":
            return self.params.normal
        return measured(self.make(), self._bounded(self.declared.observations), self.title)

    @cached_property
    def acts(self) -> Acts:
        """The lanes of its actions."""
        return self.acts_of(self.declared.actions)

    def senses_of(self, space: Any) -> Senses:
        """Returns the lanes of an observation space, as this world maps it. Raises UserError."""
        senses = self._bounded(space)
        return senses.normalized(self.normal) if self.normal else senses

    def _bounded(self, space: Any) -> Senses:
        """The lanes of an observation space by its bounds."""
        p = self.params
        with explained_as("an observation space that can be read", self.title):
            return senses_of(space, p.scale, p.nonnegative, p.lanes)

    def acts_of(self, space: Any) -> Acts:
        """Returns the lanes of an action space, as this world maps it. Raises UserError."""
        with explained_as("an action space that can be read", self.title):
            return acts_of(space, self.params.scale)

    @property
    def lifetime(self) -> int:
        steps = self.declared.steps if self.params.lifetime is None else self.params.lifetime
        if not steps or steps < 0:
            raise UserError(
                f"lifetime: expected a number of steps, as {self.params.environment} is registered without a limit; "
                "write lifetime: 1000 below world:, --set world.lifetime=1000, or register it with max_episode_steps",
                ("world", "lifetime"),
            )
        return int(steps)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return self.senses.sensors

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return self.acts.actuators
