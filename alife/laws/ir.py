"""The typed tree between a law's Python text and the code generators: every node has its type, nothing is implicit."""

from __future__ import annotations

from dataclasses import dataclass, field

from alife.laws.types import Array, Scalar, Type


@dataclass(frozen=True)
class Const:
    type: Scalar
    value: float | int | bool


@dataclass(frozen=True)
class Local:
    type: Scalar
    name: str


@dataclass(frozen=True)
class Element:
    """array[index...], read as `type`. line: of the file, 0 if it has none; equal elements may differ in it."""

    type: Scalar
    array: str
    index: tuple[Expr, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Checked:
    """An index of an array's axis as i64; one outside becomes 0, and is noted as `site` in the law's log (`bounds`).

    count: of the lanes of a group, in place of the length of the axis; 0: that length.
    """

    type: Scalar
    value: Expr
    array: str
    axis: int
    site: int
    count: int = 0


@dataclass(frozen=True)
class InGroup:
    """The place of a lane in a group of `count`, called `group`; one outside would be a lane of something else."""

    type: Scalar
    value: Expr
    count: int
    group: str
    line: int = 0


@dataclass(frozen=True)
class Size:
    """Length of one dimension of an array."""

    type: Scalar
    array: str
    axis: int


@dataclass(frozen=True)
class Unary:
    """op: neg or not."""

    type: Scalar
    op: str
    value: Expr


@dataclass(frozen=True)
class Binary:
    """op: + - * / // % & | ^ << >>, both sides and the result of one type."""

    type: Scalar
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Compare:
    """op: < <= > >= == !=, both sides of one type; the result is bool."""

    type: Scalar
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Logic:
    """op: and, or; the right side is evaluated only if the left does not decide."""

    type: Scalar
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Choose:
    """yes if condition else no; only the chosen side is evaluated."""

    type: Scalar
    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True)
class Cast:
    type: Scalar
    value: Expr


@dataclass(frozen=True)
class Word:
    """A built-in function of the language: sqrt floor abs min max float_bits bits_float."""

    type: Scalar
    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Invoke:
    """Call of a plain function, inlined. type: of its first result. args: expressions, or names of arrays passed on."""

    type: Scalar
    function: Function
    args: tuple[Expr | str, ...]


Expr = (
    Const
    | Local
    | Element
    | Checked
    | InGroup
    | Size
    | Unary
    | Binary
    | Compare
    | Logic
    | Choose
    | Cast
    | Word
    | Invoke
)


@dataclass(frozen=True)
class Assign:
    name: str
    value: Expr


@dataclass(frozen=True)
class Unpack:
    names: tuple[str, ...]
    value: Invoke


@dataclass(frozen=True)
class Store:
    array: str
    type: Array
    index: tuple[Expr, ...]
    value: Expr
    line: int = 0


@dataclass(frozen=True)
class Add:
    """array[index...] += value, an integer; atomic, as other rows may add to the same element at the same time."""

    array: str
    type: Array
    index: tuple[Expr, ...]
    value: Expr
    line: int = 0


@dataclass(frozen=True)
class If:
    condition: Expr
    yes: tuple[Statement, ...]
    no: tuple[Statement, ...]


@dataclass(frozen=True)
class While:
    condition: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class For:
    """for name in range(start, stop, step); step is a constant, never 0."""

    name: str
    start: Expr
    stop: Expr
    step: int
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Break:
    pass


@dataclass(frozen=True)
class Continue:
    pass


@dataclass(frozen=True)
class Return:
    values: tuple[Expr, ...]


Statement = Assign | Unpack | Store | Add | If | While | For | Break | Continue | Return


@dataclass(frozen=True, eq=False)
class Function:
    """A function at fixed argument types.

    params: (name, type) in order. locals: every variable's type. writes: arrays it writes. reads: arrays of which it
    reads elements, itself or in what it calls; nonlocal_reads: those it reads at other places than its own. file: where
    it is written.
    """

    name: str
    params: tuple[tuple[str, Type], ...]
    locals: dict[str, Scalar]
    returns: tuple[Scalar, ...]
    body: tuple[Statement, ...]
    calls: tuple[Function, ...]  # the functions it invokes, each before its callers
    writes: frozenset[str]
    reads: frozenset[str]
    nonlocal_reads: frozenset[str]
    file: str = ""
