"""Genomes as functions: the exchanges of units that leave a brain's function unchanged, by its kind of network."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, cast, final

import numpy as np

from alife.analysis.instruments.genes import unfolded
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.brains.dense import Dense
from alife.brains.layers import relu_symmetry, walsh_symmetry
from alife.brains.layers.assignment import assign
from alife.brains.layers.walsh_symmetry import Group, Switches, invariant_step
from alife.brains.shared.base import MEMBER_FLIPS, NETWORK_FLIPS
from alife.brains.wht import GAINS, Wht
from alife.ops.sign_patterns import pattern


class UnitSymmetry(ABC):
    """The weights of a genome and the group of exchanges and scales that act on them.

    Attributes:
        group: what acts, in a sentence.
        exchanges: log10 of the number of exchanges and signs; scales above 0 are not counted.
        removed: number of hidden units that the canonical form removes or merges; None if it keeps all.
    """

    group: str
    exchanges: float
    removed: int | None

    @property
    @abstractmethod
    def weights(self) -> list[np.ndarray]:
        """The weights as they are, without those that reach no output."""

    @property
    @abstractmethod
    def form(self) -> list[np.ndarray]:
        """The weights in canonical form."""

    @abstractmethod
    def matched(self, other: UnitSymmetry) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The weights of this genome in canonical form, and those of another one, of the same kind, aligned to them."""


def symmetry_of(subject: Subject) -> UnitSymmetry:
    """Returns the symmetry of a genome's network.

    Raises:
        NotApplicable: no genome, or a network of which no exchange of units is known.
    """
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("it needs a genome; name one, or a run that is not extinct")
    network = subject.brain.network
    if isinstance(network, Dense):
        return DenseSymmetry(subject, network)
    if isinstance(network, Wht):
        return WalshSymmetry(subject, network)
    raise NotApplicable(f"units of the brain {network.name} have fixed places; it is for dense, wht and mind")


def other_genes(subject: Subject) -> list[np.ndarray]:
    """Returns the genes that are not weights of layers, such as those of memories, by the order of their slots."""
    assert subject.genome is not None and subject.brain is not None
    slots = [slot for slot in subject.brain.slots.values() if slot.kind == "genome"]
    return [
        subject.genome.params[slot.start : slot.start + slot.size].astype(np.float64)
        for slot in sorted(slots, key=lambda slot: slot.start)
        if slot.name not in ("weights", "genes")
    ]


def _refuse(network: Dense | Wht, names: tuple[str, ...]) -> None:
    for name in names:
        if getattr(network.params, name):
            raise NotApplicable(f"with {name} units of the brain {network.name} have fixed places")


