"""Ablations of a memory, to measure what it is worth; all else, down to the genes, stays as it is.

reset: it is emptied before each recall. shuffled: it is read at bits drawn anew in each step, so that what is recalled
is as large as ever but carries no information. marked: it is emptied in agents whose state `marked` is above 0, which
no brain ever sets: experiments do that compare agents with and without their memories in one world.
"""

from __future__ import annotations

from collections.abc import Callable

from alife.brains.memory.hashing import Keys
from alife.brains.memory.params import MemoryParams
from alife.ops.derived import sign
from alife.ops.vocabulary import Operations, Value

SHUFFLE = 0x5F1  # stream of draws of the first memory
CLOCK = 2.0**24  # steps after which draws repeat

Read = Callable[[Keys], list[Value]]


def recall(o: Operations, p: MemoryParams, read: Read, keys: Keys, stream: int) -> list[Value]:
    """Values that `read` gives at these keys, as the ablation leaves them.

    Args:
        o: the operations.
        p: of the memory.
        read: values, each on every lane, at keys.
        keys: those to read.
        stream: of the draws, one for each memory of a brain.
    """
    if p.ablation == "shuffled":
        return read(_draw_keys(o, keys, SHUFFLE + stream))
    values = read(keys)
    if p.ablation == "reset":
        return [o.const(0.0)] * len(values)
    if p.ablation == "marked":
        mark = o.lane(o.load(o.state("marked", 1)), 0)
        return [o.select(0.0, mark, value, 0.0) for value in values]
    return values


def _draw_keys(o: Operations, keys: Keys, stream: int) -> Keys:
    """Keys of random bits, in number and length as these."""
    count = len(keys[0])
    return [[sign(o.draw(stream, v * count + j) - 0.5) for j in range(count)] for v in range(len(keys))]


def advance_clock(o: Operations) -> None:
    """Advances the clock of draws by one step."""
    clock = o.state("clock", 1)
    later = o.load(clock) + 1.0
    o.store(clock, o.select(later, CLOCK, 0.0, later))
