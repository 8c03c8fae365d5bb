"""Islands and sweeps: the same end wherever runs live, in any order, whichever worker is killed."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import signal
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from alife.atomic_files import WriteError
from alife.cli.commands import run as command
from alife.cli.progress_many import best_fitness
from alife.config.models import IslandParams
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import open_run
from alife.experiment.islands.coordinator import Coordinator
from alife.experiment.islands.evolve import evolve_islands
from alife.experiment.islands.mailbox import KEPT, Mailbox
from alife.experiment.islands.ray_pool import RayPool
from alife.experiment.islands.serial import SerialExecutor
from alife.experiment.islands.sweep import island_seeds, job_specs, sweep
from alife.experiment.islands.topology import source
from alife.experiment.islands.worker import Task, TaskResult, Worker
from alife.experiment.records.run_folder import lock, versions
from alife.experiment.run import Run
from alife.interrupt import Interruption
from alife.simulation import pulse

SOLO = ["run.capacity=12", "run.episodes=1", "run.generations=9", "run.checkpoint_every=3", "run.metrics_every=2"]
SOLO += ["islands.count=3", "islands.every=2", "islands.migrants=2", "brain.memory=null", "run.threads=1"]
SHARED = ["world.side=32", "world.population=60", "run.capacity=120", "run.steps=50", "run.metrics_every=10"]
SHARED += ["islands.count=3", "islands.every=15", "islands.migrants=5", "run.threads=1"]
SAME = ("metrics.csv", "results.csv", "island-001/lineage.csv", "island-002/metrics.csv")


def config(name: str = "mushrooms", *changes: str) -> Any:
    return load_config(name, [*(SHARED if name == "meadow" else SOLO), *changes])


def files(root: Path) -> list[bytes]:
    return [(root / name).read_bytes() for name in SAME]


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, list[bytes]]]:
    """How the islands of each world end when they live one after the other in one worker: the hash and the files."""
    found = {}
    for world in ("mushrooms", "meadow"):
        root = tmp_path_factory.mktemp("colony") / world
        coordinator = evolve_islands([config(world)], root, "none")
        found[world] = coordinator.state_hash(), files(root)
    return found


class Chaos:
    """Workers that answer in any order, and die at any moment: nothing of theirs but what lies on the disk remains."""

    threads = 1

    def __init__(self, workers: int, deaths: float) -> None:
        self.workers, self._deaths, self._draw = workers, deaths, random.Random(workers)
        self._all = [Worker(".", []) for _ in range(workers)]
        self._waiting: list[Task] = []
        self.died = 0

    def send(self, task: Task) -> None:
        self._waiting.append(task)

    def reports(self) -> list[TaskResult]:
        task = self._waiting.pop(self._draw.randrange(len(self._waiting)))
        which = task.job % self.workers
        if self._draw.random() < self._deaths:
            self._all[which].live(task)  # done, but nobody hears of it
            self._kill(which)
        return [self._all[which].live(task)]

    def _kill(self, which: int) -> None:
        for run in self._all[which]._runs.values():
            run.release()
        self._all[which] = Worker(".", [])
        self.died += 1

    def close(self) -> None:
        for worker in self._all:
            worker.save()


def in_chaos(root: Path, chaos: Chaos, monkeypatch: pytest.MonkeyPatch, *changes: Any, **options: Any) -> Coordinator:
    monkeypatch.setattr("alife.experiment.islands.evolve._workers", lambda *_: chaos)
    return evolve_islands([config(*changes)], root, **options)


@pytest.mark.parametrize(("workers", "deaths"), [(1, 0.4), (2, 0.0), (3, 0.4), (5, 0.0)])
@pytest.mark.parametrize("world", ["mushrooms", "meadow"])
def test_no_placement_order_or_death_changes_the_end(world, workers, deaths, ends, tmp_path, monkeypatch) -> None:
    chaos = Chaos(workers, deaths)
    coordinator = in_chaos(tmp_path / "x", chaos, monkeypatch, world)
    assert (coordinator.state_hash(), files(tmp_path / "x")) == ends[world]
    assert (chaos.died > 0) == (deaths > 0)


def test_islands_send_each_other_genomes_and_without_they_are_other_lives(ends, tmp_path) -> None:
    coordinator = evolve_islands([config("mushrooms", "islands.topology=none")], tmp_path / "alone", "none")
    assert coordinator.messages == 0 and coordinator.state_hash() != ends["mushrooms"][0]
    other = evolve_islands([config("mushrooms", "islands.topology=random")], tmp_path / "random", "none")
    assert other.messages == 12 and other.state_hash() != ends["mushrooms"][0]
    lone = load_config("mushrooms", [line for line in SOLO if "islands" not in line])
    first = lone.model_copy(update={"seed": island_seeds(1, 3)[0]})
    import alife

    run = alife.evolve(first)
    assert coordinator.results[0]["state_hash"] == run.simulation.state_hash()


def test_a_colony_that_was_stopped_goes_on(ends, tmp_path) -> None:
    root = tmp_path / "x"
    looks = iter(range(1000))
    begun = SerialExecutor(1)

    def asked() -> bool:
        return next(looks) >= 5

    jobs = job_specs([config()], swept=False)
    import alife.experiment.islands.evolve as door

    root.mkdir()
    door._begin(root, config(), [], False)
    Coordinator(jobs, root, begun).live(asked)
    begun.close()
    for run in begun._worker._runs.values():
        run.close()
    coordinator = evolve_islands([config()], root, "none", resume=True)
    assert (coordinator.state_hash(), files(root)) == ends["mushrooms"]


def test_a_longer_run_goes_on_from_the_end(tmp_path) -> None:
    long = evolve_islands([config("mushrooms", "run.generations=13")], tmp_path / "long", "none")
    evolve_islands([config("mushrooms")], tmp_path / "short", "none")
    more = evolve_islands([config("mushrooms", "run.generations=13")], tmp_path / "short", "none", resume=True)
    assert more.state_hash() == long.state_hash()


def test_a_damaged_checkpoint_sends_an_island_back_an_epoch(ends, tmp_path, capfd) -> None:
    """The newest two of one island are damaged while nobody lives: it lives the epochs before once more."""
    root, looks = tmp_path / "x", iter(range(1000))
    jobs, workers = job_specs([config()], swept=False), SerialExecutor(1)
    import alife.experiment.islands.evolve as door

    root.mkdir()
    door._begin(root, config(), [], False)
    Coordinator(jobs, root, workers).live(lambda: next(looks) >= 8)
    workers.close()
    for run in workers._worker._runs.values():
        run.close()
    newest = sorted((root / "island-001" / "checkpoints").glob("step-*"))[-1]
    newest.write_bytes(newest.read_bytes()[:100])
    coordinator = evolve_islands([config()], root, "none", resume=True)
    assert (coordinator.state_hash(), files(root)) == ends["mushrooms"]
    assert newest.name in capfd.readouterr().err


def test_old_mail_is_forgotten(tmp_path) -> None:
    evolve_islands([config("mushrooms", "run.generations=25")], tmp_path / "x", "none")
    mail = Mailbox(tmp_path / "x" / "mail.sqlite")
    kept = [epoch for epoch in range(20) if mail.get(epoch, 0) is not None]
    assert kept[0] > 0 and len(kept) <= KEPT + 2 and mail.epochs() == {0: 12, 1: 12, 2: 12}


class Faulty:
    """A connection of SQLite that refuses statements which begin in a certain way."""

    def __init__(self, base: sqlite3.Connection, begin: str, error: str) -> None:
        self._base, self._begin, self._error = base, begin, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._base, name)

    def __enter__(self) -> Any:
        return self._base.__enter__()

    def __exit__(self, *of: Any) -> Any:
        return self._base.__exit__(*of)

    def execute(self, text: str, *values: Any) -> Any:
        if text.startswith(self._begin):
            raise sqlite3.OperationalError(self._error)
        return self._base.execute(text, *values)

    def executemany(self, text: str, *values: Any) -> Any:
        return self.execute(text) if text.startswith(self._begin) else self._base.executemany(text, *values)


def faulty(patched: Any, begin: str, error: str, unlocked: bool = False) -> None:
    """Lets SQLite refuse statements. unlocked: not where it is asked to take no locks."""
    connect = sqlite3.connect

    def connected(name: str, **how: Any) -> Any:
        base = connect(name, **how)
        return base if unlocked and "-none" in str(name) else Faulty(base, begin, error)

    patched.setattr(sqlite3, "connect", connected)


def test_islands_live_where_a_file_system_has_no_locks(tmp_path, ends, monkeypatch, capsys) -> None:
    faulty(monkeypatch, "PRAGMA journal_mode", "locking protocol", unlocked=True)
    coordinator = evolve_islands([config()], tmp_path / "x", "none")
    assert (coordinator.state_hash(), files(tmp_path / "x")) == ends["mushrooms"]
    assert capsys.readouterr().err.count("mail.sqlite: kept without locks") == 1


@pytest.mark.parametrize("error", ["database is locked", "disk I/O error"])
def test_mail_is_kept_without_locks(tmp_path, monkeypatch, error) -> None:
    path = tmp_path / "a folder#1" / "mail.sqlite"
    for place in range(3):
        with monkeypatch.context() as patched:
            if place % 2:
                faulty(patched, "PRAGMA journal_mode", error, unlocked=True)
            mail = Mailbox(path)
            mail.put([(place, 1, b"genomes")])
            assert [mail.get(epoch, 1) for epoch in range(place + 1)] == (place + 1) * [b"genomes"]
            mail.close()


USES = {
    "PRAGMA": ("opened", lambda mail: None),
    "CREATE": ("opened", lambda mail: None),
    "INSERT": ("written", lambda mail: mail.put([(0, 0, b"")])),
    "DELETE": ("written", lambda mail: mail.forget(9)),
    "SELECT body": ("read", lambda mail: mail.get(0, 0)),
    "SELECT member": ("read", lambda mail: mail.epochs()),
}


@pytest.mark.parametrize("begin", USES)
def test_a_mailbox_that_fails_is_one_line(tmp_path, monkeypatch, begin) -> None:
    how, use = USES[begin]
    faulty(monkeypatch, begin, "disk I/O error")
    with pytest.raises(WriteError, match=f"mail.sqlite: cannot be {how}: disk I/O error; see that the disk answers"):
        use(Mailbox(tmp_path / "mail.sqlite"))


@pytest.mark.parametrize(("begin", "error"), [("INSERT", "database or disk is full"), ("SELECT b", "disk I/O error")])
def test_a_mailbox_that_fails_loses_no_run(tmp_path, ends, begin, error) -> None:
    with pytest.MonkeyPatch.context() as patched:
        faulty(patched, begin, error)
        with pytest.raises(UserError, match=f"mail.sqlite: cannot be .*: {error}; .* disk.*, then continue with --res"):
            evolve_islands([config()], tmp_path / "x", "none")
    coordinator = evolve_islands([config()], tmp_path / "x", "none", resume=True)
    assert (coordinator.state_hash(), files(tmp_path / "x")) == ends["mushrooms"]


def test_mail_that_is_none_is_refused(tmp_path) -> None:
    (tmp_path / "mail.sqlite").write_bytes(b"x" * 2000)
    with pytest.raises(UserError, match="mail.sqlite: expected the messages of islands, got file is not a database"):
        Mailbox(tmp_path / "mail.sqlite")


@pytest.mark.parametrize("topology", ["ring", "random"])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_each_island_sends_to_one_other(topology, count) -> None:
    islands = IslandParams(count=count, topology=topology)
    for epoch in range(5):
        origins = [source(islands, 7, epoch, place) for place in range(count)]
        assert sorted(origins) == list(range(count)) and all(a != b for a, b in enumerate(origins))


def test_seeds_of_islands_differ_and_do_not_depend_on_their_number() -> None:
    assert island_seeds(1, 3) == island_seeds(1, 1000)[:3]
    assert len({*island_seeds(1, 1000), *island_seeds(2, 1000)}) == 2000 and max(island_seeds(1, 1000)) < 2**63


def test_a_sweep_is_every_combination() -> None:
    configs, made = sweep("mushrooms", ["run.capacity=10"], ["seed=1..3", "strategy.mutation_rate=0.1, 0.2"])
    assert [(each.seed, each.strategy.mutation_rate) for each in configs] == [
        (seed, rate) for seed in (1, 2, 3) for rate in (0.1, 0.2)
    ]
    assert made[1] == ["seed=1", "strategy.mutation_rate=0.2"] and configs[0].run.capacity == 10


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["seed"], "--sweep: expected key=value,value"),
        (["seed="], "--sweep: expected key=value,value"),
        (["=1"], "--sweep: expected key=value,value"),
        (["seed=[1"], "--sweep seed=.1: expected ',' or ']'"),
        (["seed=3..1"], "--sweep: expected key=value,value"),
        (["seed=1,2", "seed=3"], "--sweep: expected every key once, got seed again"),
        (["strategy.tournament=1..9"], "strategy.tournament: expected less than or equal to 4, got 5"),
        (["seed=1..99999999999999"], "--sweep: expected at most 100,000 combinations, got 99,999,999,999,999 values"),
        (["seed=1..2000", "run.capacity=1..100"], "--sweep: expected at most 100,000 combinations, got 200,000"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_said(lines, message) -> None:
    with pytest.raises(UserError, match=message.replace("(", r"\(")):
        sweep("mushrooms", [], lines)


def test_more_migrants_than_half_a_population_are_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="islands.migrants: expected at most half of run.capacity 12, got 7"):
        evolve_islands([config("mushrooms", "islands.migrants=7")], tmp_path / "x", "none")
    assert not (tmp_path / "x").exists()


def test_a_sweep_from_the_command_line(tmp_path, capsys) -> None:
    """One table, a folder each; the same runs alone end the same; resumed with other values it is refused."""
    words = ["evolve", "mushrooms", "--address", "none", "--out", str(tmp_path / "x"), "--sweep", "seed=1..2"]
    words += ["--sweep", "strategy.mutation_rate=0.05,0.2", "--json", "--quiet"]
    for line in SOLO[:5]:
        words += ["--set", line]
    assert command(words) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["runs"] == 4 and summary["steps"] == 36 and summary["letters"] == 0
    table = (tmp_path / "x" / "results.csv").read_text().splitlines()
    assert table[0].startswith("run,seed,strategy.mutation_rate,fitness,held_out,step") and len(table) == 5
    assert (
        command(["evolve", str(tmp_path / "x" / "run-002" / "config.yaml"), "--out", str(tmp_path / "y"), "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["state_hash"] in table[3]
    assert command([*words, "--resume"]) == 0
    assert json.loads(capsys.readouterr().out)["state_hash"] == summary["state_hash"]
    assert command([*words, "--resume", "--sweep", "run.capacity=10,12"]) == 2
    assert "began with other values; ask for the same sweep" in capsys.readouterr().err


def test_a_killed_worker_is_started_again_and_the_run_ends_the_same(ends, tmp_path) -> None:
    pytest.importorskip("ray")
    killed: list[int] = []

    def kill_once(coordinator: Coordinator) -> None:
        if coordinator.messages >= 2 and not killed:
            killed.append(next(iter(coordinator.processes.values())))
            os.kill(killed[0], signal.SIGKILL)

    coordinator = evolve_islands([config()], tmp_path / "x", progress=kill_once)
    assert killed and coordinator.restarts >= 1 and coordinator.workers > 1
    assert (coordinator.state_hash(), files(tmp_path / "x")) == ends["mushrooms"]


def test_what_a_worker_refuses_is_one_line(tmp_path) -> None:
    pytest.importorskip("ray")
    wrong = job_specs([config("mushrooms", "run.founders=nowhere.safetensors")], swept=False)[0]
    task = Task(0, str(tmp_path / "x"), wrong.text, wrong.label, 0, None, 0, 2, 2, 1)
    with pytest.raises(UserError, match="run.founders: expected a genome file"):
        workers = RayPool(None, 1, 1, gpus=False)
        try:
            workers.send(task)
            while not workers.reports():
                pass
        finally:
            workers.close()


def test_a_colony_is_no_single_run_but_founds_new_ones(tmp_path, capsys) -> None:
    """inspect and live name one of its runs; as founders it stands for the champions of all."""
    root = tmp_path / "x"
    evolve_islands([config("mushrooms", "run.generations=2")], root, "none")
    for job in ("inspect", "live"):
        assert command([job, str(root)]) == 2
        assert f"name one of its runs, such as {root}/island-000" in capsys.readouterr().err
    words = ["evolve", "mushrooms", "--quiet", "--out", str(tmp_path / "y"), "--set", f"run.founders={root}"]
    for line in [*SOLO[:5], "brain.memory=null", "run.generations=1"]:
        words += ["--set", line]
    assert command(words) == 0


def test_a_refused_part_creates_nothing(tmp_path) -> None:
    with pytest.raises(UserError, match="run.founders: expected a genome file"):
        evolve_islands([config("mushrooms", "run.founders=nowhere.safetensors")], tmp_path / "x", "none")
    assert not (tmp_path / "x").exists()


def test_what_began_a_colony_may_be_damaged_or_all_there_is(ends, tmp_path) -> None:
    """Killed before config.yaml was written, it begins anew; a damaged file is named."""
    root = tmp_path / "x"
    root.mkdir()
    (root / "colony.json").write_text('{"sweep": []}')
    assert evolve_islands([config()], root, "none", resume=True).state_hash() == ends["mushrooms"][0]
    (root / "colony.json").write_text("{")
    with pytest.raises(UserError, match="colony.json: expected what began these runs, got a damaged file"):
        evolve_islands([config()], root, "none", resume=True)


def test_a_colony_held_by_another_process_is_left_as_it_is(tmp_path) -> None:
    root = tmp_path / "x"
    evolve_islands([config("mushrooms", "run.generations=2")], root, "none")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with lock(root), pytest.raises(UserError, match="another process does; wait"):
        evolve_islands([config("mushrooms", "run.generations=2")], root, "none", resume=True)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_best_of_a_colony_is_what_was_reached() -> None:
    jobs = job_specs([config()], swept=False)
    coordinator = SimpleNamespace(
        jobs=jobs, rows=[{"best_so_far": math.nan}, {}], results={1: {"fitness": -3.0}, 2: {}}
    )
    assert best_fitness(coordinator) == -3.0
    coordinator.results = {0: {"fitness": None}}
    assert best_fitness(coordinator) is None


def test_genomes_that_came_at_a_step_that_was_saved_are_saved(tmp_path) -> None:
    lone = load_config("meadow", [line for line in SHARED if "islands" not in line])
    run = Run(lone, tmp_path / "x")
    run.step(15)
    run.save()
    run.receive(run.simulation.emigrants(4))
    told = run.simulation.state_hash()
    run.close()
    assert open_run(tmp_path / "x").simulation.state_hash() == told
    assert (tmp_path / "x" / "lineage.csv").read_text().count("migrated") == 4


def test_an_address_where_nobody_answers_is_one_line(tmp_path) -> None:
    pytest.importorskip("ray")
    for address in ("127.0.0.1:1", "nonsense", "ray://127.0.0.1:1"):
        with pytest.raises(UserError, match=f"--address: expected a Ray cluster that answers, got {address}"):
            evolve_islands([config()], tmp_path / "x", address)
    assert not (tmp_path / "x").exists()


def test_an_interrupted_colony_of_many_runs_is_saved(tmp_path, monkeypatch) -> None:
    """Workers with long queues of tasks save all that they hold; what was done is not lost."""
    pytest.importorskip("ray")
    configs, made = sweep("mushrooms", [*SOLO[:2], "run.generations=1000000", "run.threads=1"], ["seed=1..12"])
    begun = lambda: list((tmp_path / "x").glob("run-*/metrics.csv"))  # noqa: E731  looked at often
    monkeypatch.setattr("alife.experiment.islands.evolve.Interruption", lambda: AskedAfter(lambda: len(begun()) > 2))
    with pytest.raises(KeyboardInterrupt):
        evolve_islands(configs, tmp_path / "x", made=made)
    assert len(list((tmp_path / "x").glob("run-*/checkpoints/step-*"))) >= len(begun()) > 2


def test_a_worker_that_is_to_stop_begins_nothing_and_leaves_what_it_does(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pulse, "SECONDS", -1.0)
    monkeypatch.setattr("alife.experiment.islands.worker.STRETCH_SECONDS", 1e6)
    worker, (job, *_) = Worker(".", []), job_specs([config("mushrooms", "run.generations=10000")], swept=False)
    task = Task(0, str(tmp_path / "x"), job.text, job.label, 0, None, 0, 9000, 2, 1)
    looks = iter(range(10**6))
    worker.pulse = lambda: worker.stop() if next(looks) == 9 else worker._look()
    assert 0 < worker.live(task).step < 10
    worker.save()
    assert worker.live(dataclasses.replace(task, job=1, folder=str(tmp_path / "y"))).step == 0
    assert list((tmp_path / "x" / "checkpoints").iterdir()) and not (tmp_path / "y").exists()


class AskedAfter(Interruption):
    """An interruption that comes when a question is answered with yes."""

    def __init__(self, question: Any) -> None:
        super().__init__()
        self._question = question

    def poll(self) -> None:
        pass

    @property
    def asked(self) -> bool:
        return bool(self._question())

    @asked.setter
    def asked(self, value: bool) -> None:
        pass


def test_workers_with_other_versions_are_said_once(capsys) -> None:
    """Ray's calls are played here: what a worker answers is what it is asked for."""
    pool = RayPool.__new__(RayPool)
    pool._ray = SimpleNamespace(
        wait=lambda asked, num_returns, timeout: (asked, []), get=lambda answer: answer,
        exceptions=SimpleNamespace(RayError=RuntimeError),
    )  # fmt: skip
    pool._said, other = set(), {**versions(), "numpy": "1.0"}
    for answers in ([versions(), other, other], [other], []):
        pool._versions = answers
        pool._say_versions()
    said = f"alife: a worker has other versions: numpy 1.0, here {np.__version__}; equal results are tested for equal"
    assert capsys.readouterr().err == f"{said} versions only\n"
