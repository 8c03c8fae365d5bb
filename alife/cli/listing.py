"""Listings that `list` prints."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from typing import Any

from alife.brains import make_brain
from alife.config import registry
from alife.errors import UserError, as_shown
from alife.experiment.records.genome import load_genome


def described(kind: str) -> dict[str, dict[str, Any]]:
    """{name: {doc, file}}; a genome's doc tells its world, brain and step, a brain has its sizes and costs beside it.

    Raises:
        UserError: an unknown kind.
    """
    entries: dict[str, dict[str, Any]] = {**registry.describe(kind)}
    for name, entry in entries.items():
        if kind == "genomes":
            entry["doc"] = _genome_doc(Path(entry["file"]))
        elif kind == "brains" and registry.is_shipped(kind, name):  # files of the user's own are not run
            entry |= _brain_costs(name)
    return entries


def _brain_costs(name: str) -> dict[str, Any]:
    """Of a brain with its defaults at width 32, 12 senses and 4 actions: weights, genes; operations, bytes a step."""
    counted = make_brain({"name": name, "width": 32}, 12, 4).count()
    return {key: counted[key] for key in ("weights", "genes", "operations", "bytes")}


def _genome_doc(path: Path) -> str:
    try:
        genome = load_genome(path)
    except UserError as error:
        return str(error)
    meta = genome.meta
    brain, world, step = (as_shown(str(value)) for value in (genome.brain["name"], meta.get("world"), meta.get("step")))
    return f"{brain} of {len(genome.params)} genes from {world}, step {step}"


def listing(entries: dict[str, dict[str, Any]]) -> str:
    """One paragraph an entry, as wide as the terminal."""
    if not entries:
        return "none"
    width = shutil.get_terminal_size().columns
    indent = max(len(name) for name in entries) + 2
    later = " " * indent
    return "\n".join(
        textwrap.fill(_said(entry), width, initial_indent=name.ljust(indent), subsequent_indent=later)
        for name, entry in entries.items()
    )


def _said(entry: dict[str, Any]) -> str:
    costs = {key: value for key, value in entry.items() if key not in ("doc", "file")}
    told = ", ".join(f"{value:,} {key}" for key, value in costs.items())
    return f"{entry['doc'] or entry['file']}{f' ({told} at width 32)' if told else ''}"
