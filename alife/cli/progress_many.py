"""What `evolve` says of many runs at once: one bar or plain lines on standard error, and the last word."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from alife.cli.progress import PLAIN_SECONDS, door, short
from alife.experiment.islands.coordinator import Coordinator

PAGES = 100  # runs of a colony that get a report.html of their own


class Roster:
    """Progress of a colony: call it after every look at what came back."""

    def __init__(self, quiet: bool) -> None:
        """quiet: say nothing."""
        self._quiet, self._console = quiet, Console(stderr=True)
        self._bar: Progress | None = None
        self._started = self._said = time.perf_counter()

    def __enter__(self) -> Roster:
        if self._console.is_terminal and not self._quiet:
            line = TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
            share = TextColumn("{task.percentage:3.0f}%", table_column=Column(min_width=4, no_wrap=True))
            bar = BarColumn(bar_width=min(30, self._console.width // 9))
            self._bar = Progress(share, bar, line, console=self._console, expand=True)
            self._bar.add_task("starting hosts", total=None)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the first run began."""
        return time.perf_counter() - self._started

    def agent_steps(self, colony: Coordinator) -> int:
        """Lived while this was looking: those before a resume do not count."""
        return sum(colony.agent_steps[number] - begun for number, begun in colony.begun.items())

    def __call__(self, colony: Coordinator) -> None:
        """Show where the colony stands."""
        if not any(colony.agent_steps):
            self._started = time.perf_counter()
        if self._bar:
            ends = [member.end for member in colony.members]
            done = sum(ends[at] if at in colony.results else step for at, step in enumerate(colony.steps))
            self._bar.update(self._bar.task_ids[0], completed=done, total=sum(ends), description=self.line(colony))
        elif not self._quiet and time.perf_counter() - self._said >= PLAIN_SECONDS:
            self._said = time.perf_counter()
            print(self.line(colony), file=sys.stderr, flush=True)

    def line(self, colony: Coordinator) -> str:
        """Runs ended, where the slowest and the fastest are, the best fitness, agent-steps a second."""
        ends = max(member.end for member in colony.members)
        spread = sorted({min(colony.steps), max(colony.steps)})
        parts = [
            f"{len(colony.results)}/{len(colony.members)} runs",
            f"at {'-'.join(f'{step:,}' for step in spread)} of {ends:,}",
            *([f"best {best:.4g}"] if (best := best_fitness(colony)) is not None else []),
            f"{short(self.agent_steps(colony) / max(self.seconds, 1e-9))} agent-steps/s",
        ]
        return "  ".join([*parts, *([f"hosts restarted {colony.restarts}"] if colony.restarts else [])])


def best_fitness(colony: Coordinator) -> float | None:
    """The best so far of all runs; None where fitness is not what decides."""
    ended = [_fitness(result) for result in colony.results.values()]
    known = [row["best_so_far"] for row in colony.rows if "best_so_far" in row]
    return max([value for value in (*ended, *known) if math.isfinite(value)], default=None)


def _fitness(result: Mapping[str, Any]) -> float:
    """Of a run that has ended; minus infinity where it has none."""
    value = result.get("fitness")
    return -math.inf if value is None else float(value)


def last_word(colony: Coordinator) -> str:
    """How the colony ended and what to look at next."""
    best = best_fitness(colony)
    told = "" if best is None else f"; best fitness {best:.4g}"
    letters = (
        f"; {colony.letters:,} letters of {colony.letter_bytes // colony.letters:,} bytes" if colony.letters else ""
    )
    first = max(colony.results, key=lambda number: _fitness(colony.results[number]))
    places = f"{colony.root}/results.csv", f"{door()} inspect {colony.root / colony.members[first].folder}"
    return f"{len(colony.members):,} runs ended{told}{letters}\nlook next:  " + "\n            ".join(places)


def summary(colony: Coordinator, roster: Roster) -> dict[str, object]:
    """The JSON object of `evolve`."""
    steps = roster.agent_steps(colony)
    return {
        "out": str(colony.root),
        "runs": len(colony.members),
        "steps": sum(colony.steps),
        "agent_steps": sum(colony.agent_steps),
        "agent_steps_per_s": round(steps / roster.seconds, 1),
        "seconds": round(roster.seconds, 3),
        "best_fitness": best_fitness(colony),
        "population": sum(int(result["population"]) for result in colony.results.values()),
        "hosts": colony.hosts,
        "restarts": colony.restarts,
        "letters": colony.letters,
        "letter_bytes": colony.letter_bytes,
        "state_hash": colony.state_hash(),
        "threads": colony.threads,
    }
