"""Elements of arrays for several lanes at once, as LLVM IR text: neighbors in memory, or one address a lane."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from alife.backends.cpu.lanes import LANES, MASK, POINTERS, vector
from alife.backends.cpu.law_arithmetic import Arithmetic
from alife.backends.cpu.law_expressions import ValuePrinter
from alife.laws import ir
from alife.laws.types import I32, I64, U8, Array, Scalar


class LaneMemory(Arithmetic):
    """Prints variables and elements of one function; the base of `LanePrinter`.

    Args:
        printer: of the function, to which the text goes.
        values: variable -> its vector; others are the same for all lanes, and read by the printer.
        runs: variable -> its value in lane 0, where each lane is one more than the one before.
        arrays: array parameter -> that of the printer's function; None: the same names.
    """

    lanes = LANES

    def __init__(
        self,
        printer: ValuePrinter,
        values: dict[str, str] | None = None,
        runs: Mapping[str, str] | None = None,
        arrays: Mapping[str, str] | None = None,
    ) -> None:
        self.printer, self.values = printer, values or {}
        self.runs, self.arrays = runs or {}, arrays
        self.slots: dict[str, str] = {}  # variable -> the stack slot of its vector

    def new(self, text: str) -> str:
        """Prints an instruction and returns the name of its value."""
        return self.printer.new(text)

    @abstractmethod
    def value(self, node: ir.Expr, mask: str) -> str:
        """Prints an expression and returns its vector. mask: the lanes that evaluate it; others load nothing."""

    def array(self, name: str) -> str:
        """Returns the name of an array in the printer's function."""
        return name if self.arrays is None else self.arrays[name]

    def _kind(self, array: str) -> Array:
        kind = self.printer.params[self.array(array)]
        assert isinstance(kind, Array)
        return kind

    def element(self, node: ir.Element, mask: str) -> str:
        kind = self._kind(node.array).element
        if self._is_own(node.index):
            return self.spread(node.type, self.printer.value(node))
        if self._is_run(node.index):
            place = f"ptr align {kind.bits // 8} {self._first(node.array, node.index)}"
            name = f"llvm.masked.load.{self._suffix(kind)}.p0"
        else:
            place = f"{POINTERS} align {kind.bits // 8} {self._places(node.array, node.index, mask)}"
            name = f"llvm.masked.gather.{self._suffix(kind)}.v{LANES}p0"
        loaded = self.new(f"call {vector(kind)} @{name}({place}, {MASK} {mask}, {vector(kind)} zeroinitializer)")
        return self.new(f"zext {vector(U8)} {loaded} to {vector(I32)}") if kind is U8 else loaded

    def store(self, array: str, index: tuple[ir.Expr, ...], value: str, mask: str) -> None:
        """Prints the store of a vector, one element a lane."""
        kind = self._kind(array).element
        if kind is U8:
            value = self.new(f"trunc {vector(I32)} {value} to {vector(U8)}")
        stored, align = f"{vector(kind)} {value}", kind.bits // 8
        if self._is_run(index):
            place = f"ptr align {align} {self._first(array, index)}"
            self.printer.line(f"call void @llvm.masked.store.{self._suffix(kind)}.p0({stored}, {place}, {MASK} {mask})")
        else:
            place = f"{POINTERS} align {align} {self._places(array, index, mask)}"
            name = f"llvm.masked.scatter.{self._suffix(kind)}.v{LANES}p0"
            self.printer.line(f"call void @{name}({stored}, {place}, {MASK} {mask})")

    def _is_run(self, index: tuple[ir.Expr, ...]) -> bool:
        """True if the lanes are neighbors in memory: the last index is a run, the others are equal in all lanes."""
        *others, last = index
        equal = all(
            isinstance(each, ir.Const) or (isinstance(each, ir.Local) and each.name not in (self.values | self.slots))
            for each in others
        )
        return self.arrays is None and equal and isinstance(last, ir.Local) and last.name in self.runs

    def _is_own(self, index: tuple[ir.Expr, ...]) -> bool:
        """True if it is a constant place of the law's own row, which is there whatever the lanes' mask."""
        first, *others = index
        own = isinstance(first, ir.Local) and first.name == self.printer.own_row and first.name not in self.values
        return self.arrays is None and own and all(isinstance(each, ir.Const) for each in others)

    def _first(self, array: str, index: tuple[ir.Expr, ...]) -> str:
        return self.printer.address(array, index, self.runs)

    def _places(self, array: str, index: tuple[ir.Expr, ...], mask: str) -> str:
        """Prints the addresses of one element a lane."""
        name, wide, total = self.array(array), vector(I64), ""
        for axis, part in enumerate(index):
            place = self.value(part, mask)
            assert isinstance(part.type, Scalar)
            place = self.cast(part.type, I64, place)
            if axis + 1 < len(index):  # a stride is below 2**31, so that the product of halves is exact
                half = self.new(f"trunc i64 %p.{name}.s{axis} to i32")
                stride = self.spread(I64, self.new(f"sext i32 {half} to i64"))
                place = self.new(f"mul {wide} {place}, {stride}")
            total = self.new(f"add {wide} {total}, {place}") if total else place
        return self.new(f"getelementptr {self._kind(array).element.llvm}, ptr %p.{name}, {wide} {total}")

    def load(self, kind: Scalar, slot: str) -> str:
        """Prints the vector in a stack slot."""
        return self.new(f"load {vector(kind)}, ptr {slot}, align 32")

    def spread(self, kind: Scalar, value: str) -> str:
        """Returns a vector with one value in every lane."""
        one = self.new(f"insertelement {vector(kind)} poison, {kind.llvm} {value}, i32 0")
        lanes = f"{vector(kind)} poison, {vector('i32')} zeroinitializer"
        return self.new(f"shufflevector {vector(kind)} {one}, {lanes}")
