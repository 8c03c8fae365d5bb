"""Fixed-filter-bank network of Walsh-Hadamard transforms and two-slope switches, with a hashed associative memory.

A layer is h <- switch(sqrt(3/n) wht(h)): the transform mixes all lanes at n log2 n additions and needs no weights; two
evolved slopes a unit are all there is to learn. The memory is read before the net and written after it, at addresses
gathered from the input, which makes the whole a small neural Turing machine.

References: O'Connor, Fixed-Filter-Bank-Neural-Networks (github.com/S6Regen); Greve, Jacobsen, Risi: Evolving neural
Turing machines for reward-based learning (GECCO 2016). What is around the network: `mind`.

Other units have a weight before them instead of slopes behind: relu, prelu (He et al., ICCV 2015), tanh, elu (Clevert
et al., ICLR 2016), selu (Klambauer et al., NeurIPS 2017), sine (rectified). `square` squares what comes out and brings
it to one length, without which squares of squares overflow (O'Connor's square layers: ComputeLayerSq and
VecOps.adjust of github.com/codeaudit/Data-Reservoir-Compute-AI); `signs: layer` flips lanes by a pattern of its own
before each transform, the last one too.

Cost a layer: 2 n weights (n with a plain unit), n log2 n + 3 n operations with switches; `square` adds 7 n - 1. Its
limit: mixing is fixed, only units learn.
"""

from __future__ import annotations

import math
from typing import Literal

import pydantic

from alife.brains.shared.base import OWN, NetworkBase, NetworkParams, Weights
from alife.ops.derived import LOG2_E, clip, exp2, mean, relu, sine, switch, tanh
from alife.ops.vocabulary import Operations, Value

TINY = 1e-20  # where all lanes are 0 they stay so
SELU_ALPHA, SELU_SCALE = 1.6732632, 1.0507010  # Klambauer et al., equation 14
# 1 / sqrt(E f(t)^2) for t = sqrt(3) a z, z normal, a uniform in [-1, 1]: what keeps the mean square of a layer.
GAINS = {"relu": math.sqrt(2), "prelu": math.sqrt(1.5), "tanh": 1.7814, "elu": 1.2712, "selu": 1.0430, "sine": 2.5031}
Unit = Literal["switch", "relu", "prelu", "tanh", "elu", "selu", "sine"]


class Params(NetworkParams):
    """Size and parts of the network."""

    unit: Unit = pydantic.Field("switch", description="two slopes a unit, or a weight and then this function")
    square: bool = pydantic.Field(False, description="square what a unit gives; the squares are brought to one length")
    signs: Literal["once", "layer"] = pydantic.Field(
        "once", description="lanes are flipped before the first transform, or before each by a pattern of its own"
    )


class Wht(NetworkBase):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    params: Params

    @property
    def one_sided(self) -> bool:  # type: ignore[override]
        """With units that give little or nothing below 0, and with squares."""
        return self.params.square or self.params.unit in ("relu", "prelu", "elu", "selu", "sine")

    @property
    def layer_rows(self) -> int:
        """Two slopes, or a weight and a slope, or a weight alone."""
        return 2 if self.params.unit in ("switch", "prelu") else 1

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A transform, and a unit; the gain keeps lengths."""
        p = self.params
        z = o.wht(h) * math.sqrt(3 / self.width)
        rows = [next(weights) for _ in range(self.layer_rows)]
        o.note(f"weights_{self.part(member)}layer_{number}", *rows)
        h = switch(z, *rows) if p.unit == "switch" else unit(p.unit, rows[0] * z, *rows[1:]) * GAINS[p.unit]
        h = squared(h) if p.square else h
        return o.flip(h, self.flips(member) + OWN + number) if p.signs == "layer" else h


def squared(h: Value) -> Value:
    """Squares, scaled to a mean square of 1."""
    h = h * h
    return h / h.o.sqrt(mean(h * h) + TINY)


def unit(name: str, x: Value, slope: Value | float = 0.0) -> Value:
    """An activation by its name. slope: below 0, of prelu."""
    if name == "tanh":
        return tanh(x)
    if name == "sine":
        return relu(sine(clip(x, -100.0, 100.0)))
    if name in ("relu", "prelu"):
        return relu(x) if name == "relu" else x.o.select(x, 0.0, x, slope * x)
    below = exp2(x * LOG2_E) - 1.0
    if name == "elu":
        return x.o.select(x, 0.0, x, below)
    return x.o.select(x, 0.0, x, below * SELU_ALPHA) * SELU_SCALE
