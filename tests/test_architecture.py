"""The arrows of the house that an import contract cannot say, read from the syntax of every file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp
from importlinter.cli import lint_imports

from tests.conftest import ROOT

ALIFE = sorted((ROOT / "alife").rglob("*.py"))
WORLDS = sorted((ROOT / "worlds").glob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """Every module named in an import statement of a file, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{name.name}" for name in node.names if node.module == "alife"}
    return found


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def test_the_import_contract_holds(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_no_modules_import_each_other_in_a_circle(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(ROOT)
    graph = grimp.build_graph("alife", cache_dir=None)
    before = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while True:  # what imports nothing that is left is in no circle
        free = {module for module, imports in before.items() if not imports & before.keys()}
        if not free:
            break
        before = {module: imports for module, imports in before.items() if module not in free}
    leading_to_one = set(before)
    while True:  # nor is what nothing that is left imports
        free = leading_to_one - set().union(*(before[module] for module in leading_to_one))
        if not free:
            break
        leading_to_one -= free
    assert leading_to_one == set()


def test_kinds_of_runs_and_worlds_are_told_apart_by_what_they_declare() -> None:
    """No isinstance on the classes that a run drives, and no comparison with the name of a world's kind."""
    for path in ALIFE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
                kinds = set(re.findall(r"\w+", ast.unparse(node.args[1])))
                assert not kinds & {"Simulation", "Generations", "Coevolution", "Process"}, f"{path}:{node.lineno}"
            if isinstance(node, ast.Compare) and re.search(r"\bworld\w*\.kind\b", ast.unparse(node)):
                raise AssertionError(f"{path}:{node.lineno}: ask for what the world declares")


def test_pygame_only_in_the_window() -> None:
    users = {path for path in ALIFE + WORLDS if tops(path) & {"pygame", "pygame_gui"}}
    assert users and all(path.is_relative_to(ROOT / "alife/viewer") for path in users)


def test_cupy_only_where_the_device_is() -> None:
    users = {path.relative_to(ROOT).as_posix() for path in ALIFE + WORLDS if tops(path) & {"cupy", "cupy_backends"}}
    assert users <= {"alife/backends/cuda/device.py", "alife/backends/cuda/nvrtc.py"}


def test_alife_imports_no_world_and_names_none() -> None:
    for path in ALIFE:
        assert "worlds" not in tops(path)


def test_worlds_import_only_what_a_world_is_made_of() -> None:
    assert WORLDS
    for path in WORLDS:
        own = {name for name in imported(path) if name.partition(".")[0] in ("alife", "worlds")} - {"alife"}
        assert {name for name in own if not name.startswith("alife.parts.")} == {"alife.world"}, path


def test_parts_of_worlds_import_only_what_a_world_is_made_of() -> None:
    parts = sorted((ROOT / "alife/parts").glob("[!_]*.py"))
    assert parts
    for path in parts:
        own = {name for name in imported(path) if name.partition(".")[0] in ("alife", "worlds")} - {"alife"}
        assert {name for name in own if not name.startswith("alife.parts.")} <= {"alife.world"}, path


def test_importing_the_package_is_light() -> None:
    heavy = "{'pygame', 'cupy', 'numpy', 'matplotlib'}"
    code = f"import sys, alife, alife.cli.commands; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_package_is_found() -> None:
    import alife

    for name in alife.__all__:
        assert getattr(alife, name).__name__ == name
