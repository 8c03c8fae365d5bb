"""One contestant: a process that lives generations when told to, and says how quickly."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

GENOMES, STEPS = 1024, 500
SECONDS = 1.0  # that a measurement takes at least, in whole generations


@dataclass(frozen=True)
class Contestant:
    """Who lives generations of genomes.

    what: its name, with names of packages in braces where their versions belong. entry: module of this package and its
    function of a number of genomes that returns another one, which lives one generation and returns the agent-steps.
    limit: agent-steps a second, if there is one.
    """

    what: str
    entry: str
    limit: float | None = None

    @property
    def label(self) -> str:
        """Its name with versions."""
        return re.sub(r" \{(.+?)\}", lambda found: _version(found[1]), self.what)


def _version(package: str) -> str:
    try:
        return f" {version(package)}"
    except PackageNotFoundError:
        return ""


class Worker:
    """The process of a contestant, warm once it is made. A context manager, at whose end it ends."""

    def __init__(self, contestant: Contestant, genomes: int = GENOMES, seconds: float = SECONDS) -> None:
        self.contestant = contestant
        self.rates: list[float] = []  # agent-steps a second, measured so far
        self._code = f"from {__name__} import serve; serve({contestant.entry!r}, {genomes}, {seconds})"
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        ready = self._answer()
        self.missing: str = ready.get("missing", "")
        self.lived: int = ready.get("lived", 0)  # agent-steps of a generation

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()  # the end of its input is the end of it

    def measure(self) -> None:
        """Once, now; not where its package is missing."""
        if not self.missing:
            assert self._process.stdin
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            self.rates.append(self._answer()["rate"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a contestant ended; what it says: {sys.executable} -c {self._code!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(entry: str, genomes: int, seconds: float) -> None:
    """Warm up and say so; from then on measure once for each line that comes in."""
    module, name = entry.split(":")
    try:
        live = getattr(importlib.import_module(f"alife.analysis.benchmarks.peers.{module}"), name)(genomes)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print(json.dumps({"lived": live()}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"rate": _rate(live, seconds)}), flush=True)


def _rate(live: Callable[[], int], seconds: float) -> float:
    steps, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        steps += live()
    return steps / spent
