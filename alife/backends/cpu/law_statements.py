"""Statements of the typed tree as LLVM IR text."""

from __future__ import annotations

from alife.backends.abi import llvm_parameters
from alife.backends.cpu import half, jit
from alife.backends.cpu.lane_rules import loop_fits, own_rows
from alife.backends.cpu.lane_statements import LaneStatements
from alife.backends.cpu.lanes import ALL, LANE, LANES, vector, wide
from alife.backends.cpu.law_expressions import result_type
from alife.backends.cpu.law_filters import FilterPrinter
from alife.laws import ir
from alife.laws.types import F16, I32, U8, Array


class FunctionPrinter(FilterPrinter):
    """Prints one function. period: of a law whose rows i, i + period, ... take the same branches."""

    period = 1

    def text(self) -> str:
        """Returns its definition, to be inlined wherever it is called."""
        for name, kind in self.function.locals.items():
            self._slot(f"%v.{name}", kind)
            self.line(f"store {kind.llvm} zeroinitializer, ptr %v.{name}")
        self._block(self.function.body)
        self.line("ret void" if not self.function.returns else "unreachable")
        params = llvm_parameters(self.function.params)
        return f"define internal {result_type(self.function)} @{self.symbol}({params}) alwaysinline {self.braces()}"

    def braces(self) -> str:
        """Returns the printed lines as the body of a definition."""
        return "{\nentry:\n" + "\n".join(self.slots + self.lines) + "\n}\n"

    def _block(self, statements: tuple[ir.Statement, ...]) -> None:
        for statement in statements:
            if isinstance(statement, ir.For) and wide() and loop_fits(statement, self.function, LANES):
                self._in_lanes(statement)
            elif not self._search(statement):
                self._statement(statement)

    def _in_lanes(self, loop: ir.For) -> None:
        """Prints a loop whose turns are independent, several of them at once."""

        def body(now: str) -> None:
            self._prefetch(loop, now)
            lanes = LaneStatements(self, runs={loop.name: now})
            lanes.values[loop.name] = self.new(f"add {vector(I32)} {lanes.spread(I32, now)}, {LANE}")
            lanes.block(loop.body, ALL)

        self.count_up(loop, LANES, body)

    def _prefetch(self, loop: ir.For, now: str) -> None:
        """Prints prefetches of what the same turns touch a period later; rows in between may skip the loop."""
        for array, index in own_rows(loop, self.function.params[0][0]).items() if self.period > 1 else ():
            kind = self.params[array]
            assert isinstance(kind, Array)
            here = self.address(array, index, {loop.name: now})
            rows = self.new(f"mul i64 %p.{array}.s0, {self.period}")
            later = self.new(f"getelementptr {kind.element.llvm}, ptr {here}, i64 {rows}")
            self.line(f"call void @llvm.prefetch.p0(ptr {later}, i32 0, i32 3, i32 1)")

    def _statement(self, statement: ir.Statement) -> None:
        getattr(self, "_s_" + type(statement).__name__.lower())(statement)

    def _after_jump(self) -> None:
        """Begins a block for what follows a jump: it is never reached, but LLVM requires one."""
        self.label(self.labels("dead")[0])

    def _s_assign(self, node: ir.Assign) -> None:
        value = self.value(node.value)
        self.line(f"store {self._type(node.value)} {value}, ptr %v.{node.name}")

    def _s_unpack(self, node: ir.Unpack) -> None:
        value, function = self.value(node.value), node.value.function
        packed, kinds = result_type(function), function.returns
        for place, (name, kind) in enumerate(zip(node.names, kinds, strict=True)):
            part = self.new(f"extractvalue {packed} {value}, {place}")
            self.line(f"store {kind.llvm} {part}, ptr %v.{name}")

    def _s_store(self, node: ir.Store) -> None:
        value = self.value(node.value)
        address = self.address(node.array, node.index)
        if node.type.element is U8:
            value = self.new(f"trunc i32 {value} to i8")
        elif node.type.element is F16:
            value = half.narrow(self.new, value, 1, jit.has("f16c"))
        self.line(f"store {node.type.element.llvm} {value}, ptr {address}")

    def _s_add(self, node: ir.Add) -> None:
        value, address = self.value(node.value), self.address(node.array, node.index)
        self.new(f"atomicrmw add ptr {address}, {node.type.element.llvm} {value} monotonic")

    def _s_if(self, node: ir.If) -> None:
        yes, no, end = self.labels("yes", "no", "end")
        condition = self.value(node.condition)
        self.line(f"br i1 {condition}, label %{yes}, label %{no}")
        for label, block in ((yes, node.yes), (no, node.no)):
            self.label(label)
            self._block(block)
            self.jump(end)
        self.label(end)

    def _s_while(self, node: ir.While) -> None:
        test, body, end = self.labels("test", "body", "end")
        self.jump(test)
        self.label(test)
        condition = self.value(node.condition)
        self.line(f"br i1 {condition}, label %{body}, label %{end}")
        self.label(body)
        self.loops.append((test, end))
        self._block(node.body)
        self.loops.pop()
        self.jump(test)
        self.label(end)

    def _s_for(self, node: ir.For) -> None:
        def body(now: str) -> None:
            self.line(f"store {self._type(node.start)} {now}, ptr %v.{node.name}")
            self._block(node.body)

        self.count_up(node, node.step, body)

    def _s_break(self, node: ir.Break) -> None:
        self.jump(self.loops[-1][1])
        self._after_jump()

    def _s_continue(self, node: ir.Continue) -> None:
        self.jump(self.loops[-1][0])
        self._after_jump()

    def _s_return(self, node: ir.Return) -> None:
        values = [(self._type(value), self.value(value)) for value in node.values]
        if not values:
            self.line("ret void")
        elif len(values) == 1:
            self.line(f"ret {values[0][0]} {values[0][1]}")
        else:
            packed = "poison"
            for place, (kind, value) in enumerate(values):
                packed = self.new(f"insertvalue {result_type(self.function)} {packed}, {kind} {value}, {place}")
            self.line(f"ret {result_type(self.function)} {packed}")
        self._after_jump()
