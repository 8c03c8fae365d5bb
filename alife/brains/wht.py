"""Fixed-filter-bank network of Walsh-Hadamard transforms and two-slope switches, with a hashed associative memory.

A layer is h <- switch(sqrt(3/n) wht(h)): the transform mixes all lanes at n log2 n additions and needs no weights; only
two slopes per unit evolve. The memory is read before the net and written after it, at keys gathered from the input,
which makes the whole a small neural Turing machine.

References: O'Connor, Fixed-Filter-Bank-Neural-Networks (github.com/S6Regen); Greve, Jacobsen, Risi: Evolving neural
Turing machines for reward-based learning (GECCO 2016). What surrounds the network: `alife.brains.shared.base`.

Other units have a weight before them instead of slopes after: relu, prelu (He et al., ICCV 2015), tanh, elu (Clevert
et al., ICLR 2016), selu (Klambauer et al., NeurIPS 2017), sine (rectified). `square` squares their outputs and scales
them to one length, without which squares of squares overflow (O'Connor's square layers: ComputeLayerSq and
VecOps.adjust of github.com/codeaudit/Data-Reservoir-Compute-AI); `signs: layer` flips lanes by a pattern of its own
before each transform, the last one too.

Cost per layer: 2 n weights (n with a plain unit), n log2 n + 3 n operations with switches; `square` adds 7 n - 1. Its
limit: the mixing is fixed, only units evolve.
"""

from __future__ import annotations

import math
from typing import Literal

import pydantic

from alife.brains.shared.base import NETWORK_FLIPS, NetworkBase
from alife.brains.shared.input_parts import TINY
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.derived import LOG2_E, clip, exp2, mean, relu, sine, switch, tanh
from alife.ops.vocabulary import Operations, Value

SELU_ALPHA, SELU_SCALE = 1.6732632, 1.0507010  # Klambauer et al., equation 14
# 1 / sqrt(E f(t)^2) for t = sqrt(3) a z, z normal, a uniform in [-1, 1]: factors that keep a layer's mean square.
GAINS = {"relu": math.sqrt(2), "prelu": math.sqrt(1.5), "tanh": 1.7814, "elu": 1.2712, "selu": 1.0430, "sine": 2.5031}
Unit = Literal["switch", "relu", "prelu", "tanh", "elu", "selu", "sine"]


class Params(NetworkParams):
    """Size and parts of the network."""

    unit: Unit = pydantic.Field(
        "switch", description="switch: two evolved slopes per unit; others: an evolved weight, then this function"
    )
    square: bool = pydantic.Field(False, description="square the outputs of units and scale them to one length")
    signs: Literal["once", "layer"] = pydantic.Field(
        "once",
        description="flips of lanes. once: before the first transform; layer: before each, by a pattern of its own",
    )


def scaled_squares(h: Value) -> Value:
    """Squares of the lanes, scaled to a mean square of 1."""
    h = h * h
    return h / h.o.sqrt(mean(h * h) + TINY)


def activation(name: str, x: Value, slope: Value | float = 0.0) -> Value:
    """An activation function by its name. slope: of prelu, below 0."""
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


class Wht(NetworkBase):
    """A network of transforms and units."""

    params: Params

    @property
    def one_sided(self) -> bool:
        """True for squares, and for units that give little or nothing below 0."""
        return self.params.square or self.params.unit in ("relu", "prelu", "elu", "selu", "sine")

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses: two slopes, or a weight and a slope, or a weight alone."""
        return 2 if self.params.unit in ("switch", "prelu") else 1

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A transform and a unit, with a gain that keeps the length of h."""
        p = self.params
        z = o.wht(h) * math.sqrt(3 / self.width)
        rows = [next(weights) for _ in range(self.layer_rows)]
        o.note(f"weights_{self.prefix(member)}layer_{number}", *rows)
        h = switch(z, *rows) if p.unit == "switch" else activation(p.unit, rows[0] * z, *rows[1:]) * GAINS[p.unit]
        h = scaled_squares(h) if p.square else h
        return o.flip(h, self.flips(member) + NETWORK_FLIPS + number) if p.signs == "layer" else h
