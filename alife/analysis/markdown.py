"""Markdown that reads well as plain text, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields the lines of a table, and an empty line after it."""
    for line in (header, ("---",) * len(header), *rows):
        yield f"| {' | '.join(cell(text) for text in line)} |"
    yield ""


def cell(text: str) -> str:
    """One line of a table's cell: a bar inside it does not end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text in the type of a program."""
    return f"`{text}`"


def choices(names: Sequence[str], last: str = "or") -> str:
    """a, b, or c."""
    if len(names) < 3:
        return f" {last} ".join(names)
    return f"{', '.join(names[:-1])}, {last} {names[-1]}"
