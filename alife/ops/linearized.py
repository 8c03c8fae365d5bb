"""A reference that also keeps how each value depends on chosen ones: value = A s + b, the tangent at this point.

Forward accumulation of derivatives through the closed set of words (Griewank, Walther: Evaluating derivatives, 2008,
chapter 3). Where units are piecewise linear (switches, ReLUs) the form is no approximation: given the switches A is the
condensed dot product of O'Connor, and A s + b is the value itself within the region of these switches. Words of other
kinds, such as the product of two values that both depend on s, make it the tangent alone; `bent` tells which notes are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from alife.errors import UserError
from alife.ops.edited import Edit
from alife.ops.reference import Reference, clamped_index
from alife.ops.slots import Slot
from alife.ops.vocabulary import Row, Scalar, Value

Seeds = Callable[[str], int]  # name of a note -> lanes of each of its vectors in s; of a slot -> if its values are


class Reached(Exception):  # noqa: N818  (no error: the rest of the step is not wanted)
    """Raised once the note `until` is traced."""


@dataclass
class Tangent:
    """map: [N, n, K + 1] float64, A and in the last column b; None: constant. bent: True if it is but a tangent.

    stepped: True if a part of it, which counts as constant, is what depends on s after it was rounded.
    """

    map: np.ndarray | None = None
    bent: bool = False
    stepped: bool = False


@dataclass(frozen=True, eq=False)
class Traced(Value):
    """A value with its tangent."""

    tangent: Tangent = field(default_factory=Tangent, repr=False)


class Linearized(Reference):
    """Runs a step on rows of agents and keeps the tangents of what it notes.

    Values that are stored and loaded again within the step count as constants from there on.

    Args:
        width, arrays: as of `Reference`.
        seeds: which lanes make up s, in the order of the step; values of a slot by their place in it.
        count: K, lanes of s in all.
        frozen: if True, square roots are constants: a vector scaled to a length is a fixed multiple of itself, as the
            condensed dot product has it. If False, the tangent contains the change of the length.
        edit: as of `Edited`: changes the lanes of a note in place; those that it changes are constants from there on.
        until: the last note that is wanted, after which `Reached` is raised; None: the whole step is traced.

    Attributes:
        maps: {name of a note: [N, n or a multiple, K + 1] float64}, A and b; of those that depend on s.
        values: {name of a note: [N, n or a multiple] float32}.
        bent: names of notes whose map is but a tangent.
        stepped: names of notes in which something counts as constant that is rounded from what depends on s.
    """

    def __init__(
        self,
        width: int,
        arrays: Mapping[str, np.ndarray],
        seeds: Seeds,
        count: int,
        frozen: bool = True,
        edit: Edit | None = None,
        until: str | None = None,
    ) -> None:
        super().__init__(width, arrays)
        self._seeds, self._num_seeds, self._frozen, self._edit = seeds, count, frozen, edit
        self._used, self._until = 0, until
        self.maps: dict[str, np.ndarray] = {}
        self.values: dict[str, np.ndarray] = {}
        self.bent: set[str] = set()
        self.stepped: set[str] = set()

    # ---- seeds and notes

    def note(self, name: str, *values: Value) -> None:
        lanes = self._seeds(name)
        for value in values:
            if self._edit is not None:
                self._edited(name, value)
            if lanes:
                self._seed(value, self._used + np.arange(lanes)[None])
                self._used += lanes
        self.values[name] = np.concatenate([value.data for value in values], axis=1)
        tangents = [tangent_of(value) for value in values]
        if any(tangent.map is not None for tangent in tangents):
            self.maps[name] = np.concatenate([self._full(value) for value in values], axis=1)
        if any(tangent.bent for tangent in tangents):
            self.bent.add(name)
        if any(tangent.stepped for tangent in tangents):
            self.stepped.add(name)
        if name == self._until:
            raise Reached

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        value = self._traced(super().load(slot, row, at))
        if slot.kind in ("genome", "phenotype") and self._seeds(slot.name):
            first = self.place(slot, 0, at).column
            columns = np.broadcast_to(self._columns(slot, row, at) - first, (self.count, slot.length))
            self._seed(value, columns, at)
        return value

    def _edited(self, name: str, value: Value) -> None:
        assert self._edit is not None
        before = value.data.copy()
        self._edit(name, value.data)
        changed, tangent = before != value.data, tangent_of(value)
        if tangent.map is not None and changed.any():
            moved = np.array(self._full(value))
            moved[changed] = 0.0
            moved[..., -1][changed] = value.data[changed]
            tangent.map = moved

    def _seed(self, value: Value, places: np.ndarray, at: int = 0) -> None:
        """Makes the lanes from `at` on the lanes `places`, [N or 1, lanes], of s."""
        lanes = places.shape[1]
        if int(places.max()) >= self._num_seeds:
            raise UserError(
                f"seeds: expected {self._num_seeds} lanes, got {places.max() + 1}; count those of all notes"
            )
        seeded = self._full(self._traced(value))
        seeded[np.arange(self.count)[:, None], at + np.arange(lanes), places] = 1.0
        seeded[:, at : at + lanes, -1] = 0.0
        tangent = tangent_of(value)
        tangent.map, tangent.bent, tangent.stepped = seeded, False, False

    def _full(self, value: Value) -> np.ndarray:
        """[N, n, K + 1] the map of a value, also of a constant."""
        known = tangent_of(value).map
        if known is not None:
            return known
        constant = np.zeros((*value.data.shape, self._num_seeds + 1))
        constant[..., -1] = value.data
        return constant

    def _traced(
        self, value: Value, map_: np.ndarray | None = None, bent: bool = False, stepped: bool = False
    ) -> Traced:
        return Traced(self, value.data, Tangent(map_, bent and map_ is not None, stepped))

    # ---- words

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return self._traced(super().const(numbers))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        result, of_a, of_b = super().binary(word, a, b), tangent_of(a), tangent_of(b)
        stepped = of_a.stepped or of_b.stepped
        if of_a.map is None and of_b.map is None:
            return self._traced(result, stepped=stepped)
        if word in ("add", "sub"):
            bent, map_ = of_a.bent or of_b.bent, self._sum(a, b, 1.0 if word == "add" else -1.0)
        elif word == "mul":
            bent, map_ = self._product(a, b)
        else:
            bent, map_ = self._quotient(a, b, result.data)
        return self._traced(result, map_, bent, stepped)

    def _sum(self, a: Value, b: Value, sign: float) -> np.ndarray:
        left, right = tangent_of(a).map, tangent_of(b).map
        if right is None:
            total = np.array(left)
            total[..., -1] += sign * b.data
        elif left is None:
            total = sign * right
            total[..., -1] += a.data
        else:
            total = left + sign * right
        return total

    def _product(self, a: Value, b: Value) -> tuple[bool, np.ndarray]:
        left, right = tangent_of(a), tangent_of(b)
        if left.map is None or right.map is None:
            one, other = (left, b) if right.map is None else (right, a)
            assert one.map is not None
            return one.bent, one.map * other.data[..., None]
        product = left.map * b.data[..., None] + right.map * a.data[..., None]
        product[..., -1] -= a.data.astype(np.float64) * b.data
        return True, product

    def _quotient(self, a: Value, b: Value, quotient: np.ndarray) -> tuple[bool, np.ndarray]:
        left, right = tangent_of(a), tangent_of(b)
        if right.map is None:
            assert left.map is not None
            return left.bent, left.map / b.data[..., None]
        result = (self._full(a) - quotient[..., None] * right.map) / b.data[..., None]
        result[..., -1] += quotient
        return True, result

    def unary(self, word: str, x: Value) -> Value:
        result, tangent = super().unary(word, x), tangent_of(x)
        rounded = word in ("floor", "exp2i")
        if tangent.map is None or rounded or (word == "sqrt" and self._frozen):
            return self._traced(result, stepped=tangent.stepped or (rounded and tangent.map is not None))
        if word == "sqrt":
            root = tangent.map / (2.0 * result.data[..., None])
            root[..., -1] += result.data / 2.0
            return self._traced(result, root, True, tangent.stepped)
        sign = np.signbit(x.data) if word == "abs" else np.ones(x.data.shape, bool)
        map_ = np.where(sign[..., None], -tangent.map, tangent.map)
        return self._traced(result, map_, tangent.bent, tangent.stepped)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        left, right, first, second = (self.value(v) for v in (x, y, a, b))
        return self._chosen(super().select(left, right, first, second), left.data >= right.data, first, second)

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        first, second = self.value(a), self.value(b)
        return self._chosen(super().blend(mask, first, second), self.lanes(mask)[None], first, second)

    def _chosen(self, result: Value, mask: np.ndarray, a: Value, b: Value) -> Value:
        first, second = tangent_of(a), tangent_of(b)
        stepped = first.stepped or second.stepped
        if first.map is None and second.map is None:
            return self._traced(result, stepped=stepped)
        map_ = np.where(mask[..., None], self._full(a), self._full(b))
        return self._traced(result, map_, first.bent or second.bent, stepped)

    def flip(self, x: Value, seed: int) -> Value:
        signs = super().flip(Value(self, np.ones_like(x.data)), seed).data
        return self._moved(super().flip(x, seed), x, lambda map_: map_ * signs[..., None])

    def wht(self, x: Value, block: int | None = None) -> Value:
        def transform(map_: np.ndarray) -> np.ndarray:
            count, width, columns = map_.shape
            gap = 1
            while gap < (block or width):
                pairs = map_.reshape(count, width // (2 * gap), 2, gap, columns)
                a, b = pairs[:, :, 0], pairs[:, :, 1]
                map_, gap = np.stack([a + b, a - b], axis=2).reshape(count, width, columns), gap * 2
            return map_

        return self._moved(super().wht(x, block), x, transform)

    def total(self, x: Value) -> Value:
        return self._moved(
            super().total(x), x, lambda map_: np.broadcast_to(map_.sum(axis=1, keepdims=True), map_.shape)
        )

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        return self._moved(super().permute(x, table), x, lambda map_: map_[:, self.lanes(table)])

    def lane(self, x: Value, index: int) -> Value:  # type: ignore[override]
        return self._moved(
            super().lane(x, index), x, lambda map_: np.broadcast_to(map_[:, index : index + 1], map_.shape)
        )

    def gather(self, x: Value, index: Value) -> Value:
        lanes = clamped_index(index.data, self.width)[..., None]
        return self._moved(super().gather(x, index), x, lambda map_: np.take_along_axis(map_, lanes, axis=1))

    def _moved(self, result: Value, x: Value, linear: Callable[[np.ndarray], np.ndarray]) -> Value:
        """The result of a word that is linear in x."""
        tangent = tangent_of(x)
        map_ = None if tangent.map is None else linear(tangent.map)
        return self._traced(result, map_, tangent.bent, tangent.stepped)


def tangent_of(value: Value) -> Tangent:
    """Returns the tangent of a value, of a constant one without a map."""
    return value.tangent if isinstance(value, Traced) else Tangent()
