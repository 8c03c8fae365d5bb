"""Generators of laws: `for other in members(b, agents):` becomes the generator's own text around the loop's body.

A generator is a function with one `yield`, which stands alone as a statement. In plain Python it is what it says; here
its text replaces the loop, its variables under names of their own, with the loop's body at the `yield`.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from functools import partial
from types import FunctionType

from alife.laws.generators import Renamed, check_loop, flat, names_in, placed, stored_in
from alife.laws.resolve_elements import Elements
from alife.laws.source_text import source_of
from alife.laws.trees import copied_as_written


class Inlining(Elements):
    """Inlines the generators that one function loops over; the base of `resolve.Resolver`."""

    open_generators: tuple[FunctionType, ...] = ()

    def visit_For(self, node: ast.For) -> ast.stmt | list[ast.stmt]:
        """Replaces a loop over a generator by the generator's text."""
        generator = self._generator(node.iter)
        if generator is None:
            return self._generic(node)
        if generator in self.open_generators:
            self._refuse(node, "generators that do not loop over themselves", generator.__name__, "a loop")
        self.changed = True
        inlined = self._inlined(node, generator)
        self.open_generators = (*self.open_generators, generator)
        done = self._visited(inlined)
        self.open_generators = self.open_generators[:-1]
        return done

    def _generator(self, node: ast.expr) -> FunctionType | None:
        """Returns the generator that an expression calls, or None."""
        called = self.globals.get(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else 0
        return called if isinstance(called, FunctionType) and inspect.isgeneratorfunction(called) else None

    def _refuse_generator(self, node: ast.Call) -> None:
        """Refuses a generator that is called elsewhere than in a loop over it."""
        generator = self._generator(node)
        if generator is not None:
            text = f"{generator.__name__}(...)"
            self._refuse(node, f"a loop over {generator.__name__}", f"a call of {text}", f"for x in {text}: ...")

    def _inlined(self, node: ast.For, generator: FunctionType) -> list[ast.stmt]:
        """Returns the generator's text with the loop's body in it, not resolved yet."""
        definition = copied_as_written(source_of(generator)[0])
        name, call = generator.__name__, node.iter
        assert isinstance(call, ast.Call)
        parameters = [argument.arg for argument in definition.args.args]
        if len(parameters) != len(call.args) or call.keywords:
            fix = f"{name}({', '.join(parameters)})"
            self._refuse(node, f"{len(parameters)} arguments", str(len(call.args)), fix)
        body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
        check_loop(node, body, name, partial(self._refuse, node))
        renamed = {each: self._fresh(f"{name}_{each}") for each in sorted(stored_in(body))}
        bound: list[ast.stmt] = []
        for parameter, argument in zip(parameters, call.args, strict=True):
            if isinstance(argument, ast.Name) and argument.id in self.kinds and parameter not in renamed:
                renamed[parameter] = argument.id
                continue
            renamed.setdefault(parameter, self._fresh(f"{name}_{parameter}"))
            bound.append(ast.Assign([ast.Name(renamed[parameter], ast.Store())], argument))
        for each in sorted({each.id for each in names_in(body)} - renamed.keys()):
            if each in generator.__globals__ and not hasattr(builtins, each):
                renamed[each] = self._global(each, generator.__globals__[each])
        text = [*bound, *(Renamed(renamed, node).visit(statement) for statement in body)]
        return [placed(ast.fix_missing_locations(each), node) for each in flat(text)]

    def _fresh(self, name: str) -> str:
        while name in self.taken or name in self.globals:
            name += "_"
        self.taken.add(name)
        return name

    def _global(self, name: str, value: object) -> str:
        """Returns the name under which a global of another module is one of this function's."""
        own = stored_in(self.definition.body)
        while name in own or name in self.parameters or self.globals.get(name, value) is not value:
            name += "_"
        self.globals[name] = value
        self.taken.add(name)
        return name
