"""Run folders: lineage and metrics as files, checkpoints kept and damaged, resume equal to the bit."""

from __future__ import annotations

import csv
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import alife
from alife.atomic_files import DamagedError
from alife.config.models import Config
from alife.errors import UserError
from alife.experiment.evolve import evolve, open_run
from alife.experiment.records import checkpoint
from alife.experiment.run import Run
from tests.conftest import ROOT

HALVES = ("brain.storage=float16", "brain.memory.storage=float16")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def assert_same_end(one: Path, other: Path) -> None:
    for name in ("metrics.csv", "lineage.csv"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert open_run(one).simulation.state_hash() == open_run(other).simulation.state_hash()


def stopped_at(config: Config, out: Path, step: int) -> None:
    """A run as SIGKILL leaves it: rows after the checkpoint are in the logs."""
    run = Run(config, out)
    run.step(step)
    assert run._recorder is not None
    run._recorder._lineage.flush()


@pytest.fixture
def config(tiny: Path) -> Config:
    return alife.load_config(tiny)


def test_lineage_is_a_valid_phylogeny_and_counts_every_agent(config: Config, tmp_path: Path) -> None:
    run = evolve(config, tmp_path / "run")
    rows = rows_of(tmp_path / "run" / "lineage.csv")
    ids = [int(row["id"]) for row in rows]
    assert ids == list(range(80 + run.simulation.births)) and run.simulation.births > 0
    origin = {int(row["id"]): int(row["origin_time"]) for row in rows}
    for row in rows:
        assert row["ancestor_list"][0] + row["ancestor_list"][-1] == "[]"
        parent = row["ancestor_list"][1:-1]
        assert (parent == "none") == (int(row["id"]) < 80)
        assert parent == "none" or origin[int(parent)] < origin[int(row["id"])]
        assert (row["destruction_time"] == "") == (row["cause"] == "alive")
        assert int(row["destruction_time"] or 120) >= int(row["origin_time"])
    assert sum(row["cause"] == "alive" for row in rows) == run.simulation.num_alive


def test_metrics_fall_on_their_steps(config: Config, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    steps = [int(row["step"]) for row in rows_of(tmp_path / "run" / "metrics.csv")]
    assert steps == list(range(0, 121, 10))


@pytest.mark.parametrize(("step", "changes"), [(15, ()), (40, ()), (95, ()), (95, HALVES), (119, ())])
def test_a_killed_run_resumed_ends_as_if_never_interrupted(
    step: int, changes: tuple[str, ...], tiny: Path, tmp_path: Path
) -> None:
    config = alife.load_config(tiny, changes)
    evolve(config, tmp_path / "plain")
    stopped_at(config, tmp_path / "killed", step)
    evolve(config, tmp_path / "killed", resume=True, threads=2)
    assert_same_end(tmp_path / "plain", tmp_path / "killed")


def test_a_finished_run_resumed_to_more_steps_equals_one_long_run(config: Config, tmp_path: Path) -> None:
    longer = config.model_copy(update={"run": config.run.model_copy(update={"steps": 170})})
    evolve(config, tmp_path / "parts")
    evolve(longer, tmp_path / "parts", resume=True)
    evolve(longer, tmp_path / "whole")
    assert_same_end(tmp_path / "whole", tmp_path / "parts")


def test_sigkill_at_a_random_moment(tiny: Path, tmp_path: Path) -> None:
    settings = ["--set", "run.steps=2000", "--set", "run.checkpoint_every=100", "--quiet"]
    line = [sys.executable, str(ROOT / "run.py"), "evolve", str(tiny), "--out", "killed", *settings]
    process = subprocess.Popen(line, cwd=tmp_path)
    while process.poll() is None and len(checkpoint.listed(tmp_path / "killed" / "checkpoints")) < 2:
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.2))
    process.kill()
    process.wait()
    assert subprocess.run([*line, "--resume"], cwd=tmp_path).returncode == 0
    longer = alife.load_config(tiny, ["run.steps=2000", "run.checkpoint_every=100"])
    evolve(longer, tmp_path / "plain")
    assert_same_end(tmp_path / "plain", tmp_path / "killed")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_saves_and_exits_130(number: int, tiny: Path, tmp_path: Path) -> None:
    line = [sys.executable, str(ROOT / "run.py"), "evolve", str(tiny), "--out", "run", "--set", "run.steps=1000000"]
    process = subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (tmp_path / "run" / "checkpoints").is_dir():
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in errors
    assert f"evolve {tiny} --set run.steps=1000000 --out run --resume" in errors
    run = open_run(tmp_path / "run")
    assert run.simulation.steps >= 40 and rows_of(tmp_path / "run" / "lineage.csv")[-1]["cause"] == "alive"


