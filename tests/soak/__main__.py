"""Lets a meadow live for minutes, or a million steps, and looks at what must not change: `python -m tests.soak`."""

from __future__ import annotations

import argparse
import sys

from tests.soak.endurance import faults, meadow, samples
from tests.soak.numbers import faults_of_a_poisoned_row, faults_of_large_numbers


def main() -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="time at most (10)")
    parser.add_argument("--steps", type=int, default=1_000_000, help="steps at most (1,000,000)")
    given = parser.parse_args()
    simulation = meadow()
    every = max(1, given.steps // 200)
    found = []
    for sample in samples(simulation, given.steps, every, 60 * given.minutes):
        found.append(sample)
        print(
            f"\rstep {sample.step:,}  {sample.agents:,} agents  {sample.memory / 2**20:.1f} MiB  "
            f"{1e9 * sample.cost:.0f} ns of CPU an agent-step ",
            end="",
            file=sys.stderr,
            flush=True,
        )
    print(file=sys.stderr)
    said = [*faults(found), *faults_of_large_numbers(), *faults_of_a_poisoned_row()]
    print("\n".join(said) or f"{found[-1].step:,} steps, {simulation.births:,} births: memory, speed and energy held")
    print(
        f"memory {found[len(found) // 10].memory:,} to {found[-1].memory:,} bytes; "
        f"{1e9 * found[len(found) // 10].cost:.0f} to {1e9 * found[-1].cost:.0f} ns of CPU an agent-step"
    )
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
