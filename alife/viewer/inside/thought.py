"""One step of the selected agent's brain: the values that it names, and what reached an action on which way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alife.brains import Brain
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.plan import input_names, output_names, plan_of
from alife.ops.stages import Stages
from alife.viewer.inside.witness import Witness
from alife.viewer.interface import Life
from alife.viewer.selection import Selection

SOLID = 1e-9  # shares of the largest derivative below which there is no connection


@dataclass(frozen=True)
class Stage:
    """Lanes of a step between which layers lie.

    Attributes:
        name: of the note.
        values: [n] what they are.
        sides: [n] bool, the side on which each unit's switch is; None if its units have none.
        smooth: True if the units are neither switches nor ReLUs, so that paths hold at this moment alone.
        inputs: number of lanes of the stage before that reach a unit, at most.
        even: True if all of them reach a unit with one size and differ in the sign alone, as in a transform.
    """

    name: str
    values: np.ndarray
    sides: np.ndarray | None
    smooth: bool
    inputs: int
    even: bool


@dataclass(frozen=True)
class Ways:
    """The parts of an output lane.

    Attributes:
        parts: what each lane of each stage adds to it, all ways together: {name: [lanes]}.
        flows: what goes from each lane of a stage through each of a later one: {(before, after): [after, before]}.
    """

    parts: dict[str, np.ndarray]
    flows: dict[tuple[str, str], np.ndarray]


class Thought:
    """A step of a network of layers.

    Attributes:
        exact: True if it is the step that was taken; False if the memory may have changed since.
        plan: of the network.
        inputs, outputs: names of the lanes in use.
        width: n, lanes of a layer.
        members: of the ensemble.
        unit: name of the activation function; "" if the network does not name it.
        stepped: True if units round what they get, so that no path leads through them.
    """

    def __init__(
        self, life: Life, state: np.ndarray, observations: np.ndarray, genome: np.ndarray, exact: bool
    ) -> None:
        """Computes it, for a brain whose network is a `NetworkBase`.

        Args:
            life: whose brain thinks.
            state: [S] before the step.
            observations: [I].
            genome: [G].
            exact: as of the class.
        """
        network = life.brain.network
        assert isinstance(network, NetworkBase)
        traced = life.brain.traced(genome, state, observations, network.stages)
        self.exact, self.plan, self.width = exact, plan_of(network), network.width
        self.members, self.unit = network.params.ensemble, str(getattr(network.params, "unit", ""))
        self.inputs = [name for name, _ in input_names(network, [one.name for one in life.world.sensors])]
        self.outputs = output_names(network, [one.name for one in life.world.actuators])
        self._traced, self._lanes = traced, network.stages
        self._first, self._maps = traced.first, {name: map_[0] for name, map_ in traced.stages.items()}
        self.stepped = any(name in traced.rounded and name not in traced.curved for name in network.stages)

    @cached_property
    def stages(self) -> list[Stage]:
        """Input, layers and output, in order."""
        return [self._stage(name, lanes, self._traced) for name, lanes in self._lanes.items()]

    def _stage(self, name: str, lanes: int, traced: Stages) -> Stage:
        values, sides = traced.values[name][0][:lanes], traced.sides.get(name)
        size = np.abs(self._maps[name][:, self._columns(self._before(name))]) if name != "input" else np.zeros((1, 0))
        joined = size > SOLID * size.max(initial=0.0)
        even = bool(joined.all(axis=1).any() and np.allclose(size, size.max(axis=1, initial=0.0)[:, None], rtol=1e-3))
        smooth = name in traced.curved
        return Stage(name, values, None if sides is None else sides[0], smooth, int(joined.sum(axis=1).max()), even)

    def _before(self, name: str) -> str:
        """Returns the stage right before one: of a member's first layer and of the output that is not the list's."""
        prefix, _, number = name.rpartition("layer_")
        if name == "output":
            return self.sources(name)[-1]
        return f"{prefix}layer_{int(number) - 1}" if int(number) > 1 else "input"

    def _columns(self, name: str) -> slice:
        following = [place for place in self._first.values() if place > self._first[name]]
        last = min(following, default=self._maps["output"].shape[1])
        return slice(self._first[name], last)

    def derivative(self, of: str, by: str) -> np.ndarray:
        """Returns the derivative of a stage in one before it, without ways through others: [lanes, lanes]."""
        found: np.ndarray = self._maps[of][:, self._columns(by)]
        return found

    def gradients(self, lane: int) -> dict[str, np.ndarray]:
        """Returns the derivative of an output lane in each stage, all ways together: {name: [lanes]}."""
        found = {"output": np.eye(self.width)[lane]}
        names = [stage.name for stage in self.stages]
        for place in reversed(range(len(names) - 1)):
            name = names[place]
            found[name] = sum(
                (found[later] @ self.derivative(later, name) for later in names[place + 1 :]),
                np.zeros(self._columns(name).stop - self._first[name]),
            )
        return found

    def ways(self, lane: int) -> Ways:
        """Returns what reaches an output lane, and on which way. lane: of the output."""
        slopes = self.gradients(lane)
        values = {stage.name: stage.values for stage in self.stages}
        flows = {}
        for after in [stage.name for stage in self.stages][1:]:
            for before in [name for name in self._first if self._first[name] < self._first.get(after, 1 << 30)]:
                derivative = self.derivative(after, before)
                if derivative.any():
                    flows[before, after] = slopes[after][:, None] * derivative * values[before][None]
        return Ways({name: slopes[name] * values[name] for name in values}, flows)

    def sources(self, name: str) -> list[str]:
        """Returns the stages right before one: of the output the last layer of each member."""
        if name != "output":
            return [self._before(name)]
        layers = len(self.plan.layers)
        return [one for one in self._first if one.endswith(f"layer_{layers}")]


def is_layered(brain: Brain) -> bool:
    """Returns True if the network of a brain has layers that can be followed."""
    return isinstance(brain.network, NetworkBase)


def think(life: Life, witness: Witness, chosen: Selection) -> Thought:
    """Returns the last step of the selected agent's brain."""
    last, exact = witness.last_step(life, chosen)
    return Thought(life, last.state, last.observations, np.array(life.fields.row("genome", chosen.row)), exact)
