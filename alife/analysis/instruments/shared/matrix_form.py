"""A network as matrices and units: the linear part of each layer of a genome, found by probing, and put in its place.

A layer whose units see nothing but one sum each is h <- f(z), z = A h + b, where f has a slope above zero and one below
(a switch, a ReLU), or is a tanh; the output of a member is A h + b. A is whatever the network makes of its genes: for
`wht` it is the scaled transform, for `paths` a sparse matrix. Between the switches of one layer and those of the next
all is linear: with slopes s above and t below of the layer before, z = E v + b, E = [A diag(s), A diag(t), A] and v =
[max(z', 0), min(z', 0), what is added between the layers]. E are the weights that instruments thin out or disturb.

A and b are read off by giving a layer inputs with one lane that is not 0; that the layer then equals its matrix form
along a life is checked, not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alife.analysis.instruments.shared.trials import EditRows
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.brains import Brain, make_brain
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.weights import Weights
from alife.ops.edited import Edited
from alife.ops.vocabulary import Operations, Scalar, Value

SMALL, LARGE = 1.0, 16.0  # sizes of probes: where a tanh can still be inverted; beyond any bias
IDEAL = {"noise": 0.0, "stuck": 0.0, "levels": 0}  # devices of a crossbar that are what they are set to
TOLERANCE = 1e-3  # of a layer's outputs, relative to the largest, between it and its matrix form


@dataclass(frozen=True)
class Layer:
    """One layer in matrix form.

    name: of its notes, such as member_2_layer_1; the output of a member is layer L + 1. matrix: [n, n] A, outputs by
    inputs. bias: [n] b. above, below: [n] slopes of f; 1 for tanh and for outputs. tanh: True if f is tanh. used: rows
    that matter, n, of an output layer the lanes in use. before: the layer whose units it sees; None for the first of a
    member. added: True if something is added between the two.
    """

    name: str
    matrix: np.ndarray
    bias: np.ndarray
    above: np.ndarray
    below: np.ndarray
    tanh: bool
    used: int
    before: Layer | None
    added: bool

    @property
    def weights(self) -> np.ndarray:
        """[n, m] E, float64: m is n for the first layer of a member, else n or 2 n, or n more with inputs added."""
        if self.before is None:
            return self.matrix
        slopes = [self.before.above] if self.before.tanh else [self.before.above, self.before.below]
        parts = [self.matrix * slope for slope in slopes]
        return np.concatenate([*parts, self.matrix] if self.added else parts, axis=1)

    def inputs(self, h: np.ndarray, sums: np.ndarray | None) -> np.ndarray:
        """Returns v [K, m] from the input h [K, n] and the sums z' [K, n] of the layer before, if there is one."""
        if self.before is None or sums is None:
            return h
        units = self.before.units(sums)
        parts = [units] if self.before.tanh else [np.maximum(sums, 0), np.minimum(sums, 0)]
        return np.concatenate([*parts, h - units] if self.added else parts, axis=1)

    def units(self, sums: np.ndarray) -> np.ndarray:
        """Returns f of the sums z [K, n]."""
        h: np.ndarray = np.tanh(sums) if self.tanh else np.where(sums >= 0, self.above, self.below) * sums
        return h


def with_ideal_devices(subject: Subject) -> Subject:
    """Returns the subject; that of a crossbar with devices that are what they are set to."""
    if subject.brain is None or subject.brain.name != "crossbar":
        return subject
    brain = subject.brain
    return replace(subject, brain=make_brain({**brain.spec(), **IDEAL}, brain.num_observations, brain.num_actions))


Variant = Sequence[tuple[np.ndarray, np.ndarray]]  # of each layer E [n, m] and b [n]


