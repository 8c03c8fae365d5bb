"""`python -OO` drops docstrings; what users see of them is the same as without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Command

SCRIPT = """import sys
from alife.cli.commands import run
for words in sys.argv[1:]:
    print(run(words.split()))
"""
SEEN = ("--help", "evolve --help", "list worlds", "list instruments", "list worlds cartpole", "list strategies ga")


def test_help_listings_and_schema_do_without_docstrings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    called = [sys.executable, "-OO", "-c", SCRIPT, *SEEN, "schema"]
    optimized = subprocess.run(
        called, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    plain = [command(*words.split())[:2] for words in (*SEEN, "schema")]
    assert optimized.stdout == "".join(f"{out}{status}\n" for status, out in plain)
    assert "Evolve without a window." in plain[0][1] and "Length, size and device of a run" in plain[-1][1]
