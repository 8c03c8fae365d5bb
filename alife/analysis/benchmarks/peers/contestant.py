"""A contestant: a process that evaluates agents on request and reports its speed."""

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
SECONDS = 1.0  # of a measurement, at least; it takes whole evaluations


@dataclass(frozen=True)
class Contestant:
    """A library at a task that others have, too.

    what: its label; the name of a package in braces stands for its version. entry: "module:function" in this package;
    the function takes a number of agents and returns one that evaluates once and returns its agent-steps. agents: that
    number. least: agent-steps per second, or None. aim: the speed of the first contestant as a multiple of its own.
    """

    what: str
    entry: str
    agents: int = GENOMES
    least: float | None = None
    aim: float | None = None

    @property
    def label(self) -> str:
        """The label with versions."""
        return re.sub(r" \{(.+?)\}", lambda found: _version(found[1]), self.what)


def _version(package: str) -> str:
    try:
        return f" {version(package)}"
    except PackageNotFoundError:
        return ""


class Worker:
    """The process of a contestant, warmed up when the constructor returns; a context manager that ends the process.

    Args:
        contestant: the entry to run.
        agents: instead of the contestant's number of agents, 0: that.
        seconds: of a measurement, at least.
    """

    def __init__(self, contestant: Contestant, agents: int = 0, seconds: float = SECONDS) -> None:
        self.contestant = contestant
        self.rates: list[float] = []  # agent-steps per second, one a measurement
        self._code = (
            f"from {__name__} import serve; serve({contestant.entry!r}, {agents or contestant.agents}, {seconds})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        ready = self._answer()
        self.missing: str = ready.get("missing", "")
        self.agent_steps: int = ready.get("agent_steps", 0)  # of an evaluation

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()  # it ends at the end of its input

    def measure(self) -> None:
        """Measures once; does nothing if its package is missing."""
        if not self.missing:
            assert self._process.stdin
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            self.rates.append(self._answer()["rate"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a contestant ended; to see its error, run {sys.executable} -c {self._code!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(entry: str, agents: int, seconds: float) -> None:
    """Warms up and prints its agent-steps; then measures once for each line of standard input. Runs in the process."""
    module, name = entry.split(":")
    try:
        evaluate = getattr(importlib.import_module(f"alife.analysis.benchmarks.peers.{module}"), name)(agents)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print(json.dumps({"agent_steps": evaluate()}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"rate": _rate(evaluate, seconds)}), flush=True)


def _rate(evaluate: Callable[[], int], seconds: float) -> float:
    steps, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        steps += evaluate()
    return steps / spent
