"""Finds classes by name: `tall_grass` is the class `TallGrass` in `tall_grass.py`; a listing reads folders.

A world, brain, strategy, instrument or study is one file with its class and its `Params`. Nothing is registered: a file
in the right folder is listed and usable from YAML. The first of these that has a name wins:

1. the folder `worlds/`, `brains/`, `strategies/`, `instruments/` or `studies/` of the current directory;
2. the files of this project: in the package, the source tree, or the copy in the wheel;
3. entry points `alife.worlds`, `alife.brains`, ... of installed packages, `tall_grass = "their_package.tall_grass"`.

Listing parses files and never runs them. What is imported by 1 or 3 is said; `imports` tells how both are forbidden.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from alife.atomic_files import exists
from alife.config.entry_names import class_name as class_name
from alife.config.entry_names import defined, no_entry
from alife.config.file_kinds import check_no_file
from alife.config.imports import forbidden, refusal, say_imported
from alife.config.renamed_files import now_called, successor
from alife.config.source_lines import UNREADABLE, explained, place_of_error
from alife.errors import LocatedError, UserError, as_shown, unknown

if TYPE_CHECKING:  # slow to import, and few commands need them
    from importlib.metadata import EntryPoint

    from alife.config.params import Params


@dataclass(frozen=True)
class Kind:
    """One kind of file, in folders of the kind's name.

    suffix: of its files. package: the package that holds the project's own; None: they are in the source tree's folder
    of that name, and in the wheel in `alife/shipped/`.
    """

    suffix: str
    package: str | None = None


KINDS = {
    "worlds": Kind(".py"),
    "brains": Kind(".py", "alife.brains"),
    "strategies": Kind(".py", "alife.evolution"),
    "instruments": Kind(".py", "alife.analysis.instruments"),
    "studies": Kind(".py", "alife.analysis.studies"),
    "configs": Kind(".yaml"),
    "genomes": Kind(".safetensors"),
}
PACKAGE = Path(__file__).resolve().parents[1]


def folders(kind: str) -> list[Path]:
    """Returns the folders that are searched for files of this kind, in order. Some may not exist."""
    own = [] if _is_code(kind) and forbidden() else [Path.cwd() / kind]
    return list(dict.fromkeys([*own, *_project_folders(kind)]))


def _is_code(kind: str) -> bool:
    return KINDS[kind].suffix == ".py"


def _project_folders(kind: str) -> list[Path]:
    package = KINDS[kind].package
    if package:
        return [PACKAGE.parent.joinpath(*package.split("."))]
    source = [PACKAGE.parent / kind] if (PACKAGE.parent / "pyproject.toml").is_file() else []
    return [*source, PACKAGE / "shipped" / kind]


def files(kind: str) -> dict[str, Path]:
    """Returns {name: file} of the files of this kind, sorted by name; the first folder that has a name wins."""
    if kind not in KINDS:
        check_no_file(kind, f"one of {', '.join(KINDS)}")
        raise unknown("kind", kind, KINDS)
    found: dict[str, Path] = {}
    for folder in folders(kind):
        for path in sorted(folder.glob("*" + KINDS[kind].suffix)):
            if path.stem not in found and _is_entry(path):
                found[path.stem] = path
    return dict(sorted(found.items()))


def _file(kind: str, name: str) -> Path | None:
    """Returns the file of this name as `files` has it, without a look at others."""
    file = f"{name}{KINDS[kind].suffix}"
    found = (folder / file for folder in folders(kind) if folder.is_dir() and file in os.listdir(folder))
    return next((path for path in found if _is_entry(path)), None)


def names(kind: str) -> list[str]:
    """Returns every name of this kind, sorted."""
    return sorted({*files(kind), *_entry_points(kind)})


def path(kind: str, name: str) -> Path:
    """Returns the file of this name. Raises UserError with the nearest valid name."""
    found = files(kind)
    if name not in found:
        raise _unknown(kind, name)
    return found[name]


def located(kind: str, path: Path) -> Path:
    """Returns a path, or the project's own file if there is none of this path and it is one of a clone.

    So configs/meadow.yaml is found from any folder.
    """
    if path.parts[:1] == (kind,) and len(path.parts) > 1 and ".." not in path.parts and not exists(path):
        for folder in _project_folders(kind):
            found = folder.joinpath(*path.parts[1:])
            if exists(found):
                return found
    return path


def hides(kind: str, path: Path) -> bool:
    """Returns True for a folder that has the bare name of a file of this kind, which is what was meant."""
    return len(path.parts) == 1 and path.is_dir() and path.name in files(kind)


def _unknown(kind: str, name: str) -> UserError:
    """Returns the error for a name that nothing has, or for the file of this name that is no entry."""
    if successor(name):
        return UserError(f"unknown {_singular(kind)} '{name}'{now_called(name)}")
    check_no_file(name, f"the name of a {_singular(kind)}")
    wrong = (_forbidden(kind, name) or no_entry(kind, name, folders(kind))) if _is_code(kind) else None
    return wrong or unknown(_singular(kind), name, names(kind))


def _forbidden(kind: str, name: str) -> UserError | None:
    """Returns the error for a name that only code of others has, where that is not imported; None without one."""
    if not forbidden():
        return None
    own, point = Path(kind) / f"{name}.py", _group(f"alife.{kind}", tuple(sys.path)).get(name)
    if not point and not exists(own):
        return None
    got = f"the entry point {point.value}" if point else f"{own} of the current folder"
    return refusal(f"{_singular(kind)} '{as_shown(name)}'", "one of the project's own", got)


def _singular(kind: str) -> str:
    """worlds -> world, strategies -> strategy."""
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind[:-1]


def find(kind: str, name: str) -> type[Any]:
    """Returns the class of this name. Raises UserError: no such name, or a file that cannot be imported."""
    return _class(_module(kind, name), class_name(name))


def find_params(kind: str, name: str) -> type[Params]:
    """Returns the typed parameters that the file of this name defines. Raises UserError like `find`."""
    from alife.config.param_defaults import check_params  # slow to import

    params: type[Params] = _class(_module(kind, name), "Params")
    check_params(params)
    return params


def _class(module: ModuleType, name: str) -> type[Any]:
    """Returns a class of a module. Raises LocatedError if the module, once it has run, has none of this name."""
    found = getattr(module, name, None)
    if not isinstance(found, type):
        got = "none" if found is None else f"an object of type {type(found).__name__}"
        raise LocatedError(f"{module.__file__}: expected class {name} once it has run, got {got}; leave it that name")
    return found


def describe(kind: str) -> dict[str, dict[str, str]]:
    """Returns {name: {doc, file}} of this kind; doc is the first line of the docstring or comment.

    An entry point whose file cannot be located without importing it has its module as doc, and no file.
    """
    found = {name: described(file) for name, file in files(kind).items()}
    for name, point in _entry_points(kind).items():
        file = _file_of(point)
        found.setdefault(name, described(file) if file else {"doc": point.value, "file": ""})
    return dict(sorted(found.items()))


def described(file: Path) -> dict[str, str]:
    """Returns {doc, file} of a file; doc is the first line of its docstring or comment."""
    return {"doc": as_shown(_first_line(file)), "file": str(file)}


def is_shipped(kind: str, name: str) -> bool:
    """True if the name is that of one of the project's own files, not one of the user's or of another package."""
    file = files(kind).get(name)
    return file is not None and file.parent in _project_folders(kind)


def _is_entry(path: Path) -> bool:
    """True for a data file, and for a Python file with the class of its name and `Params`, be it imported."""
    if path.suffix != ".py":
        return path.is_file()
    return not path.stem.startswith("_") and _defines_entry(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _defines_entry(path: Path, changed: int) -> bool:
    """changed: time of the last change, in ns, so that a changed file is parsed again."""
    try:
        tree = ast.parse(path.read_bytes())
    except UNREADABLE:
        return True  # listed, so that using it reports the syntax error
    return {class_name(path.stem), "Params"} <= defined(tree)


def _first_line(path: Path) -> str:
    if path.suffix == ".py":
        return _first_line_of_docstring(path, path.stat().st_mtime_ns)
    if path.suffix == ".yaml":
        first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        return first.lstrip("# ") if first.startswith("#") else ""
    return ""


@functools.lru_cache(maxsize=4096)
def _first_line_of_docstring(path: Path, changed: int) -> str:
    """changed: as of `_defines_entry`."""
    try:
        doc = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except UNREADABLE as error:
        return f"cannot be read: {error}"
    return doc.partition("\n")[0]


def _module(kind: str, name: str) -> ModuleType:
    """Imports what has this name. Raises UserError."""
    file = _file(kind, name)
    if file is None:
        return _entry_module(kind, name)
    package = KINDS[kind].package
    if package and file.parent in _project_folders(kind):
        return importlib.import_module(f"{package}.{name}")
    return _file_module(kind, file)


def _file_module(kind: str, path: Path) -> ModuleType:
    """Imports a file as `<kind>.<name>`, whatever folder it is in."""
    name = f"{kind}.{path.stem}"
    loaded = sys.modules.get(name)
    if loaded is not None and Path(loaded.__file__ or "").resolve() == path.resolve():
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        _run(functools.partial(spec.loader.exec_module, module), kind, str(path), "file")
    except UserError:
        del sys.modules[name]
        raise
    if path.parent not in _project_folders(kind):
        say_imported(f"{kind}/{path.name}", "the current folder")
    return module


def _run(load: Callable[[], object], kind: str, place: str, what: str) -> None:
    """Imports code that is not the project's. Raises UserError, one line, for whatever it raises."""
    try:
        load()
    except LocatedError:
        raise
    except UserError as error:
        raise LocatedError(f"{place_of_error(error) or place}: {error}", error.key) from error
    except (Exception, SystemExit) as error:
        where = (place_of_error(error) if what == "file" else "") or place
        wanted = f"expected a {_singular(kind)} that Python can import"
        raise LocatedError(f"{where}: {wanted}, got {explained(error)}; correct the {what}") from error


