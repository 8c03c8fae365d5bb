"""Networks that another library trained, as genomes of brains that hold, sample or approximate their weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from alife.brains import make_brain
from alife.brains.laid.encoders import NEED_EXAMPLES, check_name, encode
from alife.brains.laid.matrices import Layer, bare, checked_layers, lanes, numbers, with_hidden
from alife.brains.shared.base import NetworkBase
from alife.config.arguments import check_integer
from alife.errors import UserError
from alife.experiment.records.genome import Genome
from alife.ops.vocabulary import WIDTHS

PLAIN: dict[str, Any] = {"memory": None, "projection": None, "injection": 0, "ensemble": 1, "storage": "float32"}
KINDS: dict[str, dict[str, Any]] = {  # what the layers of a brain have to be
    "sampled": {"unit": "relu", "form": "dense"},
    "pruned": {"unit": "relu"},
    "dense": {"unit": "relu", "feedback": 0},
    "crossbar": {"unit": "relu", "feedback": 0, "plasticity": 0.0},
    "double": {"switch": "outside"},
}


def trained_genome(
    net: Any, brain: str | Mapping[str, Any] = "dense", examples: np.ndarray | None = None, first: int = 0
) -> Genome:
    """Returns the genome of a brain that computes a trained network of ReLUs.

    The outputs of a step are those of the network times a factor above 0 that depends on the input, so that the largest
    is the same: exactly, but for rounding, with `dense`; through devices with `crossbar`, samples with `sampled` and
    `pruned`, phases with `sine`; of the nearest matrices with `circulant` and `double`.

    Args:
        net: an MLPClassifier or MLPRegressor of scikit-learn, or [(weights [outputs, inputs], biases [outputs]), ...];
            the last layer has no ReLU.
        brain: the name of a brain, or {"name": "sampled", "samples": 64}; the width is the least that fits.
        examples: [E, I] inputs, such as those of training; `sine` and `double` are scaled by them.
        first: the number of layers before, computed outside the brain: the genome is that of the rest, and its inputs
            are their outputs. For more than 255 inputs or units, as no brain is wider.

    Raises:
        UserError: no such network, brain, parameter or number of layers; or it does not fit.
    """
    layers = with_hidden(_layers(net, first))
    if not isinstance(brain, str | Mapping):
        raise UserError(f'brain: expected a name or a dict, got {brain!r}; write {{"name": "sampled"}}')
    spec = {"name": brain} if isinstance(brain, str) else dict(brain)
    name = str(spec.get("name", "dense"))
    check_name(name)
    inputs, outputs = layers[0][0].shape[1], len(layers[-1][1])
    made = make_brain(_spec(name, spec, layers), inputs, outputs)
    network = cast(NetworkBase, made.network)
    if examples is None and name in NEED_EXAMPLES:
        raise UserError(f"examples: expected [E, {inputs}] inputs for {name}, got none; write examples=x_train[:100]")
    seen = np.zeros((1, inputs)) if examples is None else numbers("examples", examples)
    if seen.ndim != 2 or seen.shape[1] != inputs or not len(seen):
        raise UserError(f"examples: expected [E, {inputs}] inputs, got {list(seen.shape)}")
    if not np.isfinite(seen).all():
        raise UserError("examples: expected finite inputs, got others; leave such examples out")
    params = encode(network, bare(layers, network.width), _scaled(seen, network.width))
    meta = {"sensors": [f"x{k}" for k in range(inputs)], "actuators": [f"y{k}" for k in range(outputs)]}
    return Genome(params, made.spec(), meta)


def _layers(net: Any, first: int) -> list[Layer]:
    """Returns the layers from `first` on. Raises UserError."""
    given: Sequence[Layer]
    if hasattr(net, "coefs_"):
        if getattr(net, "activation", "relu") != "relu":
            raise UserError(f"net: expected units relu, got {net.activation}; train it with activation='relu'")
        given = [(w.T, b) for w, b in zip(net.coefs_, net.intercepts_, strict=True)]
    else:
        try:
            given = [(weights, biases) for weights, biases in net]
        except (TypeError, ValueError):
            kind = type(net).__name__
            raise UserError(
                f"net: expected a trained MLPClassifier or [(weights, biases), ...], got {kind}; call fit first"
            ) from None
    layers = checked_layers(given)
    return layers[check_integer("first", first, range(len(layers))) :]


def _spec(name: str, spec: Mapping[str, Any], layers: Sequence[Layer]) -> dict[str, Any]:
    """Returns the spec of the brain. Raises UserError for what it cannot be, or if no width fits."""
    fixed = {**PLAIN, **KINDS.get(name, {}), "layers": len(layers) - (name != "double")}
    for key, value in fixed.items():
        if key in spec and spec[key] != value:
            raise UserError(f"brain.{key}: expected {value} for a trained net, got {spec[key]}; leave it out")
    need = lanes(layers)
    width = next((width for width in WIDTHS if width >= need), None)
    if width is None:
        raise UserError(
            f"net: expected layers of at most {WIDTHS[-1] - 1} inputs, got one of {need - 1}; write first=1 and give "
            "the brain what the first layer computes"
        )
    given = spec.get("width", width)
    if isinstance(given, int) and given in WIDTHS and given < need:
        raise UserError(f"brain.width: expected at least {width} for this net, got {given}; leave it out")
    return {"width": width, **spec, **fixed, "name": name}


def _scaled(inputs: np.ndarray, width: int) -> np.ndarray:
    """Returns [E, n] inputs as a brain sees them: with the constant, and of length sqrt(n). inputs: [E, I]."""
    found = np.zeros((len(inputs), width))
    found[:, : inputs.shape[1]], found[:, inputs.shape[1]] = inputs, 1.0
    scaled: np.ndarray = found * (math.sqrt(width) / np.linalg.norm(found, axis=1, keepdims=True))
    return scaled
