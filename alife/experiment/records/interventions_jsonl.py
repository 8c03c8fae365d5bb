"""The record of interventions of a run: interventions.jsonl, a line for each, written before it takes effect.

{"step": 500, "kind": "set", "values": {"param": "upkeep", "value": 0.03}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from alife.atomic_files import exists, parse_json, reading, write_whole, writing
from alife.errors import UserError
from alife.experiment.records.append_log import AppendOnlyFile
from alife.simulation.interventions import Intervention, parse_intervention


def read_interventions(path: Path) -> list[Intervention]:
    """Returns the interventions of a record, in order; none without a file. A last line cut short never took effect.

    Raises:
        UserError: a line is damaged, or its step is before that of the line above.
    """
    found: list[Intervention] = []
    for place, line in enumerate(_lines(path)):
        try:
            one = parse_intervention(parse_json(line))
        except (ValueError, UserError) as error:
            said = str(error) if isinstance(error, UserError) else "expected one JSON object, got a line that is none"
            raise UserError(f"{path}:{place + 1}: {said}; put the file back as it was") from None
        if found and one.step < found[-1].step:
            raise UserError(f"{path}:{place + 1}: expected a step from {found[-1].step} on, got {one.step}")
        found.append(one)
    return found


def write_intervention(path: Path, one: Intervention) -> None:
    """Adds a line and makes it durable, in place of a last line that was cut short. Raises WriteError."""
    log = AppendOnlyFile(path, b"", sum(len(line) + 1 for line in _lines(path)))
    try:
        log.append(json.dumps(one.plain()).encode() + b"\n")
        log.sync()
    finally:
        log.close()


def write_record(path: Path, record: Iterable[Intervention]) -> None:
    """Writes a whole record, before a run begins that will replay it. Raises WriteError."""
    with writing(path):
        write_whole(path, [json.dumps(one.plain()).encode() + b"\n" for one in record])


def _lines(path: Path) -> list[bytes]:
    """The whole lines of the file."""
    if not exists(path):
        return []
    with reading(path):
        return path.read_bytes().split(b"\n")[:-1]
