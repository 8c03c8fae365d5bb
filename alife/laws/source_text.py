"""The text of a function that is typed: where it stands, how its author wrote it, and errors with its file and line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any, NoReturn

from alife.errors import LocatedError
from alife.laws.loaded_text import is_as_loaded
from alife.laws.trees import copied, definition_of

LawFunction = Callable[..., Any]  # of a law, or a function that one calls: typed here, once for each use


class LawError(LocatedError):
    """A law outside the language: file, line, and what to write instead."""


def source_of(function: LawFunction) -> tuple[ast.FunctionDef, str, int]:
    """Returns the parsed definition, its file, and the offset from lines of the tree to lines of the file.

    The tree is shared: change a copy of it; see `trees.copied`.

    Raises:
        LawError: the function is not written with def, uses names of a function around it, or its file was edited.
    """
    resolved: tuple[ast.FunctionDef, str, int] | None = getattr(function, "law_source", None)
    if resolved is not None:
        return resolved
    place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
    if isinstance(function, FunctionType) and not is_as_loaded(function):
        raise LawError(f"{place}: {function.__name__}: {_no_text(function.__code__.co_filename)}")
    try:
        definition, offset = definition_of(function)
    except (OSError, SyntaxError):  # its text is not at hand, or part of a statement, as that of a lambda
        raise LawError(f"{place}: {function.__name__}: {_no_text(function.__code__.co_filename)}") from None
    if not isinstance(definition, ast.FunctionDef):
        got = {ast.AsyncFunctionDef: "async def", ast.Assign: "lambda"}.get(type(definition), "something else")
        raise LawError(f"{place}: expected a function written with def, got {got}; write def name(a)")
    if function.__code__.co_freevars:
        place, name = f"{place}: {definition.name}", function.__code__.co_freevars[0]
        raise LawError(f"{place}: expected names of its module, got {name} of a function around it; write it there")
    return definition, inspect.getsourcefile(function) or "?", offset


def _no_text(file: str) -> str:
    """Returns what was expected of a function whose text cannot be read. file: where its code comes from."""
    if file.startswith("<"):
        return f"expected a function in a file, as its text is compiled, got one from {file}; write it into a .py file"
    return "expected the text that was loaded, got another; start the program again"


def place_of(function: LawFunction) -> str:
    """Returns file, line and name of a function, as errors begin."""
    definition, file, offset = source_of(function)
    return f"{file}:{definition.lineno + offset}: {definition.name}"


class Refusing:
    """Refuses what a function's text may not hold. definition, file, offset: as of `source_of`."""

    definition: ast.FunctionDef
    file: str
    offset: int

    def _line(self, node: ast.AST) -> int:
        """Returns the line of the file that a node stands on."""
        return int(getattr(node, "lineno", 1)) + self.offset

    def _refuse(self, node: ast.AST, expected: str, got: str, write: str) -> NoReturn:
        raise LawError(
            f"{self.file}:{self._line(node)}: {self.definition.name}: expected {expected}, got {got}; write {write}"
        )


class _AsWritten(ast.NodeTransformer):
    """Puts the text that `namespaces` resolved back where it stood."""

    def visit(self, node: ast.AST) -> ast.AST:
        original: ast.AST | None = getattr(node, "law_written", None)
        return self.generic_visit(node) if original is None else original


def written(node: ast.AST) -> str:
    """Returns a node's text as its author wrote it, for an error."""
    return ast.unparse(_AsWritten().visit(copied(node)))


def describe(node: ast.AST) -> str:
    """Returns the first line of a node's text, for an error."""
    try:
        return written(node).splitlines()[0]
    except (AttributeError, ValueError):
        return type(node).__name__
