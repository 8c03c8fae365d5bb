"""Networks of Walsh-Hadamard transforms that are the same function: slopes times Walsh functions, units shifted by xor.

With H the transform, chi_k row k of H and X_k the exchange of lane j with lane j xor k: H chi_k = X_k H and
H X_k = chi_k H. Units of two slopes give, of a lane times c > 0, c times their output; of a lane times -1, what a unit
with its slopes exchanged and negated gives. So a layer whose slopes are all multiplied by c chi_k is the same function
if the next layer's units are shifted by k and divide by c, and so on, as far as the lanes of the output stay as they
are. The transform before a layer is fixed, so no other permutation of units is a symmetry, and the first layer has none
but shifts that leave the transform of its input as it is: the input has zeros after its first lanes.

Arrays of a member, L layers of n units: slopes: [L, 2, n], above and below 0, with all flips of lanes that follow the
layer; injections: [L, n], weights of the input that is added after the layer, 0 if none is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from alife.backends.cpu.matrices import product

TIED = 1e-9  # part of the largest by which coefficients and lengths differ that are equal
ROUND = 9  # decimals by which forms are ranked that are equal so far


class Switches(NamedTuple):
    """The weights of one member, in float64. slopes: [L, 2, n]. injections: [L, n]."""

    slopes: np.ndarray
    injections: np.ndarray


class Element(NamedTuple):
    """An element of the group. shift: of the first layer. walsh: k of each layer. scale: of each layer, not 0."""

    shift: int
    walsh: tuple[int, ...]
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Group:
    """The exchanges and scales of a network.

    Attributes:
        width: n.
        shifts: for each layer, the least power of two of whose multiples its units may be shifted by; n: by none.
        scales: True if a layer may be multiplied by any number but 0; False: by 1 or -1.
    """

    width: int
    shifts: tuple[int, ...]
    scales: bool

    def allowed(self, layer: int) -> np.ndarray:
        """Returns the shifts of a layer, counted from 0, 0 alone after the last: [K] ascending."""
        step = self.shifts[layer] if layer < len(self.shifts) else self.width
        return np.arange(0, self.width, step)

    @property
    def order(self) -> int:
        """The number of elements whose scales are 1 or -1."""
        shifts = math.prod(len(self.allowed(layer)) for layer in range(len(self.shifts)))
        return shifts << (len(self.shifts) - 1)


def invariant_step(lanes: int, width: int) -> int:
    """Returns the least power of two of whose multiples k the first `lanes` entries of chi_k are 1; at most n."""
    return min(1 << max(lanes - 1, 0).bit_length(), width)


@cache
def walsh(width: int) -> np.ndarray:
    """The matrix H: [n, n] of 1 and -1, natural order, row k is chi_k."""
    rows = np.ones((1, 1))
    while len(rows) < width:
        rows = np.block([[rows, rows], [rows, -rows]])
    return rows


def acted(s: Switches, element: Element) -> Switches:
    """The same function, by an element of its network's group."""
    slopes, injections = s.slopes.copy(), s.injections.copy()
    shift, before, scale = element.shift, np.ones(slopes.shape[2]), 1.0
    for layer in range(len(slopes)):
        slopes[layer], injections[layer] = _entered(s, layer, shift, before * scale)
        factor = element.scale[layer] * walsh(slopes.shape[2])[element.walsh[layer]]
        slopes[layer], injections[layer] = slopes[layer] * factor, injections[layer] * factor
        before = _signs_after(shift, element.walsh[layer], slopes.shape[2])
        shift, scale = element.walsh[layer], element.scale[layer]
    return Switches(slopes, injections)


