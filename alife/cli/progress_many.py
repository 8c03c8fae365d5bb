"""Progress of many runs at once: one bar or plain lines on standard error, and the last word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from alife.cli.progress import ProgressLine, look_next, pasted, short
from alife.config.schema import parse_config
from alife.experiment.build import MOST, unit
from alife.experiment.islands.coordinator import Coordinator
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.interface import invalid_text
from alife.simulation.metric_columns import invalid_of


class JobsReport(ProgressLine):
    """Progress of many runs: call it after every look at their results."""

    _first: int | None = None  # steps of all runs together when this process first looked

    def agent_steps(self, coordinator: Coordinator) -> int:
        """Agent-steps since this process began: those before a resume do not count."""
        return sum(coordinator.agent_steps[number] - begun for number, begun in coordinator.begun.items())

    def __call__(self, coordinator: Coordinator) -> None:
        """Shows how far the runs are."""
        if not any(coordinator.agent_steps):
            self.restart_clock()
        ends = [job.end for job in coordinator.jobs]
        done = sum(ends[at] if at in coordinator.results else step for at, step in enumerate(coordinator.steps))
        if self._first is None:
            self._first = done
        if max(ends) >= MOST:  # they end by time, each by a clock of its own
            self.show(len(coordinator.results), len(ends), self.line(coordinator))
            return
        parts = [self.line(coordinator), self.left(done, sum(ends), self._first)]
        self.show(done, sum(ends), "  ".join(filter(None, parts)))

    def line(self, coordinator: Coordinator) -> str:
        """Runs ended, steps of the slowest and the fastest, the best fitness, agent-steps a second."""
        ends = max(job.end for job in coordinator.jobs)
        spread = sorted({min(coordinator.steps), max(coordinator.steps)})
        parts = [
            f"{len(coordinator.results)}/{len(coordinator.jobs)} runs",
            f"at {_unit(coordinator.jobs[0].text)} {'-'.join(f'{step:,}' for step in spread)}"
            + (f" of {ends:,}" if ends < MOST else ""),
            *([f"best fitness {best:.4g}"] if (best := best_fitness(coordinator)) is not None else []),
            f"{short(self.agent_steps(coordinator) / max(self.seconds, 1e-9))} agent-steps/s",
        ]
        return "  ".join([*parts, *([f"workers restarted {coordinator.restarts}"] if coordinator.restarts else [])])


@cache
def _unit(text: str) -> str:
    """What a run of this configuration counts: "generation" or "step"."""
    return unit(parse_config(text, "a run"))


def best_fitness(coordinator: Coordinator) -> float | None:
    """The best fitness of all runs so far; None where nothing is scored."""
    ended = [_fitness(result) for result in coordinator.results.values()]
    known = [row["best_so_far"] for row in coordinator.rows if "best_so_far" in row]
    return max([value for value in (*ended, *known) if math.isfinite(value)], default=None)


def _invalid(coordinator: Coordinator) -> tuple[int, int]:
    """Genomes without a finite fitness in the runs that have ended, and all of theirs."""
    counts = [invalid_of(result) for result in coordinator.results.values()]
    return sum(invalid for invalid, _ in counts), sum(births for _, births in counts)


def _fitness(result: Mapping[str, Any]) -> float:
    """Fitness of a run that has ended; minus infinity if it has none."""
    value = result.get("fitness")
    return -math.inf if value is None else float(value)


def _worth(result: Mapping[str, Any]) -> tuple[float, float]:
    """Held-out fitness of a run that has ended, and its fitness: of the luckiest evaluations the highest is no best."""
    held_out = result.get("held_out")
    return -math.inf if held_out is None else float(held_out), _fitness(result)


def last_word(coordinator: Coordinator) -> str:
    """Returns the result of many runs and what to look at next."""
    first, sent = _best_run(coordinator), coordinator.messages
    best = coordinator.results.get(first, {})
    parts = [
        f"{len(coordinator.jobs):,} runs ended",
        *([] if best.get("fitness") is None else [f"best fitness {_scores(best)}"]),
        *filter(None, [invalid_text(*_invalid(coordinator))]),
        *([f"{sent:,} messages of {coordinator.message_bytes // sent:,} bytes"] if sent else []),
    ]
    folder = coordinator.root / coordinator.jobs[first].folder
    return look_next("; ".join(parts), [f"{coordinator.root}/results.csv", pasted("inspect", folder)])


def _scores(result: Mapping[str, Any]) -> str:
    """Fitness of a champion, and its held-out fitness where that is known."""
    held_out = result.get("held_out")
    return f"{result['fitness']:.4g}" + ("" if held_out is None else f", {held_out:.4g} in held-out episodes")


def _best_run(coordinator: Coordinator) -> int:
    """Number of the run with the best held-out fitness; where nothing is scored, of the first."""
    return max(coordinator.results, key=lambda number: _worth(coordinator.results[number]), default=0)


def summary(coordinator: Coordinator, report: JobsReport) -> dict[str, object]:
    """The JSON object of `evolve`."""
    steps = report.agent_steps(coordinator)
    first = _best_run(coordinator)
    folder = RunFolder(coordinator.root / coordinator.jobs[first].folder)
    return {
        "out": str(coordinator.root),
        "runs": len(coordinator.jobs),
        "steps": sum(coordinator.steps),
        "agent_steps": sum(coordinator.agent_steps),
        "agent_steps_per_s": round(steps / report.seconds, 1),
        "seconds": round(report.seconds, 3),
        **{name: coordinator.results.get(first, {}).get(name) for name in ("fitness", "held_out")},
        "refused": _invalid(coordinator)[0],
        "champion": folder.newest_champion(),
        "hosts": coordinator.workers,
        "restarts": coordinator.restarts,
        "letters": coordinator.messages,
        "letter_bytes": coordinator.message_bytes,
        "state_hash": coordinator.state_hash(),
        "threads": coordinator.threads,
    }
