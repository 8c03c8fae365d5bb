"""Making: provenance of a run: command, version, machine, time and speed of each start, and its configuration."""

from __future__ import annotations

from typing import Any

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Table
from alife.analysis.report.subject import Subject

SHOWN = ("package", "backend", "python", "numpy", "llvmlite", "machine", "system")


class Making(Instrument[Params]):
    """Contents of run.json and config.yaml."""

    order = 90
    quick = True
    of_run = True
    definition = "agent-steps per second = agent-steps of all starts / their seconds, from the opening of each on"

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts of the last start, a table of all starts, and the configuration of a run.

        Raises:
            NotApplicable: a single genome.
        """
        if subject.run is None:
            raise NotApplicable("a saved genome has no config.yaml and run.json; name its run")
        starts = subject.run.starts()
        text = "The same configuration and version give the same run, bit for bit."
        tables = [_starts(starts, subject.unit)] if starts else []
        configuration = subject.run.config.read_text(encoding="utf-8")
        return Finding("Provenance", text, _facts(starts), tables, folded={"config.yaml": configuration})


def _facts(starts: list[dict[str, Any]]) -> Facts:
    """Returns facts of the last start, and the time and speed of all."""
    if not starts:
        return {}
    facts: Facts = {name: str(starts[-1][name]) for name in SHOWN if name in starts[-1]}
    seconds = sum(start.get("seconds", 0.0) for start in starts)
    agent_steps = sum(start.get("agent_steps", 0) for start in starts)
    if seconds:
        facts |= {"seconds": round(seconds, 3), "agent-steps": agent_steps}
        facts["agent-steps per second"] = round(agent_steps / seconds)
    return facts


def _starts(starts: list[dict[str, Any]], unit: str) -> Table:
    rows = tuple(
        (
            str(start.get("time", "")).replace("T", " ").removesuffix("+00:00"),
            " ".join(map(str, start.get("command", []))),
            start.get("until", ""),
            round(start.get("seconds", 0.0), 3),
            start.get("agent_steps", ""),
        )
        for start in starts
    )
    return Table("Starts", ("time, UTC", "command", f"until, {unit}", "seconds", "agent-steps"), rows)
