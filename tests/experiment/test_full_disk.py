"""A disk that refuses: one line, nothing lost, and the run resumed ends as if nothing had happened."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from alife.atomic_files import WriteError, writing
from alife.config.models import Config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.records.append_log import AppendOnlyFile
from alife.experiment.run import Run
from tests.conftest import ROOT
from tests.helpers.faults import calls_of, files, intercepted

resource = pytest.importorskip("resource", reason="Windows has no limits on files, and other ways to name open ones")


def refused(brief: Config, out: Path, at: int, number: int, half: bool = False) -> str:
    """Run until the system refuses call `at` and all behind it with this error number; returns what is said."""

    def refuse(now: int, name: str, call: Any, arguments: tuple[Any, ...]) -> Any:
        if now == at and half:
            return call(arguments[0], bytes(arguments[1])[:3])
        if now >= at and name != "unlink":  # a full disk lets files be removed
            raise OSError(number, os.strerror(number))
        return call(*arguments)

    try:
        with intercepted(refuse):
            evolve(brief, out, resume=out.exists())
    except UserError as error:
        return str(error)
    return ""


def test_a_disk_full_at_any_call_costs_nothing(brief: Config) -> None:
    whole, out = evolve(brief, "whole").simulation.state_hash(), Path("run")
    seen, resumed = calls_of(partial(evolve, brief, "counted")), set()
    for at, (name, file) in enumerate(seen):
        kind = (name, re.sub(r"\d+", "", file), any("000000002" in other for _, other in seen[:at]))
        if name == "unlink" or kind in resumed:
            continue
        said = refused(brief, out, at, errno.ENOSPC, half=name == "write")
        begun = (out / "config.yaml").exists()
        assert said.startswith(str(out) if at else str(Path.cwd())) or "cannot be written" in said
        assert said.endswith("then continue with --resume" if begun else "or name another --out") and "\n" not in said
        assert "no space left on device; make room" in said
        assert evolve(brief, out, resume=out.exists()).simulation.state_hash() == whole, (at, name, file)
        assert files(out) == files(Path("whole")), (at, name, file)
        resumed.add(kind)
        shutil.rmtree(out)
    assert len(resumed) > 15


@pytest.mark.parametrize(("number", "words"), [(errno.EACCES, "permission denied; make it writable"),
                                               (errno.EROFS, "read-only file system; make it writable"),
                                               (errno.EIO, "input/output error; check the disk")])  # fmt: skip
def test_what_the_system_says_is_said_with_a_remedy(number: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=f"here: cannot be written: {words}"), writing(tmp_path / "here"):
        raise OSError(number, os.strerror(number))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_folder_that_cannot_be_written_is_one_line(brief: Config, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    for out in (tmp_path / "closed", tmp_path / "closed" / "run"):
        with pytest.raises(UserError, match="permission denied; make it writable, or name another --out"):
            evolve(brief, out)


def test_a_limit_on_file_size_is_one_line_and_exit_2(tiny: Path, tmp_path: Path) -> None:
    line = [sys.executable, str(ROOT / "run.py"), "evolve", str(tiny), "--out", "run", "--quiet"]
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    refused = subprocess.run(line, cwd=tmp_path, preexec_fn=limit, capture_output=True, text=True)
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.startswith("alife: run/checkpoints/step-000000040.safetensors: cannot be written: file too l")
    assert refused.stderr.endswith("make room, then continue with --resume\n") and refused.stderr.count("\n") == 1
    evolve(tiny, tmp_path / "run", resume=True)
    evolve(tiny, tmp_path / "whole")
    assert files(tmp_path / "run") == files(tmp_path / "whole")


def test_a_run_whose_folder_is_removed_stops_and_makes_none(brief: Config) -> None:
    def remove(run: Run) -> None:
        if run.simulation.steps:
            shutil.rmtree("run", ignore_errors=True)

    with pytest.raises(UserError, match="no such file or directory; restore its folder, or name another --out"):
        evolve(brief, "run", progress=remove)
    assert not Path("run").exists()


def test_a_log_keeps_what_the_disk_refuses_and_knows_its_file(tmp_path: Path) -> None:
    log = AppendOnlyFile(tmp_path / "log", b"head\n", 0)
    log.append(b"first\n")

    def refuse(number: int, name: str, call: Any, arguments: tuple[Any, ...]) -> Any:
        if number == 1:
            raise OSError(errno.ENOSPC, "no space left on device")
        return call(arguments[0], bytes(arguments[1])[:7])

    with pytest.raises(WriteError, match="make room"), intercepted(refuse):
        log.flush()
    log.append(b"second\n")
    assert log.sync() == len((tmp_path / "log").read_bytes()) == 18
    assert (tmp_path / "log").read_bytes() == b"head\nfirst\nsecond\n"
    (tmp_path / "log").rename(tmp_path / "moved")
    (tmp_path / "log").write_bytes(b"")
    with pytest.raises(WriteError, match="expected the file that was opened, got another"):
        log.flush()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_a_device_without_room_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    with pytest.raises(WriteError, match="log: cannot be written: "):
        AppendOnlyFile(tmp_path / "log", b"head\n", 0).flush()


def test_a_run_that_could_not_begin_may_try_again(brief: Config) -> None:
    run = Run(brief, "run")

    def refuse(number: int, name: str, call: Any, arguments: tuple[Any, ...]) -> Any:
        if number == 6:
            raise OSError(errno.ENOSPC, "no space left on device")
        return call(*arguments)

    with pytest.raises(WriteError, match="make room"), intercepted(refuse):
        run.step()
    run.step(run.end)
    run.close()
    assert run.simulation.state_hash() == evolve(brief, "whole").simulation.state_hash()
    assert files(Path("run")) == files(Path("whole"))