def test_a_damaged_checkpoint_is_named_and_the_one_before_used(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = evolve(config, tmp_path / "run")
    last, before = sorted(checkpoint.listed(tmp_path / "run" / "checkpoints"), reverse=True)
    damaged = bytearray(last.read_bytes())
    damaged[-100] ^= 1
    last.write_bytes(damaged)
    resumed = evolve(config, tmp_path / "run", resume=True)
    assert str(last) in capsys.readouterr().err
    assert resumed.simulation.state_hash() == run.simulation.state_hash()
    for path in (last, before):
        path.write_bytes(b"x")
    with pytest.raises(UserError, match="got 2 damaged"):
        open_run(tmp_path / "run")


def test_the_last_two_and_the_milestones_are_kept(tmp_path: Path) -> None:
    for step in (500, 1000, 1500, 2000, 9500, 10000, 10500, 11000):
        checkpoint.save(tmp_path, {"x": np.arange(3)}, {"step": step})
    assert [checkpoint.step_of(path) for path in checkpoint.listed(tmp_path)] == [1000, 10000, 10500, 11000]


def test_checkpoints_are_kept_on_a_schedule_and_compressed(config: Config, tmp_path: Path) -> None:
    run = config.run.model_copy(update={"keep_checkpoints_every": 25})
    scheduled = config.model_copy(update={"run": run})
    states = {}
    whole = Run(scheduled, tmp_path / "run")
    for step in (25, 50, 75, 100, 120):
        whole.step(step - whole.simulation.steps)
        states[step] = whole.simulation.state_hash()
    whole.close()
    kept = {checkpoint.step_of(path): path for path in checkpoint.listed(tmp_path / "run" / "checkpoints")}
    assert [*kept] == [25, 50, 75, 100, 120]  # and not 40 and 80
    assert [path.suffix for path in kept.values()] == [".gz"] * 3 + [".safetensors"] * 2
    assert kept[25].stat().st_size < kept[120].stat().st_size / 2
    for step, path in kept.items():
        whole.simulation.restore(checkpoint.load(path).arrays)
        assert whole.simulation.state_hash() == states[step]
    for step in (100, 120):
        kept[step].write_bytes(b"x")
    evolve(scheduled, tmp_path / "run", resume=True)  # from step 75, which is compressed
    evolve(config, tmp_path / "plain")
    assert_same_end(tmp_path / "plain", tmp_path / "run")


PACKED = gzip.compress(b"x" * 99, mtime=0)


@pytest.mark.parametrize("content", [b"", b"x" * 99, PACKED, PACKED[:-9]])
def test_a_damaged_compressed_checkpoint_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "step-000000005.safetensors.gz"
    path.write_bytes(content)
    with pytest.raises(DamagedError, match="step-000000005.safetensors.gz: "):
        checkpoint.load(path)


def test_champions_start_new_runs(config: Config, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    champion = sorted((tmp_path / "run" / "champions").iterdir())[-1]
    genome = alife.load_genome(champion)
    assert genome.meta["sensors"] and genome.meta["world"] == "meadow" and "seed: 3" in genome.meta["config"]
    for source in (champion, champion.parent, tmp_path / "run"):
        founded = config.model_copy(update={"run": config.run.model_copy(update={"founders": str(source)})})
        first = Run(founded).population["genome"]
        assert len(first) == 80
        if source == champion:  # the sample of its population stands for it
            assert np.array_equal(first, np.resize(genome.population["genome"], first.shape))
    alone = tmp_path / "alone.safetensors"
    alife.save_genome(alone, alife.Genome(genome.params, genome.brain, genome.meta))
    founded = config.model_copy(update={"run": config.run.model_copy(update={"founders": str(alone)})})
    assert (Run(founded).population["genome"] == genome.params).all()


@pytest.mark.parametrize(("theirs", "ours"), [((), HALVES), (HALVES, ())])
def test_founders_keep_their_genes_in_the_brain_s_way(
    theirs: tuple[str, ...], ours: tuple[str, ...], tiny: Path, tmp_path: Path
) -> None:
    evolve(alife.load_config(tiny, theirs), tmp_path / "run")
    champion = sorted((tmp_path / "run" / "champions").iterdir())[-1]
    sample = alife.load_genome(champion).population["genome"]
    for source in (champion, tmp_path / "run"):
        population = Run(alife.load_config(tiny, [*ours, f"run.founders={source}"])).population["genome"]
        assert population.dtype == ("float16" if ours else "float32") and sample.dtype != population.dtype
        if source == champion:
            assert np.array_equal(population, np.resize(sample.astype(population.dtype), population.shape))


def test_founders_that_float16_cannot_hold_are_refused(config: Config, tiny: Path, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    genome = alife.load_genome(sorted((tmp_path / "run" / "champions").iterdir())[-1])
    genome.params[3] = 1e5
    alife.save_genome(tmp_path / "g.safetensors", alife.Genome(genome.params, genome.brain, genome.meta))
    halves = alife.load_config(tiny, [*HALVES, f"run.founders={tmp_path / 'g.safetensors'}"])
    with pytest.raises(UserError, match="expected genes that float16 can hold, got 100000.0; write brain"):
        Run(halves)


def test_an_extinct_run_ends_with_its_causes_and_metrics(tiny: Path, tmp_path: Path) -> None:
    config = alife.load_config(tiny, ["world.upkeep=1.0", "run.steps=1000"])
    run = evolve(config, tmp_path / "run")
    assert run.simulation.num_alive == 0 and run.simulation.steps < 1000
    assert rows_of(tmp_path / "run" / "metrics.csv")[-1]["agents"] == "0"


def test_opening_a_run_writes_nothing(config: Config, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    open_run(tmp_path / "run")
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}


def test_a_run_that_stops_at_every_step_for_records_reaches_its_end(config: Config, tmp_path: Path) -> None:
    often = config.model_copy(update={"run": config.run.model_copy(update={"metrics_every": 1, "steps": 300})})
    run = evolve(often, tmp_path / "run")
    assert run.simulation.steps == 300 and len((tmp_path / "run" / "metrics.csv").read_text().splitlines()) == 302


def test_a_run_has_one_writer_and_watching_changes_nothing(config: Config, tmp_path: Path) -> None:
    run = Run(config, tmp_path / "run")
    run.step(30)
    run.save()
    with pytest.raises(UserError, match="nobody else writes"):
        Run(config, tmp_path / "run", resume=True).step(1)
    run.close()
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    watched = open_run(tmp_path / "run", record=False)
    watched.step(25)
    assert watched.simulation.steps == 55
    assert before == {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}


def test_a_log_that_is_gone_is_named(config: Config, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    (tmp_path / "run" / "lineage.csv").unlink()
    longer = config.model_copy(update={"run": config.run.model_copy(update={"steps": config.run.steps + 10})})
    with pytest.raises(UserError, match="lineage.csv: expected the"):
        evolve(longer, tmp_path / "run", resume=True)


def test_founders_of_other_senses_are_refused(config: Config, tmp_path: Path) -> None:
    evolve(config, tmp_path / "run")
    champion = sorted((tmp_path / "run" / "champions").iterdir())[-1]
    world = config.world.model_copy(update={"plant_kinds": 2})
    for source in (champion, tmp_path / "run"):
        run = config.run.model_copy(update={"founders": str(source)})
        with pytest.raises(UserError, match="expected sensor 26 to be plant hue underfoot, got none"):
            Run(config.model_copy(update={"run": run, "world": world}))
