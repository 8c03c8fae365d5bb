"""Fixtures: a tiny meadow as a YAML file, and the command line run in this process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # while NumPy is not loaded: more threads than cores wait in loops
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from alife.backends.cpu import plan
from alife.backends.cuda import device
from alife.cli import commands
from alife.config.models import Config
from alife.config.schema import load_config
from tests.helpers import host_cupy, kept, quick_code, quick_process
from tests.helpers.host_device import HostDevice

ROOT = Path(__file__).resolve().parent.parent
TINY = """seed: 3
world: {name: meadow, side: 32, population: 80}
run: {steps: 120, capacity: 256, checkpoint_every: 40, metrics_every: 10, threads: 1}
"""

PLAN = os.environ.get(plan.VARIABLE)  # that the user gives to all tests
KERNELS = ("ops", "backends", "test_brain.py", "test_golden.py")  # tested as they usually are

BRIEF = {
    "mushrooms": ("run.generations=6", "run.capacity=6", "run.episodes=1", "run.elites=1", "world.encounters=2"),
    "meadow": ("run.steps=6", "run.capacity=64", "world.side=32", "world.population=40"),
}
BRIEF_RECORDS = ("run.checkpoint_every=2", "run.metrics_every=1", "run.threads=1", "brain.memory=null")

Command = Callable[..., tuple[int, str, str]]


def pytest_configure(config: pytest.Config) -> None:
    """What compilers make is kept, and no time is spent on what shows no fault."""
    kept.begin(config)
    quick_code.begin()
    quick_process.begin()


def pytest_collection_finish() -> None:
    """Tests begin."""
    kept.end_of_collection()
    quick_process.end_of_collection()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No plan is measured; where kernels are not what is tested, the one that compiles quickest is used."""
    usual = any(part in KERNELS for part in item.path.parts)
    os.environ[plan.VARIABLE] = PLAN or ("default" if usual else "agents=1,ahead=4")
    quick_code.choose(item.path)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small meadow's YAML file; the current directory is an empty one."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture(params=BRIEF)
def brief(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The shortest run with three checkpoints, of a solo and of a shared world; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return load_config(request.param, [*BRIEF[request.param], *BRIEF_RECORDS])


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """command(*arguments) -> exit status, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = commands.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Benchmarks return the rows of tests/cli/test_bench.py at once; the current directory is an empty one."""
    from tests.cli.test_bench import BRAIN, WORLD

    def rows(name: str, backend: str, progress: Callable[[str, float], None]) -> list[dict[str, object]]:
        progress("first", 0.0)
        return BRAIN if name == "brain" else WORLD

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("alife.cli.bench._rows", rows)


@pytest.fixture
def no_device_yet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Opens the GPU anew, in the test and after it: for tests that bring a CuPy of their own, which goes with them."""
    monkeypatch.setitem(sys.modules, "cupy", None)  # so that what is imported in the test is removed after it
    del sys.modules["cupy"]
    device.first_device.cache_clear()
    yield
    device.first_device.cache_clear()


@pytest.fixture
def host_device(monkeypatch: pytest.MonkeyPatch, no_device_yet: None) -> Iterator[HostDevice]:
    """A stand-in for CuPy and a GPU; all device memory is checked after the test."""
    if shutil.which("g++") is None:
        pytest.skip("CUDA text runs here through g++: install it")
    gpu = host_cupy.install(monkeypatch)
    yield gpu
    gpu.check()
