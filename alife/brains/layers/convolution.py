"""Convolution in one dimension: n lanes as C channels of n / C positions, the same filter at every position.

Lane c n/C + p is position p of channel c. A filter of k taps takes k positions around its own, of channels from its own
on; positions form a ring, as those of a retina that looks all round do, so nothing is padded. The input is rotated so
that lane `retina` becomes position 0 of channel 0: a retina of n / C directions fills whole channels, one for each of
its quantities. All other inputs fill the other channels as they lie, and are convolved like any channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.brains.shared.checks import is_power_of_two, require
from alife.config.params import Params
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value

Term = Callable[[int | Index, Value, list[Value]], list[Value]]  # carries = term(row k, its input, carries)


class ConvolutionParams(Params):
    """Sizes of a convolution."""

    channels: int = pydantic.Field(
        4, ge=1, le=128, description="C, channels of a convolution: a power of two; each has n / C positions"
    )
    kernel: int = pydantic.Field(3, ge=1, le=63, description="k, taps of a filter, at most the number of positions")
    retina: int = pydantic.Field(
        0, ge=0, le=255, description="number, from 0, of the sensor that becomes position 0 of channel 0"
    )


@dataclass(frozen=True)
class Convolution:
    """A bank of C filters on n lanes.

    Attributes:
        width: n, lanes.
        channels: C, of the input and of the output, a divisor of n.
        kernel: k, taps of a filter.
        filter_channels: input channels of a filter: C, or 1, its own alone.
    """

    width: int
    channels: int
    kernel: int
    filter_channels: int

    @property
    def positions(self) -> int:
        """Positions of a channel, n / C."""
        return self.width // self.channels

    @property
    def filter_weights(self) -> int:
        """Weights of a filter."""
        return self.filter_channels * self.kernel

    def broadcast(self, o: Operations, row: Value) -> Value:
        """Lane c of a row on all positions of channel c."""
        return row if self.positions == 1 else o.permute(row, np.arange(self.width) // self.positions)

    def source_lanes(self, channels: np.ndarray, tap: int) -> np.ndarray:
        """[n] int64: the lane that a tap, from 0, reads for each lane.

        Args:
            channels: [C] the channel that is read for each channel.
            tap: 0 to k - 1.
        """
        channel, position = np.divmod(np.arange(self.width), self.positions)
        lanes: np.ndarray = channels[channel] * self.positions + (position + tap - self.kernel // 2) % self.positions
        return lanes

    def first_tap_lanes(self, o: Operations, first: Value) -> Value:
        """The lanes that the first tap reads, of channels whose first lanes are given on all their positions."""
        if self.positions == 1:
            return first
        return first + o.const(self.source_lanes(np.zeros(self.channels, np.int64), 0))

    def fold_taps(self, o: Operations, x: Value, term: Term, carries: list[Value]) -> list[Value]:
        """carries = term(k, input of tap k, carries) for every tap; x: the input of the first one."""
        if self.kernel == 1:
            return term(0, x, carries)
        neighbor = self.source_lanes(np.arange(self.channels), self.kernel // 2 + 1)
        return o.loop(self.kernel, lambda k, c: [o.permute(c[0], neighbor), *term(k, c[0], c[1:])], [x, *carries])[1:]

    def fold(self, o: Operations, h: Value, term: Term, carries: list[Value]) -> list[Value]:
        """carries = term(k, input of weight k, carries) for every weight of a filter: tap after tap of its own channel,
        then of the next."""
        own = np.arange(self.channels)
        taps = [self.source_lanes(own, tap) for tap in range(self.kernel)]
        next_channel = (np.arange(self.width) + self.positions) % self.width

        def fold_channel(d: Index, c: list[Value]) -> list[Value]:
            x, rest = c[0], c[1:]
            for tap, table in enumerate(taps):
                rest = term(d * self.kernel + tap, o.permute(x, table), rest)
            return [o.permute(x, next_channel), *rest]

        return o.loop(self.filter_channels, fold_channel, [h, *carries])[1:]


def rotated(o: Operations, x: Value, first: int) -> Value:
    """The lanes of x in a ring, with lane `first` as lane 0."""
    return o.permute(x, (np.arange(o.width) + first) % o.width) if first else x


def check_convolution(p: ConvolutionParams, width: int) -> None:
    """Checks that channels, kernel and retina fit the width. Raises UserError."""
    fits = is_power_of_two(p.channels) and p.channels <= width
    require(fits, "channels", f"a power of two, at most the width {width}", p.channels, "channels: 4")
    positions = width // p.channels
    require(p.kernel <= positions, "kernel", f"at most the {positions} positions", p.kernel, f"kernel: {positions}")
    require(p.retina < width, "retina", f"a lane below the width {width}", p.retina, "retina: 0")
