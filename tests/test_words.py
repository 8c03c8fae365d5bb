"""Rules of prose that a program can hold: how docstrings begin, what they name, and words that are not used."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted([*(ROOT / "alife").rglob("*.py"), *(ROOT / "worlds").glob("*.py"), ROOT / "run.py"])
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
BEGINNINGS = re.compile(r"(What|Of|Who|Those|Where|Whether|How|Whose|All that|Everything that|Nothing that)\b")
SHAPE = re.compile(r"\[[^\]]*\]|[Ss]calars?\b|shape")
BRITISH = re.compile(
    r"\b\w*(colour|behaviour|neighbour|favour|honour|centre|metre|grey|polaris|organis|initialis|normalis|vectoris|"
    r"recognis|summaris|labelled|modell|cancell|travell|licence|catalogue|artefact)\w*\b",
    re.IGNORECASE,
)
ODD = {
    "got": re.compile(r", came\b|\bcame \{"),
    "at most n, up to n, the number of": re.compile(r"\bso many\b"),
    "GPU, device": re.compile(r"\b(graphics )?cards?\b", re.IGNORECASE),
    "the thing itself": re.compile(r"\bwhoever\b", re.IGNORECASE),
    "returns, writes, prints": re.compile(r"\b(hears?|heard)\b", re.IGNORECASE),
}
CARD_GAMES = ("autoencode", "concentration", "count_recall", "higher_lower", "repeat_first", "repeat_previous")
CARDS = {  # the report's summary cards, and playing cards
    "alife/analysis/instruments/card.py",
    "alife/analysis/report/style.py",
    "alife/analysis/studies/minds.py",
    "alife/parts/playing_cards.py",
    *(f"worlds/{name}.py" for name in CARD_GAMES),
}
# Names that files hold, in code or alone in quotes, and titles of papers.
NAMES_KEPT = re.compile(
    r"`[^`]*`|^\w+$|\"[A-Z][^\"]{15,}\"|polarisation|colour \{"
    r"|\bcolours\b(?=:|$)|\bcentre\b(?=[:,])|(neighbours|colours)=?\b(?=:|=)",
    re.DOTALL,
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definitions(path: Path) -> Iterator[tuple[Definition, bool]]:
    """Each class and function of a file, and whether it is public."""

    def inside(node: ast.AST, public: bool) -> Iterator[tuple[Definition, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Definition):
                seen = public and not child.name.startswith("_")
                yield child, seen
                yield from inside(child, seen and isinstance(child, ast.ClassDef))

    yield from inside(ast.parse(path.read_text()), True)


def takes_arrays(node: Definition) -> bool:
    """True if an annotation of an argument is an array."""
    if isinstance(node, ast.ClassDef):
        return False
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(one.annotation and re.search(r"\bndarray\b", ast.unparse(one.annotation)) for one in arguments)


def raises_user_error(node: Definition) -> bool:
    """True if the body itself raises UserError; the docstring of a command is its help text."""
    if isinstance(node, ast.ClassDef) or any("command" in ast.unparse(one) for one in node.decorator_list):
        return False
    raised = [inner.exc for inner in ast.walk(node) if isinstance(inner, ast.Raise)]
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) == "UserError" for one in raised)


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Comments and strings of a file, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string.strip("\"'")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_docstrings_begin_name_shapes_and_say_what_they_raise(path: Path) -> None:
    faults = []
    for node, public in definitions(path):
        doc = ast.get_docstring(node)
        if not public or not doc:
            continue
        place = f"{node.lineno} {node.name}"
        if BEGINNINGS.match(doc):
            faults.append(f"{place}: begins with {doc.split()[0]!r}; write a verb or a noun phrase")
        if takes_arrays(node) and not SHAPE.search(doc):
            faults.append(f"{place}: takes arrays; write their shapes")
        if raises_user_error(node) and "Raise" not in doc and "Refuse" not in doc:
            faults.append(f"{place}: raises UserError; write Raises")
    module = ast.get_docstring(ast.parse(path.read_text())) or ""
    if BEGINNINGS.match(module):
        faults.append(f"1: the module's docstring begins with {module.split()[0]!r}")
    assert faults == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_prose_uses_the_words_of_the_field(path: Path) -> None:
    faults = []
    for line, text in prose(path):
        plain = NAMES_KEPT.sub("", text)
        faults += [f"{line}: {found.group(0)!r}: American spelling" for found in BRITISH.finditer(plain)]
        for better, rule in ODD.items():
            if "cards" in rule.pattern and name_of(path) in CARDS:
                continue
            faults += [f"{line}: {found.group(0)!r}: write {better}" for found in rule.finditer(plain)]
    assert faults == []
