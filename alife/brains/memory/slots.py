"""Slots: places of a memory that evolved sums of the input choose, one to read and one to write.

Each of S slots has a sum of the input for either; the slot whose sum is largest is read, or written. Other than hashes
of the input, the two choices need not depend on the same lanes: what is written under what is dealt can be read under
what is asked for. Keys of slots are rows of a Hadamard matrix, so that no slot disturbs another.

Reference: Graves, Wayne, Danihelka: Neural Turing machines (arXiv 1410.5401, 2014), section 3.3.1, addressing by
content; here the largest takes all, and the contents that are compared with are genes.
"""

from __future__ import annotations

from alife.brains.memory.params import MemoryParams
from alife.ops.derived import first_of_largest
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class SlotChoice:
    """The slots to read and to write in a step.

    Args:
        p: of the memory.
        name: the prefix of its slots in the genome.
        num_inputs: the first input lanes, whose sums choose.
        half: True if genes are stored as float16.
    """

    def __init__(self, p: MemoryParams, name: str, num_inputs: int, half: bool) -> None:
        self.p, self.name, self.num_inputs, self.half = p, name, num_inputs, half

    @property
    def num_genes(self) -> int:
        """Genes: two rows of weights for each slot."""
        return 2 * self.p.slots * self.num_inputs

    def weights(self, o: Operations, which: str) -> Slot:
        """The weights of the sums to `read` or to `write`."""
        return o.genome(f"{self.name}{which}_slot_weights", self.p.slots, self.num_inputs, half=self.half)

    def chosen(self, o: Operations, which: str, x: Value) -> Value:
        """The number of the slot to `read` or to `write`, on all lanes; of equal sums the first. x: the input."""
        slot = self.weights(o, which)
        return first_of_largest(o, [o.total(o.load(slot, row) * x) for row in range(self.p.slots)])
