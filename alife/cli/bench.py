"""The command `bench`: measures or reads results, shows progress, prints tables, writes results and the page."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife import errors
from alife.analysis.benchmarks import Progress, machine
from alife.analysis.benchmarks.page import write_page
from alife.analysis.benchmarks.results import Results, load
from alife.backends.select import choose
from alife.cli.bench_table import report
from alife.cli.progress import ProgressLine
from alife.config.file_kinds import check_no_file
from alife.errors import UserError

BENCHMARKS = ("brain", "world", "evolve", "peers", "window", "kernels", "islands")
ON_GPU = ("brain", "world")  # measured differently there


class BenchProgress(ProgressLine):
    """Progress of benchmarks: a bar on a terminal, elsewhere a line for each measurement.

    The bar is drawn between measurements only, so that it takes no time from them.
    """

    auto_refresh = False

    def __init__(self, names: Sequence[str]) -> None:
        """names: the benchmarks, in order."""
        super().__init__(quiet=False)
        self.names = names

    def of(self, name: str) -> Progress:
        """Returns what one of the benchmarks calls before each measurement."""

        def show(what: str, share: float) -> None:
            line, done = f"bench {name}: {what.strip()}", self.names.index(name) + share
            if self.on_bar:
                self.show(int(1000 * done), 1000 * len(self.names), line)
            else:
                print(f"alife: {line}", file=sys.stderr, flush=True)

        return show


def bench(what: Sequence[str], backend: str, as_json: bool, page: Path | None) -> None:
    """Measures benchmarks by name, or reads files of results; prints them, and writes the page if there is one.

    Raises:
        UserError: an unknown benchmark, or a file that has no results.
    """
    files = [word for word in what if word.endswith(".json")]
    if files and (as_json or len(files) < len(what)):
        raise UserError(
            f"bench: expected files of results alone, got {shlex.join(what)}; write names or files, no --json"
        )
    named = {file: load(Path(file)) for file in files} or {"": _measured(what, backend, as_json)}
    for place, (file, results) in enumerate(named.items()):
        heading = "\n" * (place > 0) + f"{file}\n\n" if len(named) > 1 else ""  # whose figures follow
        print(results.to_json() if as_json else heading + report(results))
        if page:
            write_page(page, results)


def _measured(what: Sequence[str], backend: str, as_json: bool) -> Results:
    for name in what:
        if name not in (*BENCHMARKS, "all"):
            check_no_file(name, "the name of a benchmark")
            raise errors.unknown("benchmark", name, (*BENCHMARKS, "all"))
    names, backend = BENCHMARKS if "all" in what else tuple(dict.fromkeys(what)), choose(backend)
    words = [*what, *(["--backend", backend] if backend == "gpu" else []), *["--json"] * as_json]
    program = ["python", "run.py"] if Path(sys.argv[0]).name == "run.py" else ["alife"]  # as on any machine
    facts = machine(backend, shlex.join([*program, "bench", *words]))
    with BenchProgress(names) as progress:
        results = Results({name: _rows(name, backend, progress.of(name)) for name in names}, facts)
    if as_json:
        print(f"alife: kept in {results.save()}", file=sys.stderr)
    return results


def _rows(name: str, backend: str, progress: Progress) -> list[dict[str, Any]]:
    """One benchmark; where its library is missing (a GPU machine often has no window) a row says so."""
    on = "_gpu" if backend == "gpu" and name in ON_GPU else ""
    try:
        module = importlib.import_module(f"alife.analysis.benchmarks.{name}{on}")
        rows: list[dict[str, Any]] = getattr(module, f"bench_{name}{on}")(*([] if on else [backend]), progress=progress)
    except ModuleNotFoundError as error:
        return [{"what": f"not measured: {error}"}]
    return rows
