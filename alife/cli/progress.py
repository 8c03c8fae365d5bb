"""What `evolve` says on standard error: a bar on a terminal, plain lines elsewhere, and the last word."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.generational import Generations
from alife.world import World

if TYPE_CHECKING:
    from alife.experiment.run import Run

PLAIN_SECONDS = 2.0  # between two plain lines
WIDE = 110  # columns that the words of a line need beside the bar


class ProgressReport:
    """Progress of one run: call it before the first step and after every stretch of steps."""

    def __init__(self, quiet: bool) -> None:
        """quiet: say nothing."""
        self._quiet = quiet
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._said = self._started = time.perf_counter()
        self._before: int | None = None

    def __enter__(self) -> ProgressReport:
        if self._console.is_terminal and not self._quiet:
            self._bar = _bar(self._console)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the first step here."""
        return time.perf_counter() - self._started

    def agent_steps(self, run: Run) -> int:
        """Of this process: those before a resume do not count."""
        return run.simulation.agent_steps - (self._before or 0)

    def __call__(self, run: Run) -> None:
        """Show where the run stands."""
        if self._before is None:
            self._before, self._started = run.simulation.agent_steps, time.perf_counter()
        if self._bar:
            _move(self._bar, run, self.line(run))
        elif not self._quiet and time.perf_counter() - self._said >= PLAIN_SECONDS:
            self._said = time.perf_counter()
            unit = "generation" if isinstance(run.simulation, Generations | Coevolution) else "step"
            print(f"{unit} {run.simulation.steps:,}/{run.end:,}  {self.line(run)}", file=sys.stderr, flush=True)

    def line(self, run: Run) -> str:
        """agents, births, deaths, mean energy, agent-steps a second; with signs for words on a narrow terminal."""
        simulation = run.simulation
        births, deaths, rate = "{:,} births", "{:,} deaths", "{} agent-steps/s"
        if self._bar and self._console.width < WIDE:
            births, deaths, rate = "+{:,}", "-{:,}", "{}/s"
        now = rate.format(short(self.agent_steps(run) / max(self.seconds, 1e-9)))
        if isinstance(simulation, Coevolution):
            told = {name: run.row.get(f"{name}_mean", 0.0) for name in simulation.world.roles}
            return "  ".join([*(f"{name} {value:.4g}" for name, value in told.items()), now])
        if isinstance(simulation, Generations):
            told = {name: run.row.get(name, 0.0) for name in ("best", "mean")}
            return "  ".join([*(f"{name} {value:.4g}" for name, value in told.items()), now])
        parts = [f"{simulation.num_alive:,} agents", births.format(simulation.births), deaths.format(total_deaths(run))]
        energy = run.row.get("energy")
        parts += [] if energy is None else [f"energy {energy:.2f}"]
        return "  ".join([*parts, now])


def last_word(run: Run, page: Path | None) -> str:
    """How the run ended and what to look at next. page: of the run, where it could be made."""
    simulation = run.simulation
    if isinstance(simulation, Generations | Coevolution):
        return _looked_at(run, _last_generation(simulation), page)
    ended = f"{simulation.steps:,} steps, {simulation.num_alive:,} agents alive"
    if not simulation.num_alive:
        causes = ", ".join(f"{name} {count:,}" for name, count in simulation.death_causes.items())
        ended = f"extinct, seen at step {simulation.steps:,}; deaths: {causes or 'none'}"
    return _looked_at(run, ended, page)


def _last_generation(simulation: Generations | Coevolution) -> str:
    if isinstance(simulation, Coevolution):
        told = ", ".join(f"{role} {one['held_out']:.4g}" for role, one in simulation.champions().items())
        size = f"{_generations(simulation)} a side"
        return f"{size}; champions against ancestors: {told}"
    best = simulation.champion()
    held_out = f"{best['held_out']:.4g} in episodes never met before"
    reached = "; target reached" if simulation.reached else ""
    return f"{_generations(simulation)}{reached}; best fitness {best['fitness']:.4g}, {held_out}"


def _generations(simulation: Generations | Coevolution) -> str:
    return f"{simulation.steps:,} generation{'s' * (simulation.steps != 1)} of {simulation.capacity:,}"


def _looked_at(run: Run, ended: str, page: Path | None) -> str:
    if run.out is None:
        return ended
    drawn = type(run.simulation.world).scene is not World.scene
    jobs = ("live", "inspect") if drawn else ("inspect",)
    places = [*([str(page)] if page else []), *(f"{door()} {job} {run.out}" for job in jobs)]
    return ended + "\nlook next:  " + "\n            ".join(places)


def door() -> str:
    """How the command line was called."""
    return "python run.py" if sys.argv[0].endswith("run.py") else "alife"


def total_deaths(run: Run) -> int:
    """Deaths of every cause since the beginning."""
    return sum(run.simulation.death_causes.values())


def short(number: float) -> str:
    """1234567 -> 1.2M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return f"{number:.0f}"


def _bar(console: Console) -> Progress:
    share = TextColumn("{task.percentage:3.0f}%", table_column=Column(min_width=4, no_wrap=True))
    line = TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
    bar = Progress(share, BarColumn(bar_width=min(30, console.width // 9)), line, console=console, expand=True)
    bar.add_task("starting", total=None)
    return bar


def _move(bar: Progress, run: Run, line: str) -> None:
    bar.update(bar.task_ids[0], completed=run.simulation.steps, total=run.end, description=line)
