"""Lowering of a law's Python text to the typed tree: statements.

The rules of the language are those of `checking`; here: every variable keeps one type and is set on every path before
it is read, a law writes only its own row, and every path of a function that returns a value returns one.
"""

from __future__ import annotations

import ast

from alife.laws import ir, maths
from alife.laws.checking_calls import Calls
from alife.laws.source_text import describe, written
from alife.laws.trees import nodes_of
from alife.laws.types import BOOL, I32, Scalar


class Translator(Calls):
    """Lowers one function at fixed argument types. Each function it calls becomes an `ir.Function` of its own."""

    def translate(self) -> ir.Function:
        """Returns the typed tree.

        Raises:
            LawError: with file, line and what to write.
        """
        arguments = self.definition.args
        if arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.defaults:
            self._refuse(
                self.definition,
                "plain positional parameters",
                "keywords, defaults or stars",
                "every parameter by its name",
            )
        self._check_letters()
        assigned = {name for name, kind in self.types.items() if isinstance(kind, Scalar)}
        body, ends = self._block(self._without_docstring(), assigned)
        if self.returns and not ends:
            self._refuse(
                self.definition,
                "a return on every path",
                "a path that ends without one",
                "return and the value at the end",
            )
        params = tuple(self.types.items())
        touched = frozenset(self.written), frozenset(self.read), frozenset(self.read_elsewhere)
        return ir.Function(
            self.definition.name, params, self.locals, self.returns or (), body, tuple(self.calls), *touched, self.file
        )

    def _check_letters(self) -> None:
        """Refuses names that a compiler of C or LLVM does not take."""
        names = [(node.id, node) for node in nodes_of(self.definition) if isinstance(node, ast.Name)]
        for name, node in [*names, *((name, self.definition) for name in (self.definition.name, *self.types))]:
            if not name.isascii():
                self._refuse(node, "names of the letters a to z, digits and _", name, "another name")

    def _without_docstring(self) -> list[ast.stmt]:
        body = self.definition.body
        first = body[0]
        documented = (
            isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        )
        return body[1:] if documented else body

    def _block(self, statements: list[ast.stmt], assigned: set[str]) -> tuple[tuple[ir.Statement, ...], bool]:
        """Returns the statements, and True if none falls through; adds to `assigned` what every path sets."""
        out: list[ir.Statement] = []
        for statement in statements:
            if isinstance(statement, ast.Expr):
                self._refuse(statement, "a statement with an effect", describe(statement), "name = ..., or drop it")
            handler = getattr(self, "_" + type(statement).__name__.lower(), None)
            if handler is None:
                self._refuse(statement, "assignments, if, while, for, return", describe(statement), "one of those")
            out.append(handler(statement, assigned))
            if isinstance(statement, (ast.Return, ast.Break, ast.Continue)) or _both_end(out[-1]):
                return tuple(map(self._typed, out)), True
        return tuple(self._typed(x) for x in out if x is not None), False

    def _pass(self, node: ast.Pass, assigned: set[str]) -> ir.Statement:
        return ir.If(ir.Const(BOOL, False), (), ())

    def _assign(self, node: ast.Assign, assigned: set[str]) -> ir.Statement:
        if len(node.targets) != 1:
            self._refuse(node, "one target", "several", "one assignment per line")
        target = node.targets[0]
        if isinstance(target, ast.Name) and self._is_zero(node.value):
            assigned.add(target.id)
            return ir.Assign(target.id, _ZERO)
        if isinstance(target, ast.Tuple):
            return self._unpack(target, node.value, assigned)
        return self._set(target, node.value, assigned, node)

    def _annassign(self, node: ast.AnnAssign, assigned: set[str]) -> ir.Statement:
        self._refuse(node, "a plain assignment", "an annotated one", "name = ..., with a cast of the value if need be")

    def _augassign(self, node: ast.AugAssign, assigned: set[str]) -> ir.Statement:
        if self._is_reduction(node.target):
            return self._add(node, assigned)
        if isinstance(node.target, ast.Name) and node.target.id in assigned - self.types.keys() - self.locals.keys():
            self._type_sum(node, node.target.id, assigned)
        value = ast.BinOp(left=_as_load(node.target), op=node.op, right=node.value)
        ast.copy_location(value, node)
        ast.fix_missing_locations(value)
        return self._set(node.target, value, assigned, node)

    def _is_zero(self, node: ast.expr) -> bool:
        """True if a value is `maths.zero_of(...)`, whose variable takes the type of what is first added to it."""
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        return self.function.__globals__.get(called) is maths.zero_of

    def _type_sum(self, node: ast.AugAssign, name: str, assigned: set[str]) -> None:
        kind = self._scalar(node.value, assigned, None).type
        if kind is BOOL:
            self._refuse(node, "numbers to add up", "comparisons", "1 for ... if, and the comparison after it")
        self.locals[name] = kind

    def _typed(self, statement: ir.Statement) -> ir.Statement:
        """Gives the zero that begins a sum its type, which is known after the loop."""
        if isinstance(statement, ir.Assign) and statement.value is _ZERO:
            kind = self.locals[statement.name]
            return ir.Assign(statement.name, ir.Const(kind, 0.0 if kind.is_float else 0))
        return statement

    def _unpack(self, target: ast.Tuple, value: ast.expr, assigned: set[str]) -> ir.Statement:
        if isinstance(value, ast.Tuple):
            self._refuse(value, "a call that returns a tuple", "a tuple display", "one assignment per line")
        call = self._expr(value, assigned, None)
        names = [self._name_of(element) for element in target.elts]
        if not isinstance(call, ir.Invoke) or len(call.function.returns) != len(names):
            self._refuse(value, f"a call that returns {len(names)} values", describe(value), "as many names as values")
        for name, kind in zip(names, call.function.returns, strict=True):
            self._declare(target, name, kind, assigned)
        return ir.Unpack(tuple(names), call)

    def _set(self, target: ast.expr, value: ast.expr, assigned: set[str], node: ast.stmt) -> ir.Statement:
        if isinstance(target, ast.Name):
            typed = self._scalar(value, assigned, self.locals.get(target.id))
            self._declare(node, target.id, typed.type, assigned)
            return ir.Assign(target.id, typed)
        if isinstance(target, ast.Subscript):
            return self._store(target, value, assigned)
        self._refuse(target, "a variable or an element", describe(target), "name = ... or a.name = ...")

    def _declare(self, node: ast.AST, name: str, kind: Scalar, assigned: set[str]) -> None:
        if name in self.types:
            self._refuse(node, "a new variable", f"the parameter {name}", f"my_{name} = {name} first")
        known = self.locals.setdefault(name, kind)
        if known is not kind:
            self._refuse(node, f"{known} for {name} (its first assignment)", str(kind), f"{known}(...) or another name")
        assigned.add(name)

    def _store(self, target: ast.Subscript, value: ast.expr, assigned: set[str]) -> ir.Statement:
        name, kind, index = self._element(target, assigned)
        if not self._may_write(name, index):
            place = self.access.place if self.access else ()
            own = f"{place[0] if place else 'a'}.{name}{''.join(f'[{column}]' for column in place[1:])}"
            self._refuse(
                target,
                f"a write to row {', '.join(place)} of a field of its own table",
                written(target),
                f"{own} = ..., or read from the other side",
            )
        self.written.add(name)
        return ir.Store(name, kind, index, self._scalar(value, assigned, kind.value, kind.value), self._line(target))

    def _may_write(self, name: str, index: tuple[ir.Expr, ...]) -> bool:
        access = self.access
        if access is None or name in access.scatter:
            return True
        return name in access.own and name not in access.reductions and self._is_own_place(index)

    def _is_reduction(self, target: ast.expr) -> bool:
        if not isinstance(target, ast.Subscript) or self.access is None:
            return False
        return isinstance(target.value, ast.Name) and target.value.id in self.access.reductions

    def _add(self, node: ast.AugAssign, assigned: set[str]) -> ir.Statement:
        assert isinstance(node.target, ast.Subscript)
        name, kind, index = self._element(node.target, assigned)
        if not isinstance(node.op, ast.Add) or not kind.element.is_integer:
            what = f"{written(node)} of {kind.element}"
            self._refuse(node, f"integers added to {name}, in any order", what, f"totals.{name} += i64(...)")
        self.written.add(name)
        value = self._scalar(node.value, assigned, kind.value, kind.value)
        return ir.Add(name, kind, index, value, self._line(node))

    def _if(self, node: ast.If, assigned: set[str]) -> ir.Statement:
        condition = self._condition(node.test, assigned)
        yes_set, no_set = set(assigned), set(assigned)
        yes, yes_ends = self._block(node.body, yes_set)
        no, no_ends = self._block(node.orelse, no_set)
        assigned |= (no_set if yes_ends else yes_set) & (yes_set if no_ends else no_set)
        return ir.If(condition, yes, no)

    def _while(self, node: ast.While, assigned: set[str]) -> ir.Statement:
        if node.orelse:
            self._refuse(node, "a loop without else", "while ... else", "what it holds after the loop")
        ends = any(isinstance(part, (ast.Break, ast.Return)) for part in ast.walk(node))
        if isinstance(node.test, ast.Constant) and node.test.value and not ends:
            self._refuse(node, "a loop that ends", f"while {written(node.test)} without break", "if ...: break in it")
        condition = self._condition(node.test, assigned)
        body, _ = self._block(node.body, set(assigned))
        return ir.While(condition, body)

    def _for(self, node: ast.For, assigned: set[str]) -> ir.Statement:
        call = node.iter
        ranged = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
        if not isinstance(call, ast.Call) or not ranged or node.orelse or call.keywords or not 1 <= len(call.args) <= 3:
            self._refuse(node, "for name in range(...)", f"for ... in {written(call)}", "for k in range(...)")
        arguments = call.args
        ends = [self._scalar(argument, assigned, None) for argument in arguments[:2]]
        kind = next((end.type for end in ends if not isinstance(end, ir.Const)), I32)
        ends = [self._scalar(argument, assigned, kind, kind) for argument in arguments[:2]]
        if not kind.is_integer:
            self._refuse(node, "integer bounds", str(kind), "i32(...)")
        step = self._constant_step(arguments[2]) if len(arguments) == 3 else 1
        name = self._name_of(node.target)
        inner = set(assigned)
        self._declare(node, name, kind, inner)
        body, _ = self._block(node.body, inner)
        start = ir.Const(kind, 0) if len(ends) == 1 else ends[0]
        return ir.For(name, start, ends[-1], step, body)

    def _constant_step(self, node: ast.expr) -> int:
        step = self._literal(node)
        if not isinstance(step, int) or step == 0:
            self._refuse(node, "a constant step other than 0", written(node), "a number")
        return step

    def _break(self, node: ast.Break, assigned: set[str]) -> ir.Statement:
        return ir.Break()

    def _continue(self, node: ast.Continue, assigned: set[str]) -> ir.Statement:
        return ir.Continue()

    def _return(self, node: ast.Return, assigned: set[str]) -> ir.Statement:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] if node.value else []
        hints = self.returns if self.returns and len(self.returns) == len(parts) else (None,) * len(parts)
        values = tuple(self._scalar(part, assigned, hint) for part, hint in zip(parts, hints, strict=True))
        kinds = tuple(value.type for value in values)
        if self.returns is not None and self.returns != kinds:
            self._refuse(
                node, f"the types of the first return ({_list(self.returns)})", _list(kinds), "casts, such as f32(...)"
            )
        self.returns = kinds
        return ir.Return(values)


_ZERO = ir.Const(I32, 0)  # stands for a zero without a type, by its identity


def _both_end(statement: ir.Statement | None) -> bool:
    if not isinstance(statement, ir.If) or not statement.no:
        return False
    return _ends(statement.yes) and _ends(statement.no)


def _ends(block: tuple[ir.Statement, ...]) -> bool:
    last = block[-1] if block else None
    return isinstance(last, (ir.Return, ir.Break, ir.Continue)) or _both_end(last)


def _as_load(node: ast.expr) -> ast.expr:
    copy = ast.parse(ast.unparse(node), mode="eval").body
    for part in ast.walk(copy):
        ast.copy_location(part, node)
    return copy


def _list(kinds: tuple[Scalar, ...]) -> str:
    return ", ".join(map(str, kinds)) or "nothing"
