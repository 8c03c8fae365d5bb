"""The machine around a command: names that are too long, a folder that is gone, no locks, a Ray that does not start."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from alife.atomic_files import write_whole
from alife.cli.warned import show_in_one_line
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.islands.evolve import evolve_islands
from alife.experiment.records import run_folder
from tests.conftest import ROOT, Command

LONG = "x" * 300


@pytest.mark.parametrize("word", ["evolve", "live", "inspect"])
def test_a_name_of_any_length_leaves_room_for_what_is_wrong(word: str, tiny: Path, command: Command) -> None:
    status, _, errors = command(word, "9" * 5000)
    assert status == 2 and len(errors) < 600 and errors.endswith("file name too long; write a shorter one\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("evolve", "tiny.yaml", "--out", LONG),
        ("evolve", "tiny.yaml", "--out", LONG, "--resume"),
        ("evolve", "tiny.yaml", "--out", LONG, "--islands", 2, "--address", "none"),
        ("evolve", "tiny.yaml", "--set", f"run.founders={LONG}"),
        ("evolve", f"{LONG}.yaml"),
        ("evolve", LONG),
        ("live", LONG),
        ("live", f"{LONG}.safetensors"),
        ("live", "tiny.yaml", "--frames", 1, "--screenshot", f"{LONG}.png"),
        ("inspect", LONG),
        ("inspect", "mushrooms", "--out", f"{LONG}.html"),
    ],
)
def test_a_name_that_is_too_long_is_one_line(arguments: tuple[object, ...], tiny: Path, command: Command) -> None:
    status, out, errors = command(*arguments)
    assert (status, out) == (2, "") and errors.count("\n") == 1
    assert errors.startswith("alife: ") and "file name too long; write a shorter one" in errors
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


def test_an_error_in_a_destructor_is_one_line_and_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)

    class Stuck:
        def __del__(self) -> None:
            raise RuntimeError("out of\norder")

    with warnings.catch_warnings():
        show_in_one_line()
        for _ in range(3):
            Stuck()
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Stuck.__del__ was passed over" in said and "RuntimeError: out of" in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_folder_whose_name_is_no_text_gets_its_page(tiny: Path, command: Command) -> None:
    status, _, errors = command("evolve", tiny, "--set", "run.steps=1", "--quiet", "--out", os.fsdecode(b"a\xff"))
    assert status == 0 and "could not be made" not in errors and Path(os.fsdecode(b"a\xff"), "report.html").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path, command: Command) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError, match="there is a folder or a device of this name"):
        write_whole(tmp_path / "pipe", [b"text"])
    status, _, errors = command("inspect", "cartpole", "--out", tmp_path / "pipe")
    assert status == 2 and errors.endswith("pipe: expected a file, got a folder or a device; name another --out\n")
    assert (tmp_path / "pipe").is_fifo() and [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(os.name == "nt", reason="Windows closes no streams like this")
def test_no_file_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    code = (
        "import os; from alife.__main__ import _open_streams as go; go(); print(1); print(open('x', 'w').fileno() > 2)"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" 0<&- 2>&-', sys.executable, code],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout == b"1\nTrue\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_no_genome(tiny: Path, command: Command) -> None:
    os.mkfifo("pipe.safetensors")
    status, _, errors = command("live", "pipe.safetensors")
    assert status == 2 and errors.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no folder that is in use")
def test_a_warning_of_other_code_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        show_in_one_line()
        warnings.warn("\x1b[33mWARN: out of\n date\x1b[0m", stacklevel=1)
    said = capsys.readouterr().err
    assert said.startswith("alife: UserWarning of test_machine.py:") and said.endswith(": out of date\n")


def test_a_current_folder_that_is_gone_is_one_line(tmp_path: Path, command: Command) -> None:
    before = Path.cwd()
    try:
        (tmp_path / "gone").mkdir()
        os.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        status, out, errors = command("evolve", "meadow")
    finally:
        os.chdir(before)
    assert status == 2 and errors == "alife: the current folder: no such file or directory; restore its folder\n"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said_once(
    number: int, tiny: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(*given: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    run_folder._say_unlocked.cache_clear()
    for name in ("a", "b"):
        status, _, errors = command("evolve", tiny, "--out", name, "--set", "run.steps=1", "--quiet")
        words = "this file system has no locks ("
        assert status == 0 and errors.count(words) == (name == "a")


def test_a_run_that_another_process_writes_is_refused(tiny: Path, command: Command) -> None:
    pytest.importorskip("fcntl")
    held = run_folder.lock(Path("run"))
    status, _, errors = command("evolve", tiny, "--out", "run")
    held.close()
    assert status == 2 and "expected a run that nobody else writes" in errors


@pytest.mark.parametrize("error", [OSError("AF_UNIX path length cannot exceed 107 bytes"), Exception("timed out")])
def test_a_ray_that_does_not_start_is_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")

    def init(**given: object) -> None:
        raise error

    monkeypatch.setattr(ray, "init", init)
    config = load_config("cartpole", ["islands.count=2", "run.capacity=8"])
    with pytest.raises(UserError, match=f"islands: expected Ray to start here, got: {error}; set RAY_TMPDIR to"):
        evolve_islands([config], tmp_path / "x")
    monkeypatch.setenv("RAY_TMPDIR", "relative")
    with pytest.raises(UserError, match="got: the relative folder relative; set RAY_TMPDIR"):
        evolve_islands([config], tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_port_of_another_server_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                connection.recv(99)

        thread = threading.Thread(target=answer)
        thread.start()
        config = load_config("cartpole", ["islands.count=2", "run.capacity=8"])
        with pytest.raises(UserError, match="another kind of server has this port"):
            evolve_islands([config], tmp_path / "x", f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()
