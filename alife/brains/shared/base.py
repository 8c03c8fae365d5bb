"""The step of a network with layers: inputs, memory, recurrent lanes, an ensemble of members, unfolded weights.

A brain file gives the number of rows of weights of a layer and what a layer computes (`layer_rows`, `layer`). The rest
of a step is here. The input is u = [observations, 1, recurrent lanes], completed by what the memory recalls and scaled
to the length sqrt(n). Layers follow, and after some of them the input is added again, weighted. The outputs are the
actions, the values to be stored, the gate, the recurrent lanes and those of keys. Each member of an ensemble sees the
input through flips of its own; the outputs of members are averaged.

Input scaling, re-injection and ensembles of random views: O'Connor (see `wht`); memory and projection: those files.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import ClassVar

import numpy as np

from alife.brains.memory import ablation
from alife.brains.memory.keys import MemoryPlace
from alife.brains.memory.params import MOST_VALUES, MemoryParams
from alife.brains.memory.wiring import MemoryWiring
from alife.brains.shared import lesions, projection, recurrence
from alife.brains.shared.checks import is_power_of_two, require, wider
from alife.brains.shared.exploration import Exploration
from alife.brains.shared.history import History
from alife.brains.shared.input_parts import Direct, Gains, Products, to_length
from alife.brains.shared.last_actions import LastActions
from alife.brains.shared.network import Network
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import RowWeights, Weights, lazy_rows
from alife.errors import UserError
from alife.ops.slots import Slot
from alife.ops.vocabulary import WIDTHS, Operations, Value

# Seeds of the flips. Those of the memory's keys lie below the first one.
MEMBER_FLIPS = 2 << 20  # the first member's first flip
FLIPS_PER_MEMBER = 1 << 16
INPUT_FLIPS, INJECTION_FLIPS, UNFOLD_FLIPS = 0, 1 << 8, 1 << 9  # within a member
NETWORK_FLIPS = 1 << 14  # within a member: from here on they are free for the network


class NetworkBase(Network):
    """A network of L layers of n lanes, with all that surrounds them. Abstract: see `layer_rows` and `layer`."""

    params: NetworkParams
    always_stored: ClassVar[bool] = False  # keep unfolded weights from birth on, whatever `unfold` is, as loops need

    def __init__(self, params: NetworkParams, num_observations: int, num_actions: int) -> None:
        """Lays out the lanes.

        Raises:
            UserError: the parameters do not fit each other or the sizes of the world.
        """
        super().__init__(params, num_observations, num_actions)
        self.history = History(params.history, num_observations) if params.history else None
        self.last_actions = None if params.last_actions == "none" else LastActions(params.last_actions, num_actions)
        self.memory_params = self._fitted(params.all_memories)
        self.recurrent_lane = num_actions + sum(memory.num_said for memory in self.memory_params)
        self.memories = self._memories()
        self._check()
        self.gains = Gains(self.num_inputs, self.half) if params.input_gains else None
        self.products = Products(self.num_inputs, self.half) if params.products else None
        self.direct = Direct(self.num_inputs, num_actions, self.half) if params.direct else None
        self.exploration = Exploration(num_actions, self.half) if params.explore else None

    # ---- hooks of a brain file

    @property
    @abstractmethod
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses."""

    @property
    def extra_rows(self) -> int:
        """Rows of n weights that a member uses outside its layers."""
        return 0

    @property
    def one_sided(self) -> bool:
        """True if layers give no values below 0, as those of ReLUs."""
        return False

    @property
    def draws(self) -> bool:
        """True if random numbers are drawn in each step."""
        return self.params.explore or any(memory.ablation == "shuffled" for memory in self.params.all_memories)

    def check_params(self) -> None:
        """Checks the network's own parameters. Raises UserError."""

    def input_layer(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input of the first layer: the input x of the step through the member's flips."""
        return o.flip(x, self.flips(member) + INPUT_FLIPS)

    @abstractmethod
    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The output of a hidden layer.

        Args:
            o: the operations.
            h: the input of the layer, with a mean square of about 1.
            weights: those of the member; take `layer_rows` rows.
            number: of the layer, from 1.
            member: of the ensemble, from 0.
        """

    def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The output of a member: the transform of the last hidden layer.

        If no value is below 0, lane 0 of the transform would be their sum, which never is, so they are flipped first.
        """
        h = o.flip(h, MEMBER_FLIPS + NETWORK_FLIPS) if self.one_sided else h
        return o.wht(h) * (1 / math.sqrt(self.width))

    # ---- sizes

    @property
    def half(self) -> bool:
        """True if genes are stored as float16."""
        return self.params.storage == "float16"

    @property
    def injections(self) -> list[int]:
        """Numbers, from 1, of the layers after which the input is added again."""
        p = self.params
        return [layer for layer in range(1, p.layers + 1) if p.injection and layer % p.injection == 0]

    @property
    def rows(self) -> int:
        """Rows of n weights of a member."""
        return self.params.layers * self.layer_rows + len(self.injections) + self.extra_rows

    def first_row(self, layer: int) -> int:
        """The first row of a member's `layer`, from 1; of what follows the last layer if it is L + 1.

        For networks that use no rows before their layers.
        """
        return (layer - 1) * self.layer_rows + sum(after < layer for after in self.injections)

    def for_all_members(self, units: np.ndarray) -> np.ndarray:
        """Units [U, K] of the first member -> [ensemble x U, K] of all: places in the slot `weights`."""
        return np.concatenate([units + member * self.member_weights for member in range(self.params.ensemble)])

    @property
    def member_weights(self) -> int:
        """The number of weights of a member."""
        return self.width * self.rows

    @property
    def num_weights(self) -> int:
        """W: weights of all members, of the memories' keys and gates, and of the parts around the layers."""
        parts = self.gains, self.products, self.direct, self.exploration
        around = [part.num_genes for part in parts if part]
        memories = [memory.num_genes(self.width) for memory in self.memories]
        return self.member_weights * self.params.ensemble + sum(memories) + sum(around)

    @property
    def num_inputs(self) -> int:
        """Input lanes: observations, a constant, recurrent lanes, what memories recall, and those after it."""
        recalled = sum(memory.num_recalled for memory in self.memory_params)
        return self._first_recalled + recalled + self._num_beyond

    @property
    def num_outputs(self) -> int:
        """Output lanes in use, the first: actions, values and gates of memories, recurrent lanes, keys of memories."""
        keys = sum(memory.key_source.num_lanes for memory in self.memories)
        return self.recurrent_lane + self.params.recurrent.num_outputs + keys

    @property
    def recalled_lanes(self) -> slice:
        """The input lanes that memories fill."""
        return slice(self._first_recalled, self.num_inputs - self._num_beyond)

    @property
    def without_memories(self) -> NetworkBase | None:
        """The same network without its memories; None if it has none, or their lanes have no gains that can be 0."""
        if not (self.memories and self.gains):
            return None
        params = self.params.model_copy(update={"memory": None, "memories": ()})
        return type(self)(params, self.num_observations, self.num_actions)

    @property
    def _first_recalled(self) -> int:
        return self.num_observations + 1 + self.params.recurrent.lanes

    @property
    def _num_beyond(self) -> int:
        """Input lanes that are no part of a key: the last actions, and traces of observations."""
        return sum(part.num_lanes for part in (self.last_actions, self.history) if part)

    def _fitted(self, memories: tuple[MemoryParams, ...]) -> tuple[MemoryParams, ...]:
        """The memories, those whose number of values is open with as many as there are observations, if they fit."""
        free = self.width - self._first_recalled - self._num_beyond
        still_open = [memory for memory in memories if memory.values is None]
        free -= sum((memory.values or 0) + memory.num_beside_values for memory in memories)
        fits = max(min(self.num_observations, MOST_VALUES, free // max(len(still_open), 1)), 1)
        return tuple(m.model_copy(update={"values": fits}) if m.values is None else m for m in memories)

    def _memories(self) -> list[MemoryWiring]:
        """The memories, each with the lanes after those of the one before it."""
        inputs, outputs = self._first_recalled, self.num_actions
        keys, wired = self.recurrent_lane + self.params.recurrent.num_outputs, []
        for number, p in enumerate(self.memory_params):
            place = MemoryPlace(number, inputs, inputs + p.num_recalled, outputs, keys)
            wired.append(MemoryWiring(p, place, self.half))
            inputs, outputs = inputs + p.num_recalled, outputs + p.num_said
            keys += wired[-1].key_source.num_lanes
        return wired

    @property
    def stages(self) -> dict[str, int]:
        """Notes of a step between which layers lie, in order: {name: number of lanes}."""
        p = self.params
        layers = [
            f"{self.prefix(member)}layer_{number}" for member in range(p.ensemble) for number in range(1, p.layers + 1)
        ]
        return {"input": self.num_inputs, **dict.fromkeys(layers, self.width), "output": self.width}

    # ---- checks

    def check_moves(self) -> None:
        """Checks that each weight is a gene and that there are moves. Raises UserError."""
        projection = self.params.projection
        if projection is not None:
            raise UserError(
                "brain.projection: expected null where strategy.structural is above 0, as only then each weight is a "
                f"gene, got {projection}; write projection: null",
                ("brain", "projection"),
            )
        super().check_moves()

    def _check(self) -> None:
        n, p = self.width, self.params
        inputs, outputs = self.num_inputs, self.num_outputs
        require(n in WIDTHS, "width", f"one of {', '.join(map(str, WIDTHS))}", n, "width: 32")
        require(self.num_observations >= 1, "observations", "at least 1", self.num_observations, "a sensor")
        require(self.num_actions >= 1, "actions", "at least 1", self.num_actions, "an actuator")
        parts = "observations + constant + recurrent + memory.values"
        parts += " + last actions" if self.last_actions else ""
        parts += " + history" if self.history else ""
        require(inputs <= n, "width", f"{parts} <= {n}", inputs, self._wider(inputs))
        parts = "actions + memory.values + gate + recurrent"
        parts += " + keys" if any(memory.key_source.num_lanes for memory in self.memories) else ""
        require(outputs <= n, "width", f"{parts} <= {n}", outputs, self._wider(outputs))
        if p.projection:
            fits = p.projection % n == 0 and is_power_of_two(p.projection // n)
            require(fits, "projection", f"{n} times a power of two", p.projection, f"projection: {4 * n}")
        for number, memory in enumerate(self.memory_params):
            key, fix = ("memory" if p.memory else f"memories.{number}"), f"bits: {max(n, 64)}"
            require(memory.bits % n == 0, f"{key}.bits", f"a multiple of the width {n}", memory.bits, fix)
            if memory.store == "seen":
                most = f"at most the {self.num_observations} observations for store: seen"
                fits = memory.num_values <= self.num_observations
                require(fits, f"{key}.values", most, memory.num_values, f"values: {self.num_observations}")
        if p.lesions:
            require(p.lesions.parts <= n, "lesions.parts", f"at most the width {n}", p.lesions.parts, "parts: 4")
        self.check_params()

    def _wider(self, lanes: int) -> str:
        p = self.params
        return wider(lanes, p.projection, p.all_memories[0].bits if p.all_memories else None)

    # ---- a step

    def step(self, o: Operations) -> None:
        """Computes a step: observations, recall, layers, actions, write to the memory."""
        memories = [memory.open_store(o) for memory in self.memories]
        seen = o.load(o.input("observations", self.num_observations))
        u = self._observe(o, seen)
        for memory in memories:
            u = memory.recall(u, seen)
        if self.last_actions:
            u = self.last_actions.insert(o, u, self.num_inputs - self._num_beyond)
        if self.history:
            u = self.history.insert(o, u, seen, self.num_inputs - self.history.num_lanes)
        x = to_length(o, u, self.num_inputs)
        o.note("input", x)
        y = self._output(o, self.gains.apply(o, x) if self.gains else x)
        o.note("output", y)
        y = self.exploration.add(o, y) if self.exploration else y
        o.store(o.output("actions", self.num_actions), y)
        if self.last_actions:
            self.last_actions.keep(o, y)
        recurrence.keep(o, self.params.recurrent, y, self.recurrent_lane)
        if self.params.lesions:
            lesions.advance_age(o, self.params.lesions)
        for memory in memories:
            memory.remember(x, y, seen)
        if self.draws:
            ablation.advance_clock(o)

    def _observe(self, o: Operations, seen: Value) -> Value:
        """u = [observations, 1, recurrent lanes]."""
        first = self.num_observations
        u = o.blend(np.arange(self.width) == first, 1.0, seen)
        return recurrence.insert(o, self.params.recurrent, u, first + 1)

    def _output(self, o: Operations, x: Value) -> Value:
        """The output of the step: of the layers, and what reaches the actions directly."""
        y = self._ensemble(o, x)
        return self.direct.add(o, x, y) if self.direct else y

    def _ensemble(self, o: Operations, x: Value) -> Value:
        """The mean of the members' outputs."""
        outputs = [self._member(o, member, x) for member in range(self.params.ensemble)]
        total = reduce(add, outputs)
        return total if len(outputs) == 1 else total * (1 / len(outputs))

    def _member(self, o: Operations, member: int, x: Value) -> Value:
        """The output of one member. Notes named weights_ record what its genes encode, the others activity."""
        prefix, weights = self.prefix(member), self.weights(o, member)
        current = lesions.current_part(o, self.params.lesions) if self.params.lesions else x
        h = self.input_layer(o, x, weights, member)
        h = h + self.products.of(o, x) if self.products else h
        for number in range(1, self.params.layers + 1):
            h = self.layer(o, h, weights, number, member)
            if number in self.injections:
                g = next(weights)
                o.note(f"weights_{prefix}injection_{number}", g)
                flipped = o.flip(x, self.flips(member) + INJECTION_FLIPS + number)
                h = h + g * (o.wht(flipped) * (1 / math.sqrt(self.width)))
            if self.params.lesions:
                h = lesions.lesioned(o, h, self.params.lesions, current, number, member)
            o.note(f"{prefix}layer_{number}", h)
        return self.output_layer(o, h, weights)

    @staticmethod
    def flips(member: int) -> int:
        """The first of a member's flips; from this plus `NETWORK_FLIPS` on they are free for the network."""
        return MEMBER_FLIPS + member * FLIPS_PER_MEMBER

    @staticmethod
    def prefix(member: int) -> str:
        """The prefix of a member's notes and states: none for the first, then member_2_, ..."""
        return "" if member == 0 else f"member_{member + 1}_"

    # ---- weights

    def weights(self, o: Operations, member: int) -> Weights:
        """The weights of a member, as a step uses them."""
        if self.params.projection is None:
            slot = o.genome("weights", self.params.ensemble, self.rows, self.width, half=self.half)
        elif self._stored:
            slot = self._stored_weights(o)
        else:
            rows = lazy_rows(self._unfold(o, member))
            rows(0)  # code of the first block, which needs no input, comes before code that waits for the input
            return RowWeights(rows, self.rows)
        first = member * self.rows
        return RowWeights(lambda row: o.load(slot, row if isinstance(row, Value) else row + first), self.rows)

    @property
    def _stored(self) -> bool:
        """True if the weights of a projection are unfolded once, at birth."""
        return self.always_stored or self.params.unfold == "birth"

    def _stored_weights(self, o: Operations) -> Slot:
        return o.phenotype("weights", self.params.ensemble, self.rows, self.width)

    def _unfold(self, o: Operations, member: int) -> Iterator[Value]:
        """The rows of a member's weights, by its projection."""
        p = self.params
        count = (p.projection or 0) // self.width
        slot = o.genome("genes", p.ensemble, count, self.width, half=self.half)
        genes = [o.load(slot, member * count + row) for row in range(count)]
        seed = self.flips(member) + UNFOLD_FLIPS
        return projection.unfold(genes, self.rows, seed, p.projection_offset, p.projection_shape)

    def develop(self, o: Operations) -> None:
        """Unfolds and stores the weights, if they are kept from birth on."""
        if self._stored and self.params.projection is not None:
            for member in range(self.params.ensemble):
                for row, value in enumerate(self._unfold(o, member)):
                    o.store(self._stored_weights(o), value, member * self.rows + row)
