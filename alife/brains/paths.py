"""Path-sampled layers, sparse from scratch: P paths through all layers, a weight for each step of each path.

h_l[i] = b_l[i] + sum over paths p that visit neuron i of w_l[p] h_(l-1)[the neuron that p comes from], then a ReLU.
With blocks of n paths, each of which visits every neuron once, a layer is P / n permutations and as many rows of
weights, the same wiring for all agents (`wiring`). With `signs: fixed` the sign of a weight is that of its path,
(-1)^(p div n), which leaves every neuron as many of either, and a gene is its size. Keller, Van keirsbilck, Yang (arXiv
2103.03543, its abstract); patented subject matter: US 11,507,846.

Cost a layer: P weights and n biases, 2 P operations, whatever the width. Its limit: a neuron hears P / n others, so it
takes log n / log(P / n) layers until an output can hear every input.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Literal

import numpy as np
import pydantic

from alife.brains import wiring
from alife.brains.mind import Mind, MindParams, Weights, require
from alife.operations.derived import relu
from alife.operations.values import Value
from alife.operations.words import Operations


class Params(MindParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(3, ge=1, le=16, description="L, layers of paths")
    paths: int = pydantic.Field(128, ge=16, le=8192, description="P: the width times a power of two")
    generator: Literal["sobol", "block"] = pydantic.Field(
        "sobol", description="how paths run: see alife/brains/wiring.py"
    )
    signs: Literal["free", "fixed"] = pydantic.Field("free", description="of weights: genes', or those of their paths")


class Paths(Mind):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    stored = one_sided = True
    params: Params

    def check_own(self) -> None:
        """Blocks of paths are whole, and visit every neuron."""
        n, p = self.width, self.params
        blocks, rest = divmod(p.paths, n)
        fits = rest == 0 and blocks >= 1 and blocks & (blocks - 1) == 0 and blocks <= n
        require(fits, "paths", f"{n} times a power of two, at most {n * n}", p.paths, f"paths: {4 * n}")
        if p.signs == "fixed":
            require(blocks >= 2, "paths", f"at least {2 * n} where signs are fixed", p.paths, f"paths: {4 * n}")
        if p.generator == "sobol":
            found = wiring.report(wiring.places("sobol", p.layers, p.paths, n), n)["unique edges"]
            require(min(found) == p.paths, "paths", "no edge twice", f"{min(found)} edges", "generator: block")

    @property
    def blocks(self) -> int:
        """P / n, which is also how many others a neuron hears."""
        return self.params.paths // self.width

    @property
    def layer_rows(self) -> int:
        """A row for each block, and one of biases."""
        return self.blocks + 1

    @cached_property
    def tables(self) -> np.ndarray:
        """[L, P / n, n] whom each neuron hears."""
        p = self.params
        return wiring.tables(p.generator, p.layers, p.paths, self.width)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A sum over blocks, block by block, then bias and ReLU; the gain keeps the length of h."""
        total = None
        for block, table in enumerate(self.tables[number - 1]):
            term = self._weight(next(weights), block) * o.permute(h, table)
            total = term if total is None else total + term
        assert total is not None
        return relu(total * math.sqrt(6 / self.blocks) + next(weights))

    def _weight(self, gene: Value, block: int) -> Value:
        """The gene, or its size with the sign of its path."""
        if self.params.signs == "free":
            return gene
        return abs(gene) if block % 2 == 0 else -abs(gene)


def grown(genome: np.ndarray, before: Paths, after: Paths) -> np.ndarray:
    """[G] of the network with more paths: the same function, as the new paths have weights of 0.

    Args:
        genome: [G] weights alone, of a network without memory and projection.
        before, after: alike but for `paths`, those of after a multiple; `block` wiring, or Sobol's where the dimensions
            chosen are the same, which is checked.

    Raises:
        UserError: their wiring differs in the paths that both have.
    """
    same = np.array_equal(after.tables[:, : before.blocks], before.tables)
    require(same, "paths", "a wiring that goes on where the other ends", after.params.paths, "generator: block")
    ensemble, n = before.params.ensemble, before.width
    old = genome.reshape(ensemble, before.rows, n)
    new = np.zeros((ensemble, after.rows, n), genome.dtype)
    for layer in range(before.params.layers):
        begin, at = layer * before.layer_rows, layer * after.layer_rows
        scale = math.sqrt(after.blocks / before.blocks)  # the gain of a layer falls with its paths
        new[:, at : at + before.blocks] = scale * old[:, begin : begin + before.blocks]
        new[:, at + after.blocks] = old[:, begin + before.blocks]
    return new.ravel()
