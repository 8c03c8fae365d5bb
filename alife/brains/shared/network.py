"""The interface of a network: the hooks that a brain file must define, and those it may.

A brain file `alife/brains/<name>.py` holds `Params`, a subclass of `WidthParams`, and one final class with the file's
name in CamelCase, a subclass of `Network`. Only `step` is required. A network with layers of weights is better a
subclass of `alife.brains.shared.base.NetworkBase`, which adds memory, projection, injection, recurrence and ensembles.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pydantic

from alife.config.params import Params
from alife.config.source_lines import place_of
from alife.errors import LocatedError, UserError
from alife.ops.gene_groups import Move
from alife.ops.kept import Unchanging
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations


class WidthParams(Params):
    """Base of the Params of every brain file."""

    width: int = pydantic.Field(32, ge=16, le=256, description="n, lanes of a vector: 16, 32, 64, 128 or 256")


class Network(Unchanging, ABC):
    """The computation of one agent, in a step and at birth, and facts about its genes.

    Immutable: an agent's values are in the slots that `step` and `develop` name, never in the object.

    Attributes:
        params: the Params of its file.
        width: n, lanes of a vector.
        num_observations: I, the number of sensors, at least 1.
        num_actions: O, the number of actuators, at least 1.
        acts: False if its actions come from elsewhere.
        compared: False if it is another one with other parts, which comparisons of networks leave out.
    """

    params: WidthParams
    acts: ClassVar[bool] = True
    compared: ClassVar[bool] = True

    def __init__(self, params: WidthParams, num_observations: int, num_actions: int) -> None:
        """Stores the sizes. A subclass that checks how they fit raises UserError here."""
        self.params, self.width = params, params.width
        self.num_observations, self.num_actions = num_observations, num_actions

    @property
    def name(self) -> str:
        """The name under which configurations find the network: that of its file."""
        return type(self).__module__.rpartition(".")[2]

    # ---- computation

    @abstractmethod
    def step(self, o: Operations) -> None:
        """Computes one step of one agent: loads the slot `observations` [I] and stores the slot `actions` [O].

        Args:
            o: the operations of `alife.ops.vocabulary`; slots of kind genome, phenotype, state, input and output.
        """

    def develop(self, o: Operations) -> None:  # noqa: B027 (a hook whose default is empty)
        """Computes once, at birth, the phenotype slots that `step` loads. The default has none."""

    # ---- genes

    @property
    def num_weights(self) -> int | None:
        """W, the number of weights that the genes encode; None if every gene is a weight."""
        return None

    @property
    def moves(self) -> tuple[Move, ...]:
        """Changes to groups of genes that structural mutation may make; units are places in the slot of each move."""
        return ()

    def check_moves(self) -> None:
        """Checks that `moves` can be used for structural mutation.

        Raises:
            UserError: there are none.
        """
        if not self.moves:
            raise UserError(
                "strategy.structural: expected a brain with moves of its own, such as paths, circulant or sine, "
                f"got {self.name}; write structural: 0",
                ("strategy", "structural"),
            )

    def check_aligned(self) -> None:
        """Checks that `aligned` can be used. A network that defines `aligned` defines this too.

        Raises:
            UserError: the units of this network, or with these Params, cannot be exchanged.
        """
        raise UserError(
            f"strategy.aligned: expected a brain whose units can be exchanged, such as dense, got {self.name}; write "
            "aligned: false",
            ("strategy", "aligned"),
        )

    def aligned(self, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """The father's weights with its units permuted to match those of the mother, unit by unit.

        Args:
            mother, father: [W] values of the slot `weights`.

        Returns:
            [W] float32: another genome of the father's function.

        Raises:
            UserError: as `check_aligned`.
        """
        self.check_aligned()
        raise NotImplementedError(f"{type(self).__name__}.aligned")

    # ---- memories

    @property
    def without_memories(self) -> Network | None:
        """The same network without its memories, which it is where all genes of these are 0; None: it cannot be."""
        return None

    @property
    def recalled_lanes(self) -> slice:
        """The input lanes that memories fill."""
        return slice(0, 0)

    # ---- reports

    @property
    def report(self) -> dict[str, list[int]]:
        """Facts about the wiring for a genome's report: {name: one number for each layer}."""
        return {}


def check_slots(network: Network, slots: Mapping[str, Slot]) -> None:
    """Checks that a step takes the observations and gives the actions of its world.

    Raises:
        LocatedError: it loads more inputs than there are observations, its outputs are not as many as the actions, or
            the network has a name of its own.
    """
    sizes = {kind: sum(slot.size for slot in slots.values() if slot.kind == kind) for kind in ("input", "output")}
    place = f"{place_of(type(network), 'step')}: {type(network).__name__}.step"
    if network.acts and sizes["output"] != network.num_actions:
        raise LocatedError(
            f"{place}: expected outputs for {network.num_actions} actions, got {sizes['output']}; write "
            'o.store(o.output("actions", self.num_actions), y)'
        )
    if sizes["input"] > network.num_observations:
        raise LocatedError(
            f"{place}: expected at most {network.num_observations} observations, got {sizes['input']}; write "
            'o.load(o.input("observations", self.num_observations))'
        )
    if network.acts and "name" in {
        own for base in type(network).__mro__[:-1] if base is not Network for own in vars(base)
    }:
        raise LocatedError(f"{place}: expected the name of its file, got name in the class; write another word")
