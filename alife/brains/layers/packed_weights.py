"""Weights of a member one after another, read in rows of any length, for brains whose rows are not all n long.

A member has W weights, where W need not be a multiple of n. Genes are then W to a member, and weights that unfold from
few genes fill W / n rows of n, rounded up, of which the last is cut.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import final

from alife.brains.shared.base import NetworkBase
from alife.brains.shared.weights import Weights
from alife.errors import UserError
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Row, Value


@final
class PackedWeights(Weights):
    """The weights of a member in the order of their use.

    Args:
        o: the operations.
        slot: a slot whose first `count` values are the weights.
        count: W.
        member: the number of the member, from 0.
    """

    def __init__(self, o: Operations, slot: Slot, count: int, member: int) -> None:
        self._o, self._slot, self._left, self._place = o, slot, count, slot.start
        self.member = member

    def take(self, length: int, rows: int = 1) -> Slot:
        """Advances by `rows` rows of this length. Returns them as a slot.

        Raises:
            UserError: fewer weights are left.
        """
        self._left -= length * rows
        if self._left < 0:
            raise UserError(f"weights: expected {-self._left} more than there are; correct member_weights")
        taken = replace(self._slot, start=self._place, shape=(rows, length))
        self._place += length * rows
        return taken

    def __next__(self) -> Value:
        return self._o.load(self.take(self._o.width))

    def next_rows(self, count: int) -> Callable[[Row], Value]:
        rows = self.take(self._o.width, count)
        return lambda row: self._o.load(rows, row)


class PackedNetwork(NetworkBase):
    """A network that gives the number of a member's weights and takes them in rows of any length. Abstract."""

    always_stored = True

    @property
    @abstractmethod
    def member_weights(self) -> int:
        """W, the number of a member's weights, those of injections among them."""

    @property
    def rows(self) -> int:
        """Rows of n that a member's weights fill."""
        return -(-self.member_weights // self.width)

    def weights(self, o: Operations, member: int) -> PackedWeights:
        """The weights of a member."""
        count = self.member_weights
        slot = self._genes(o) if self.params.projection is None else self._stored_weights(o)
        each = count if self.params.projection is None else self.rows * self.width
        return PackedWeights(o, replace(slot, start=slot.start + member * each), count, member)

    def _genes(self, o: Operations) -> Slot:
        whole = self.member_weights % self.width == 0
        shape = (self.rows, self.width) if whole else (self.member_weights, 1)
        return o.genome("weights", self.params.ensemble, *shape, half=self.half)
