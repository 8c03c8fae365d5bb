"""Path-sampled layers, sparse from scratch: P paths through all layers, a weight for each step of each path.

h_l[i] = b_l[i] + sum over paths p that visit neuron i of w_l[p] h_(l-1)[the neuron that p comes from], then a ReLU.
With blocks of n paths, each of which visits every neuron once, a layer is P / n permutations and as many rows of
weights, the same wiring for all agents (`path_wiring`). `iid` paths are drawn independently, and leave out some
neurons, which `report` lists. `own`: the genes of an agent give P / n source vertices for each neuron, a gene in
[-1, 1] being one of n steps, so that children have the wiring of their parents, but for mutations, which move a vertex
to one near by.

With `signs: fixed` the sign of a weight is that of its path, (-1)^(p div n), which gives every neuron as many of
either, and a gene is its size; with other wiring, signs alternate at each neuron. With `form: conv` vertices are
channels (`convolution`), and a path's step is one slice of a filter, k weights for all positions.

Keller, Van keirsbilck, Yang (arXiv 2103.03543, its abstract); patented subject matter: US 11,507,846.

Cost per layer: P weights and n biases, 2 P operations, whatever the width; `own` has P genes more, `iid` takes 2 n f
operations, f the largest number of paths that meet at one neuron. With `form: conv` k P weights and C biases,
2 k P n / C operations. Its limit: a neuron has P / n inputs, so it takes log n / log(P / n) layers until every input
can reach an output; and with convolutions only the fixed signs of the last transform tell positions apart for an
action.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, final

import numpy as np
import pydantic

from alife.brains.layers import path_wiring
from alife.brains.layers.convolution import Convolution, ConvolutionParams, check_convolution, rotated
from alife.brains.layers.packed_weights import PackedNetwork, PackedWeights
from alife.brains.layers.path_groups import path_moves, path_units
from alife.brains.shared.checks import is_power_of_two, require
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.cached import cached_property
from alife.ops.derived import relu
from alife.ops.gene_groups import Move
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Value


class Params(ConvolutionParams, NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(3, ge=1, le=16, description="L, layers of paths")
    paths: int = pydantic.Field(
        128, ge=1, le=8192, description="P, paths: the width, or channels, times a power of two; with iid any number"
    )
    generator: Literal["sobol", "block", "iid", "own"] = pydantic.Field(
        "sobol",
        description="wiring of paths. sobol: points of Sobol's sequence; block: fixed permutations; iid: independent "
        "draws; own: from the genes of each agent",
    )
    signs: Literal["free", "fixed"] = pydantic.Field(
        "free", description="signs of weights. free: those of genes; fixed: those of their paths"
    )
    form: Literal["neurons", "conv"] = pydantic.Field(
        "neurons", description="what paths connect. neurons: lanes; conv: channels of a convolution"
    )


def grown(genome: np.ndarray, before: Paths, after: Paths) -> np.ndarray:
    """[G] genes of a network with more paths that is the same function, as the new paths have weights of 0.

    Args:
        genome: [G] weights alone, of a network without memory and projection.
        before, after: alike but for `paths`, those of after a multiple; `block` wiring, or Sobol's if the dimensions
            chosen are the same.

    Raises:
        UserError: their wiring differs in the paths that both have.
    """
    blocks = after.params.generator in ("sobol", "block") and after.params.form == "neurons"
    same = blocks and np.array_equal(after.places[:, : before.params.paths], before.places)
    require(same, "paths", "a wiring that continues that of fewer paths", after.params.paths, "generator: block")
    ensemble, n = before.params.ensemble, before.width
    old = genome.reshape(ensemble, before.rows, n)
    new = np.zeros((ensemble, after.rows, n), genome.dtype)
    for layer in range(before.params.layers):
        begin, at = layer * before.layer_rows, layer * after.layer_rows
        scale = math.sqrt(after.blocks / before.blocks)  # the gain of a layer falls with its paths
        new[:, at : at + before.blocks] = scale * old[:, begin : begin + before.blocks]
        new[:, at + after.blocks] = old[:, begin + before.blocks]
    return new.ravel()


@final
class Paths(PackedNetwork):
    """A network of paths."""

    one_sided = True
    params: Params

    def check_params(self) -> None:
        """Checks that blocks of paths are whole and visit every neuron, but those of single paths. Raises UserError."""
        p = self.params
        if p.form == "conv":
            check_convolution(p, self.width)
        n = self.convolution.channels
        if p.generator != "iid":
            blocks, rest = divmod(p.paths, n)
            fits = rest == 0 and is_power_of_two(blocks) and blocks <= n
            require(fits, "paths", f"{n} times a power of two, at most {n * n}", p.paths, f"paths: {min(4, n) * n}")
        if p.signs == "fixed":
            fix = f"paths: {4 * n}"
            require(p.paths >= 2 * n, "paths", f"at least {2 * n} where signs are fixed", p.paths, fix)
        if p.generator == "sobol":
            found = min(self.report["unique edges"])
            require(found == p.paths, "paths", "no edge twice", f"{found} edges", "generator: block")

    @cached_property
    def convolution(self) -> Convolution:
        """The lanes as channels, which are the vertices of paths; for neurons each lane is one."""
        p = self.params
        channels, kernel = (p.channels, p.kernel) if p.form == "conv" else (self.width, 1)
        return Convolution(self.width, channels, kernel, 1)

    @property
    def blocks(self) -> int:
        """P / n, which is also the number of inputs of a neuron, if blocks are whole."""
        return self.params.paths // self.convolution.channels

    @property
    def layer_rows(self) -> int:
        """Rows of n weights of a layer, if blocks are whole: one for each block, and one of biases."""
        return self.blocks + 1

    @property
    def layer_weights(self) -> int:
        """The number of weights of a layer: k P, and a bias for each vertex."""
        return self.params.paths * self.convolution.kernel + self.convolution.channels

    @property
    def member_weights(self) -> int:
        """W, the number of a member's weights."""
        return self.params.layers * self.layer_weights + len(self.injections) * self.width

    @cached_property
    def places(self) -> np.ndarray:
        """[L + 1, P] int64 vertices that each path visits, where all agents have the same wiring."""
        p = self.params
        return path_wiring.places(p.generator, p.layers, p.paths, self.convolution.channels)

    @property
    def report(self) -> dict[str, list[int]]:
        """Unique edges, reach and unvisited vertices of the wiring that all agents have; none if they differ."""
        return {} if self.params.generator == "own" else path_wiring.report(self.places, self.convolution.channels)

    @cached_property
    def ranks(self) -> list[list[tuple[np.ndarray, np.ndarray]]]:
        """`path_wiring.ranks` of each layer: the first path into each vertex, the second, ..."""
        return [path_wiring.ranks(a, b) for a, b in zip(self.places, self.places[1:], strict=False)]

    @property
    def moves(self) -> tuple[Move, ...]:
        """Steps of a path as a whole, and replacement of the weakest; none if the wiring is in the genes."""
        if self.params.generator == "own":
            return ()
        injected = [sum(i <= k for i in self.injections) for k in range(self.params.layers)]
        first = [k * self.layer_weights + self.width * count for k, count in enumerate(injected)]
        units = path_units(self.places, np.array(first), self.convolution.kernel)
        return path_moves(self.for_all_members(units))

    def input_layer(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input, flipped; for convolutions it begins at the retina and keeps its signs, as positions are alike."""
        if self.params.form == "conv":
            return rotated(o, x, self.params.retina)
        return super().input_layer(o, x, weights, member)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A sum over paths, rank by rank, then bias and ReLU; the gain keeps the length of h."""
        assert isinstance(weights, PackedWeights)
        p, conv, total = self.params, self.convolution, o.const(0.0)
        for rank, (visited, first_inputs) in enumerate(self._inputs_by_rank(o, h, number, member)):
            rows = weights.take(len(visited), conv.kernel)

            def tap(
                k: int | Index, x: Value, c: list[Value], r: int = rank, v: np.ndarray = visited, s: Slot = rows
            ) -> list[Value]:
                return [c[0] + self._to_lanes(o, self._weight(o.load(s, k), r), v) * x]

            (total,) = conv.fold_taps(o, first_inputs, tap, [total])
        gain = math.sqrt(6 * conv.channels / (p.paths * conv.kernel))
        return relu(total * gain + conv.broadcast(o, o.load(weights.take(conv.channels))))

    def _inputs_by_rank(self, o: Operations, h: Value, number: int, member: int) -> Iterator[tuple[np.ndarray, Value]]:
        """For each rank of paths, the vertices they visit, and the inputs of the first taps of their filters."""
        vertices = np.arange(self.convolution.channels)
        if self.params.generator == "own":
            first = (member * self.params.layers + number - 1) * self.blocks
            for block in range(self.blocks):
                first_lanes = self.convolution.broadcast(o, o.load(self._sources(o), first + block))
                yield vertices, o.gather(h, self.convolution.first_tap_lanes(o, first_lanes))
            return
        for visited, sources in self.ranks[number - 1]:
            channels = vertices.copy()
            channels[visited] = sources
            yield visited, o.permute(h, self.convolution.source_lanes(channels, 0))

    def _to_lanes(self, o: Operations, w: Value, visited: np.ndarray) -> Value:
        """A row of weights of the visited vertices on the lanes of these; 0 on lanes that no path visits."""
        if len(visited) == self.convolution.channels:
            return self.convolution.broadcast(o, w)
        at = np.full(self.convolution.channels, len(visited))
        at[visited] = np.arange(len(visited))
        return o.permute(w, np.repeat(at, self.convolution.positions))

    def _weight(self, gene: Value, rank: int) -> Value:
        """The gene, or its size with the sign of its path."""
        if self.params.signs == "free":
            return gene
        return abs(gene) if rank % 2 == 0 else -abs(gene)

    # ---- wiring from the genes

    def develop(self, o: Operations) -> None:
        """Unfolds the weights, if need be; for `own`, finds the first lane of each source vertex.

        The vertices form a ring, so that genes from 1 on, and those below -1, continue at the other end.
        """
        super().develop(o)
        if self.params.generator != "own":
            return
        p, vertices = self.params, self.convolution.channels
        genes = o.genome("vertices", p.ensemble, p.layers, self.blocks, vertices, half=self.half)

        def wire_row(row: Index, carries: list[Value]) -> list[Value]:
            step = o.floor((o.load(genes, row) + 1.0) * (vertices / 2))
            vertex = step - vertices * o.floor(step * (1 / vertices))
            o.store(self._sources(o), vertex * self.convolution.positions, row)
            return carries

        o.loop(genes.rows, wire_row, [o.const(0.0)])

    def _sources(self, o: Operations) -> Slot:
        p = self.params
        return o.phenotype("hears", p.ensemble, p.layers, self.blocks, self.convolution.channels, half=True)
