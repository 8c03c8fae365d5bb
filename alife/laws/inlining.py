"""Generators of laws: `for other in members(b, agents):` becomes the generator's own text around the loop's body.

A generator is a function with one `yield`, which stands alone as a statement. In plain Python it is what it says; here
its text replaces the loop, its variables under names of their own, with the loop's body at the `yield`.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterable
from types import FunctionType

from alife.laws.checking import source_of
from alife.laws.resolve_elements import Elements

_LOOPS = (ast.For, ast.While)


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
        definition, *_ = source_of(generator)
        name, call = generator.__name__, node.iter
        assert isinstance(call, ast.Call)
        parameters = [argument.arg for argument in definition.args.args]
        if len(parameters) != len(call.args) or call.keywords:
            fix = f"{name}({', '.join(parameters)})"
            self._refuse(node, f"{len(parameters)} arguments", str(len(call.args)), fix)
        body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
        self._check_body(node, body, name)
        for part in (each for statement in body for each in ast.walk(statement)):
            if isinstance(part, (ast.Attribute, ast.Subscript, ast.Call)):
                part.__dict__["law_text"] = ast.unparse(part)
        renamed = {each: self._fresh(f"{name}_{each}") for each in sorted(_stored(body))}
        bound: list[ast.stmt] = []
        for parameter, argument in zip(parameters, call.args, strict=True):
            if isinstance(argument, ast.Name) and argument.id in self.kinds and parameter not in renamed:
                renamed[parameter] = argument.id
                continue
            renamed.setdefault(parameter, self._fresh(f"{name}_{parameter}"))
            bound.append(ast.Assign([ast.Name(renamed[parameter], ast.Store())], argument))
        for each in sorted({each.id for each in _names(body)} - renamed.keys()):
            if each in generator.__globals__ and not hasattr(builtins, each):
                renamed[each] = self._global(each, generator.__globals__[each])
        text = [*bound, *(_Renamed(renamed, node).visit(statement) for statement in body)]
        return [_at(ast.fix_missing_locations(each), node) for each in _flat(text)]

    def _check_body(self, node: ast.For, body: list[ast.stmt], name: str) -> None:
        """Refuses a generator, or a loop over it, whose text cannot stand in place of the loop."""
        yields = [each for statement in body for each in ast.walk(statement) if isinstance(each, ast.Yield)]
        path = _path_to_yield(body)
        returns = any(isinstance(each, (ast.Return, ast.YieldFrom)) for part in body for each in ast.walk(part))
        if len(yields) != 1 or path is None or returns:
            self._refuse(
                node, f"one yield in {name}, as a statement, and no return", "another form", "one loop around one yield"
            )
        if node.orelse:
            self._refuse(node, "a loop without else", "for ... else", "it after the loop")
        names, values = _parts(node.target), _parts(yields[0])
        if len(names) != len(values):
            self._refuse(node, f"{len(values)} names for what {name} yields", str(len(names)), "a name for each")
        loops = [place for place, (_, owner) in enumerate(path) if isinstance(owner, _LOOPS)]
        last = [block[-1] for block, _ in path]
        if _jumps(node.body, ast.Continue) and not (loops and _hold_yield(last[loops[-1] :])):
            self._refuse(node, f"no continue in a loop over {name}", "continue", "an if around what follows")
        if _jumps(node.body, ast.Break) and not (len(loops) == 1 and _hold_yield(last[: loops[0]])):
            self._refuse(node, f"no break in a loop over {name}", "break", "a function of this loop that returns")

    def _fresh(self, name: str) -> str:
        while name in self.taken or name in self.globals:
            name += "_"
        self.taken.add(name)
        return name

    def _global(self, name: str, value: object) -> str:
        """Returns the name under which a global of another module is one of this function's."""
        own = _stored(self.definition.body)
        while name in own or name in self.parameters or self.globals.get(name, value) is not value:
            name += "_"
        self.globals[name] = value
        self.taken.add(name)
        return name


class _Renamed(ast.NodeTransformer):
    """Renames the names of a generator, and puts the body of a loop over it in place of its yield."""

    def __init__(self, names: dict[str, str], loop: ast.For) -> None:
        self.names, self.loop = names, loop

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        if not isinstance(node.value, ast.Yield):
            return node
        names, values = _parts(self.loop.target), _parts(self.visit(node.value))
        return [
            *(ast.Assign([name], each) for name, each in zip(names, values, strict=True)),
            *self.loop.body,
        ]


def _at(statement: ast.stmt, node: ast.For) -> ast.stmt:
    """Gives the text of a generator the place of the loop over it; the loop's own body keeps its lines."""
    own = {id(each) for part in (*node.body, node.iter, node.target) for each in ast.walk(part)}
    for each in ast.walk(statement):
        if id(each) not in own and hasattr(each, "lineno"):
            ast.copy_location(each, node)
    return statement


def _path_to_yield(body: list[ast.stmt], owner: ast.stmt | None = None) -> list[tuple[list[ast.stmt], ast.stmt | None]]:
    """Returns the blocks around the yield, from the outermost on, each with the statement whose block it is."""
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            return [(body, owner)]
        for block in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            found = _path_to_yield(block, statement)
            if found:
                return [(body, owner), *found]
    return []


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """Returns the names that a loop sets, or the values that a yield gives for them."""
    whole = node.value if isinstance(node, ast.Yield) else node
    return list(whole.elts) if isinstance(whole, ast.Tuple) else [whole or ast.Constant(None)]


def _hold_yield(statements: list[ast.stmt]) -> bool:
    return all(any(isinstance(each, ast.Yield) for each in ast.walk(statement)) for statement in statements)


def _jumps(body: list[ast.stmt], kind: type[ast.stmt]) -> bool:
    """True if a body leaves or continues the loop whose body it is."""
    for statement in body:
        if isinstance(statement, kind):
            return True
        if not isinstance(statement, _LOOPS):
            blocks = (getattr(statement, "body", []), getattr(statement, "orelse", []))
            if any(_jumps(block, kind) for block in blocks):
                return True
    return False


def _names(body: list[ast.stmt]) -> list[ast.Name]:
    return [each for part in body for each in ast.walk(part) if isinstance(each, ast.Name)]


def _stored(body: list[ast.stmt]) -> set[str]:
    return {each.id for each in _names(body) if isinstance(each.ctx, ast.Store)}


def _flat(statements: Iterable[ast.stmt | list[ast.stmt]]) -> list[ast.stmt]:
    return [each for part in statements for each in (part if isinstance(part, list) else [part])]
