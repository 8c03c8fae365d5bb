"""A shared world as an environment of PettingZoo: all its agents, which are born and die.

An agent is named by its id, `agent_12`, which is never reused; a newborn is among `agents` from the step of its birth.
As the agents to come are not known, there is no `possible_agents`. The world breeds as in any run: genes are inherited
and vary, but the actions of an agent come from outside.

Nothing is scored in a shared world. The reward of a step is what natural selection counts: the number of children
born in it. `terminated`: the agent has died. `truncated`: the requested number of steps is over. If the actions are
those of the agents' own brains, the life is that of a `Simulation` to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, SupportsIndex

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.backends.program import BrainStage
from alife.brains import Brain, make_brain
from alife.config.arguments import check_integer
from alife.config.registry import find, find_params
from alife.errors import UserError
from alife.gym.control import fill
from alife.gym.spaces import SEEDS
from alife.gym.world_env import MultiAgentEnv, PerAgent, StepResult
from alife.ops.vocabulary import WIDTHS
from alife.simulation.shared_world import Simulation
from alife.world import SharedWorld, View, World

SLOTS_PER_FOUNDER = 4  # if no capacity is given
SLOTS, STEPS = range(1, 2**26 + 1), range(1, 2**62)  # allowed values


class ControlledSimulation(Simulation):
    """A life of a shared world whose agents' actions come from outside, in the middle of each step."""

    def __init__(self, world: SharedWorld, brain: Brain, capacity: int, seed: int) -> None:
        """Places the founders.

        Args:
            world: the world.
            brain: whose genes are inherited; it does not act.
            capacity: slots for agents.
            seed: of every draw of this life.
        """
        natural = find("strategies", "natural")(find_params("strategies", "natural")())
        super().__init__(world, brain, natural, capacity, seed, threads=1)
        stages, engine = self.stages(), self.engine
        assert isinstance(engine, CpuEngine)
        place = next(place for place, stage in enumerate(stages) if isinstance(stage, BrainStage))
        self._observe, self._act = (Program(engine.calls(half)) for half in (stages[:place], stages[place + 1 :]))
        self._observe.run()

    def __deepcopy__(self, memo: dict[int, Any]) -> ControlledSimulation:
        return _continued(self.world, self.brain, self.capacity, self.seed, self.fields)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """A copy, or what a pickle makes, is compiled anew, with values of its own."""
        return _continued, (self.world, self.brain, self.capacity, self.seed, dict(self.fields))

    def slots(self) -> dict[str, int]:
        """Returns the slots of the living by their names, in the order of ids."""
        rows = self.living()
        pairs = sorted(zip(self.fields["id"][rows].tolist(), rows.tolist(), strict=True))
        return {f"agent_{id}": slot for id, slot in pairs}

    def act(self, actions: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """Takes one step, up to the next observations.

        Args:
            actions: slot -> [O].

        Returns:
            Agents that died, see `deaths`.
        """
        for slot, action in actions.items():
            self.fields["actions"][slot] = action
        self._act.run()
        dead = self.deaths()
        self._observe.run()
        return dead


def _continued(
    world: SharedWorld, brain: Brain, capacity: int, seed: int, values: Mapping[str, np.ndarray]
) -> ControlledSimulation:
    """Returns a life that goes on from the values [...] of all columns."""
    made = ControlledSimulation(world, brain, capacity, seed)
    fill(made.fields, values)
    return made


class SharedWorldEnv(MultiAgentEnv):
    """An environment of all agents of a shared world.

    Attributes:
        agents: names of the living, the oldest first.
        simulation: the present life; there is none before `reset`.
    """

    simulation: ControlledSimulation

    def __init__(
        self,
        world: str,
        seed: int = 1,
        steps: int | None = None,
        capacity: int | None = None,
        brain: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
        **params: Any,
    ) -> None:
        """Makes the world, empty before `reset`.

        Args:
            world: name of a shared world.
            seed: of the first life, unless `reset` is given one.
            steps: truncates all agents after this number of steps; None never does.
            capacity: agents at most; None allows four for each founder.
            brain: spec of the brain whose genes are inherited, and not used; None takes the default, as wide as needed.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world, or a value that does not fit.
        """
        super().__init__(world, seed, render_mode, params)
        assert isinstance(self.world, SharedWorld)
        self._shared, self._brain = self.world, _make_brain(self.world, brain)
        default = SLOTS_PER_FOUNDER * self._shared.num_founders
        self._capacity = check_integer("capacity", default if capacity is None else capacity, SLOTS)
        self._end = None if steps is None else check_integer("steps", steps, STEPS)

    def reset(self, seed: int | None = None, options: PerAgent | None = None) -> tuple[PerAgent, PerAgent]:
        """Begins a new life.

        Args:
            seed: of the life; None draws one from the last seed.
            options: ignored.

        Returns:
            Observations [I] and infos of the founders.

        Raises:
            UserError: no such seed.
        """
        self._seed = self._seed if seed is None else check_integer("seed", seed, SEEDS)
        self.simulation = ControlledSimulation(self._shared, self._brain, self._capacity, self._seed)
        self._seed = int(np.random.default_rng(self._seed).integers(2**62))
        self._slots = self.simulation.slots()
        self.agents = list(self._slots)
        self._render_for_human()
        return self._observations(), {agent: {} for agent in self.agents}

    def step(self, actions: PerAgent) -> StepResult:
        """Takes one step of all agents.

        Args:
            actions: [O] of every agent in `agents`.

        Returns:
            Observations, rewards, terminations, truncations and infos of the living, of those born in this step, and of
            those that died in it. The last observation of the dead is that of the step before, and their info has the
            "cause".

        Raises:
            UserError: an action is missing, or does not fit.
        """
        if not self.agents:
            return {}, {}, {}, {}, {}
        last, before = self._observations(), self._offspring()
        dead = self.simulation.act(self._by_row(actions, self._slots))
        self._slots = self.simulation.slots()
        after = self._offspring()
        rewards = {agent: float(after.get(agent, count) - count) for agent, count in before.items()}
        causes = zip(dead["id"].tolist(), dead["cause"].tolist(), strict=True)
        names = self.simulation.causes
        return self._result(last, rewards, {f"agent_{id}": {"cause": names[cause]} for id, cause in causes})

    def _result(self, last: PerAgent, rewards: PerAgent, dead: PerAgent) -> StepResult:
        """Returns the result of a step.

        Args:
            last: observations before it.
            rewards: of the agents that acted.
            dead: infos of those that died.
        """
        expired = self._end is not None and self.simulation.steps >= self._end
        living = [agent for agent in self._slots if agent in last or not expired]  # no agent begins at the end
        agents, now = [*living, *dead], self._observations()
        self.agents = [] if expired else living
        self._render_for_human()
        return (
            {agent: last[agent] if agent in dead else now[agent] for agent in agents},
            {agent: rewards.get(agent, 0.0) for agent in agents},
            {agent: agent in dead for agent in agents},
            {agent: expired and agent not in dead for agent in agents},
            {agent: dead.get(agent, {}) for agent in agents},
        )

    def _observations(self) -> PerAgent:
        """Returns the observations of the living: [I] float32 each."""
        observations = self.simulation.fields["observations"]
        return {agent: observations[slot].copy() for agent, slot in self._slots.items()}

    def _offspring(self) -> dict[str, int]:
        """Returns the number of children of each of the living so far."""
        return {agent: int(self.simulation.fields["offspring"][slot]) for agent, slot in self._slots.items()}

    def _view(self) -> tuple[View, np.ndarray]:
        if not hasattr(self, "simulation"):
            raise UserError("render: expected a world with agents, got an empty one; call reset() first")
        return self.simulation.fields, self.simulation.living()


def _make_brain(world: World, spec: Mapping[str, Any] | None) -> Brain:
    """Returns the brain whose genes are inherited."""
    sizes = (len(world.sensors), len(world.actuators))
    if spec is not None and not isinstance(spec, Mapping):
        raise UserError(f"brain: expected a spec, got {spec}; write brain={{'name': 'wht', 'width': 32}}")
    if spec is not None:
        return make_brain(dict(spec), *sizes, threads=1)
    for width in (width for width in WIDTHS if width >= 32):
        try:
            return make_brain({"name": "wht", "width": width}, *sizes, threads=1)
        except UserError:
            continue
    raise UserError(
        f"world: expected at most {WIDTHS[-1]} lanes for the default brain, got {sizes[0]}; write brain={{...}}"
    )
