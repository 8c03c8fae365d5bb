"""Has windows handle random events: `python -m tests.monkey --events 10000`.

Prints a line a sitting, and for a broken one how to repeat it. Exits with 1 if one was broken: the window raised an
error, or the run is not what it is without a window.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"

from alife.viewer import explaining
from tests.monkey.sittings import KINDS, sit


def main() -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="number of events in all (10,000)")
    parser.add_argument("--sitting", type=int, default=250, help="number of events of one sitting (250)")
    parser.add_argument("--seed", type=int, default=0, help="of the first sitting (0)")
    parser.add_argument("--kind", choices=KINDS, help="this kind alone")
    given = parser.parse_args()
    explaining.COMMAND = ("true",)  # in place of `inspect`, which takes seconds
    names = [given.kind] if given.kind else list(KINDS)
    done, seed, broken = 0, given.seed, 0
    while done < given.events:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                found = sit(name, seed, given.sitting, Path(folder))
            done += found.events
            print(
                f"{name}, seed {seed}: {found.events} events, {found.steps:,} steps, {found.touched} changes",
                flush=True,
            )
            if found.broken:
                broken += 1
                print(f"python -m tests.monkey --kind {name} --seed {seed} --events 1 --sitting {given.sitting}")
                print(found.broken, flush=True)
        seed += 1
    print(f"{done:,} events, {broken} sittings broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
