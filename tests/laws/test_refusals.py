"""Mistakes in a law are refused in one line with file, line and what to write."""
# ruff: noqa: E501  (errors stand as they are printed)

from __future__ import annotations

import linecache
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.laws.law import Law
from alife.laws.scope import Scope, lanes_of
from alife.laws.source_text import LawError
from alife.laws.types import of_array

PLANTS = [(f"plants {k}", "plants", 0.0, 1.0) for k in range(3)]
STEER = [("steer", "", -1.0, 1.0)]
SCOPE = Scope(
    owners=(("x", "agents"), ("left", "agents"), ("lifetime", "p")),
    lanes=(*lanes_of("senses", PLANTS), *lanes_of("actions", STEER), *lanes_of("outputs", STEER)),
)
GIVEN = {
    "x": np.zeros(4, np.float32),
    "left": np.zeros(4, np.int32),
    "id": np.zeros(4, np.int64),
    "observations": np.zeros((4, 3), np.float32),
    "actions": np.zeros((4, 1), np.float32),
    "lifetime": np.array(5, np.int32),
}
HEAD = """import math

import numpy as np

from alife.laws.law import per_agent
from alife.laws.maths import f32, i32

TABLE = (0.1, 0.2)


def halved(v):
    w = v * 0.5


@per_agent
"""
LINE = HEAD.count("\n") + 2
MISTAKES = {
    "print(a.x)": "expected a statement with an effect, got print(a.x); write name = ..., or drop it",
    "a.x = f32(a + 1)": "expected a number, got the row a; write a.row for its number, or a.name for a column",
    "k = a; a.left = i32(k.x)": None,
    "k = -a; a.x = 1.0": "expected a number, got the row a; write a.row for its number, or a.name for a column",
    "b = agents[1]; a.x = b.x + f32(b)": "expected a number, got the row b; write b.row for its number, or b.name for a column",
    "p = 3": "expected a variable of its own, got the namespace p bound again; write another name",
    "a.x = 1.0; a = 3": "expected a variable of its own, got the row a bound again; write another name",
    "for p in range(3): a.x = 1.0": "expected a variable of its own, got the namespace p bound again; write another name",
    "a.left = p": "expected a number, got the namespace p alone; write p.name",
    "a.x = agents[1]": "expected a number, got the namespace agents alone; write agents[j].name, with j in range(...)",
    "b = a if a.x > 0.5 else agents[1]": "expected a choice between numbers, got one between rows in a if a.x > 0.5 else agents[1]; write k = a.row if ... else j, then b = agents[k]",
    "a.x = f32(len(a.senses.plants))": "expected len of a column, got len(a.senses.plants); write 3",
    "a.x = f32(len(agents))": "expected len of a column, got len(agents); write len(agents.id), or of another column",
    "a.senses.plants[3] = 0.0": "expected an index from 0 to 2, got 3; write one of those",
    "a.senses.plants[-1] = 0.0": "expected an index of senses.plants from 0 to 2, got -1; write one of those",
    "a.senses.plants[a.x] = 0.0": "expected an integer index, got f32; write i32(a.x)",
    "a.actions.steer = 0.5": "expected a column or a sensor to write, got a.actions.steer; write a.outputs, or a column of its own",
    "a.x = np.sin(a.x)": "expected a word of laws, got np.sin(a.x); write sin(...) with from alife.world import sin",
    "a.x = math.sin(a.x)": "expected a word of laws, got math.sin(a.x); write sin(...) with from alife.world import sin",
    "a.x = f32(world.k)": "expected a name that is a parameter, got world.k without world among them; write def law(..., world) to be given it",
    "a.x = halved(a.x)": "expected a function that returns a value, got halved; write return and the value",
    "a.x = a.left": "expected f32, got i32; write f32(a.left)",
    "a.x = a.left / 2": "expected an operator of i32, got / in a.left / 2; write f32(a.left) / f32(2), or a.left // 2 for a whole number",
    "a.x = a.x * a.left": "expected two operands of one type, got f32 and i32 in a.x * a.left; write f32(a.left)",
    "a.x = exp(a.x)": "expected a plain function of the module, a cast, or a word of alife.laws.maths, got exp; write from alife.world import exp",
    "a.x = f'{a.x}'": "expected numbers, names, elements, operators and calls, got f'{a.x}'; write one of those",
    "assert a.x > 0.0": "expected assignments, if, while, for, return, got assert a.x > 0.0; write one of those",
    "a.x = 1.0 if a.left else 0.0": "expected a comparison, got a number (i32); write a.left != 0",
    "while True: a.x += 1.0": "expected a loop that ends, got while True without break; write if ...: break in it",
    "ä = 1.0; a.x = ä": "expected names of the letters a to z, digits and _, got ä; write another name",
    "a.row = 3": "expected a column of a row to write, got a.row; write a.name = ..., with a column of its own",
    "a.left = int(a.x)": "expected a plain function of the module, a cast, or a word of alife.laws.maths, got int; write i32(x), which drops the fraction",
    "a.x = max(a.x, 1.0, 2.0)": "expected a plain function of the module, a cast, or a word of alife.laws.maths, got max; write max(max(x, y), z)",
    "u, v = a.x, a.x; a.x = u": "expected a call that returns a tuple, got a tuple display; write one assignment per line",
    "a.x = TABLE[0]": "expected an array parameter, got TABLE; write a column of a row, a.name, or pass the array",
    "agents[1].x = 1.0": "expected a write to row a of a field of its own table, got agents[1].x; write a.x = ..., or read from the other side",
    "a.x = " + " + ".join(["a.x"] * 400): "expected an expression of at most some hundred terms, got about 400; write it as several, with variables for its parts",
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], Law]:
    """Returns a law of a text, in a file of its own."""

    def make(text: str) -> Law:
        path = tmp_path / "place.py"
        path.write_text(text)
        scope: dict[str, Any] = {"__file__": str(path)}
        exec(compile(text, str(path), "exec"), scope)
        law: Law = scope["law"]
        return law

    return make


