"""A name -> the one class in the file of that name; listing is reading the folder.

A brain, world, strategy or instrument `tall_grass` is the class `TallGrass` in `tall_grass.py`. Nothing is registered:
a file in the right folder is found, listed and usable from YAML. Listing parses files without running them.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from alife.errors import UserError, unknown


@dataclass(frozen=True)
class Kind:
    """One kind of file. folder: where it lies. suffix: of its files. package: its Python package, if part of alife."""

    folder: str
    suffix: str
    package: str | None = None


KINDS = {
    "worlds": Kind("worlds", ".py"),
    "brains": Kind("brains", ".py", "alife.brains"),
    "strategies": Kind("evolution", ".py", "alife.evolution"),
    "instruments": Kind("analysis/instruments", ".py", "alife.analysis.instruments"),
    "studies": Kind("analysis/studies", ".py", "alife.analysis.studies"),
    "configs": Kind("configs", ".yaml"),
    "genomes": Kind("genomes", ".safetensors"),
}
PACKAGE = Path(__file__).resolve().parents[1]


def folders(kind: str) -> list[Path]:
    """Where files of this kind are looked for: the current directory, the source tree, the wheel's copy."""
    entry = KINDS[kind]
    if entry.package:
        return [PACKAGE / entry.folder]
    source = PACKAGE.parent
    places = [Path.cwd() / entry.folder]
    places += [source / entry.folder] if (source / "pyproject.toml").is_file() else []
    return list(dict.fromkeys([*places, PACKAGE / "shipped" / entry.folder]))


def files(kind: str) -> dict[str, Path]:
    """Name -> file of everything of this kind, sorted by name; the first folder that has a name wins."""
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    found: dict[str, Path] = {}
    for folder in folders(kind):
        for path in sorted(folder.glob("*" + KINDS[kind].suffix)):
            if path.stem not in found and _is_entry(path):
                found[path.stem] = path
    return dict(sorted(found.items()))


def names(kind: str) -> list[str]:
    """Every name of this kind, sorted."""
    return list(files(kind))


def path(kind: str, name: str) -> Path:
    """The file of this name. Raises UserError with the nearest valid name."""
    found = files(kind)
    if name not in found:
        raise unknown(_singular(kind), name, found)
    return found[name]


def _singular(kind: str) -> str:
    """worlds -> world, strategies -> strategy."""
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind[:-1]


def find(kind: str, name: str) -> type[Any]:
    """The class of this name. Raises UserError with the nearest valid name."""
    file = path(kind, name)
    module = _world_module(file) if kind == "worlds" else importlib.import_module(f"{KINDS[kind].package}.{name}")
    found: type[Any] = getattr(module, class_name(name))
    return found


def find_params(kind: str, name: str) -> type[Any]:
    """The typed parameters that the file of this name defines. Raises UserError like `find`."""
    params: type[Any] = sys.modules[find(kind, name).__module__].Params
    if not hasattr(params, "model_fields"):
        raise UserError(f"{path(kind, name)}: expected Params to be typed, a subclass of BaseParams, got {params}")
    return params


def describe(kind: str) -> dict[str, dict[str, str]]:
    """{name: {doc, file}} of everything of this kind; doc is the first line of the docstring or comment."""
    return {name: {"doc": _first_line(file), "file": str(file)} for name, file in files(kind).items()}


def class_name(name: str) -> str:
    """tall_grass -> TallGrass."""
    return "".join(part.capitalize() for part in name.split("_"))


def _is_entry(path: Path) -> bool:
    """A Python file is an entry if it defines the class of its name, and defines Params or imports it `as Params`."""
    if path.suffix != ".py":
        return path.is_file()
    return not path.stem.startswith("_") and _defines_entry(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _defines_entry(path: Path, changed: int) -> bool:
    """changed: when the file was, in ns; a file is parsed again once it has."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return True  # listed, so that using it reports the syntax error
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    imported = {alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    return class_name(path.stem) in defined and "Params" in defined | imported


def _first_line(path: Path) -> str:
    if path.suffix == ".py":
        try:
            doc = ast.get_docstring(ast.parse(path.read_bytes())) or ""
        except (SyntaxError, ValueError) as error:
            return f"cannot be read: {error}"
        return doc.partition("\n")[0]
    if path.suffix == ".yaml":
        first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        return first.lstrip("# ") if first.startswith("#") else ""
    return ""


def _world_module(path: Path) -> ModuleType:
    """Import a world file as `worlds.<name>`, whatever folder it lies in."""
    name = f"worlds.{path.stem}"
    loaded = sys.modules.get(name)
    if loaded is not None and Path(loaded.__file__ or "").resolve() == path.resolve():
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except UserError:
        del sys.modules[name]
        raise
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
        came = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise UserError(f"{path}{line}: expected a world that Python can import, got {came}; mend the file") from error
    return module
