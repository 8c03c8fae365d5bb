"""The hall of fame: who stands in it is who a plain sort of the whole run finds; resumed or not, it is the same."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.report.subject import load
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from alife.experiment.founders import load_founders
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import load_genome
from alife.experiment.run import Run
from alife.simulation.elite_archive import EliteArchive, candidates, empty_archive, insert
from tests.simulation.test_generations import SOLO


@pytest.fixture
def solo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "solo.yaml").write_text(SOLO)
    return tmp_path / "solo.yaml"


def hall_of(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "hall").iterdir()}


def best_of_all(genomes: list[bytes], fitness: list[float], size: int, most: int) -> list[int]:
    """ids of the best `most`, each genome once, at its best; of `size` a generation, tried one after the other."""
    found: dict[bytes, int] = {}
    for row in sorted(range(len(genomes)), key=lambda row: (-fitness[row], -(row // size), row)):
        if np.isfinite(fitness[row]):
            found.setdefault(genomes[row], row)
    return list(found.values())[:most]


@pytest.mark.parametrize("values", [3, 1000])
@pytest.mark.parametrize("most", [1, 4, 50])
def test_the_best_of_the_whole_run_stand_in_it(values: int, most: int) -> None:
    draw, size = np.random.default_rng(values + most), 20
    genomes = draw.integers(0, 40, (15, size, 1)).astype(np.float32)
    fitness = draw.integers(0, values, (15, size)).astype(np.float32)
    fitness[draw.random((15, size)) < 0.1] = -np.inf
    hall = empty_archive(1, np.dtype(np.float32))
    for time in range(15):
        rows = candidates(hall, most, fitness[time])
        born = np.full(len(rows), time)
        told, ids = fitness[time, rows], time * size + rows
        hall = insert(hall, most, EliteArchive(genomes[time, rows], told, np.zeros(len(rows)), ids, ids, born))
    every = [genome.tobytes() for genome in genomes.reshape(-1, 1)]
    assert hall.ids.tolist() == best_of_all(every, fitness.ravel().tolist(), size, most)
    assert np.array_equal(hall.genomes, genomes.reshape(-1, 1)[hall.ids])


def test_resumed_after_a_kill_it_is_the_hall_of_an_uninterrupted_run(solo: Path) -> None:
    config = load_config(solo, ["run.elites=4"])
    evolve(config, "whole")
    killed = Run(config, "killed")
    killed.step(8)  # the checkpoint is of generation 5
    killed.release()
    (Path("killed") / "hall" / "id-999999999.safetensors").write_bytes(b"of a life given up")
    evolve(config, "killed", resume=True)
    assert hall_of(Path("killed")) == hall_of(Path("whole")) and len(hall_of(Path("whole"))) == 5


def test_its_files_tell_where_they_come_from_and_start_runs(solo: Path) -> None:
    run = evolve(load_config(solo), "run")
    halls, files = run.simulation.judged_elites(), sorted(Path("run/hall").glob("*.safetensors"))
    assert len(files) == 10 == len({genome.tobytes() for genome in halls.genomes})
    table = re.findall(r"\| (\d+) \| \[(\S+)\]", Path("run/hall/README.md").read_text())
    assert [name for _, name in table] == [f"id-{number:09d}.safetensors" for number in halls.ids]
    lineage = dict(line.split(",")[:2] for line in Path("run/lineage.csv").read_text().splitlines()[1:])
    for place, (_, name) in enumerate(table):
        meta = load_genome(Path("run/hall") / name).meta
        assert meta["fitness"] == halls.fitness[place] <= run.row["best_so_far"] and 0 <= meta["held_out"] <= 1
        assert lineage[str(meta["id"])] == f"[{meta['parents'][0]}]" if meta["parents"] else "[none]"
        assert meta["generation"] == meta["id"] // 40 and "seed: 5" in meta["config"] and meta["seed"] == 5
    assert np.isclose(halls.fitness[0], run.row["best_so_far"])
    founders = load_founders("run/hall", run.simulation.brain, run.simulation.world)
    assert sorted(map(bytes, founders["genome"])) == sorted(map(bytes, halls.genomes))
    assert load(files[0]).config is not None


def test_a_checkpoint_older_than_halls_goes_on_with_an_empty_one(solo: Path) -> None:
    config = load_config(solo, ["run.elites=0"])
    whole = evolve(config, "run")
    assert not Path("run/hall").exists()
    kept = checkpoint.load_last(Path("run/checkpoints"))
    assert kept is not None
    state = {name: array for name, array in kept.arrays.items() if not name.startswith("hall.")}
    whole.simulation.restore(state)
    assert len(whole.simulation.elites) == 0