def translated(law: Law) -> None:
    resolved = law.within(SCOPE)
    names = list(zip(resolved.parameters, resolved.arguments, strict=True))
    types = {name: of_array(GIVEN[field]) for name, field in names}
    resolved.translate(types, {name: "agents" if GIVEN[field].ndim else "" for name, field in names})


@pytest.mark.parametrize("body", MISTAKES)
def test_a_mistake_in_a_law_is_one_line(body: str, made: Callable[[str], Law]) -> None:
    law, said = made(f"{HEAD}def law(a, agents, p):\n    {body}\n"), MISTAKES[body]
    if said is None:
        translated(law)  # a row may have another name
        return
    with pytest.raises(LawError) as caught:
        translated(law)
    assert str(caught.value).partition("place.py:")[2] == f"{LINE}: law: {said}"


HEADS = {
    "def law(a, p=3):\n    a.x = 1.0": "expected plain positional parameters, got defaults, keywords or stars; write names alone",
    "def law(a, *p):\n    a.x = 1.0": "expected plain positional parameters, got defaults, keywords or stars; write names alone",
    "def law():\n    pass": "expected the row as the first parameter, got none; write def law(a)",
    "def law(a):\n    return a.x": "expected a law that returns nothing, got a return of a value; write a.name = ...",
}


@pytest.mark.parametrize("text", HEADS)
def test_a_mistake_in_a_head_is_one_line(text: str, made: Callable[[str], Law]) -> None:
    with pytest.raises(LawError) as caught:
        translated(made(f"{HEAD}{text}\n"))
    assert str(caught.value).partition("place.py:")[2] == f"{LINE - 1}: law: {HEADS[text]}"


def test_an_option_that_names_nothing_of_the_law_is_one_line(made: Callable[[str], Law]) -> None:
    law = made(HEAD.replace("@per_agent", '@per_agent(reads_other_rows=("lefd",))') + "def law(a):\n    a.left = 1\n")
    with pytest.raises(
        LawError, match=r"law: expected columns that the law touches in reads_other_rows, got lefd; did"
    ):
        law.within(SCOPE)


def test_a_row_of_the_array_form_is_a_number(made: Callable[[str], Law]) -> None:
    translated(made(f"{HEAD}def law(i, x, left):\n    left[i] = i + 1 if x[i] > 0.5 else i\n"))
    translated(made(f"{HEAD}def law(a, x):\n    a.x = x[a] + x[a.row]\n"))


def test_a_file_that_was_edited_since_it_was_loaded_is_refused(made: Callable[[str], Law], tmp_path: Path) -> None:
    text = f"{HEAD}def law(a):\n    a.x = 1.0\n"
    law, path = made(text), tmp_path / "place.py"
    path.write_text(text.replace("1.0", "2.0"))
    os.utime(path, (time.time() + 5, time.time() + 5))
    with pytest.raises(LawError, match=r"place.py:\d+: law: expected the text that was loaded, got another; start"):
        law.within(SCOPE)
    path.write_text(text + "\n# an edit elsewhere\n")
    os.utime(path, (time.time() + 9, time.time() + 9))
    translated(law)


@pytest.mark.parametrize("file", ["<stdin>", "<string>"])
def test_a_law_without_a_file_is_one_line(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{HEAD}def law(a):\n    a.x = 1.0\n"
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, file, "exec"), space)
    said = f"{file}:{LINE - 2}: law: expected a function in a file, as its text is compiled, got one from {file}; write"
    with pytest.raises(LawError) as caught:
        space["law"].within(SCOPE)
    assert str(caught.value).startswith(said)
    other = [f"{line}\n" for line in text.replace("1.0", "2.0").splitlines()]  # the text of an earlier command
    monkeypatch.setitem(linecache.cache, file, (1, None, other, file))
    with pytest.raises(LawError) as caught:
        space["law"].within(SCOPE)
    assert str(caught.value).startswith(said)


def test_a_law_in_a_cell_of_a_notebook_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    text, file = f"{HEAD}def law(a):\n    a.x = 1.0\n", "<ipython-input-1-abc>"
    monkeypatch.setitem(linecache.cache, file, (len(text), None, [f"{line}\n" for line in text.splitlines()], file))
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, file, "exec"), space)
    translated(space["law"])
