"""The heads of a tape: the place to read and the place to write, each a row of K, moved by evolved sums of the input.

Before a read: place 0, if its sum says restart. After it: one place on if the sum for advance is above 0, else one
back if that for retreat is. After a write: one place on, if its sum is above 0. Sums are those of observations, the
constant, recurrent lanes, and what memories before this one recalled; not what the network says, which would come a
step late. With `lag` the head that reads stands an evolved number of places behind, so that a clock that always runs
recalls what was written that number of steps ago.

Reference: Graves, Wayne, Danihelka: Neural Turing machines (arXiv 1410.5401, 2014), section 3.3, whose heads shift.
"""

from __future__ import annotations

from alife.brains.memory.params import MemoryParams
from alife.ops.derived import minimum
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

RESTART, ADVANCE, RETREAT, ADVANCE_WRITE = range(4)  # rows of weights


class TapeHeads:
    """Two heads on a tape of K places.

    Args:
        p: of the memory.
        name: the prefix of its slots.
        num_inputs: the first input lanes, whose sums move the heads.
        half: True if genes are stored as float16.
    """

    def __init__(self, p: MemoryParams, name: str, num_inputs: int, half: bool) -> None:
        self.p, self.name, self.num_inputs, self.half = p, name, num_inputs, half

    @property
    def num_genes(self) -> int:
        """Genes: four rows of weights, and the lag."""
        return 4 * self.num_inputs + self.p.lag

    def declare(self, o: Operations) -> None:
        """Names the slots of its genes."""
        self._weights(o)
        if self.p.lag:
            self._lag(o)

    def read_place(self, o: Operations, u: Value) -> Value:
        """The place to read, on all lanes, after a restart if the input u asks for it."""
        slot, at = self._place(o, "read"), o.lane(o.load(self._place(o, "read")), 0)
        at = o.select(0.0, self._sum(o, RESTART, u), at, 0.0)
        o.store(slot, self._moved(o, at, self._sum(o, ADVANCE, u), self._sum(o, RETREAT, u)))
        return self._wrapped(o, at - self._places_behind(o)) if self.p.lag else at

    def write_place(self, o: Operations, x: Value) -> Value:
        """The place to write, on all lanes. x: the input, completed by what was recalled."""
        slot = self._place(o, "write")
        at = o.lane(o.load(slot), 0)
        o.store(slot, o.select(0.0, self._sum(o, ADVANCE_WRITE, x), at, self._wrapped(o, at + 1.0)))
        return at

    def _moved(self, o: Operations, at: Value, advance: Value, retreat: Value) -> Value:
        back = o.select(0.0, retreat, at, self._wrapped(o, at - 1.0))
        return o.select(0.0, advance, back, self._wrapped(o, at + 1.0))

    def _wrapped(self, o: Operations, place: Value) -> Value:
        """A place that is at most K beyond one of the ends: after the last place comes the first."""
        place = o.select(place, float(self.p.bits), place - float(self.p.bits), place)
        return o.select(place, 0.0, place, place + float(self.p.bits))

    def _places_behind(self, o: Operations) -> Value:
        """The lag, 0..max_lag: each takes an equal share of gene^2 from 0 to 1, so that short ones are likelier."""
        gene = o.lane(o.load(self._lag(o)), 0)
        return minimum(o.floor(gene * gene * float(self.p.max_lag + 1)), float(self.p.max_lag))

    def _sum(self, o: Operations, row: int, x: Value) -> Value:
        return o.total(o.load(self._weights(o), row) * x)

    def _weights(self, o: Operations) -> Slot:
        return o.genome(f"{self.name}head_weights", 4, self.num_inputs, half=self.half)

    def _lag(self, o: Operations) -> Slot:
        return o.genome(f"{self.name}lag", 1, half=self.half)

    def _place(self, o: Operations, which: str) -> Slot:
        return o.state(f"{self.name}{which}_place", 1)
