"""Laws of the whole tree take namespaces, few of them."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pydantic
import pytest

import alife
import worlds
from alife.laws.law import Law
from alife.laws.rows import Columns, Draws, Table, WorldScalars
from alife.laws.scan import exclusive_scan

LAW = re.compile(r"\b(per_\w+|serial)\b")  # decorators, one of which every law has
MOST = 8  # parameters of a law, its row and column among them
ANY_TABLE = (exclusive_scan,)  # it scans a column of any table into one of another: `.on` names them
CELL_LISTS = {"bin_start", "bin_slots"}  # which walks over neighboring bins take as they are


def laws() -> list[Law]:
    """The laws of all modules, each once. Modules without one are not imported, nor the libraries that they need."""
    found: dict[Any, Law] = {}
    for package in (alife, worlds):
        home = Path(package.__path__[0])
        for path in sorted(home.rglob("*.py")):
            module = ".".join(path.relative_to(home.parent).with_suffix("").parts)
            if LAW.search(path.read_text()) and not module.startswith("alife.shipped"):
                members = vars(importlib.import_module(module)).values()
                found |= {law.function: law for law in members if isinstance(law, Law)}
    return list(found.values())


def is_namespace(hint: Any) -> bool:
    """True for a row, a table, the world, draws, and Params; these may be a Protocol of what some of them have."""
    if get_origin(hint) is Table:
        return is_namespace(get_args(hint)[0])
    kinds = (Columns, WorldScalars, Draws, pydantic.BaseModel)
    return isinstance(hint, type) and (issubclass(hint, kinds) or getattr(hint, "_is_protocol", False))


LAWS = laws()


def test_the_laws_of_the_whole_tree_are_found() -> None:
    homes = {law.function.__module__.split(".")[1] for law in LAWS}
    assert {"laws", "backends", "evolution", "simulation", "parts", "cartpole"} <= homes and len(LAWS) > 110


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.function.__module__}.{law.name}")
def test_a_law_takes_few_namespaces(law: Law) -> None:
    names = list(inspect.signature(law.function).parameters)
    assert len(names) <= MOST
    hints = get_type_hints(law.function)
    given = names[:1] + names[2:] if law.columns else names
    arrays = {name for name in given if not is_namespace(hints.get(name))} - CELL_LISTS
    assert not arrays or law in ANY_TABLE
