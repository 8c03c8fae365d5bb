"""Fuzzes the readers of files, and the command line: `python -m tests.fuzz genome --cases 1000`.

Prints one line a broken promise, with the command that makes its input again, and a summary. Exits with 1 if a promise
was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.fuzz.promises import Outcome, outcome
from tests.fuzz.targets import TARGETS


def cases(name: str, numbers: range, seed: int) -> Iterator[tuple[int, Outcome]]:
    """Yields number and outcome of each case; a case depends on its target, its number and the seed alone."""
    with tempfile.TemporaryDirectory() as folder:
        (base := Path(folder) / "base").mkdir()
        target = TARGETS[name](base)
        for number in numbers:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                use, size = target.make(np.random.default_rng([seed, number]), Path(place))
                yield number, outcome(use, size, Path(place), target.memory)


def main() -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--cases", type=int, default=1000, help="number of inputs (1000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other inputs (0)")
    parser.add_argument("--only", type=int, help="make this one input alone")
    given = parser.parse_args()
    numbers = range(given.cases) if given.only is None else range(given.only, given.only + 1)
    refused = broken = 0
    slowest, largest = 0.0, 0
    for number, found in cases(given.target, numbers, given.seed):
        refused += bool(found.refused)
        broken += bool(found.broken)
        slowest, largest = max(slowest, found.seconds), max(largest, found.peak)
        for line in found.broken:
            print(f"python -m tests.fuzz {given.target} --seed {given.seed} --only {number}\n  {line.strip()}")
        if given.only is not None:
            print(found.refused or "accepted")
    print(
        f"{given.target}: {len(numbers):,} inputs, {refused:,} refused in one line, {broken:,} broke a promise; "
        f"slowest {slowest:.2f} s of CPU" + (f", largest peak {largest:,} bytes" if largest else "")
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
