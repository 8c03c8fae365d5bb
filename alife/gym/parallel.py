"""All agents of a shared world as a ParallelEnv of PettingZoo: born and dying, with brains outside.

An agent is named by its id, `agent_12`, which is never given twice; a newborn is among `agents` from the step of its
birth on, so that who may come is not known before: there is no `possible_agents`. The world breeds as in any of its
runs: genes are inherited and vary, but what a newborn does is up to whoever answers for its id.

Nothing is scored in a shared world. The reward of a step is what natural selection counts: children born in it.
`terminated`: it died. `truncated`: the steps that were asked for are over. Where the actions are those of the agents'
own brains, the life is that of a `Simulation` to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from alife.brains import Brain, make_brain
from alife.compile.native import Program
from alife.engine import Think
from alife.gym.body import action_space, lanes, make_world, observation_space
from alife.gym.drawing import MODES, Drawing, check_mode
from alife.operations.words import WIDTHS
from alife.registry import UserError, find, find_params, suggestion
from alife.simulation import Simulation
from alife.world import World

ROOM = 4  # slots for each founder, where nobody says how many

Each = dict[str, Any]  # agent -> what belongs to it


class Herd(Simulation):
    """A life whose agents think elsewhere, between two halves of a step."""

    def __init__(self, world: World, brain: Brain, capacity: int, seed: int) -> None:
        natural = find("strategies", "natural")(find_params("strategies", "natural")())
        super().__init__(world, brain, natural, capacity, seed, threads=1)
        parts = self.parts()
        place = next(place for place, part in enumerate(parts) if isinstance(part, Think))
        self._observing, self._acting = (
            Program(self.engine.calls(some))  # type: ignore[attr-defined]
            for some in (parts[:place], parts[place + 1 :])
        )
        self._observing.run()

    def ids(self) -> dict[int, int]:
        """Slots of the living by their ids, in the order of ids."""
        rows = self.living()
        return dict(sorted(zip(self.fields["id"][rows].tolist(), rows.tolist(), strict=True)))

    def act(self, actions: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """One step, and what the living sense then. actions: slot -> [O]. Returns who died, see `deaths`."""
        for slot, given in actions.items():
            self.fields["actions"][slot] = given
        self._acting.run()
        dead = self.deaths()
        self._observing.run()
        return dead


class WorldEnv(ParallelEnv[str, np.ndarray, np.ndarray]):
    """An environment of all agents of a shared world. agents: names of the living, by age."""

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
        """Make the world; nobody lives in it before `reset`.

        Args:
            world: name of a shared world.
            seed: of the first life, where `reset` is given none.
            steps: after which all are truncated; None: a life without an end.
            capacity: most agents at once; None: four times the founders.
            brain: spec of the brain whose genes are inherited, unused; None: the default one, as wide as needed.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world or one that is not shared, or a value that does not fit.
        """
        self.world = make_world(world, params)
        if self.world.kind != "shared":
            raise UserError(
                f"world {world}: expected a shared world, came {self.world.kind}; write {_instead(self.world)}"
            )
        self.metadata = {"name": world, "render_modes": MODES, "render_fps": 30}
        self.render_mode = check_mode(render_mode, self.world)
        self._brain = _brain_of(self.world, brain)
        self._capacity = ROOM * self.world.num_founders if capacity is None else capacity
        self._observation_space, self._action_space = observation_space(self.world), action_space(self.world)
        self._seed, self._end = seed, steps
        self.agents: list[str] = []
        self._drawing = Drawing(self.world, render_mode) if render_mode else None
        self.simulation: Herd

    def observation_space(self, agent: str) -> Box:
        """The same for all."""
        return self._observation_space

    def action_space(self, agent: str) -> Box:
        """The same for all."""
        return self._action_space

    def reset(self, seed: int | None = None, options: Each | None = None) -> tuple[Each, Each]:
        """A new life: of this seed, or of one drawn from the last. Returns observations and infos of the founders."""
        self._seed = self._seed if seed is None else seed
        self.simulation = Herd(self.world, self._brain, self._capacity, self._seed)
        self._seed = int(np.random.default_rng(self._seed).integers(2**62))
        self._slots = self.simulation.ids()
        self.agents = [_name(id) for id in self._slots]
        self._show()
        return self._seen(), {agent: {} for agent in self.agents}

    def step(self, actions: Each) -> tuple[Each, Each, Each, Each, Each]:
        """One step of all. actions: of every agent in `agents`, [O] each.

        Returns:
            Observations, rewards, terminations, truncations and infos of the living, of those born in this step, and of
            those who died in it: these have their last observation, and info["cause"].

        Raises:
            UserError: an action is missing, or does not fit.
        """
        if not self.agents:
            return {}, {}, {}, {}, {}
        before, last = self._slots, self._seen()
        children = {id: int(self.simulation.fields["offspring"][slot]) for id, slot in before.items()}
        dead = self.simulation.act({slot: self._lanes(_name(id), actions) for id, slot in before.items()})
        self._slots = self.simulation.ids()
        offspring = {id: int(self.simulation.fields["offspring"][slot]) for id, slot in self._slots.items()}
        rewards = {_name(id): float(offspring.get(id, count) - count) for id, count in children.items()}
        causes = dict(zip(dead["id"].tolist(), dead["cause"].tolist(), strict=True))
        gone = {_name(id): {"cause": self.simulation.causes[cause]} for id, cause in causes.items()}
        return self._told(last, rewards, gone)

    def _told(self, last: Each, rewards: Each, gone: Each) -> tuple[Each, Each, Each, Each, Each]:
        late = self._end is not None and self.simulation.steps >= self._end
        living = [agent for agent in map(_name, self._slots) if agent in last or not late]  # none begins at the end
        everybody, now = [*living, *gone], self._seen()
        seen = {agent: last[agent] if agent in gone else now[agent] for agent in everybody}
        self.agents = [] if late else living
        self._show()
        return (
            seen,
            {agent: rewards.get(agent, 0.0) for agent in everybody},
            {agent: agent in gone for agent in everybody},
            {agent: late and agent not in gone for agent in everybody},
            {agent: gone.get(agent, {}) for agent in everybody},
        )

    def _seen(self) -> Each:
        """Observations of the living: [I] float32 each."""
        seen = self.simulation.fields["observations"]
        return {_name(id): seen[slot].copy() for id, slot in self._slots.items()}

    def _lanes(self, agent: str, actions: Each) -> np.ndarray:
        if agent not in actions:
            near = suggestion(agent, actions)
            raise UserError(f"step: expected an action of every agent in env.agents, came none of {agent}{near}")
        return lanes(actions[agent], self.world)

    def _show(self) -> None:
        if self._drawing and self.render_mode == "human":
            self.render()

    def render(self) -> np.ndarray | None:
        """A picture [H, W, 3] uint8, or, for people, the window drawn anew."""
        if self._drawing is None:
            raise UserError("render: expected a render mode, came none; write render_mode='rgb_array' where it is made")
        return self._drawing.draw(self.simulation.fields, self.simulation.living())

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._drawing:
            self._drawing.close()


def _name(id: int) -> str:
    return f"agent_{id}"


def _instead(world: World) -> str:
    return "gymnasium.make" if world.kind == "solo" else "run.py evolve"


def _brain_of(world: World, spec: Mapping[str, Any] | None) -> Brain:
    """The brain whose genes are inherited."""
    sizes = (len(world.sensors), len(world.actuators))
    if spec is not None:
        return make_brain(dict(spec), *sizes, threads=1)
    for width in (width for width in WIDTHS if width >= 32):
        try:
            return make_brain({"name": "wht", "width": width}, *sizes, threads=1)
        except UserError:
            continue
    raise UserError(f"world: expected at most {WIDTHS[-1]} lanes for the default brain, came {sizes[0]}; name a brain")