class MatrixForm:
    """The layers of one genome in matrix form.

    Attributes:
        brain: computes the same as the genome's own, and notes the input and the units of each layer.
        layers: of all members, in the order of the step.
    """

    def __init__(self, brain: Brain, genome: np.ndarray, observations: np.ndarray, states: np.ndarray) -> None:
        """Probes the layers.

        Args:
            brain: of the genome.
            genome: [G].
            observations, states: [T, I] and [T, S] of a life, at which the matrix form is checked.

        Raises:
            NotApplicable: a layer is not a matrix and a unit for each of its sums.
        """
        if not isinstance(brain.network, NetworkBase):
            raise NotApplicable(f"the layers of the brain {brain.name} are not known here")
        born = brain.develop(np.repeat(genome[None], 2, axis=0), brain.new_states(2))
        if not np.array_equal(born[0], born[1]):
            raise NotApplicable(
                f"the weights of the brain {brain.name} are drawn anew at each birth; write draw: fixed"
            )
        self.brain, self._last = Brain(_noting(brain.network), 1), brain.network.params.layers + 1
        self._refusal = f"the layers of the brain {brain.name} are not each a fixed matrix followed by one unit a sum"
        probe = _Probe.run(self.brain, genome, brain.network.width, self._last)
        layers: list[Layer] = []
        for name in probe.units:
            before = layers[-1] if layers and not name.endswith("layer_1") else None
            layers.append(self._layer(name, probe, brain.network, before))
        self.layers = tuple(layers)
        self._check(genome, observations, states)

    def _layer(self, name: str, probe: _Probe, network: NetworkBase, before: Layer | None) -> Layer:
        out, n, number = probe.units[name].astype(np.float64), network.width, int(name.rpartition("layer_")[2])
        last = number == self._last
        tanh = not last and getattr(network.params, "unit", "") == "tanh"
        sums = out if last else np.arctanh(np.clip(out, -1 + 1e-7, 1 - 1e-7)) if tanh else probe.sums[name]
        bias = sums[0].astype(np.float64)
        matrix = ((sums[1 : n + 1] - sums[n + 1 :]) / (2 * probe.probes.max())).T.astype(np.float64)
        above = below = np.ones(n)
        if not (last or tanh):
            above, below = _slopes(sums, out), _slopes(-sums, -out)
        added = number - 1 in network.injections or network.params.lesions is not None
        return Layer(name, matrix, bias, above, below, tanh, network.num_outputs if last else n, before, added)

    def _check(self, genome: np.ndarray, observations: np.ndarray, states: np.ndarray) -> None:
        """Compares each layer with its matrix form, where a life was. Raises NotApplicable."""
        seen: dict[tuple[str, str], np.ndarray] = {}
        names = self._names()

        def look(name: str, lanes: np.ndarray) -> None:
            seen[names(name)] = lanes.copy()

        genomes = np.repeat(genome[None], len(states), axis=0)
        self.brain.step_edited(genomes, np.array(states, np.float32), observations, look)
        sums: dict[str, np.ndarray] = {}
        for layer in self.layers:
            v = layer.inputs(seen["into", layer.name], sums.get(layer.before.name) if layer.before else None)
            sums[layer.name] = v @ layer.weights.T + layer.bias
            out, form = (x[:, : layer.used] for x in (seen["unit", layer.name], layer.units(sums[layer.name])))
            if not np.abs(form - out).max() <= TOLERANCE * max(np.abs(out).max(), 1e-3):
                raise NotApplicable(self._refusal)

    def _names(self) -> _Names:
        return _Names(self._last)

    def edit(self, variants: Sequence[Variant]) -> EditRows:
        """Returns the edit that gives rows of variant v the weights `variants[v - 1]`; variant 0 stays as it is."""
        layers, names = {layer.name: (k, layer) for k, layer in enumerate(self.layers)}, self._names()
        inputs: dict[str, np.ndarray] = {}
        sums: dict[str, np.ndarray] = {}

        def change(name: str, lanes: np.ndarray, which: np.ndarray) -> None:
            kind, place = names(name)
            if kind == "into":
                inputs[place] = lanes.copy()
            if kind != "unit":
                return
            k, layer = layers[place]
            h = inputs[place]
            own = h @ layer.matrix.T + layer.bias
            v, new = layer.inputs(h, sums[layer.before.name] if layer.before else None), own.copy()
            for variant in np.unique(which[which > 0]):
                rows, (weights, bias) = which == variant, variants[variant - 1][k]
                new[rows] = v[rows] @ weights.T + bias
            changed = which > 0
            lanes[changed] += (layer.units(new) - layer.units(own))[changed]
            sums[place] = new

        return change


