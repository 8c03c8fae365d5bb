"""Reductions of laws: `row, square = nearest(...)` becomes the reduction's own text before the statement that calls it.

A reduction is a function that loops over one of its parameters, the walk: see `reductions`. In plain Python it is what
it says; here the walk that it is given, a generator or a generator expression over one, stands in its loop.
"""

from __future__ import annotations

import ast
from functools import partial
from types import FunctionType
from typing import Any

from alife.laws.generators import names_in, parts, stored_in
from alife.laws.inlining import Inlining
from alife.laws.reduction_text import Substituted, check_reduction, walks_of
from alife.laws.source_text import source_of, written
from alife.laws.trees import copied, copied_as_written

_STATEMENTS = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)


class Reducing(Inlining):
    """Inlines the reductions that statements of one function call; the base of `resolve.Resolver`."""

    def visit(self, node: ast.AST) -> Any:
        """Puts the text of reductions before the statement that calls them, and their results in place of the calls."""
        part = "value" if isinstance(node, _STATEMENTS) else "test" if isinstance(node, ast.If) else ""
        value = getattr(node, part, None)
        if not isinstance(node, ast.stmt) or not isinstance(value, ast.expr):
            return super().visit(node)
        function = self.reduction(value)
        if isinstance(node, _STATEMENTS) and isinstance(value, ast.Call) and function is not None:
            text, results = self.reduced(value, function)
            return self._visited([*text, *self._given(node, function.__name__, results)])
        hoisted = _Hoisted(self)
        setattr(node, part, hoisted.visit(value))
        return self._visited([*hoisted.text, node]) if hoisted.text else super().visit(node)

    def reduction(self, node: ast.expr | None) -> FunctionType | None:
        """Returns the reduction that an expression calls, or None."""
        called = self.globals.get(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else 0
        return called if isinstance(called, FunctionType) and walks_of(called) else None

    def _refuse_reduction(self, node: ast.Call) -> None:
        """Refuses a reduction that is evaluated or not, or more than once."""
        function = self.reduction(node)
        if function is not None:
            name, got = f"{function.__name__}(...)", "it in a part that depends: of if ... else, and, or, while"
            self._refuse(node, f"{name} evaluated once", got, f"x = {name} before it")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        """Refuses a generator expression that no reduction takes."""
        self._refuse(node, "one in a reduction", written(node), "sum_over(...), nearest(...), or a loop")

    def reduced(self, call: ast.Call, function: FunctionType) -> tuple[list[ast.stmt], list[ast.expr]]:
        """Returns the reduction's text, not resolved yet, and its results."""
        self.changed = True
        definition, name, walks = copied_as_written(source_of(function)[0]), function.__name__, walks_of(function)
        parameters = [argument.arg for argument in definition.args.args]
        if len(parameters) != len(call.args) or call.keywords:
            self._refuse(call, f"{len(parameters)} arguments", str(len(call.args)), f"{name}({', '.join(parameters)})")
        body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
        check_reduction(body, name, walks, partial(self._refuse, call))
        arguments = dict(zip(parameters, call.args, strict=True))
        over = {each: arguments.pop(each) for each in walks}
        bound, given = self._bound(name, body, arguments)
        _place(body, call, given)
        given |= {each: ast.Constant(0) for each in walks}  # in zero_of(values)
        for own in sorted(stored_in(body) - given.keys()):
            given[own] = ast.Name(self._fresh(f"{name}_{own}"), ast.Load())
        for used in sorted({each.id for each in names_in(body)} - given.keys()):
            if used in function.__globals__:
                given[used] = ast.Name(self._global(used, function.__globals__[used]), ast.Load())
        substituted = Substituted(given, over, partial(self._over, name))
        text = [ast.fix_missing_locations(each) for each in (*bound, *map(substituted.visit, body))]
        last = text[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            return text, []
        results = parts(last.value)
        if len(results) == 1:
            results[0].__dict__["law_written"] = call.__dict__["law_written"]
        return text[:-1], results

    def refuse_results(self, node: ast.Call, name: str, count: int) -> None:
        """Refuses a reduction with another number of results than one within an expression."""
        names = ", ".join(f"x{k}" for k in range(count))
        self._refuse(
            node, "one result", f"{count} of {name}", f"{names} = {name}(...)" if count else f"{name}(...) alone"
        )

    def _bound(
        self, name: str, body: list[ast.stmt], arguments: dict[str, ast.expr]
    ) -> tuple[list[ast.stmt], dict[str, ast.expr]]:
        """Returns assignments of arguments to variables, and what stands for each parameter."""
        bound: list[ast.stmt] = []
        given: dict[str, ast.expr] = {}
        nodes = [each for part in body for each in ast.walk(part)]
        subscripts = [each.value for each in nodes if isinstance(each, ast.Subscript)]
        indexed = {each.id for each in subscripts if isinstance(each, ast.Name)}
        for parameter, argument in arguments.items():
            namespace = isinstance(argument, ast.Name) and argument.id in self.kinds
            if namespace or parameter in indexed:
                given[parameter] = argument
                continue
            held = self._fresh(f"{name}_{parameter}")
            bound.append(ast.copy_location(ast.Assign([ast.Name(held, ast.Store())], argument), argument))
            given[parameter] = ast.Name(held, ast.Load())
        return bound, given

    def _given(self, node: ast.stmt, name: str, results: list[ast.expr]) -> list[ast.stmt]:
        """Returns what a statement does with the results of a reduction."""
        if isinstance(node, ast.Expr) or not results:
            if isinstance(node, ast.Expr) and not results:
                return []
            what = (
                f"the results of {name} assigned" if results else f"{name}(...) as a statement, which returns nothing"
            )
            self._refuse(node, what, written(node), "x = ..." if results else f"{name}(...) on its own")
        targets = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if isinstance(targets, ast.Tuple) or len(results) > 1 and isinstance(node, (ast.Assign, ast.AugAssign)):
            names = targets.elts if isinstance(targets, ast.Tuple) else []
            if len(names) != len(results):
                got = str(len(names) or 1)
                self._refuse(node, f"{len(results)} names for what {name} returns", got, "a name for each")
            pairs = zip(names, results, strict=True)
            return [ast.copy_location(ast.Assign([target], each), node) for target, each in pairs]
        assert isinstance(node, (ast.Assign, ast.AugAssign, ast.Return))
        node.value = results[0] if len(results) == 1 else ast.Tuple(results, ast.Load())
        return [node]

    def _over(self, name: str, loop: ast.For, walk: ast.expr) -> ast.For:
        """Returns a loop of a reduction over the walk that it is given."""
        if not isinstance(walk, ast.GeneratorExp):
            if self._generator(walk) is None:
                write = f"{name}(... for other, dx, dy in neighbors(a, agents) if ...)"
                self._refuse(walk, f"a walk for {name}, such as neighbors(a, agents)", written(walk), write)
            return ast.copy_location(ast.For(loop.target, walk, loop.body, []), loop)
        names, values = parts(loop.target), parts(walk.elt)
        if len(names) != len(values):
            wanted = f"{len(names)} values of each for {name}"
            self._refuse(walk, wanted, f"{len(values)} in {written(walk.elt)}", "as many, and what to loop over")
        pairs = zip(names, values, strict=True)
        body: list[ast.stmt] = [ast.copy_location(ast.Assign([target], each), each) for target, each in pairs]
        return self._nested([*body, *loop.body], copied(walk).generators)

    def _nested(self, body: list[ast.stmt], generators: list[ast.comprehension]) -> ast.For:
        """Returns the loops and conditions of a generator expression around a body, under names of their own."""
        *outer, inner = generators
        for condition in reversed(inner.ifs):
            body = [ast.copy_location(ast.If(condition, body, []), condition)]
        own = {each.id for each in ast.walk(inner.target) if isinstance(each, ast.Name)}
        named = Substituted({each: ast.Name(self._fresh(each), ast.Load()) for each in sorted(own)})
        loop = ast.For(named.visit(inner.target), inner.iter, [named.visit(each) for each in body], [])
        loop = ast.copy_location(loop, inner.iter)
        return self._nested([loop], outer) if outer else loop


def _place(body: list[ast.stmt], call: ast.Call, given: dict[str, ast.expr]) -> None:
    """Gives the text of a reduction the line of its call, and shows what it is given in errors."""
    shown = Substituted({each: value for each, value in given.items() if not isinstance(value, ast.Name)})
    for each in (each for part in body for each in ast.walk(part)):
        ast.copy_location(each, call)
        if "law_written" in each.__dict__:
            each.__dict__["law_written"] = shown.visit(copied(each.__dict__["law_written"]))


class _Hoisted(ast.NodeTransformer):
    """Takes reductions that are always evaluated out of an expression. text: theirs, to come before it."""

    def __init__(self, reducing: Reducing) -> None:
        self.reducing = reducing
        self.text: list[ast.stmt] = []

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = self.reducing.reduction(node)
        if function is None:
            self.generic_visit(node)
            return node
        text, results = self.reducing.reduced(node, function)
        if len(results) != 1:
            self.reducing.refuse_results(node, function.__name__, len(results))
        self.text += text
        return results[0]

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        node.test = self.visit(node.test)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        node.values[0] = self.visit(node.values[0])
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        node.left, node.comparators[0] = self.visit(node.left), self.visit(node.comparators[0])
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        return node
