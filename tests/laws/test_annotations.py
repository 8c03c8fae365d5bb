"""Only laws, and functions that laws call, go without type annotations: the compiler types them, once for each use."""

from __future__ import annotations

import ast
import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

from alife.laws.law import Law

ROOT = Path(__file__).parents[2]


def untyped_modules() -> list[str]:
    """Names of the modules that pyproject.toml exempts from mypy's `disallow_untyped_defs`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["overrides"]
    patterns = [name for each in settings if each.get("disallow_untyped_defs") is False for name in each["module"]]
    files: list[Path] = []
    for pattern in patterns:
        path = pattern.replace(".", "/")
        files += ROOT.glob(f"{path[:-1]}**/*.py" if path.endswith("*") else f"{path}.py")
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return sorted(name.removesuffix(".__init__") for name in names)


def functions_of_laws() -> set[tuple[str, str]]:
    """(module, name) of every law of these modules and of the functions that laws call."""
    modules = [importlib.import_module(name) for name in untyped_modules()]
    todo = [value.function for module in modules for value in vars(module).values() if isinstance(value, Law)]
    found: set[tuple[str, str]] = set()
    while todo:
        function = todo.pop()
        key = function.__module__, function.__qualname__
        if key not in found:
            found.add(key)
            called = (function.__globals__.get(name) for name in function.__code__.co_names)
            todo += [each for each in called if isinstance(each, FunctionType)]
    return found


def untyped_functions(tree: ast.AST, above: str = "") -> Iterator[tuple[str, int]]:
    """(qualified name, line) of the functions in a module's tree that have no annotation at all."""
    for node in ast.iter_child_nodes(tree):
        name = above
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name = f"{above}{node.name}."
        if isinstance(node, ast.FunctionDef):
            hints = [each.annotation for each in ast.walk(node.args) if isinstance(each, ast.arg)]
            if node.returns is None and not any(hints):
                yield name[:-1], node.lineno
        yield from untyped_functions(node, name)


@pytest.mark.parametrize("module", untyped_modules())
def test_every_function_that_is_no_law_is_annotated(module: str) -> None:
    path = Path(importlib.import_module(module).__file__ or "")
    found, laws = untyped_functions(ast.parse(path.read_bytes())), functions_of_laws()
    missing = [f"{path}:{line}: {name}" for name, line in found if (module, name) not in laws]
    assert not missing


def test_laws_helpers_and_untyped_functions_are_found() -> None:
    assert {("alife.laws.scan", "exclusive_scan"), ("alife.laws.maths", "exp2")} <= functions_of_laws()
    text = "def f(a): ...\ndef g() -> None:\n    def h(b): ...\nclass A:\n    def m(self): ...\n    x: int = 1\n"
    assert list(untyped_functions(ast.parse(text))) == [("f", 1), ("g.h", 3), ("A.m", 5)]