def _entry_points(kind: str) -> dict[str, EntryPoint]:
    """Returns the entry points of installed packages in the group `alife.<kind>`, by name. Imports none of them."""
    return _group(f"alife.{kind}", tuple(sys.path)) if _is_code(kind) and not forbidden() else {}


@functools.lru_cache(maxsize=64)
def _group(group: str, path: tuple[str, ...]) -> dict[str, EntryPoint]:
    """path: sys.path, which decides what is installed."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=group)}


def _file_of(point: EntryPoint) -> Path | None:
    """Returns the file of an entry point's module, as far as that can be located without importing its package."""
    file = Path(str(point.dist.locate_file(f"{point.module.replace('.', '/')}.py"))) if point.dist else None
    return file if file is not None and file.is_file() else None


def _entry_module(kind: str, name: str) -> ModuleType:
    points = _entry_points(kind)
    if name not in points:
        raise _unknown(kind, name)
    module = points[name].module
    place = f"entry point alife.{kind} {name} = {points[name].value}"
    _run(functools.partial(importlib.import_module, module), kind, place, "package")
    missing = {class_name(name), "Params"} - vars(sys.modules[module]).keys()
    if missing or module.rpartition(".")[2] != name:
        raise UserError(
            f"{place}: expected a module {name} that defines {class_name(name)} and Params, got {module}"
            f"{' without ' + ' and '.join(sorted(missing)) if missing else ''}; correct the package"
        )
    package = points[name].dist
    say_imported(f"{_singular(kind)} '{name}'", f"the package {package.name if package else module.partition('.')[0]}")
    return sys.modules[module]
