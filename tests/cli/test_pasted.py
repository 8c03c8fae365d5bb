"""Commands that are printed for pasting, the version, and first starts of run.py."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import alife
from alife.cli.progress import pasted
from tests.conftest import ROOT, Command


def test_a_printed_command_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a clone"
    folder.mkdir()
    (folder / "run.py").write_text("import sys; print(sys.argv[1:])")
    monkeypatch.chdir(tmp_path)
    for program in (folder / "run.py", Path("a clone/run.py")):
        monkeypatch.setattr(sys, "argv", [str(program)])
        for name, read in (("x 28", "x 28"), ("-x28", "./-x28"), ("a'b $HOME", "a'b $HOME")):
            done = subprocess.run(pasted("inspect", Path(name)), shell=True, capture_output=True, text=True)
            assert done.stdout == f"{['inspect', read]}\n", done.stderr


@pytest.mark.parametrize(("usual", "found"), [(True, "python3"), (False, sys.executable)])
def test_python_is_named_as_it_can_be_called(usual: bool, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setattr(shutil, "which", lambda name: sys.executable if usual and name == "python3" else None)
    assert shlex.split(pasted("list")) == [found, "run.py", "list"]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [str(ROOT / "run.py")])  # as after its set-up
    assert shlex.split(pasted("list")) == [found, "run.py", "list"]
    monkeypatch.setattr(sys, "argv", ["/else/where/bin/alife"])
    assert shlex.split(pasted("list"))[0] == "/else/where/bin/alife"
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert shlex.split(pasted("list"))[0] == "alife"
    monkeypatch.setattr(sys, "argv", ["/site/alife/__main__.py"])
    assert shlex.split(pasted("list"))[:3] == [sys.executable, "-m", "alife"]


def test_folders_with_odd_names_are_quoted(tiny: Path, command: Command) -> None:
    for given, shown in (("x 28", "'x 28'"), ("-x28", "./-x28")):
        _, _, errors = command("evolve", tiny, f"--out={given}", "--set", "run.steps=1")
        assert f" inspect {shown}\n" in errors and f" live {shown}\n" in errors


def test_the_version(command: Command) -> None:
    assert command("--version") == (0, f"alife {alife.__version__}\n", "")


def test_without_docstrings_commands_work_and_pages_are_not_written() -> None:
    line = [sys.executable, "-OO", "-m", "alife"]
    listed = subprocess.run([*line, "list", "worlds"], cwd=ROOT, capture_output=True, text=True)
    assert listed.returncode == 0 and "graze" in listed.stdout
    refused = subprocess.run([*line, "docs"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 2 and refused.stderr.startswith("alife: docs: expected docstrings")


START = """
import sys, time, run
from pathlib import Path
run.HOME = Path({home!r}); run.PYTHON = run.HOME / "python"
def set_up(packages):
    with open({log!r}, "a") as file:
        file.write("begin\\n"); file.flush(); time.sleep(0.5); file.write("end\\n")
    run.PYTHON.touch()
run.set_up, run.os.execv = set_up, lambda *given: None
run.enter(["a>=1"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_two_first_starts_at_once_set_up_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = START.format(home=str(tmp_path / ".venv"), log=str(log))
    first = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    while first.poll() is None and not log.exists():
        time.sleep(0.01)
    second = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert first.wait() == second.returncode == 0 and log.read_text() == "begin\nend\n"
    assert second.stderr.startswith("alife: waiting for another start") and second.stderr.count("\n") == 1


def test_help_of_test_asks_for_no_test_package() -> None:
    code = "import run, sys; run.needed = lambda testing: sys.exit(7 if testing else 3); run.main()"
    for arguments, status in ((["test", "--help"], 3), (["test"], 7), (["list", "worlds"], 3)):
        done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT)
        assert done.returncode == status