def _slopes(sums: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Returns out / sums [n] where sums are largest, of [R, n] rows; 0 where none is above 0."""
    best = sums.argmax(axis=0)
    largest, lanes = sums.max(axis=0), np.arange(sums.shape[1])
    return np.where(largest > 0, out[best, lanes] / np.where(largest > 0, largest, 1), 0.0)


def _noting(network: NetworkBase) -> NetworkBase:
    """Returns the network, but with notes of each layer's input, `into_layer_1`, and of its units, `unit_layer_1`."""
    kind: Any = type(network)

    class Noting(kind):
        def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
            name = f"{self.prefix(member)}layer_{number}"
            o.note(f"into_{name}", h)
            out: Value = super().layer(o, h, weights, number, member)
            o.note(f"unit_{name}", out)
            return out

        def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
            o.note("into_output", h)
            out: Value = super().output_layer(o, h, weights)
            o.note("unit_output", out)
            return out

    Noting.__module__ = kind.__module__  # its name is that of the file
    noting: NetworkBase = Noting(network.params, network.num_observations, network.num_actions)
    return noting


class _Names:
    """The layer that a note belongs to; the output of a member follows its last layer, of which it takes the name."""

    def __init__(self, last: int) -> None:
        self.last, self.prefix = last, ""

    def __call__(self, note: str) -> tuple[str, str]:
        """Returns "into" or "unit" and the name of the layer; two empty strings for any other note."""
        kind, _, layer = note.partition("_")
        if kind not in ("into", "unit"):
            return "", ""
        if layer == "output":
            return kind, f"{self.prefix}layer_{self.last}"
        self.prefix = layer.rpartition("layer_")[0]
        return kind, layer


class _Probe(Edited):
    """Gives each layer probes as its input, and keeps its units, and the sums before them.

    The sums are what the last comparison with 0 in a layer compares: that of its ReLU or switch.
    """

    def __init__(self, width: int, arrays: dict[str, np.ndarray], probes: np.ndarray, names: _Names) -> None:
        super().__init__(width, arrays, self._look)
        self.names = names
        self.probes, self.last = probes, np.zeros_like(probes)
        self.units: dict[str, np.ndarray] = {}
        self.sums: dict[str, np.ndarray] = {}

    @classmethod
    def run(cls, brain: Brain, genome: np.ndarray, n: int, last: int) -> _Probe:
        """Runs a step with inputs 0, s e_1, .., s e_n, -s e_1, .., -s e_n of every layer, the last of this number."""
        size = SMALL if getattr(brain.params, "unit", "") == "tanh" else LARGE
        probes = size * np.concatenate([np.zeros((1, n)), np.eye(n), -np.eye(n)]).astype(np.float32)
        count = len(probes)
        genomes = np.array(np.repeat(genome[None], count, axis=0), brain.gene_type)
        states = brain.new_states(count, np.zeros(count, np.int64))
        arrays = {
            "genome": genomes,
            "state": states,
            "phenotype": brain.develop(genomes, states),
            "input": np.zeros((count, brain.num_observations), np.float32),
            "output": np.zeros((count, brain.num_actions), np.float32),
        }
        probe = cls(n, arrays, probes, _Names(last))
        with np.errstate(all="ignore"):
            brain.program.step(probe)
        return probe

    def _look(self, name: str, lanes: np.ndarray) -> None:
        kind, layer = self.names(name)
        if kind == "into":
            lanes[:] = self.probes
            self.last = np.zeros_like(self.probes)
        elif kind == "unit":
            self.units[layer], self.sums[layer] = lanes.copy(), self.last.copy()

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        if isinstance(x, Value) and isinstance(y, int | float) and y == 0:
            self.last = x.data
        return super().select(x, y, a, b)
