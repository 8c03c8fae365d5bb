"""File and line of what a file of the user's declares, and of an error that its code raises."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from alife.errors import as_shown, suggestion

PACKAGE = str(Path(__file__).resolve().parents[1])
_FOREIGN = (PACKAGE, sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"], "<")
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # of ast.parse, the latter where it is too deep
_PLACE = re.compile(r" \(\S+\.py\)$")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


def place_of(owner: type, name: str = "", item: int | None = None) -> str:
    """Returns `file:line` of the statement of a class that says what a name is, or else of the class.

    Args:
        owner: the class; those that it derives from are searched after it.
        name: of an attribute.
        item: number of an item, if the attribute is a tuple that is written out.
    """
    own = not owner.__module__.startswith("alife.")
    for kind in owner.__mro__ if name else ():
        if own and kind.__module__.startswith("alife."):
            break  # what a class inherits from the program is not where its author can correct it
        found = _definition(kind)
        node = None if found is None else _statement(found[1], name)
        if found is not None and node is not None:
            items = getattr(getattr(node, "value", None), "elts", [])
            return f"{found[0]}:{items[item].lineno if item is not None and item < len(items) else node.lineno}"
    found = _definition(owner)
    return owner.__name__ if found is None else f"{found[0]}:{found[1].lineno}"


def _definition(kind: type) -> tuple[str, ast.ClassDef] | None:
    """Returns the file of a class and its definition, where that can be read."""
    try:
        file = inspect.getsourcefile(kind)
        classes = _classes(Path(file or "").read_bytes())
    except (OSError, TypeError, *UNREADABLE):
        return None
    node = classes.get(kind.__qualname__.rpartition(".")[2])
    return None if node is None else (str(file), node)


@lru_cache(maxsize=64)
def _classes(text: bytes) -> dict[str, ast.ClassDef]:
    """Returns the outermost class of each name in the text of a file. Raises one of UNREADABLE."""
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    return {node.name: node for node in reversed(classes)}


def declared_names(owner: type) -> list[str]:
    """Returns the names that a class itself declares with a type, in order; none where its text cannot be read."""
    found = _definition(owner)
    body = found[1].body if found is not None else []
    return [node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]


def _statement(definition: ast.ClassDef, name: str) -> ast.stmt | None:
    """Returns the statement of a class that sets a name."""
    for node in definition.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if getattr(node, "name", "") == name or name in [getattr(target, "id", "") for target in targets]:
            return node
    return None


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Returns the calls on the way to an error that are lines of the user's files, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if not frame.filename.startswith(_FOREIGN)]


def place_of_error(error: BaseException) -> str:
    """Returns `file:line` of the innermost line of the user's that raised an error; "" if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = own_frames(error)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def explained(error: BaseException) -> str:
    """Returns an error of the user's code in one line: its kind, the line's text, the nearest name that exists."""
    said = error.msg if isinstance(error, SyntaxError) else _PLACE.sub("", str(error))
    text = as_shown(f"{type(error).__name__}: {said}".partition("\n")[0])
    frames = [] if isinstance(error, SyntaxError) else own_frames(error)
    if frames and frames[-1].line:
        text += f" in '{frames[-1].line}'"
    if len(frames) > 1 and not frames[-1].name[:1].isupper():  # the body of a class needs no caller
        before = frames[-2]
        same = before.filename == frames[-1].filename
        text += f", called from line {before.lineno}" + ("" if same else f" of {Path(before.filename).name}")
    return text + _nearest(error)


def _nearest(error: BaseException) -> str:
    """Returns a suggestion for a name that does not exist; "" if none is near."""
    name = getattr(error, "name", None) or ""
    if isinstance(error, AttributeError) and error.obj is not None:
        return suggestion(name, [each for each in dir(error.obj) if not each.startswith("_")])
    if isinstance(error, NameError):
        return suggestion(name, {*dir(builtins), *_names_at(error)})
    wanted = _NO_NAME.search(str(error)) if isinstance(error, ImportError) else None
    return suggestion(wanted[1], dir(sys.modules.get(wanted[2]))) if wanted else ""


def _names_at(error: BaseException) -> Iterator[str]:
    """Yields the names that are known where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        yield from trace.tb_frame.f_globals
        yield from trace.tb_frame.f_locals
