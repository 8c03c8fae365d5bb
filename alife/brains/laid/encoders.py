"""Genes of brains whose layers are given matrices, or the nearest that the brain can be.

`dense`, `crossbar`, `sampled` and `pruned` hold each matrix as it is, before devices or samples. `sine` holds each
weight as the phase whose sine it is; a layer is scaled so that its outputs on examples stay where sines are nearly
straight. `circulant` holds the nearest block-circulant matrix, the mean along each diagonal of a block, with powers of
two the nearest of them. `double` holds the sum of k transforms that is nearest on the examples (`compile_matrix`), and
needs one layer more, since its output is a transform: of ReLUs that are shifted, so that none is below 0 on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from alife.brains.circulant import Circulant
from alife.brains.double import Double, compile_matrix
from alife.brains.laid.matrices import BareNet
from alife.brains.layers.walsh_symmetry import walsh
from alife.brains.layers.weight_tables import WeightTables
from alife.brains.shared.base import INPUT_FLIPS, MEMBER_FLIPS, NETWORK_FLIPS, NetworkBase
from alife.errors import UserError
from alife.ops.sign_patterns import pattern

Matrices = Sequence[np.ndarray]  # [n, n] each, outputs by inputs
Encode = Callable[[NetworkBase, BareNet, np.ndarray], Matrices]
CLIPPED = 0.8  # of the range of a sine unit, that its largest outputs on the examples reach
LARGEST = 0.995  # share of outputs on the examples that are at most that


def encode(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> np.ndarray:
    """Returns genes [W] of a network of one member without biases.

    Args:
        network: of a brain in `ENCODERS`.
        net: what it is to compute.
        inputs: [E, n] inputs of examples, as the brain scales them.
    """
    rows = ENCODERS[network.name](network, net, inputs)
    return np.concatenate([each.ravel() for each in rows]).astype(np.float32)


def _dense(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> Matrices:
    return _with_biases([matrix.T for matrix in net.matrices])


def _with_biases(parts: Matrices) -> Matrices:
    """Returns rows [.., n] of each layer, each but the last with a row of biases of 0."""
    zero = np.zeros(parts[0].shape[1])
    return [each for part in parts[:-1] for each in (part, zero)] + [parts[-1]]


def _tables(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> Matrices:
    """Rows in the order in which a table takes its inputs."""
    order = cast(WeightTables, network).order
    return _with_biases([matrix.T[order(number, 0)] for number, matrix in enumerate(net.matrices, 1)])


def _sine(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> Matrices:
    """Phases, in turns of half a circle; inputs of a layer are angles, an activation of 1 half a radian."""
    h, scaled = np.clip(inputs, -np.pi, np.pi), []
    for matrix in net.matrices:
        z = np.maximum(4 / np.sqrt(network.width) * np.sin(h / 2) @ matrix.T, 0)
        used = z[:, matrix.any(axis=1)]
        factor = min(1.0, CLIPPED * np.pi / max(float(np.quantile(used, LARGEST)), 1e-9)) if used.size else 1.0
        scaled.append(matrix * factor)
        h = np.minimum(z * factor, np.pi)
    return _with_biases([np.arcsin(np.clip(each, -1, 1)).T / np.pi for each in scaled])


def _circulant(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> Matrices:
    """The first column of each block: r[d] is the mean of entries p, q with p - q = d mod k."""
    p, n = cast(Circulant, network).params, network.width
    k, parts = p.block, []
    places = np.arange(k)
    for matrix in net.matrices:
        blocks = matrix.reshape(n // k, k, n // k, k)
        means = np.stack([blocks[:, (places + d) % k, :, places].mean(axis=0) for d in range(k)], axis=1)
        parts.append(means.reshape(n, n // k).T)  # [block columns, n]
    return _with_biases([_power_genes(each, p.powers) for each in parts] if p.powers else parts)


def _power_genes(weights: np.ndarray, count: int) -> np.ndarray:
    """Returns the genes of the powers of two nearest to weights [...], the largest of which is 1."""
    sizes = np.abs(weights) / max(float(np.abs(weights).max()), 1e-30)
    exponents = np.clip(np.round(np.log2(np.maximum(sizes, 1e-30))), 1 - count, 0)
    genes: np.ndarray = np.where(weights < 0, -1.0, 1.0) * (exponents + count - 0.5) / count
    return genes


def _double(network: NetworkBase, net: BareNet, inputs: np.ndarray) -> Matrices:
    """The weights before and after each transform; the matrices take flips of input and output into account."""
    p, flips = cast(Double, network).params, _signs(network.flips(0) + INPUT_FLIPS, network.width)
    seen = [inputs]
    for matrix in net.matrices[:-1]:
        seen.append(np.maximum(seen[-1] @ matrix.T, 0))
    all_layers = [*net.matrices[:-1], _before_transform(net, seen[-1])]
    all_layers[0], seen[0] = all_layers[0] * flips, seen[0] * flips
    found = []
    for matrix, h in zip(all_layers, seen, strict=True):
        after, before = compile_matrix(matrix, p.transforms, h)
        largest = max(float(np.abs(part).max()) for part in (after, before)) or 1.0
        found.append(np.stack([before, after], axis=1) / largest)
    return found


def _before_transform(net: BareNet, h: np.ndarray) -> np.ndarray:
    """Returns the matrix of ReLUs whose flip and transform are the last layer, if examples [E, n] are like h."""
    last, n = net.matrices[-1], h.shape[1]
    signs, places = _signs(MEMBER_FLIPS + NETWORK_FLIPS, n), np.arange(n)
    transform = walsh(n) / np.sqrt(n)
    matrix: np.ndarray = signs[:, None] * (transform @ last)
    shift = np.where(places < net.outputs, transform @ signs, 0.0)  # outputs where each unit is 1
    raised = 1.0 - signs * (transform @ shift)  # units that are as near to that as keeps the outputs
    carried = np.maximum(h[:, net.constant], 1e-9)
    least = max(float((-(h @ matrix.T) / carried[:, None]).max()), 0.0)
    matrix[:, net.constant] += 1.05 * least * raised / max(float(raised.min()), 0.1)
    return matrix


def _signs(flips: int, width: int) -> np.ndarray:
    signs: np.ndarray = np.where(pattern(flips, width), -1.0, 1.0)
    return signs


ENCODERS: dict[str, Encode] = {
    "dense": _dense,
    "crossbar": _dense,
    "sampled": _tables,
    "pruned": _tables,
    "sine": _sine,
    "circulant": _circulant,
    "double": _double,
}
NEED_EXAMPLES = ("sine", "double")


def check_name(name: str) -> None:
    """Checks that weights can be laid into a brain. Raises UserError."""
    if name not in ENCODERS:
        raise UserError(f"brain: expected one of {', '.join(ENCODERS)}, got {name!r}; write dense")
