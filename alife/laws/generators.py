"""The text of a generator of laws: its form, its names, and the body of a loop in place of its yield."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import NoReturn

_LOOPS = (ast.For, ast.While)


def check_loop(node: ast.For, body: list[ast.stmt], name: str, refuse: Callable[..., NoReturn]) -> None:
    """Refuses a generator, or a loop over it, whose text cannot stand in place of the loop.

    Args:
        node: the loop.
        body: of the generator, without its docstring.
        name: of the generator.
        refuse: raises an error at the loop: what is expected, what is there, what to write.
    """
    yields = [each for statement in body for each in ast.walk(statement) if isinstance(each, ast.Yield)]
    path = path_to_yield(body)
    returns = any(isinstance(each, (ast.Return, ast.YieldFrom)) for part in body for each in ast.walk(part))
    if len(yields) != 1 or not path or returns:
        refuse(f"one yield in {name}, as a statement, and no return", "another form", "one loop around one yield")
    if node.orelse:
        refuse("a loop without else", "for ... else", "it after the loop")
    names, values = parts(node.target), parts(yields[0])
    if len(names) != len(values):
        refuse(f"{len(values)} names for what {name} yields", str(len(names)), "a name for each")
    loops = [place for place, (_, owner) in enumerate(path) if isinstance(owner, _LOOPS)]
    last = [block[-1] for block, _ in path]
    if _jumps(node.body, ast.Continue) and not (loops and _hold_yield(last[loops[-1] :])):
        refuse(f"no continue in a loop over {name}", "continue", "an if around what follows")
    if _jumps(node.body, ast.Break) and not (len(loops) == 1 and _hold_yield(last[: loops[0]])):
        refuse(f"no break in a loop over {name}", "break", "a function of this loop that returns")


class Renamed(ast.NodeTransformer):
    """Renames the names of a generator, and puts the body of a loop over it in place of its yield."""

    def __init__(self, names: dict[str, str], loop: ast.For) -> None:
        self.names, self.loop = names, loop

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        if not isinstance(node.value, ast.Yield):
            return node
        names, values = parts(self.loop.target), parts(self.visit(node.value))
        return [
            *(ast.Assign([name], each) for name, each in zip(names, values, strict=True)),
            *self.loop.body,
        ]


def placed(statement: ast.stmt, node: ast.For) -> ast.stmt:
    """Gives the text of a generator the place of the loop over it; the loop's own body keeps its lines."""
    own = {id(each) for part in (*node.body, node.iter, node.target) for each in ast.walk(part)}
    for each in ast.walk(statement):
        if id(each) not in own and hasattr(each, "lineno"):
            ast.copy_location(each, node)
    return statement


def path_to_yield(body: list[ast.stmt], owner: ast.stmt | None = None) -> list[tuple[list[ast.stmt], ast.stmt | None]]:
    """Returns the blocks around the yield, from the outermost on, each with the statement whose block it is."""
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            return [(body, owner)]
        for block in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            found = path_to_yield(block, statement)
            if found:
                return [(body, owner), *found]
    return []


def parts(node: ast.expr | None) -> list[ast.expr]:
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


def names_in(body: list[ast.stmt]) -> list[ast.Name]:
    return [each for part in body for each in ast.walk(part) if isinstance(each, ast.Name)]


def stored_in(body: list[ast.stmt]) -> set[str]:
    return {each.id for each in names_in(body) if isinstance(each.ctx, ast.Store)}


def flat(statements: Iterable[ast.stmt | list[ast.stmt]]) -> list[ast.stmt]:
    return [each for part in statements for each in (part if isinstance(part, list) else [part])]
