"""Rules by which a loop is divided into what can be tried for many indices at once, and the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.ir_walk import Statements, set_before, sets, walk
from alife.laws.types import BOOL, F32, I32, U8, Array, Scalar

KINDS = (F32, I32, BOOL)  # of values that are computed for many k at once
MOST_GROUPS = 8  # of a `Best`, each of which takes time for every few k
_FLOAT_WORDS = ("sqrt", "floor", "abs", "min", "max")
_INTEGER = ("+", "-", "*", "&", "|", "^")


@dataclass(frozen=True)
class Best:
    """The best k of each of a few groups: `if square < near[row, s]: near[row, s] = square; slot[row, s] = other`.

    Or the best k of all, in variables: `if square < least: least = square; row = other`.

    Attributes:
        op: < or >.
        group: the variable that numbers the group of k; "" in variables.
        count: number of groups.
        stores: what is kept of the best k; the first is the value that is compared.
    """

    op: str
    group: str
    count: int
    stores: tuple[ir.Store | ir.Assign, ...]

    @property
    def kept(self) -> tuple[tuple[str, Scalar], ...]:
        """Names of what is kept, arrays or variables, and types."""
        return tuple(
            (each.array, each.type.element) if isinstance(each, ir.Store) else (each.name, each.value.type)
            for each in self.stores
        )


@dataclass(frozen=True)
class Filter:
    """A loop, divided.

    Attributes:
        steps: assignments and conditions that depend on k alone, in order.
        bound: the last condition, whose right side is a bound, if there is one.
        rest: what runs, in order, for each k that passes.
        best: what the loop keeps, in place of the rest.
        sums: variable and what is added to it in order, in place of the rest.
    """

    steps: tuple[ir.Assign | ir.Expr, ...]
    bound: ir.Compare | None
    rest: Statements
    best: Best | None = None
    sums: tuple[tuple[str, ir.Expr], ...] = ()

    @property
    def variables(self) -> dict[str, ir.Expr]:
        """Names that the steps set, and their values."""
        return {each.name: each.value for each in self.steps if isinstance(each, ir.Assign)}


class Finder:
    """Divides one loop of a function; see `filters.find_filters`."""

    def __init__(
        self,
        loop: ir.For,
        function: ir.Function,
        shapes: Mapping[str, Shape] | None = None,
        gathers: bool = False,
    ) -> None:
        """gathers: the own row and those that the loop finds may be read; a loop that has a rest is not divided."""
        self.loop, self.shapes, self.gathers = loop, shapes or {}, gathers
        self.elements = {name: kind.element for name, kind in function.params if isinstance(kind, Array)}
        self.row = function.params[0][0] if function.params else ""
        inner = list(walk(loop.body))
        self.sets = Counter(name for each in inner for name in sets(each))
        self.stores = Counter(each.array for each in inner if isinstance(each, ir.Store | ir.Add))
        self.before = set_before(function.body, loop) or set()
        self.varying = {loop.name}
        self.steps: list[ir.Assign | ir.Expr] = []

    def find(self) -> Filter | None:
        """Returns how the loop is divided, or None."""
        if self.loop.name in self.before or self.sets[self.loop.name]:
            return None
        found = self._divided(self.loop.body)
        if found.best is not None or found.sums or self.gathers:
            return found if found.best is not None or found.sums else None
        tried = [*(each for each in self.steps if not isinstance(each, ir.Assign)), found.bound]
        return found if found.rest and any(map(_compares_floats, tried)) else None

    def _divided(self, block: Statements) -> Filter:
        """Takes steps as long as they can be tried for many k, and leaves the rest."""
        for place, each in enumerate(block):
            if isinstance(each, ir.Assign) and self._is_step(each):
                self.steps.append(each)
                self.varying.add(each.name)
            elif isinstance(each, ir.If) and not each.no and place == len(block) - 1:
                return self._condition(each)
            else:
                sums = self._sums(block[place:])
                return Filter(tuple(self.steps), None, () if sums else block[place:], sums=sums)
        return Filter(tuple(self.steps), None, ())

    def _sums(self, block: Statements) -> tuple[tuple[str, ir.Expr], ...]:
        """Returns what statements add to variables, if they do nothing else: `total = total + value`."""
        found: list[tuple[str, ir.Expr]] = []
        for each in block:
            match each:
                case ir.Assign(name=name, value=ir.Binary(op="+", left=ir.Local(name=total), right=value)) if (
                    name == total and self.sets[name] == 1 and value.type in (F32, I32) and self.fits(value)
                ):
                    found.append((name, value))
                case _:
                    return ()
        return tuple(found)

    def _is_step(self, node: ir.Assign) -> bool:
        """True if an assignment can be tried; one of a variable that is read after the loop cannot."""
        once = self.sets[node.name] == 1 and node.name not in self.before
        return once and node.value.type is not BOOL and self.fits(node.value)

    def _condition(self, node: ir.If) -> Filter:
        parts = _conjuncts(node.condition)
        for place, part in enumerate(parts):
            if self.fits(part):
                self.steps.append(part)
                continue
            rest = (ir.If(_joined(parts[place:]), node.yes, ()),)
            best = self._best(rest[0]) or self._best_of_all(rest[0])
            if best is not None:
                return Filter(tuple(self.steps), None, (), best)
            tightens = isinstance(part, ir.Compare) and self._tightens(part, node.yes)
            bound = part if tightens and isinstance(part, ir.Compare) else None
            return Filter(tuple(self.steps), bound, rest)
        return self._divided(node.yes)

    def _tightens(self, part: ir.Compare, body: Statements) -> bool:
        """True if a condition compares a value with a bound that the body begins by setting to this value."""
        first, bound = (body[0] if body else None), part.right
        if part.op not in ("<", "<=", ">", ">=") or part.left.type not in (F32, I32) or not self.fits(part.left):
            return False
        if isinstance(bound, ir.Local) and isinstance(first, ir.Assign):
            return first.name == bound.name and first.value == part.left and self.sets[bound.name] == 1
        return False

    def _best(self, node: ir.If) -> Best | None:
        """Returns what a loop keeps for each group, or None if it does something else."""
        test, stores = node.condition, [each for each in node.yes if isinstance(each, ir.Store)]
        if not isinstance(test, ir.Compare) or test.op not in ("<", ">") or test.left.type is not F32 or not stores:
            return None
        match test.right:
            case ir.Element(array=array, index=(ir.Local(name=row), ir.Local(name=group, type=kind) as place) as index):
                count = self._groups(stores)
            case _:
                return None
        own = row == self.row and kind is I32 and group in self.varying and self._known(place) and count
        first = stores[0].array == array and stores[0].value == test.left
        plain = all(each.type.element in (F32, I32) and self.fits(each.value) for each in stores)
        same = all(each.index == index and self.stores[each.array] == 1 for each in stores)
        if not (own and first and plain and same and len(stores) == len(node.yes) and self.fits(test.left)):
            return None
        return Best(test.op, group, count, tuple(stores))

    def _best_of_all(self, node: ir.If) -> Best | None:
        """Returns what a loop keeps in variables, or None if it does something else."""
        test, sets = node.condition, [each for each in node.yes if isinstance(each, ir.Assign)]
        if not isinstance(test, ir.Compare) or test.op not in ("<", ">") or test.left.type is not F32:
            return None
        plain = all(each.value.type in (F32, I32) and self.fits(each.value) for each in sets)
        own = all(self.sets[each.name] == 1 and each.name in self.before for each in sets)
        if not (sets and plain and own and len(sets) == len(node.yes) and self.fits(test.left)):
            return None
        bound = isinstance(test.right, ir.Local) and test.right.name == sets[0].name
        return Best(test.op, "", 1, tuple(sets)) if bound and sets[0].value == test.left else None

    def _groups(self, stores: list[ir.Store]) -> int:
        """Returns the number of groups, if it is known and all arrays have as many; else 0."""
        shapes = {self.shapes.get(each.array, ()) for each in stores}
        shape = shapes.pop()
        return (shape[1] or 0) if not shapes and len(shape) == 2 and (shape[1] or 0) <= MOST_GROUPS else 0

    def _known(self, node: ir.Local) -> bool:
        return node.type in KINDS and (node.name in self.varying or not self.sets[node.name])

    def _is_place(self, index: tuple[ir.Expr, ...]) -> bool:
        """True if elements at an index can be read for many k: those of k, of rows found by it, and of the own row."""
        match index:
            case (ir.Local(name=name),) if name == self.loop.name or self.gathers and name in self.varying:
                return True
            case (ir.Local(name=name), *others):
                return self.gathers and name == self.row and all(isinstance(each, ir.Const) for each in others)
        return False

    def fits(self, node: ir.Expr) -> bool:
        """True if a value depends on k alone and can be computed for many of them."""
        if node.type not in KINDS:
            return False
        match node:
            case ir.Const():
                return True
            case ir.Local():
                return self._known(node)
            case ir.Element(array=array, index=index):
                known = not self.stores[array] and self.elements.get(array) in (F32, I32, U8)
                return known and self._is_place(index)
            case ir.Binary(op=op, left=left, right=right):
                return (node.type is F32 or op in _INTEGER) and self.fits(left) and self.fits(right)
            case ir.Compare(left=left, right=right) | ir.Logic(left=left, right=right):
                return self.fits(left) and self.fits(right)
            case ir.Choose(condition=condition, yes=yes, no=no):
                return all(map(self.fits, (condition, yes, no)))
            case ir.Unary(value=value):
                return self.fits(value)
            case ir.Cast(value=value):
                return node.type is F32 and value.type is I32 and self.fits(value)
            case ir.Word(name=name, args=args):
                return name in _FLOAT_WORDS and node.type is F32 and all(map(self.fits, args))
            case ir.Invoke(function=function, args=args):
                given = [each for each in args if not isinstance(each, str)]
                return len(given) == len(args) and all(map(self.fits, given)) and is_formula(function)
        return False


def is_formula(function: ir.Function) -> bool:
    """True if a function computes one value from its arguments, without branches or arrays."""
    *assigned, last = function.body
    if not isinstance(last, ir.Return) or len(last.values) != 1:
        return False
    values = [each.value for each in assigned if isinstance(each, ir.Assign)]
    inner = Finder(ir.For("", ir.Const(I32, 0), ir.Const(I32, 0), 1, ()), function)
    return len(values) == len(assigned) and all(map(inner.fits, (*values, last.values[0])))


def _conjuncts(node: ir.Expr) -> list[ir.Expr]:
    if isinstance(node, ir.Logic) and node.op == "and":
        return [*_conjuncts(node.left), *_conjuncts(node.right)]
    return [node]


def _joined(parts: list[ir.Expr]) -> ir.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = ir.Logic(BOOL, "and", result, part)
    return result


def _compares_floats(node: ir.Expr | None) -> bool:
    """True if a comparison of floats, or a function, is part of a condition: then trying many at once pays."""
    if isinstance(node, ir.Compare | ir.Logic):
        return node.left.type is F32 or any(map(_compares_floats, (node.left, node.right)))
    return isinstance(node, ir.Unary) and _compares_floats(node.value)
