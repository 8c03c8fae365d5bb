"""Keys of configurations that have had another name: files, stored runs and genomes with the old name stay readable."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from alife.config.yaml_source import OVERRIDE, Document, Keys, dotted


@dataclass(frozen=True)
class RenamedKey:
    """A key that had the name `old`. kinds: kinds of worlds to which that applies; () for all."""

    old: Keys
    new: Keys
    kinds: tuple[str, ...] = ()


# Of rows with the same old key the first whose kinds include the world's applies.
RENAMED_KEYS = (
    RenamedKey(("run", "hall"), ("run", "hall_of_fame"), kinds=("arena",)),
    RenamedKey(("run", "hall"), ("run", "elites")),
    RenamedKey(("run", "ancestors"), ("run", "hall_of_fame_share")),
)

_warned: set[tuple[str, Keys]] = set()  # (source, old key)


def rename_keys(document: Document, kind: str, stored: bool = False) -> None:
    """Gives old keys their new names, and writes a line for each to standard error, once per process and source.

    kind: of the world. stored: the text is kept in a genome file or checkpoint, which nobody edits, so that only old
    keys of overrides are reported. Raises UserError where a file has a key under both names.
    """
    for row in RENAMED_KEYS:
        if (row.kinds and kind not in row.kinds) or not document.has(row.old):
            continue
        place = document.place(row.old)
        document.rename(row.old, row.new)
        source = OVERRIDE if place.startswith(OVERRIDE) else place.rpartition(":")[0]
        if (stored and source != OVERRIDE) or (source, row.old) in _warned:
            continue
        _warned.add((source, row.old))
        print(f"alife: {place}: {dotted(row.old)} is now {dotted(row.new)}; write that", file=sys.stderr)
