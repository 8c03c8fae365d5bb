"""Path-sampled layers, sparse from scratch: P paths through all layers, a weight for each step of each path.

h_l[i] = b_l[i] + sum over paths p that visit neuron i of w_l[p] h_(l-1)[the neuron that p comes from], then a ReLU.
With blocks of n paths, each of which visits every neuron once, a layer is P / n permutations and as many rows of
weights, the same wiring for all agents (`wiring`). `iid` paths are drawn one by one, and some neurons are left out,
which `report` tells. `own`: each agent hears by its genes: P / n vertices of each neuron, a gene in [-1, 1] being one
of n steps, so that children hear what their parents did, but for mutations, which move a vertex to one near by.

With `signs: fixed` the sign of a weight is that of its path, (-1)^(p div n), which leaves every neuron as many of
either, and a gene is its size; of other wiring, signs take turns at each neuron. With `form: conv` vertices are
channels (`strip`), and a path's step is one slice of a filter, k weights for all positions.

Keller, Van keirsbilck, Yang (arXiv 2103.03543, its abstract); patented subject matter: US 11,507,846.

Cost a layer: P weights and n biases, 2 P operations, whatever the width; `own` has P genes more, `iid` takes 2 n f
operations, f the paths that meet at one neuron at most. With `form: conv` k P weights and C biases, 2 k P n / C
operations. Its limit: a neuron hears P / n others, so it takes log n / log(P / n) layers until an output can hear every
input; and what a convolution's positions mean to an action, the fixed signs of the last transform say alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import numpy as np
import pydantic

from alife.brains.layers import path_wiring
from alife.brains.layers.convolution import Convolution, ConvolutionParams, check_convolution, turned
from alife.brains.layers.packed_weights import PackedNetwork, PackedWeights
from alife.brains.layers.path_groups import path_moves, path_units
from alife.brains.shared.base import NetworkParams, Weights, require
from alife.ops.derived import relu
from alife.ops.gene_groups import Move
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Value


class Params(ConvolutionParams, NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(3, ge=1, le=16, description="L, layers of paths")
    paths: int = pydantic.Field(128, ge=1, le=8192, description="P: the width, or C, times a power of two; iid: any")
    generator: Literal["sobol", "block", "iid", "own"] = pydantic.Field(
        "sobol", description="how paths run: see alife/brains/layers/path_wiring.py; own: as the agent's genes have it"
    )
    signs: Literal["free", "fixed"] = pydantic.Field("free", description="of weights: genes', or those of their paths")
    form: Literal["neurons", "conv"] = pydantic.Field("neurons", description="what paths join: neurons, or channels")


class Paths(PackedNetwork):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    one_sided = True
    params: Params

    def check_own(self) -> None:
        """Blocks of paths are whole, and visit every neuron; single paths need not."""
        p = self.params
        if p.form == "conv":
            check_convolution(p, self.width)
        n = self.strip.channels
        if p.generator != "iid":
            blocks, rest = divmod(p.paths, n)
            fits = rest == 0 and blocks >= 1 and blocks & (blocks - 1) == 0 and blocks <= n
            require(fits, "paths", f"{n} times a power of two, at most {n * n}", p.paths, f"paths: {min(4, n) * n}")
        if p.signs == "fixed":
            fix = f"paths: {4 * n}"
            require(p.paths >= 2 * n, "paths", f"at least {2 * n} where signs are fixed", p.paths, fix)
        if p.generator == "sobol":
            found = min(self.report["unique edges"])
            require(found == p.paths, "paths", "no edge twice", f"{found} edges", "generator: block")

    @cached_property
    def strip(self) -> Convolution:
        """The lanes as vertices: each one, or channels of them."""
        p = self.params
        channels, kernel = (p.channels, p.kernel) if p.form == "conv" else (self.width, 1)
        return Convolution(self.width, channels, kernel, 1)

    @property
    def blocks(self) -> int:
        """P / n, which is also how many others a neuron hears, of whole blocks."""
        return self.params.paths // self.strip.channels

    @property
    def layer_rows(self) -> int:
        """Of n weights, where neurons hear whole blocks: one for each block, and one of biases."""
        return self.blocks + 1

    @property
    def member_weights(self) -> int:
        """A layer has k P and a bias for each vertex."""
        layer = self.params.paths * self.strip.kernel + self.strip.channels
        return self.params.layers * layer + len(self.injections) * self.width

    @cached_property
    def places(self) -> np.ndarray:
        """[L + 1, P] vertices that each path visits, where all agents have the same."""
        p = self.params
        return path_wiring.places(p.generator, p.layers, p.paths, self.strip.channels)

    @property
    def report(self) -> dict[str, list[int]]:
        """Of the wiring that all agents have: its different edges, its reach, vertices that no path visits."""
        return {} if self.params.generator == "own" else path_wiring.report(self.places, self.strip.channels)

    @cached_property
    def ranks(self) -> list[list[tuple[np.ndarray, np.ndarray]]]:
        """Of each layer `wiring.ranks`: the first path into each vertex, the second, ..."""
        return [path_wiring.ranks(a, b) for a, b in zip(self.places, self.places[1:], strict=False)]

    @property
    def moves(self) -> tuple[Move, ...]:
        """A path's weights change together, or the weakest path gives way to a new one; none where wiring is genes."""
        if self.params.generator == "own":
            return ()
        layer = self.params.paths * self.strip.kernel + self.strip.channels
        first = [k * layer + self.width * sum(i <= k for i in self.injections) for k in range(self.params.layers)]
        units = path_units(self.places, np.array(first), self.strip.kernel)
        return path_moves(self.of_members(units))

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """A strip begins at the retina, and is not flipped, as all its positions are alike."""
        return turned(o, x, self.params.retina) if self.params.form == "conv" else super().begin(o, x, weights, member)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A sum over paths, rank by rank, then bias and ReLU; the gain keeps the length of h."""
        assert isinstance(weights, PackedWeights)
        p, vertices, total = self.params, self.strip.channels, o.const(0.0)
        for rank, (visited, heard) in enumerate(self._heard(o, h, number, member)):
            rows = weights.take(len(visited), self.strip.kernel)

            def tap(
                k: int | Index, x: Value, c: list[Value], r: int = rank, v: np.ndarray = visited, s: Slot = rows
            ) -> list[Value]:
                return [c[0] + self._sent(o, self._weight(o.load(s, k), r), v) * x]

            (total,) = self.strip.along(o, heard, tap, [total])
        gain = math.sqrt(6 * vertices / (p.paths * self.strip.kernel))
        return relu(total * gain + self.strip.spread(o, o.load(weights.take(vertices))))

    def _heard(self, o: Operations, h: Value, number: int, member: int) -> Iterator[tuple[np.ndarray, Value]]:
        """Of each rank of paths, the vertices they visit, and what comes by the first tap of their filters."""
        everyone = np.arange(self.strip.channels)
        if self.params.generator == "own":
            first = (member * self.params.layers + number - 1) * self.blocks
            for block in range(self.blocks):
                first_lane = self.strip.spread(o, o.load(self._hears(o), first + block))
                yield everyone, o.gather(h, self.strip.across(o, first_lane))
            return
        for visited, sources in self.ranks[number - 1]:
            channels = everyone.copy()
            channels[visited] = sources
            yield visited, o.permute(h, self.strip.taken(channels, 0))

    def _sent(self, o: Operations, w: Value, visited: np.ndarray) -> Value:
        """Weights of some vertices, in a row, as those of all lanes; 0 where no path comes."""
        if len(visited) == self.strip.channels:
            return self.strip.spread(o, w)
        at = np.full(self.strip.channels, len(visited))
        at[visited] = np.arange(len(visited))
        return o.permute(w, np.repeat(at, self.strip.positions))

    def _weight(self, gene: Value, rank: int) -> Value:
        """The gene, or its size with the sign of its path."""
        if self.params.signs == "free":
            return gene
        return abs(gene) if rank % 2 == 0 else -abs(gene)

    # ---- wiring of one's own

    def develop(self, o: Operations) -> None:
        """At birth, the first lanes of vertices. Genes from 1 on, and those below -1, begin anew at the other end."""
        super().develop(o)
        if self.params.generator != "own":
            return
        p, vertices = self.params, self.strip.channels
        genes = o.genome("vertices", p.ensemble, p.layers, self.blocks, vertices, half=self.half)

        def wire(row: Index, carries: list[Value]) -> list[Value]:
            step = o.floor((o.load(genes, row) + 1.0) * (vertices / 2))
            vertex = step - vertices * o.floor(step * (1 / vertices))
            o.store(self._hears(o), vertex * self.strip.positions, row)
            return carries

        o.loop(genes.rows, wire, [o.const(0.0)])

    def _hears(self, o: Operations) -> Slot:
        p = self.params
        return o.phenotype("hears", p.ensemble, p.layers, self.blocks, self.strip.channels, half=True)


def grown(genome: np.ndarray, before: Paths, after: Paths) -> np.ndarray:
    """[G] of the network with more paths: the same function, as the new paths have weights of 0.

    Args:
        genome: [G] weights alone, of a network without memory and projection.
        before, after: alike but for `paths`, those of after a multiple; `block` wiring, or Sobol's where the dimensions
            chosen are the same, which is checked.

    Raises:
        UserError: their wiring differs in the paths that both have.
    """
    blocks = after.params.generator in ("sobol", "block") and after.params.form == "neurons"
    same = blocks and np.array_equal(after.places[:, : before.params.paths], before.places)
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