@final
class DenseSymmetry(UnitSymmetry):
    """Dense layers: any order of units, any scale above 0 of a ReLU, any sign of a tanh, any order of members."""

    def __init__(self, subject: Subject, network: Dense) -> None:
        """Reads the matrices. Raises NotApplicable for parts that give units places of their own."""
        _refuse(network, ("injection", "feedback", "lesions"))
        p, n = network.params, network.width
        self.unit: relu_symmetry.Unit = p.unit
        self.members = [_in_use(m, network) for m in network.members(_dense_weights(subject))]
        self.forms = [relu_symmetry.canonical(m, p.unit) for m in self.members]
        self.removed = sum(p.layers * n - relu_symmetry.count_living(m) for m in self.forms)
        act = "scaled by any number above 0" if p.unit == "relu" else "changed in sign"
        self.group = f"Each hidden unit may change places with any other of its layer, and may be {act}."
        units = math.lgamma(n + 1) / math.log(10) + (n * math.log10(2) if p.unit == "tanh" else 0.0)
        self.exchanges = p.ensemble * p.layers * units + math.lgamma(p.ensemble + 1) / math.log(10)

    @property
    def weights(self) -> list[np.ndarray]:
        """Layers [L, n + 1, n] and last matrix [n, n] of each member."""
        return [part for m in self.members for part in m]

    @property
    def form(self) -> list[np.ndarray]:
        """As `weights`, members in the order of their fingerprints."""
        by_digest = sorted(self.forms, key=lambda m: relu_symmetry.digest(m, relu_symmetry.DIGITS))
        return [part for m in by_digest for part in m]

    def matched(self, other: UnitSymmetry) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Units by linear assignment on cosines, layer by layer; members by linear assignment on distances."""
        fathers = cast(DenseSymmetry, other).forms
        pairs = [[self._aligned(a, b) for b in fathers] for a in self.forms]
        cost = np.array([[_squares(a, b) for b in row] for a, row in zip(self.forms, pairs, strict=True)])
        chosen = [row[place] for row, place in zip(pairs, assign(cost), strict=True)]
        return [part for m in self.forms for part in m], [part for m in chosen for part in m]

    def _aligned(self, mother: relu_symmetry.Matrices, father: relu_symmetry.Matrices) -> relu_symmetry.Matrices:
        for layer in range(len(mother.layers)):
            father = relu_symmetry.matched(mother, father, layer, self.unit)
        return father


def _squares(a: relu_symmetry.Matrices, b: relu_symmetry.Matrices) -> float:
    return float(sum(np.sum((one - two) ** 2) for one, two in zip(a, b, strict=True)))


def _dense_weights(subject: Subject) -> np.ndarray:
    """Returns the values of the slot `weights`, genes or unfolded from them."""
    assert subject.genome is not None and subject.brain is not None
    brain, slot = subject.brain, subject.brain.slots["weights"]
    if slot.kind == "genome":
        return subject.genome.params[slot.start : slot.start + slot.size]
    return brain.values("weights", brain.develop(subject.genome.params, brain.new_states(1))[0])


def _in_use(m: relu_symmetry.Matrices, network: Dense) -> relu_symmetry.Matrices:
    """Returns the matrices without weights of lanes that are always 0, and of outputs that nothing reads."""
    layers, last = m.layers.copy(), m.last.copy()
    if not network.products:
        layers[0, network.num_inputs : -1] = 0.0
    last[:, network.num_outputs :] = 0.0
    return relu_symmetry.Matrices(layers, last)


@final
class WalshSymmetry(UnitSymmetry):
    """Walsh-Hadamard layers: Walsh functions of slopes, shifts by exclusive or, scales of whole layers."""

    removed = None
    ODD: ClassVar = {"switch": True, "relu": True, "prelu": True, "tanh": False}  # unit -> may be scaled

    def __init__(self, subject: Subject, network: Wht) -> None:
        """Reads the slopes. Raises NotApplicable for units that no sign passes through."""
        p = network.params
        if p.unit not in self.ODD:
            raise NotApplicable(f"no exchange of units of {p.unit} is known that leaves the function unchanged")
        _refuse(network, ("square", "lesions"))
        rows = unfolded(subject)
        self.members = [_switches(network, rows, member) for member in range(p.ensemble)]
        self.walsh = _group(network, self.ODD[p.unit])
        act = "any number" if self.walsh.scales else "-1"
        self.group = (
            f"A hidden layer but the last may be multiplied by {act}, and by a Walsh function if the units of the next "
            "layer are shifted by exclusive or; the fixed transforms allow no other exchange."
        )
        self.exchanges = p.ensemble * math.log10(self.walsh.order)

    @property
    def weights(self) -> list[np.ndarray]:
        """Slopes [L, 2, n] and injections [L, n] of each member."""
        return [part for s in self.members for part in s]

    @property
    def form(self) -> list[np.ndarray]:
        """As `weights`."""
        return [part for s in self._forms() for part in s]

    def matched(self, other: UnitSymmetry) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Each layer by the Walsh function and shift that make scalar products of slopes largest."""
        pairs = zip(self._forms(), cast(WalshSymmetry, other).members, strict=True)
        found = [walsh_symmetry.matched(mother, father, self.walsh) for mother, father in pairs]
        return self.form, [part for s in found for part in s]

    def _forms(self) -> list[Switches]:
        return [walsh_symmetry.canonical(s, self.walsh) for s in self.members]


def _group(network: Wht, scales: bool) -> Group:
    """Returns the group: shifts that leave the input, where it is used, and the outputs in use as they are."""
    p, n = network.params, network.width
    entering, leaving = (invariant_step(lanes, n) for lanes in (network.num_inputs, network.num_outputs))
    steps = [1] * p.layers
    steps[0] = n if network.products else entering
    for layer in network.injections:
        steps[layer - 1] = max(steps[layer - 1], entering)
    steps[-1] = max(steps[-1], leaving)
    return Group(n, tuple(steps), scales)


def _switches(network: Wht, rows: dict[str, np.ndarray], member: int) -> Switches:
    """Returns the slopes and injections of a member. rows: noted weights by name."""
    p, n, prefix = network.params, network.width, network.prefix(member)
    slopes, injections = np.zeros((p.layers, 2, n)), np.zeros((p.layers, n))
    for number in range(1, p.layers + 1):
        slopes[number - 1] = _slopes(p.unit, rows[f"{prefix}layer_{number}"].astype(np.float64))
        if p.signs == "layer":
            slopes[number - 1] *= _flip(network.flips(member) + NETWORK_FLIPS + number, n)
        if number in network.injections:
            injections[number - 1] = rows[f"{prefix}injection_{number}"][0]
    if network.one_sided:
        slopes[-1] *= _flip(MEMBER_FLIPS + NETWORK_FLIPS, n)
        injections[-1] *= _flip(MEMBER_FLIPS + NETWORK_FLIPS, n)
    return Switches(slopes, injections)


def _flip(seed: int, width: int) -> np.ndarray:
    signs: np.ndarray = 1.0 - 2.0 * pattern(seed, width)
    return signs


def _slopes(unit: str, rows: np.ndarray) -> np.ndarray:
    """Returns the slopes above and below 0 of units: [2, n]. rows: [1 or 2, n], as `Wht.layer` takes them."""
    if unit == "switch":
        return rows
    weight = rows[0]
    if unit == "tanh":
        return np.array([weight, weight])
    leak = rows[1] if unit == "prelu" else 0.0
    one, other = weight, leak * weight  # before and after the kink, for a weight above 0
    pair: np.ndarray = np.where(weight > 0, [one, other], [other, one]) * GAINS[unit]
    return pair
