"""Runs tests with the lowest or the newest versions that pyproject.toml allows, in an environment of their own.

    python -m tests.versions lowest
    python -m tests.versions newest --python python3.13
    python -m tests.versions lowest --with pydantic==2.9 -- -x tests/config

The second takes another interpreter; the third shows that a lower floor would be wrong, as it should fail. Arguments
after -- go to pytest instead of the files below, which use every dependency and hold the golden results.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "tests/cli/test_cli.py",
    "tests/config/test_config.py",
    "tests/experiment/test_golden.py",
    "tests/experiment/test_genome.py",
    "tests/viewer/test_window.py",
    "tests/analysis/test_page.py",
)
TOOLS = ("pytest>=8.0", "hypothesis>=6.100", "hatchling>=1.25")  # at their newest, as they are not what is tested


def requirements(which: str, instead: Sequence[str] = ()) -> list[str]:
    """Returns what pip is asked for.

    Args:
        which: "lowest": each dependency at its floor; "newest": as pyproject.toml has them.
        instead: NAME==VERSION for some of them.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = {name_of(line): line for line in project["dependencies"]}
    if which == "lowest":
        floors = {name: line.replace(">=", "==") for name, line in floors.items()}
    for line in instead:
        if name_of(line) not in floors:
            sys.exit(f"--with: expected one of {', '.join(floors)}, got {line}")
        floors[name_of(line)] = line
    return [*floors.values(), *TOOLS]


def name_of(requirement: str) -> str:
    """`numpy>=2.0` -> `numpy`."""
    return requirement.partition("=")[0].rstrip("><")


def run(which: str, python: str, instead: Sequence[str], arguments: Sequence[str]) -> int:
    """Makes the environment and runs the tests in it; returns the exit status of what failed first, or 0."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "venv", "Scripts/python.exe" if os.name == "nt" else "bin/python")
        asked = requirements(which, instead)
        print(f"{which} versions:", *asked, flush=True)
        install = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *asked]
        test = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(arguments or FILES)]
        environment = {**os.environ, "ALIFE_CACHE": str(Path(folder, "cache")), "PYTHONPATH": str(ROOT)}
        for step in ([python, "-m", "venv", str(own.parents[1])], install, [own, "-VV"], test):
            status = subprocess.run([str(part) for part in step], cwd=ROOT, env=environment).returncode
            if status:
                return status
    return 0


def main() -> None:
    """The command line."""
    mine, _, rest = " ".join(["", *sys.argv[1:], ""]).partition(" -- ")
    parser = argparse.ArgumentParser("python -m tests.versions", description=__doc__)
    parser.add_argument("which", choices=("lowest", "newest"))
    parser.add_argument("--python", default=sys.executable, help="the interpreter")
    parser.add_argument("--with", dest="instead", action="append", default=[], metavar="NAME==VERSION")
    given = parser.parse_args(mine.split())
    sys.exit(run(given.which, given.python, given.instead, rest.split()))


if __name__ == "__main__":
    main()
