"""Convolution over a strip: n lanes as C channels of n / C positions, the same filter at every position.

Lane c n/C + p is position p of channel c. A filter of k taps hears k positions around its own of channels below; the
strip closes to a ring, as what is seen all round does, so nothing is padded. The input is turned so that lane `retina`
becomes position 0 of channel 0: a retina of n / C directions fills whole channels, one for each thing that it tells.
What else is sensed, recalled or constant fills the others as it lies, and is heard like any channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.brains.shared.base import require
from alife.config.params import Params as BaseParams
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value

Term = Callable[[int | Index, Value, list[Value]], list[Value]]  # row k of weights, what it hears, carries -> carries


class ConvolutionParams(BaseParams):
    """Of convolutions."""

    channels: int = pydantic.Field(4, ge=1, le=128, description="C of a convolution: a power of two; n / C positions")
    kernel: int = pydantic.Field(3, ge=1, le=63, description="k, taps of a filter")
    retina: int = pydantic.Field(0, ge=0, le=255, description="sensor that becomes position 0 of channel 0")


@dataclass(frozen=True)
class Convolution:
    """n lanes as channels; heard: channels that a filter hears, all or its own alone."""

    width: int
    channels: int
    kernel: int
    heard: int

    @property
    def positions(self) -> int:
        """Of a channel."""
        return self.width // self.channels

    @property
    def weights(self) -> int:
        """Of a filter."""
        return self.heard * self.kernel

    def spread(self, o: Operations, row: Value) -> Value:
        """What lane c holds on all positions of channel c."""
        return row if self.positions == 1 else o.permute(row, np.arange(self.width) // self.positions)

    def taken(self, channels: np.ndarray, tap: int) -> np.ndarray:
        """[n] the lane that each lane hears, of channels [C] in the places of its own, at a tap from 0."""
        channel, position = np.divmod(np.arange(self.width), self.positions)
        lanes: np.ndarray = channels[channel] * self.positions + (position + tap - self.kernel // 2) % self.positions
        return lanes

    def across(self, o: Operations, first: Value) -> Value:
        """The lanes that a first tap hears of channels that begin at the lanes given."""
        return first if self.positions == 1 else first + o.const(self.taken(np.zeros(self.channels, np.int64), 0))

    def along(self, o: Operations, x: Value, term: Term, carries: list[Value]) -> list[Value]:
        """carries = term(k, x, carries) for every tap k, where x is what the first one hears."""
        if self.kernel == 1:
            return term(0, x, carries)
        beside = self.taken(np.arange(self.channels), self.kernel // 2 + 1)
        return o.loop(self.kernel, lambda k, c: [o.permute(c[0], beside), *term(k, c[0], c[1:])], [x, *carries])[1:]

    def over(self, o: Operations, h: Value, term: Term, carries: list[Value]) -> list[Value]:
        """carries = term(k, what the filters' weight k hears, carries): from its own channel on, tap after tap."""
        own = np.arange(self.channels)
        taps = [self.taken(own, tap) for tap in range(self.kernel)]
        turn = (np.arange(self.width) + self.positions) % self.width

        def channel(d: Index, c: list[Value]) -> list[Value]:
            x, rest = c[0], c[1:]
            for tap, table in enumerate(taps):
                rest = term(d * self.kernel + tap, o.permute(x, table), rest)
            return [o.permute(x, turn), *rest]

        return o.loop(self.heard, channel, [h, *carries])[1:]


def turned(o: Operations, x: Value, first: int) -> Value:
    """The input with lane `first` as its lane 0."""
    return o.permute(x, (np.arange(o.width) + first) % o.width) if first else x


def check_convolution(p: ConvolutionParams, width: int) -> None:
    """Refuse what does not fit. Raises UserError."""
    fits = p.channels & (p.channels - 1) == 0 and p.channels <= width
    require(fits, "channels", f"a power of two, at most the width {width}", p.channels, "channels: 4")
    positions = width // p.channels
    require(p.kernel <= positions, "kernel", f"at most the {positions} positions", p.kernel, f"kernel: {positions}")
    require(p.retina < width, "retina", f"a lane below the width {width}", p.retina, "retina: 0")
