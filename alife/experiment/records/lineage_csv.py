"""The phylogeny of a run: lineage.csv, in the format of the ALife data standards.

Lalejini, Dolson, Bohm, Ferguson, Parsons, Rainford, Richmond and Ofria (2019), "Data Standards for Artificial Life
Software", ALIFE 2019: `id`, `ancestor_list` ("[12]"; founders "[none]"; children of two parents "[12,7]", first the one
that bore them), `origin_time` and `destruction_time` in steps, the latter empty for the living; `cause` is our own
column, and so are those that `records.lineage` adds. An agent is written when it dies; those still alive are written
when the run ends, and the rows are then sorted by id (`lineage_order`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from alife.experiment.records.csv_columns import BLOCK, lines, numbers, values, words

COLUMNS = ("id", "ancestor_list", "origin_time", "destruction_time", "cause")
AGENTS = ("id", "parent_id", "second_parent_id", "origin_time", "destruction_time", "cause")  # what those are made of

Columns = Mapping[str, np.ndarray]


def header(added: Sequence[str] = ()) -> bytes:
    """Returns the first line. added: names of further columns."""
    return f"{','.join((*COLUMNS, *added))}\n".encode()


def death_rows(deaths: Columns, causes: Sequence[str]) -> bytes:
    """Returns lines for the dead, by time of death, then id: the same text however the deaths were batched.

    Args:
        deaths: [D] each: id, parent_id (-1: founder), origin_time, destruction_time (steps), cause (index), and, where
            two may be parents, second_parent_id (-1: none); any others follow as further columns.
        causes: the world's names of causes of death.
    """
    return _text(deaths, np.lexsort((deaths["id"], deaths["destruction_time"])), causes)


def living_rows(living: Columns) -> bytes:
    """Returns lines for the living at the end of a run, by id; their destruction_time is empty.

    living: [N] each: as of `death_rows`, without destruction_time and cause.
    """
    return _text(living, np.argsort(living["id"]), ("alive",))


def _text(columns: Columns, order: np.ndarray, causes: Sequence[str]) -> bytes:
    """Lines in this order [N], made a block at a time."""
    blocks = [order[start : start + BLOCK] for start in range(0, len(order), BLOCK)]
    return b"".join(_rows({name: column[rows] for name, column in columns.items()}, causes) for rows in blocks)


def _rows(columns: Columns, causes: Sequence[str]) -> bytes:
    """Lines of agents: without a destruction_time they live, without a cause theirs is the first."""
    ends = [numbers(columns["destruction_time"])] if "destruction_time" in columns else []
    cause = words(causes, columns.get("cause", np.zeros(len(columns["id"]), np.int64)))
    born = [numbers(columns["id"]), *_ancestors(columns), numbers(columns["origin_time"])]
    added = [part for name in columns if name not in AGENTS for part in (",", values(columns[name]))]
    return lines([*born, ",", *ends, ",", cause, *added, "\n"])


def _ancestors(columns: Columns) -> list[np.ndarray | str]:
    """The list of parents with the commas around it; a list of two holds one itself, so it is quoted."""
    parent = columns["parent_id"]
    first = [numbers(parent), words(("", "none"), (parent == -1).astype(np.int64))]
    if "second_parent_id" not in columns:
        return [",[", *first, "],"]
    second = columns["second_parent_id"]
    two = (second >= 0).astype(np.int64)
    return [words((",[", ',"['), two), *first, words(("", ","), two), numbers(second), words(("],", ']",'), two)]


def read_lineage(path: Path) -> np.ndarray | None:
    """Returns [A, 4] float64: id, parent (-1: none), origin and destruction (inf: alive); None without a sound table.

    The parent is the first of two. A last row that a kill cut short is left out. Earlier versions wrote `inf`.
    """
    text = path.read_bytes() if path.exists() else b""
    text = re.sub(rb'"\[(\d+),\d+\]"', rb"\1", text)
    text = text[: text.rfind(b"\n") + 1].translate(None, b"[]").replace(b"none", b"-1").replace(b",,", b",inf,")
    if text.count(b"\n") < 2:
        return None
    try:
        return np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1, usecols=(0, 1, 2, 3), ndmin=2)
    except ValueError:
        return None
