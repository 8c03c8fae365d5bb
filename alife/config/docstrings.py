"""Docstrings that users see as help, read from the source where Python has dropped them, as `python -OO` does."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any


def doc_of(thing: Any) -> str:
    """Returns the docstring of a module, function or class, or of what a class derives from; "" if there is none."""
    if sys.flags.optimize < 2:
        return inspect.getdoc(thing) or ""
    owners = [owner for owner in thing.__mro__ if owner is not object] if isinstance(thing, type) else [thing]
    return next((doc for owner in owners if (doc := inspect.cleandoc(owner.__doc__ or "") or _in_source(owner))), "")


def _in_source(thing: Any) -> str:
    if isinstance(thing, ModuleType):
        return _read(thing.__file__, "")
    return _read(getattr(sys.modules.get(thing.__module__), "__file__", None), thing.__qualname__)


@lru_cache(maxsize=4096)
def _read(file: str | None, name: str) -> str:
    """Returns the docstring of what has a qualified name in a file, of the file itself if that is empty."""
    node: ast.AST | None = _parsed(file)
    for part in filter(None, name.split(".")):
        inner = getattr(node, "body", [])
        node = next((one for one in inner if getattr(one, "name", "") == part), None)
    known = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    return (ast.get_docstring(node) or "") if known else ""  # type: ignore[arg-type]  # one of these


@lru_cache(maxsize=256)
def _parsed(file: str | None) -> ast.Module | None:
    try:
        return ast.parse(Path(file or "").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
