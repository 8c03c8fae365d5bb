"""A run killed at any moment, resumed, ends as the run nobody stopped: the same state and the same bytes of files.

A child kills itself at one of the calls by which anything gets to the disk; see `faults`. The runs are tiny, as every
call of a run is a case: those that leave the same files behind are resumed once.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from alife.atomic_files import is_temporary
from alife.config.models import Config
from alife.experiment.evolve import evolve
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.run import Run
from tests.helpers.faults import calls_of, files, killed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor SIGKILL")


def left(root: Path) -> frozenset[tuple[str, bytes]]:
    """What a kill left behind: all files that were half written count as the same one."""
    found = files(root)
    return frozenset(("", b"") if is_temporary(Path(name)) else (name, found[name]) for name in found)


def moments(seen: list[tuple[str, str]]) -> list[tuple[int, str]]:
    """Calls to die at, and when: half way through a write, before all others; before an fsync is before the next call.

    Of writes into one file that follow each other the first stands for all.
    """
    some = [at for at, call in enumerate(seen) if call[0] != "fsync" and (call[0] != "write" or seen[at - 1] != call)]
    return [(at, "half" if seen[at][0] == "write" else "before") for at in some]


def finish(run: Run) -> None:
    run.step(run.end)
    run.close()


def test_a_run_killed_at_any_call_ends_as_if_never_killed(brief: Config, capsys: pytest.CaptureFixture[str]) -> None:
    whole = evolve(brief, "whole").simulation.state_hash()
    seen, resumed, out = calls_of(partial(evolve, brief, "counted")), set(), Path("run")
    made = Run(brief, out)  # each child gets a copy, and begins it
    for at, when in moments(seen)[1:]:  # before the folder was made nothing was
        assert killed(partial(finish, made), at, when)
        state = left(out)
        if state not in resumed:
            assert evolve(brief, out, resume=True).simulation.state_hash() == whole, (at, when)
            assert files(out) == files(Path("whole")), (at, when)
            resumed.add(state)
        shutil.rmtree(out)
    assert len(resumed) > 15
    assert "stopped before its first checkpoint; beginning anew" in capsys.readouterr().err


def test_a_start_that_was_killed_may_be_started_again_without_resume(brief: Config) -> None:
    assert killed(partial(evolve, brief, "run"), 2, "half")
    assert not RunFolder(Path("run")).is_run() and len(list(Path("run").iterdir())) == 2
    evolve(brief, "run")
    assert {path.name for path in Path("run").glob(".*")} == {".lock"}


def test_a_resumed_run_may_be_killed_again_and_again(brief: Config) -> None:
    whole, stops = evolve(brief, "whole").simulation.state_hash(), 0
    while killed(partial(evolve, brief, "run", resume=Path("run").is_dir()), 12 + 3 * stops, "half"):
        stops += 1
    assert stops > 3 and files(Path("run")) == files(Path("whole"))
    assert evolve(brief, "run", resume=True).simulation.state_hash() == whole
