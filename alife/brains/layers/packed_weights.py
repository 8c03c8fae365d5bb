"""Weights of a member one behind another, read in rows of any length: what brains share whose rows are not all n long.

A member has W weights, where W need not be a multiple of n. Genes are then W to a member, and weights that unfold from
few genes fill W / n rows of n, rounded up, of which the last is cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from alife.brains.shared.base import NetworkBase, Weights
from alife.errors import UserError
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Row, Value


class PackedWeights(Weights):
    """A member's weights in the order of their use; `member`, from 0, is whose they are."""

    def __init__(self, o: Operations, slot: Slot, count: int, member: int) -> None:
        """slot: from its first value on lie the member's `count` weights."""
        self._o, self._slot, self._left, self._place = o, slot, count, slot.start
        self.member = member

    def take(self, length: int, rows: int = 1) -> Slot:
        """The next weights, as a slot of so many rows of this length. Raises UserError where too few are left."""
        self._left -= length * rows
        if self._left < 0:
            raise UserError(f"weights: expected {-self._left} more than there are; say member_weights so many")
        taken = replace(self._slot, start=self._place, shape=(rows, length))
        self._place += length * rows
        return taken

    def __next__(self) -> Value:
        """The next n weights."""
        return self._o.load(self.take(self._o.width))

    def table(self, count: int) -> Callable[[Row], Value]:
        """The next rows of n, each to be had by its place among them, which may be a loop's counter."""
        rows = self.take(self._o.width, count)
        return lambda row: self._o.load(rows, row)


class PackedNetwork(NetworkBase):
    """A brain that says how many weights a member has, and takes them in rows of any length."""

    stored = True

    @property
    def member_weights(self) -> int:
        """W, of the network and of what is injected."""
        raise NotImplementedError

    @property
    def rows(self) -> int:
        """Rows of n that a member's weights fill."""
        return -(-self.member_weights // self.width)

    @property
    def num_weights(self) -> int:
        """Of all members, and the two keys'."""
        keys = self.memory.addresses.genes if self.memory else 0
        return self.member_weights * self.params.ensemble + self.width * keys

    def weights(self, o: Operations, member: int) -> PackedWeights:
        """What a member's genes come to."""
        count = self.member_weights
        slot = self._own_genes(o) if self.params.projection is None else self._unfolded(o)
        each = count if self.params.projection is None else self.rows * self.width
        return PackedWeights(o, replace(slot, start=slot.start + member * each), count, member)

    def _own_genes(self, o: Operations) -> Slot:
        whole = self.member_weights % self.width == 0
        shape = (self.rows, self.width) if whole else (self.member_weights, 1)
        return o.genome("weights", self.params.ensemble, *shape, half=self.half)
