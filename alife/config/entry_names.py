"""Names that a file's class must have, and the error of a file in the right folder that is no entry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from alife.config.source_lines import UNREADABLE
from alife.errors import LocatedError

BASES = {
    "worlds": "SharedWorld",
    "brains": "Network",
    "strategies": "GenerationalStrategy",
    "instruments": "Instrument",
    "studies": "Study",
}


def class_name(name: str) -> str:
    """tall_grass -> TallGrass."""
    return "".join(part.capitalize() for part in name.split("_"))


def file_name(text: str) -> str:
    """TallGrass, tall-grass -> tall_grass: the file that the registry finds."""
    return re.sub(r"\W+", "_", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", text)).lower().strip("_")


def defined(tree: ast.Module) -> set[str]:
    """Returns the names of a file's classes, and those that it imports with `as` to hand them on."""
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return classes | {alias.asname for node in imports for alias in node.names if alias.asname}


def no_entry(kind: str, name: str, folders: Iterable[Path]) -> LocatedError | None:
    """Returns the error of a file that has this name, or nearly so, but not the class of its name; None without one.

    Args:
        kind: of the entry, such as "worlds".
        name: by which the file was asked for.
        folders: searched in order.
    """
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            if file_name(path.stem) != file_name(name) or path.stem.startswith("_"):
                continue
            if path.stem != file_name(name):
                return LocatedError(f"{path}: expected a file {file_name(name)}.py, got {path.name}; rename the file")
            if path.stem == name:
                return _no_class(kind, path)
    return None


def _no_class(kind: str, path: Path) -> LocatedError | None:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, *UNREADABLE):
        return None
    wanted = class_name(path.stem)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    others = [node for node in classes if node.name != "Params"]
    if wanted not in defined(tree):
        place = f"{path}:{others[-1].lineno}" if others else str(path)
        got = ", ".join(node.name for node in others) or "no class"
        return LocatedError(
            f"{place}: expected class {wanted}, after the name of the file, got {got}; write class "
            f"{wanted}({BASES[kind]})"
        )
    line = next((node.lineno for node in classes if node.name == wanted), 1)
    return LocatedError(
        f"{path}:{line}: expected class Params beside {wanted}, got none; write class Params(BaseParams), or import "
        "Params as Params"
    )
