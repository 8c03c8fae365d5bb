"""Types of the namespaces of laws, for type checkers and readers: rows and tables, vectors, draws, the world's scalars.

A class of columns declares part of a table: for each column a name, its Python type, and what it holds.

    class Body(SharedAgent):
        x: float = column("float32", unit="cells", meaning="position, 0..side")
        neutral: Vector[float] = column("float32", (8,), meaning="genes that nothing reads")

A law annotates its first parameter with such a class, and other rows with `Table[Body]`. Python's int stands for the
integers of the language and float for float32; which of them is meant, the compiler checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from alife.laws.fields import Field, Reading

Value = TypeVar("Value", int, float)
RowType = TypeVar("RowType", bound="Columns", covariant=True)


def column(
    dtype: str,
    shape: tuple[int, ...] = (),
    *,
    name: str = "",
    unit: str = "",
    meaning: str = "",
    kept: bool = True,
    low: float | None = None,
    high: float | str | None = None,
    index: str = "",
    finite: bool = False,
    words: Mapping[int, str] | None = None,
    reading: Reading = "number",
    title: str = "",
) -> Any:  # what the class declares it as
    """Declares a column of a table; arguments as of `Field`. name: of the field, if it differs from the attribute."""
    bounds: dict[str, Any] = {"low": low, "high": high, "index": index, "finite": finite}
    show: dict[str, Any] = {"words": tuple((words or {}).items()), "reading": reading, "title": title}
    return Field(name, dtype, shape, unit=unit, meaning=meaning, kept=kept, **bounds, **show)


class Columns:
    """Base of classes of columns, and the type of a row: `a.x` is the element of column x.

    Attributes:
        table: the table whose columns these are.
        namespace: the name of the table's namespace in laws.
        row: number of the row.
    """

    table: ClassVar[str] = "agents"
    namespace: ClassVar[str] = "agents"
    prefix: ClassVar[str] = ""
    _columns: ClassVar[dict[str, Field]]
    row: int

    def __init_subclass__(cls, table: str = "", namespace: str = "", prefix: str = "") -> None:
        """Declares a table.

        Args:
            table: the table, if it is not that of the class it derives from.
            namespace: its name in laws, if it differs.
            prefix: what the names of the saved fields begin with: column x of prefix "patch_" is field patch_x.
        """
        if table:
            cls.table, cls.namespace = table, namespace or table
        cls.prefix = prefix or cls.prefix

    @classmethod
    def own(cls) -> dict[str, Field]:
        """Returns the columns that this class itself declares: attribute -> field."""
        declared = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        return {
            name: replace(value, name=value.name or cls.prefix + name, table=cls.table)
            for name, value in declared.items()
        }

    @classmethod
    def columns(cls) -> dict[str, Field]:
        """Returns the columns that this class and those it derives from declare: attribute -> field."""
        if "_columns" not in vars(cls):  # a class is asked many times, and does not change
            found: dict[str, Field] = {}
            for base in reversed(cls.__mro__):
                if issubclass(base, Columns):
                    found |= base.own()
            cls._columns = found
        return dict(cls._columns)


class Vector(Generic[Value]):
    """A column of several values, at a row: `a.neutral[k]`; or an array of any shape."""

    if TYPE_CHECKING:

        @property
        def shape(self) -> tuple[int, ...]: ...

        def __getitem__(self, k: int | tuple[int, ...]) -> Value: ...
        def __setitem__(self, k: int | tuple[int, ...], value: Value) -> None: ...
        def __len__(self) -> int: ...


class CellLists:
    """The cell lists of agents, `agents.cell_lists`, as `alife.laws.cells` fills them.

    Attributes:
        start: [B + 1] where the run of each bin begins in `slots`.
        slots: [N] rows of agents, sorted by bin.
        x, y: [N] positions of these agents.
        across: number of bins along a side.
        side: length of a side of the torus, in the unit of positions.
    """

    start: Vector[int]
    slots: Vector[int]
    x: Vector[float]
    y: Vector[float]
    across: int
    side: int


class Table(Generic[RowType]):
    """All rows of a table: `agents[j].x`; `len(agents.x)` is their number. cell_lists: those of the table of agents."""

    cell_lists: CellLists

    if TYPE_CHECKING:

        def __getitem__(self, row: int) -> RowType: ...
        def __getattr__(self, column: str) -> Sized: ...


class _RowDraws:
    if TYPE_CHECKING:

        def uniform(self, stream: int, k: int) -> float:
            """Returns a uniform float32 in [0, 1)."""

        def normal(self, stream: int, k: int) -> float:
            """Returns a standard normal float32."""

        def words(self, stream: int, k: int) -> tuple[int, int, int, int]:
            """Returns four independent uint32."""


class Draws(_RowDraws):
    """Random numbers of the law's row, a function of (seed, stream, step, id, k): see `alife.laws.random`.

    Attributes:
        once: draws that are the same in every step, with step 0 in place of the step.
    """

    once: _RowDraws


class WorldScalars:
    """Base of the type of `world`: constants of a world, which a class derived from this one declares.

    Attributes:
        step: int64 number of the step, from 0.
        seed: uint64 seed of the run.
    """

    step: int
    seed: int