def _entered(s: Switches, layer: int, shift: int, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A layer whose output is shifted, of inputs that are shifted and times factor [n]."""
    lanes = np.arange(s.slopes.shape[2]) ^ shift
    above, below = s.slopes[layer][:, lanes]
    exchanged = factor < 0
    pair = np.array([np.where(exchanged, below, above), np.where(exchanged, above, below)])
    return pair / factor, s.injections[layer][lanes]


def _signs_after(shift: int, k: int, width: int) -> np.ndarray:
    """Signs of the transform of a layer that is shifted, then times chi_k: lane j is that of lane j xor k."""
    signs: np.ndarray = walsh(width)[shift][np.arange(width) ^ k]
    return signs


def canonical(s: Switches, group: Group) -> Switches:
    """The same function, each hidden layer but the last of length sqrt(n), its largest Walsh coefficient first."""
    return acted(s, _found(s, group, None))


def matched(mother: Switches, father: Switches, group: Group) -> Switches:
    """The father's function, layer by layer as similar to the mother as the group allows."""
    return acted(father, _found(father, group, mother))


def _found(s: Switches, group: Group, mother: Switches | None) -> Element:
    """The element of the canonical form, or of the form that is most similar to the mother."""
    width, last = group.width, len(group.shifts) - 1
    shift = _first_shift(s, group, mother)
    first, signs, scale = shift, np.ones(width), 1.0
    chosen: list[int] = []
    scales: list[float] = []
    for layer in range(last + 1):
        slopes, injection = _entered(s, layer, shift, signs * scale)
        k, sign, size = 0, 1.0, 1.0
        if layer < last:
            rows = np.vstack([slopes, injection])
            other = None if mother is None else np.vstack([mother.slopes[layer], mother.injections[layer]])
            k, sign = _walsh_of(_weights(rows, other), group.allowed(layer + 1), rows)
            size = _size(rows, other) if group.scales else 1.0
        signs = np.sign(sign) * _signs_after(shift, k, width)
        shift, scale = k, size
        chosen.append(k)
        scales.append(sign * size)
    return Element(first, tuple(chosen), tuple(scales))


def _first_shift(s: Switches, group: Group, mother: Switches | None) -> int:
    """The shift of the first layer that moves its longest unit to the front, or that suits the mother best."""
    allowed = group.allowed(0)
    if mother is None:
        lengths = np.sum(s.slopes[0] ** 2, axis=0)
        longest = np.flatnonzero(lengths >= lengths.max() * (1 - TIED))
        shifts = dict.fromkeys(int(allowed[np.argmin(unit ^ allowed)]) for unit in longest)
        rows = np.abs(np.vstack([s.slopes[0], s.injections[0]]))
        return _first_of([rows[:, np.arange(group.width) ^ shift] for shift in shifts], list(shifts))
    other = np.vstack([mother.slopes[0], mother.injections[0]])
    best = []
    for shift in allowed:
        rows = np.vstack(_entered(s, 0, int(shift), np.ones(group.width)))
        best.append(np.abs(_spectrum(_weights(rows, other))[group.allowed(1)]).max())
    return int(allowed[int(np.argmax(best))])


def _weights(rows: np.ndarray, other: np.ndarray | None) -> np.ndarray:
    """[n] what Walsh functions make positive: sums of slopes, or products with the mother's rows. rows: [3, n]."""
    found: np.ndarray = rows[:2].sum(axis=0) if other is None else np.sum(rows * other, axis=0)
    return found


def _walsh_of(weights: np.ndarray, allowed: np.ndarray, rows: np.ndarray) -> tuple[int, float]:
    """The k, of those allowed, whose Walsh coefficient of weights [n] is largest by size, and its sign.

    Of equal sizes, as of weights with few digits, the one that gives the rows [3, n] the largest first entries.
    """
    spectrum = _spectrum(weights)[allowed]
    signs, sizes = np.where(spectrum >= 0, 1.0, -1.0), np.abs(spectrum)
    tied = np.flatnonzero(sizes >= sizes.max() * (1 - TIED))
    at = _first_of([signs[at] * walsh(rows.shape[1])[allowed[at]] * rows for at in tied], tied.tolist())
    return int(allowed[at]), float(signs[at])


def _first_of(forms: list[np.ndarray], names: list[int]) -> int:
    """Returns the name of the form [3, n] that is the last in lexical order, at any scale."""
    if len(forms) == 1:
        return names[0]
    size = float(np.sqrt(np.sum(forms[0] ** 2))) or 1.0
    cut = [tuple(np.round(form.ravel() / size, ROUND)) for form in forms]
    return names[max(range(len(names)), key=cut.__getitem__)]


def _spectrum(weights: np.ndarray) -> np.ndarray:
    found: np.ndarray = product(weights[None], walsh(len(weights)))[0]
    return found


def _size(rows: np.ndarray, other: np.ndarray | None) -> float:
    """The factor that gives rows [3, n] the length sqrt(n), or that of the mother's; 1 for zeros."""
    length = float(np.sqrt(np.sum(rows**2)))
    wanted = float(np.sqrt(rows.shape[1])) if other is None else float(np.sqrt(np.sum(other**2)))
    return wanted / length if length > 0 and wanted > 0 else 1.0
