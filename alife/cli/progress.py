"""Progress of `evolve` on standard error: a bar on a terminal, plain lines elsewhere, and the last word."""

from __future__ import annotations

import math
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from alife.config.imports import OPTION, forbidden
from alife.experiment.interventions import touched
from alife.experiment.records.run_folder import RunFolder

if TYPE_CHECKING:
    from alife.experiment.run import Run

LEAST_SECONDS = 1.0  # before the time left is known
FEW_SECONDS, FEW = 10.0, 0.002  # up to then also this share: first steps take longer than those that follow
PLAIN_SECONDS = 2.0  # between two plain lines
WIDE = 110  # columns that the words of a line need beside the bar
LEFT_OUT = ("births", "deaths", "mean fitness")  # on a narrower terminal


class ProgressLine:
    """A line that is drawn anew: beside a bar on a terminal, else every PLAIN_SECONDS. A context manager."""

    auto_refresh = True  # draws the bar also between calls of `show`, in a thread, and leaves it there at the end

    def __init__(self, quiet: bool) -> None:
        """quiet: print nothing."""
        self._quiet, self._console = quiet, Console(stderr=True)
        self._bar: Progress | None = None
        self._started = self._printed = time.perf_counter()

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._bar = _bar(self._console, self.auto_refresh)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the first step here."""
        return time.perf_counter() - self._started

    def restart_clock(self) -> None:
        """Counts seconds from now on."""
        self._started = time.perf_counter()

    @property
    def on_bar(self) -> bool:
        """True if there is a bar."""
        return self._bar is not None

    @property
    def narrow(self) -> bool:
        """True if some figures must be left out."""
        return self.on_bar and self._console.width < WIDE

    def show(self, completed: float, total: float, line: str, now: bool = False) -> None:
        """Draws the line. now: also where there is no bar and a plain line was printed less than PLAIN_SECONDS ago."""
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=completed, total=total, description=line)
            if not self.auto_refresh:
                self._bar.refresh()
        elif not self._quiet and (now or time.perf_counter() - self._printed >= PLAIN_SECONDS):
            self._printed = time.perf_counter()
            print(line, file=sys.stderr, flush=True)

    def left(self, done: float, total: float, begun: float = 0.0) -> str:
        """Returns the time left, such as "2 min left", at the speed since `begun`; "" before any is known."""
        share = (done - begun) / (total - begun) if total > begun else 1.0
        early = self.seconds < LEAST_SECONDS or (self.seconds < FEW_SECONDS and share < FEW)
        if share <= 0 or done >= total or early:
            return ""
        return time_left(self.seconds * (1 - share) / share)


class PartsProgress(ProgressLine):
    """Progress of several parts in turn; the bar goes at the end, before results are printed."""

    auto_refresh = False

    def __init__(self, title: str, quiet: bool = False) -> None:
        """title: of the whole. quiet: print nothing."""
        super().__init__(quiet)
        self._title = title

    def part(self, name: str, number: int, total: int, long: bool, cost: str = "") -> None:
        """Shows which part is next. long: it may take minutes. cost: what it will take, "" if that is not known."""
        start = self._title if self.on_bar else f"alife: {self._title}"
        costs = f" ({cost})" if cost else ""
        self.show(number, total, f"{start}: {name}, {number + 1} of {total}{costs}", now=long or bool(cost))


class ProgressReport(ProgressLine):
    """Progress of one run: call it before the first step and after every stretch of steps."""

    def __init__(self, quiet: bool) -> None:
        """quiet: print nothing."""
        super().__init__(quiet)
        self._before: int | None = None
        self._first = 0  # step of this process

    def agent_steps(self, run: Run) -> int:
        """Agent-steps of this process: those before a resume do not count."""
        return run.simulation.agent_steps - (self._before or 0)

    def __call__(self, run: Run) -> None:
        """Shows how far the run is."""
        if self._before is None:
            self._before, self._first = run.simulation.agent_steps, run.simulation.steps
            self.restart_clock()
        self.show(*self._extent(run), self.line(run))

    def line(self, run: Run) -> str:
        """The step, the figures that the process shows, time left, agent-steps a second, the place in a long step.

        A narrow terminal has fewer figures.
        """
        simulation = run.simulation
        limited = run.budget.limit is not None
        place = f"{simulation.unit} {simulation.steps:,}{'' if limited else f' of {run.end:,}'}"
        known = [(label, value) for label, value in simulation.progress(run.row) if math.isfinite(value)]
        figures = [_figure(label, value) for label, value in known if not (self.narrow and label in LEFT_OUT)]
        rate = short(self.agent_steps(run) / max(self.seconds, 1e-9))
        left = time_left(run.budget.left) if limited else self.left(simulation.steps, run.end, self._first)
        return "  ".join(filter(None, [place, *figures, left, f"{rate} agent-steps/s", simulation.position]))

    def _extent(self, run: Run) -> tuple[float, float]:
        """Returns how much of the run is done, of how much: steps, or seconds of a budget."""
        budget = run.budget
        return (run.simulation.steps, run.end) if budget.limit is None else (budget.used, budget.limit)


def _figure(label: str, value: float) -> str:
    """A count before its label, any other number after it."""
    return f"{value:,} {label}" if isinstance(value, int) else f"{label} {value:.4g}"


def duration(seconds: float) -> str:
    """40.2 -> 40 s; 130 -> 2 min; 4000 -> 1 h 7 min; 200000 -> 2 d 7 h."""
    for unit, size, part, smaller in (("d", 86400, "h", 3600), ("h", 3600, "min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} {int(seconds % size // smaller)} {part}"
    return f"{int(seconds // 60)} min" if seconds >= 120 else f"{math.ceil(seconds)} s"


def time_left(seconds: float) -> str:
    """Returns seconds as progress says them: "2 min left"."""
    return f"{duration(seconds)} left"


def last_word(run: Run, page: Path | None) -> str:
    """Returns the result of a run, how to repeat one that time ended, and what to look at next.

    page: its report, if it could be made.
    """
    told = touched(run.interventions.done)
    ended = run.simulation.summary() + (f"; {told}" if told else "")
    if run.out is None:
        return ended
    if run.budget.limit is not None:
        sets = ("--set", "run.budget=null", "--set", f"run.generations={run.simulation.steps}")
        ended += f"\nrepeat:     {pasted('evolve', RunFolder(run.out).config, *sets)}"
    jobs = ("live", "inspect") if run.simulation.world.can_be_watched() else ("inspect",)
    return look_next(ended, [*([str(page)] if page else []), *(pasted(job, run.out) for job in jobs)])


def look_next(ended: str, places: list[str]) -> str:
    """Returns a result and a list of what to look at next."""
    return ended + "\nlook next:  " + "\n            ".join(places)


def pasted(*words: str | Path) -> str:
    """Returns a command of this program as it can be pasted into a shell where this one was started.

    It forbids the import of code of others where this process does.

    words: of the command; a path that begins with - is written so that it is not taken for an option.
    """
    plain = [f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word) for word in words]
    line = [*_door(), *plain[:1], *[OPTION] * forbidden(), *plain[1:]]
    return subprocess.list2cmdline(line) if os.name == "nt" else shlex.join(line)


def _door() -> list[str]:
    """The words by which this program was called; python3 if that is this Python, else its path."""
    program = Path(sys.argv[0])
    if program.name == "run.py":
        own = {os.path.realpath(path) for path in (sys.executable, getattr(sys, "_base_executable", sys.executable))}
        usual = shutil.which("python3")
        here = Path(program.name).exists() and os.path.samefile(program, program.name)
        python = "python3" if usual and os.path.realpath(usual) in own else sys.executable
        return [python, program.name if here else str(program)]
    if program.parts[-2:] == ("alife", "__main__.py"):
        return [sys.executable, "-m", "alife"]
    return ["alife" if os.sep not in sys.argv[0] or shutil.which("alife") else sys.argv[0]]


def short(number: float) -> str:
    """1234567 -> 1.2M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return f"{number:.0f}"


def _bar(console: Console, auto_refresh: bool) -> Progress:
    share = TextColumn("{task.percentage:3.0f}%", table_column=Column(min_width=4, no_wrap=True))
    line = TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
    columns = (share, BarColumn(bar_width=min(30, console.width // 9)), line)
    bar = Progress(*columns, console=console, expand=True, auto_refresh=auto_refresh, transient=not auto_refresh)
    bar.add_task("starting", total=None)
    return bar
