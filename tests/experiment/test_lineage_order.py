"""lineage.csv sorted by id at the end of a run, and the log again where the run goes on; further columns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import alife
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.records.lineage_csv import read_lineage
from alife.experiment.records.lineage_order import restore_log, sort_by_id
from alife.experiment.run import Run
from alife.simulation.lineage_columns import LineageColumns, genome_hashes
from tests.conftest import Command

ALL = "records.lineage=[genome_hash, traits, clade, generation]"
HEAD = "id,ancestor_list,origin_time,destruction_time,cause\n"
LOG = HEAD + (
    "1,[none],0,3,eaten\n10,[1],1,5,migrated\n2,[none],0,5,starved\n"  # a migrant leaves before the dead of its step
    '11,"[10,2]",2,12,starved\n'
)


def as_columns(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_sorted_by_id_and_the_log_again(tmp_path: Path) -> None:
    path = tmp_path / "lineage.csv"
    path.write_text(LOG + "3,[none],0,,alive\n12,[11],7,,alive\n")
    sort_by_id(path)
    rows = as_columns(path)
    assert [int(row["id"]) for row in rows] == [1, 2, 3, 10, 11, 12] and rows[4]["ancestor_list"] == "[10,2]"
    table = read_lineage(path)
    assert table is not None and table[:, 1].tolist() == [-1, -1, -1, 1, 10, 11] and np.isinf(table[[2, 5], 3]).all()
    restore_log(path)
    assert path.read_text() == LOG
    restore_log(path)  # it is a log already
    assert path.read_text() == LOG


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "0,[none],0,4,eaten\n1,[no", "no table\nat all\n", "\n", "7"])
def test_files_without_rows_or_cut_short(text: str, tmp_path: Path) -> None:
    path = tmp_path / "lineage.csv"
    path.write_text(text)
    sort_by_id(path)
    assert path.read_text() == text
    restore_log(path)
    assert text.startswith(path.read_text())


def test_a_log_of_an_earlier_version_is_continued(tiny: Path, tmp_path: Path) -> None:
    """As an earlier version left it: dead by time of death, then the living with `inf`."""
    short, long = (alife.load_config(tiny, [f"run.steps={steps}"]) for steps in (60, 120))
    evolve(long, tmp_path / "whole")
    evolve(short, tmp_path / "run")
    path = tmp_path / "run" / "lineage.csv"
    living = [line for line in path.read_text().splitlines(keepends=True) if line.endswith(",,alive\n")]
    restore_log(path)
    path.write_text(path.read_text() + "".join(living).replace(",,", ",inf,"))
    table = read_lineage(path)
    assert table is not None and np.isinf(table[:, 3]).sum() == len(living) > 0
    evolve(long, tmp_path / "run", resume=True)
    assert path.read_bytes() == (tmp_path / "whole" / "lineage.csv").read_bytes()


def test_an_earlier_checkpoint_of_a_run_that_has_ended_continues_it(tiny: Path, tmp_path: Path) -> None:
    """The log is restored up to any checkpoint, and those migrants of its step that had left."""
    config = alife.load_config(tiny, ["run.checkpoint_every=30", "run.steps=90"])

    def life(out: Path, steps: int) -> None:
        run = Run(config, out, resume=True)
        while run.simulation.steps < steps:
            if run.simulation.steps in (30, 60) and run.migrations < run.simulation.steps // 30:
                run.receive(run.simulation.emigrants(5))
                run.save()
            run.step(30)
        run.close()

    life(tmp_path / "whole", 90)
    life(tmp_path / "run", 90)
    last = sorted((tmp_path / "run" / "checkpoints").iterdir())[-1]
    last.write_bytes(b"damaged")
    life(tmp_path / "run", 90)
    texts = [(tmp_path / name / "lineage.csv").read_text() for name in ("whole", "run")]
    assert texts[0] == texts[1] and texts[0].count(",60,migrated") == 5


def test_an_interrupted_run_keeps_its_log(tiny: Path, tmp_path: Path) -> None:
    run = Run(alife.load_config(tiny), tmp_path / "run")
    run.step(60)
    run.close(judge=False)
    table = read_lineage(tmp_path / "run" / "lineage.csv")
    assert table is not None and (np.diff(table[:, 0]) < 0).any()
    assert evolve(run.config, tmp_path / "run", resume=True).finished
    table = read_lineage(tmp_path / "run" / "lineage.csv")
    assert table is not None and (np.diff(table[:, 0]) == 1).all()


def test_further_columns_are_those_of_each_agent(tiny: Path, tmp_path: Path) -> None:
    changes = ["brain.storage=float16", "strategy.mating=0.5", "world.lifetime=20", "run.steps=60"]
    changes += ["world.split_age=5", "world.split_energy=1"]
    config = alife.load_config(tiny, [*changes, ALL])
    run, expected = Run(config, tmp_path / "run"), {}
    traits = run.simulation.world.heritable
    while run.simulation.steps < 60:
        agents = run.population
        values = {"genome_hash": genome_hashes(agents["genome"]), **{name: agents[name] for name in traits}}
        values |= {name: agents[name] for name in ("clade", "generation")}
        for place, number in enumerate(agents["id"].tolist()):
            expected.setdefault(number, [column[place] for column in values.values()])
        run.step(1)
    run.close()
    rows = as_columns(tmp_path / "run" / "lineage.csv")
    assert list(rows[0])[5:] == ["genome_hash", *traits, "clade", "generation"]
    seen = [row for row in rows if int(row["id"]) in expected]
    assert sum(row["cause"] != "alive" and row["generation"] != "0" for row in seen) > 20
    for row in seen:
        values = expected[int(row["id"])]
        assert [type(value.item())(text) for value, text in zip(values, list(row.values())[5:], strict=True)] == [
            pytest.approx(value.item(), rel=1e-7, abs=0) for value in values
        ]
    plain = evolve(alife.load_config(tiny, changes))
    assert run.simulation.state_hash() == plain.simulation.state_hash()


def test_generations_have_hashes_too_and_clades_are_refused_there(tmp_path: Path, command: Command) -> None:
    small = ["run.capacity=8", "run.generations=3", "records.lineage=[traits, generation, genome_hash]"]
    run = evolve(alife.load_config("cartpole", small), tmp_path / "run")
    rows = as_columns(tmp_path / "run" / "lineage.csv")
    assert list(rows[0])[5:] == ["generation", "genome_hash"] and len(rows) == 24
    assert [int(row["generation"]) for row in rows] == [place // 8 for place in range(24)]
    assert [int(row["genome_hash"]) for row in rows[16:]] == genome_hashes(
        run.simulation.samples(8)[""]["genome"]
    ).tolist()
    for name, kind in (("cartpole", "episodic"), ("pursuit", "an arena")):
        status, _, error = command("evolve", name, "--set", "records.lineage=[clade]")
        assert status == 2 and f"clade is recorded in shared worlds, but '{name}' is {kind}" in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("records: [traits]", "records: expected keys, got ['traits']; write records: {lineage: [traits]}"),
        ("records: {lineage: traits}", "records.lineage: expected a list, got 'traits'; write for example lineage: []"),
        (
            "records: {lineage: [clade, clade]}",
            "records.lineage: expected each column once, got clade twice; write [clade]",
        ),
        ("lineage: [traits]", "write it below records:"),
        ("run: {keep_checkpoints: [every: 5000]}", "did you mean 'keep_checkpoints_every'?"),
    ],
)
def test_what_is_no_list_of_columns_is_refused(text: str, said: str, tiny: Path, command: Command) -> None:
    tiny.write_text(f"world: {{name: meadow}}\n{text}\n")
    status, _, error = command("evolve", tiny)
    assert status == 2 and error.count("\n") == 1 and said in error and f"{tiny}:2: " in error


def test_hashes_tell_genes_apart() -> None:
    genes = np.zeros((4, 3), np.float32)
    genes[1, 0] = genes[2, 2] = 1.0
    hashes = genome_hashes(genes)
    assert hashes[0] == hashes[3] and len(set(hashes.tolist())) == 3 and (hashes >= 0).all()
    assert (genome_hashes(genes.astype(np.float16)) == hashes).all()


def test_a_trait_with_the_name_of_a_column_is_refused() -> None:
    with pytest.raises(UserError, match="a trait of the world is called cause"):
        LineageColumns(["traits"], ["size", "cause"])


def test_polars_reads_whole_numbers(tiny: Path, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    config = alife.load_config(tiny, ["run.steps=30", ALL])
    evolve(config, tmp_path / "run")
    table = polars.read_csv(tmp_path / "run" / "lineage.csv")
    founders = genome_hashes(Run(config).population["genome"])
    assert table["genome_hash"].head(len(founders)).to_list() == founders.tolist()
    types = dict(table.schema)
    whole = ("id", "origin_time", "destruction_time", "clade", "generation", "genome_hash")
    assert all(types[name] == polars.Int64 for name in whole) and types["size"] == polars.Float64
