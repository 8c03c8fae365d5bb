"""Who descends from whom: lineage.csv, a phylogeny in the format of the ALife data standards.

Lalejini, Dolson, Bohm, Ferguson, Parsons, Rainford, Richmond and Ofria (2019), "Data Standards for Artificial Life
Software", ALIFE 2019: `id`, `ancestor_list` ("[12]", founders "[none]"), `origin_time` and `destruction_time` in steps;
`cause` is our own column. An agent is written when it dies; those still alive are written when the run ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

HEADER = "id,ancestor_list,origin_time,destruction_time,cause"


def death_rows(deaths: Mapping[str, np.ndarray], causes: Sequence[str]) -> str:
    """Lines for the dead, by time of death, then id: the same text however the deaths were batched.

    Args:
        deaths: [D] each: id, parent_id (-1: founder), origin_time, destruction_time (steps), cause (index).
        causes: the world's names of causes of death.
    """
    order = np.lexsort((deaths["id"], deaths["destruction_time"]))
    columns = [deaths[name][order].tolist() for name in ("id", "parent_id", "origin_time", "destruction_time")]
    return _rows(columns, np.asarray(causes, dtype=object)[deaths["cause"][order]].tolist())


def living_rows(ids: np.ndarray, parent_ids: np.ndarray, origin_times: np.ndarray) -> str:
    """Lines for those alive at the end of a run, by id: their destruction_time is `inf`. All arguments: [N]."""
    order = np.argsort(ids)
    columns = [column[order].tolist() for column in (ids, parent_ids, origin_times)]
    return _rows([*columns, ["inf"] * len(ids)], ["alive"] * len(ids))


def _rows(columns: list[list[object]], causes: list[str]) -> str:
    columns[1] = ["none" if parent == -1 else parent for parent in columns[1]]
    return "".join(map("{},[{}],{},{},{}\n".format, *columns, causes))
