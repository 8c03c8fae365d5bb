"""Programs of kernels: order, dynamic numbers of rows, threads, the code cache."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from alife.backends.binding import Rows
from alife.backends.cpu.bind import bind
from alife.backends.cpu.threads import Program
from alife.laws.law import per_agent, per_slot, serial
from alife.laws.maths import i64
from tests.conftest import ROOT
from tests.helpers.laws import cells


@per_slot
def double(i, x):
    x[i] = x[i] * 2


@per_agent
def increment(i, x):
    x[i] += 1


@serial
def list_the_even(x, living, count):
    n = 0
    for i in range(len(x)):
        if x[i] % 2 == 0:
            living[n] = i
            n += 1
    count[0] = i64(n)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_each_call_sees_all_writes_of_the_calls_before_it(threads: int) -> None:
    """The number of rows is read when a call begins, so that a kernel may set it for later calls."""
    length = 5000
    names = cells(
        {"x": np.arange(length, dtype=np.int32), "living": np.zeros(length, np.int32), "count": np.zeros(1, np.int64)}
    )
    rows = Rows(
        {"agents": np.array([length]), "living": names["count"], "": np.array([1])}, {"living": names["living"]}
    )
    program = Program(bind([list_the_even, increment, double, list_the_even, increment] * 4, names, rows))
    expected = np.arange(length, dtype=np.int32)
    for _ in range(30):
        program.run(threads)
        for _ in range(4):
            expected[expected % 2 == 0] += 1
            expected *= 2
            expected[expected % 2 == 0] += 1
        assert np.array_equal(names["x"], expected)


def test_code_is_kept_between_processes_and_an_unwritable_cache_is_reported(tmp_path: Path) -> None:
    script = (
        "import numpy as np\nfrom tests.helpers.laws import run_rows\nfrom tests.backends.test_threads import double\n"
        "x = np.arange(3, dtype=np.int32)\nrun_rows(double, 3, x=x)\nprint(x.tolist())"
    )

    def run(cache: Path) -> subprocess.CompletedProcess[str]:
        environment = {"ALIFE_CACHE": str(cache), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)

    first = run(tmp_path / "cache")
    files = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.o")}
    second = run(tmp_path / "cache")
    assert first.stdout == second.stdout == "[0, 2, 4]\n" and files
    assert files == {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.o")}
    (tmp_path / "file").write_text("in the way")
    blocked = run(tmp_path / "file")
    assert blocked.stdout == "[0, 2, 4]\n" and "cannot be written" in blocked.stderr


def test_a_damaged_object_file_is_compiled_again(tmp_path: Path) -> None:
    script = (
        "import numpy as np\nfrom tests.helpers.laws import run_rows\nfrom tests.backends.test_threads import double\n"
        "x = np.arange(3, dtype=np.int32)\nrun_rows(double, 3, x=x)\nprint(x.tolist())"
    )
    environment = {"ALIFE_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    for length in (None, 0, 300):
        for path in tmp_path.rglob("*.o"):
            path.write_bytes(path.read_bytes()[:length])
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)
        assert done.stdout == "[0, 2, 4]\n", done.stderr


def test_programs_of_two_python_threads_wait_for_each_other() -> None:
    arrays = [np.zeros(4000, np.int32) for _ in range(2)]

    def many(x: np.ndarray) -> None:
        rows = Rows({"living": np.array([4000])}, {"living": np.arange(4000, dtype=np.int32)})
        program = Program(bind([increment], {"x": x}, rows))
        for _ in range(200):
            program.run(2)

    threads = [threading.Thread(target=many, args=(x,)) for x in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert all((x == 200).all() for x in arrays)
