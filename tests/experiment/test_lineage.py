"""lineage.csv: the text is that of plain formatting, however it was batched, and a valid phylogeny elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.benchmarks.lineage import CAUSES, phylogeny, write
from alife.experiment.records.csv_columns import BLOCK, numbers
from alife.experiment.records.lineage_csv import death_rows, header, living_rows


def plain(columns: list[np.ndarray], ends: list[str], causes: list[str]) -> bytes:
    """The definition: one row after the other."""
    ids, parents, origins = columns
    named = ["none" if parent == -1 else parent for parent in parents.tolist()]
    rows = zip(ids.tolist(), named, origins.tolist(), ends, causes, strict=True)
    return "".join("{},[{}],{},{},{}\n".format(*row) for row in rows).encode()


@pytest.mark.parametrize("largest", [1, 9, 10, 2**32 - 1, 2**32, 2**63 - 1])
@pytest.mark.parametrize("count", [0, 1, 5, BLOCK + 3])
def test_rows_are_those_of_plain_formatting(largest: int, count: int) -> None:
    draw = np.random.default_rng(count)
    spread = [draw.integers(-1, largest, count, endpoint=True) >> draw.integers(0, 64, count) for _ in range(3)]
    ids = np.unique(np.abs(np.append(spread[0], [largest] * bool(count))))
    parents, born = (column[: len(ids)] for column in np.resize(spread[1:], (2, len(ids) + 1)))
    born, died = np.maximum(born, 0), draw.integers(0, 7, len(ids))
    causes = draw.integers(0, 3, len(ids)).astype(np.int32)
    dead = {"id": ids, "parent_id": parents, "origin_time": born, "destruction_time": died, "cause": causes}
    order = sorted(range(len(ids)), key=lambda row: (died[row], ids[row]))
    columns = [column[order] for column in (ids, parents, born)]
    ended = [str(time) for time in died[order]]
    assert death_rows(dead, CAUSES) == plain(columns, ended, [CAUSES[cause] for cause in causes[order]])
    mixed = draw.permutation(len(ids))
    living = living_rows({"id": ids[mixed], "parent_id": parents[mixed], "origin_time": born[mixed]})
    assert living == plain([ids, parents, born], [""] * len(ids), ["alive"] * len(ids))


def test_digits_of_every_length() -> None:
    values = np.array([0, -1, 7, 10, 99, 100, 10**18, 2**63 - 1])
    text = ["".join(map(chr, column[column > 0])) for column in numbers(values).T]
    assert text == ["" if value < 0 else str(value) for value in values]


def test_rows_do_not_depend_on_batches(tmp_path: Path) -> None:
    dead = phylogeny(200_000, seed=2)
    write(dead, tmp_path / "lineage.csv")
    assert (tmp_path / "lineage.csv").read_bytes() == header() + death_rows(dead, CAUSES)


def test_a_long_lineage_is_valid_elsewhere(tmp_path: Path) -> None:
    pandas, phyloframe = pytest.importorskip("pandas"), pytest.importorskip("phyloframe.legacy")
    write(phylogeny(50_000, seed=3), tmp_path / "lineage.csv")
    table = pandas.read_csv(tmp_path / "lineage.csv")
    assert len(table) == 50_000 and phyloframe.alifestd_validate(table)
    table.loc[9, "ancestor_list"] = "[99999999]"
    assert not phyloframe.alifestd_validate(table, diagnose=False)
