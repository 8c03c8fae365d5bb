"""Names that shipped configurations and genomes have had."""

from __future__ import annotations

RENAMED_FILES = {"tmaze-continuous": "tmaze-walked", "mushrooms-continuous": "mushrooms-walked"}


def successor(name: str) -> str:
    """Returns the name that a file has now, with `_` in place of `-` if `name` has them; "" if it had no other."""
    new = RENAMED_FILES.get(name.replace("_", "-"), "")
    return new.replace("-", "_") if "_" in name else new


def now_called(name: str) -> str:
    """Returns `; it is now 'tmaze-walked'; write that` for an old name, otherwise an empty string."""
    new = successor(name)
    return f"; it is now '{new}'; write that" if new else ""
