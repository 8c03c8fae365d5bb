"""Shared worlds as environments of PettingZoo: all agents of a meadow, born and dying, with brains outside.

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

from alife.backends.cpu.threads import Program
from alife.backends.program import BrainStage
from alife.brains import Brain, make_brain
from alife.config.registry import find, find_params
from alife.errors import UserError
from alife.gym.spaces import SEEDS, whole
from alife.gym.world_env import Each, Step, WorldEnv
from alife.laws.fields import Fields
from alife.ops.vocabulary import WIDTHS
from alife.simulation.shared_world import Simulation
from alife.world import SharedWorld, World

ROOM = 4  # slots for each founder, where nobody says how many
SLOTS, STEPS = range(1, 2**26 + 1), range(1, 2**62)  # that may be asked for


class Herd(Simulation):
    """A life whose agents think elsewhere, between two halves of a step."""

    def __init__(self, world: SharedWorld, brain: Brain, capacity: int, seed: int) -> None:
        natural = find("strategies", "natural")(find_params("strategies", "natural")())
        super().__init__(world, brain, natural, capacity, seed, threads=1)
        parts = self.stages()
        place = next(place for place, part in enumerate(parts) if isinstance(part, BrainStage))
        self._observing, self._acting = (
            Program(self.engine.calls(some))  # type: ignore[attr-defined]
            for some in (parts[:place], parts[place + 1 :])
        )
        self._observing.run()

    def named(self) -> dict[str, int]:
        """Slots of the living by their names, in the order of ids."""
        rows = self.living()
        slots = sorted(zip(self.fields["id"][rows].tolist(), rows.tolist(), strict=True))
        return {f"agent_{id}": slot for id, slot in slots}

    def act(self, actions: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """One step, and what the living sense then. actions: slot -> [O]. Returns who died, see `deaths`."""
        for slot, given in actions.items():
            self.fields["actions"][slot] = given
        self._acting.run()
        dead = self.deaths()
        self._observing.run()
        return dead


class HerdEnv(WorldEnv):
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
            UserError: an unknown world, or a value that does not fit.
        """
        super().__init__(world, seed, render_mode, params)
        assert isinstance(self.world, SharedWorld)
        self._shared, self._brain = self.world, _brain_of(self.world, brain)
        self._capacity = whole("capacity", ROOM * self._shared.num_founders if capacity is None else capacity, SLOTS)
        self._end = None if steps is None else whole("steps", steps, STEPS)
        self.simulation: Herd

    def reset(self, seed: int | None = None, options: Each | None = None) -> tuple[Each, Each]:
        """A new life: of this seed, or of one drawn from the last. Returns observations and infos of the founders."""
        self._seed = self._seed if seed is None else whole("seed", seed, SEEDS)
        self.simulation = Herd(self._shared, self._brain, self._capacity, self._seed)
        self._seed = int(np.random.default_rng(self._seed).integers(2**62))
        self._slots = self.simulation.named()
        self.agents = list(self._slots)
        self._show()
        return self._seen(), {agent: {} for agent in self.agents}

    def step(self, actions: Each) -> Step:
        """One step of all. actions: of every agent in `agents`, [O] each.

        Returns:
            Observations, rewards, terminations, truncations and infos of the living, of those born in this step, and of
            those who died in it: these have their last observation, and info["cause"].

        Raises:
            UserError: an action is missing, or does not fit.
        """
        if not self.agents:
            return {}, {}, {}, {}, {}
        last, before = self._seen(), self._offspring()
        dead = self.simulation.act(self._acts(actions, self._slots))
        self._slots = self.simulation.named()
        after = self._offspring()
        rewards = {agent: float(after.get(agent, count) - count) for agent, count in before.items()}
        causes = zip(dead["id"].tolist(), dead["cause"].tolist(), strict=True)
        return self._told(last, rewards, {f"agent_{id}": {"cause": self.simulation.causes[of]} for id, of in causes})

    def _told(self, last: Each, rewards: Each, gone: Each) -> Step:
        late = self._end is not None and self.simulation.steps >= self._end
        living = [agent for agent in self._slots if agent in last or not late]  # none begins at the end
        everybody, now = [*living, *gone], self._seen()
        self.agents = [] if late else living
        self._show()
        return (
            {agent: last[agent] if agent in gone else now[agent] for agent in everybody},
            {agent: rewards.get(agent, 0.0) for agent in everybody},
            {agent: agent in gone for agent in everybody},
            {agent: late and agent not in gone for agent in everybody},
            {agent: gone.get(agent, {}) for agent in everybody},
        )

    def _seen(self) -> Each:
        """Observations of the living: [I] float32 each."""
        seen = self.simulation.fields["observations"]
        return {agent: seen[slot].copy() for agent, slot in self._slots.items()}

    def _offspring(self) -> dict[str, int]:
        """Children of the living so far."""
        return {agent: int(self.simulation.fields["offspring"][slot]) for agent, slot in self._slots.items()}

    def _scene(self) -> tuple[Fields, np.ndarray]:
        if not hasattr(self, "simulation"):
            raise UserError("render: expected a world in which somebody lives, came none; call reset() first")
        return self.simulation.fields, self.simulation.living()


def _brain_of(world: World, spec: Mapping[str, Any] | None) -> Brain:
    """The brain whose genes are inherited."""
    sizes = (len(world.sensors), len(world.actuators))
    if spec is not None and not isinstance(spec, Mapping):
        raise UserError(f"brain: expected a spec, came {spec}; write brain={{'name': 'wht', 'width': 32}}")
    if spec is not None:
        return make_brain(dict(spec), *sizes, threads=1)
    for width in (width for width in WIDTHS if width >= 32):
        try:
            return make_brain({"name": "wht", "width": width}, *sizes, threads=1)
        except UserError:
            continue
    raise UserError(f"world: expected at most {WIDTHS[-1]} lanes for the default brain, came {sizes[0]}; name a brain")
