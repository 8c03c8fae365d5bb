"""Double weighting: a sum of k transforms, each weighted before and after.

A layer is s = sum over i of w_i * wht(v_i * h), then a ReLU (`switch: outside`, 2 n k weights); or s = sum over i of
f_i(wht(v_i * h)), f_i a switch of two slopes per unit (`inside`, 3 n k). The first sum is the matrix H * (A B^T), *
entry by entry, A and B the weights as columns: the one nearest to a matrix T is given by the k largest singular parts
of T / H, and k = n reaches every T. `compile_matrix` computes those weights, or, of examples of inputs, those whose
outputs are nearest. O'Connor, "Double weighting for neural networks" (randomprojectionai.blogspot.com, 2017/11) and
RP_AUTO_RESNET (github.com/S6Regen); Eckart and Young, Psychometrika 1, 1936.

Cost per layer: 2 n k or 3 n k weights, k (n log2 n + 3 n) operations. Its limit: one layer of few transforms cannot
pass its input on unchanged, as the identity needs n of them; in place of a trained layer they need examples, without
which they keep less than as many weights of its own decomposition (docs/studies/double.md).
"""

from __future__ import annotations

import math
from functools import reduce
from operator import add
from typing import Literal, final

import numpy as np
import pydantic

from alife.brains.layers.transform_fit import fitted
from alife.brains.layers.walsh_symmetry import walsh
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.derived import relu, switch
from alife.ops.vocabulary import Operations, Value


class Params(NetworkParams):
    """Size and parts of the network."""

    transforms: int = pydantic.Field(2, ge=1, le=16, description="k, transforms that a layer sums")
    switch: Literal["outside", "inside"] = pydantic.Field(
        "inside", description="outside: a ReLU of the sum; inside: a switch of two slopes per unit in each transform"
    )


def compile_matrix(
    matrix: np.ndarray, transforms: int, inputs: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Computes the weights of the sum of transforms that is nearest to a matrix.

    Nearest is that with the least sum of squared differences of the entries; or, with examples, of the outputs, as far
    as alternating least squares find it from there (`alife.brains.layers.transform_fit`).

    Args:
        matrix: [n, n], outputs by inputs; n a power of two.
        transforms: k, at most n.
        inputs: [E, n] examples; None: all inputs count alike.

    Returns:
        after, before: [k, n] each, for y = sum over i of after_i * wht(before_i * x) / sqrt(n).

    Raises:
        ValueError: another shape, or another number of transforms.
    """
    n = len(matrix)
    if matrix.shape != (n, n) or n < 1 or n & (n - 1) or not 1 <= transforms <= n:
        raise ValueError(f"expected [n, n], n a power of two, and 1 to n transforms, got {matrix.shape}, {transforms}")
    if inputs is not None and (inputs.ndim != 2 or inputs.shape[1] != n or not len(inputs)):
        raise ValueError(f"expected examples [E, {n}], got {inputs.shape}")
    left, sizes, right = np.linalg.svd(math.sqrt(n) * walsh(n) * matrix)
    roots = np.sqrt(sizes[:transforms])
    nearest = (left[:, :transforms] * roots).T, roots[:, None] * right[:transforms]
    return nearest if inputs is None else fitted(matrix, walsh(n) / math.sqrt(n), nearest, inputs)


@final
class Double(NetworkBase):
    """A network of doubly weighted transforms."""

    params: Params

    @property
    def one_sided(self) -> bool:
        """True for ReLUs."""
        return self.params.switch == "outside"

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses: two or three per transform."""
        return self.params.transforms * (3 if self.params.switch == "inside" else 2)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The sum, with a gain that keeps the length of h."""
        p = self.params
        total = reduce(add, [self._transform(o, h, weights) for _ in range(p.transforms)])
        gain = 3 / math.sqrt(self.width * p.transforms)
        return total * gain if p.switch == "inside" else relu(total) * (gain * math.sqrt(2))

    def _transform(self, o: Operations, h: Value, weights: Weights) -> Value:
        """One transform, weighted before and after."""
        before = next(weights)
        z = o.wht(before * h)
        if self.params.switch == "outside":
            return next(weights) * z
        above, below = next(weights), next(weights)
        return switch(z, above, below)
