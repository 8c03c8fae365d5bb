"""Writes docs/trust.md: fuzzes every target, lets a meadow live long, and tables what held: `python -m tests.trust`.

Takes about an hour with the default numbers. Exits with 1, and writes nothing, if a promise was broken.
"""

from __future__ import annotations

import argparse
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import alife
from tests.fuzz.__main__ import cases
from tests.fuzz.promises import SECONDS, SPARE
from tests.soak.endurance import Sample, faults, meadow, samples
from tests.soak.numbers import faults_of_a_poisoned_row, faults_of_large_numbers

PAGE = Path(__file__).resolve().parent.parent / "docs" / "trust.md"
INPUTS = {
    "genome": (5000, "damaged genome files, half of them with a right checksum; read as `live` reads them"),
    "checkpoint": (1500, "damaged checkpoints of a meadow and of mushrooms, half with a right checksum; resumed"),
    "yaml": (3000, "shipped configurations with lines cut, moved, doubled and put in"),
    "cli": (1000, "command lines with words left out, doubled, moved and put in"),
}
LIBRARIES = ("numpy", "llvmlite", "safetensors", "PyYAML", "pydantic", "typer")
HEAD = """# What was tried

Written by `python -m tests.trust`; `python -m tests.fuzz` and `python -m tests.soak` are its parts, and the test suite
runs a few inputs of each.

Of every input it is promised: an answer or one printable line, no traceback; nothing written outside the run's folder
and the code cache, no process started, no connection made; at most {seconds:g} s of CPU, and {spare} MiB of memory more
than twice its size (where memory is looked at).

| target | inputs | refused in one line | promises broken | slowest, s of CPU | what they are |
|---|---|---|---|---|---|
"""

HELD = """In a life whose ids passed 2^31 and whose steps passed 2^32 ids stayed unique, energy stayed equal, and saving
and restoring it changed nothing. Genes and memory that are not finite, put into one agent, changed no other agent,
and were said in one line.

"""


def fuzzed(name: str, count: int, seed: int) -> tuple[str, list[str]]:
    """Returns the row of a target, and the promises broken: a line each."""
    refused, slowest, broken = 0, 0.0, list[str]()
    for number, found in cases(name, range(count), seed):
        refused += bool(found.refused)
        slowest = max(slowest, found.seconds)
        broken += [f"python -m tests.fuzz {name} --seed {seed} --only {number}: {each}" for each in found.broken]
    row = f"| {name} | {count:,} | {refused:,} | {len(broken)} | {slowest:.2f} | {INPUTS[name][1]} |"
    return row, broken


def lived(steps: int, minutes: float) -> tuple[str, list[str]]:
    """Returns the sentence about a long life, and what did not hold: a line each."""
    simulation = meadow()
    found: list[Sample] = list(samples(simulation, steps, max(1, steps // 200), 60 * minutes))
    tenth, last = found[len(found) // 10], found[-1]
    mib, cost = [each.memory / 2**20 for each in (tenth, last)], [1e9 * each.cost for each in (tenth, last)]
    said = (
        f"A meadow lived {last.step:,} steps, {simulation.births:,} births. Its energy stayed equal to the quantum.\n"
        "After the first tenth the memory of the process went from "
        f"{mib[0]:.1f} to {mib[1]:.1f} MiB, and an agent-step\nfrom {cost[0]:.0f} to {cost[1]:.0f} ns of CPU."
    )
    return said, faults(found)


def main() -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the inputs and steps (1)")
    parser.add_argument("--minutes", type=float, default=20.0, help="of the long life, at most (20)")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other inputs (0)")
    given = parser.parse_args()
    rows, broken = (
        [],
        [*faults_of_large_numbers(), *faults_of_a_poisoned_row("wht"), *faults_of_a_poisoned_row("dense")],
    )
    for name, (count, _) in INPUTS.items():
        row, found = fuzzed(name, max(1, int(given.share * count)), given.seed)
        print(row, flush=True)
        rows.append(row)
        broken += found
    said, found = lived(max(200, int(given.share * 1_000_000)), given.minutes)
    broken += found
    if broken:
        print("\n".join(broken))
        return 1
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    PAGE.write_text(
        HEAD.format(seconds=SECONDS, spare=SPARE >> 20)
        + "\n".join(rows)
        + f"\n\n{said}\n\n{HELD}"
        + f"{date.today().isoformat()}, seed {given.seed}; walsh-life {alife.__version__}, Python "
        f"{platform.python_version()}, {platform.system()} {platform.machine()}; {libraries}.\n"
    )
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
