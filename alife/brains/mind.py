"""A mind for tasks with a memory: two memories of what is seen beside a small network, and weights straight to actions.

The network is that of `wht`. One memory is addressed by content: what was seen with something like this? The other is a
tape, addressed by place: what was seen k steps ago, or next in order? Both store the observations themselves, so that
evolution need not find a code and its decoder at once; an evolved sum of the input decides when the first writes, and a
lane compares what it recalls with what is seen. Actions can take what is recalled by a direct weight, without the
mixing of the layers, and gains silence inputs that do not matter. `docs/studies/minds.md` compares it with `wht`.

References: those of `wht`; for the tape Graves, Wayne, Danihelka: Neural Turing machines (arXiv 1410.5401, 2014). Its
limits: what is asked for must have been seen as such, not be a count or an average, and fit the places of the tape.
"""

from __future__ import annotations

from typing import final

import pydantic

from alife.brains import wht
from alife.brains.memory.params import MemoryParams

CONTENT = MemoryParams(values=None, store="seen", gate="gathered", compare=True)
TAPE = MemoryParams(values=None, store="seen", keys="tape", lag=True, gate="open")


class Params(wht.Params):
    """Size and parts of the network."""

    layers: int = pydantic.Field(2, ge=1, le=64, description="L, hidden layers of the network")
    memory: MemoryParams | None = pydantic.Field(None, description="a single memory; null: those of `memories`")
    memories: tuple[MemoryParams, ...] = pydantic.Field(
        (CONTENT, TAPE), max_length=8, description="memories; what one recalls is an input of those after it"
    )
    input_gains: bool = pydantic.Field(True, description="an evolved gain for each input lane")
    direct: bool = pydantic.Field(True, description="evolved weights from each input lane to each action")


@final
class Mind(wht.Wht):
    """A network of transforms and switches with two memories and direct weights."""

    params: Params
    compared = False
