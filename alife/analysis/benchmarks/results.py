"""Results of benchmarks as files: JSON with the rows of each benchmark, the machine, the date and the command."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alife.analysis.benchmarks.limits import Row
from alife.atomic_files import exists, parse_json, write_whole, writing
from alife.config.file_kinds import DATA, RESULTS, check_kind
from alife.errors import UserError

FOLDER = Path("benchmarks")


@dataclass(frozen=True)
class Results:
    """Rows of figures by benchmark, and what they were measured on: `machine` returns it."""

    rows: Mapping[str, Sequence[Row]]
    facts: Mapping[str, Any]

    def to_json(self) -> str:
        """One JSON object: `machine`, then a list of rows for each benchmark."""
        return json.dumps({"machine": self.facts, **self.rows}, indent=1)

    def save(self, folder: Path = FOLDER) -> Path:
        """Writes them into a file named after benchmarks, machine and date, and returns its path.

        Raises:
            WriteError: the file cannot be written.
        """
        device = self.facts.get("gpu", self.facts.get("cpu"))
        words = f"{' '.join(self.rows)} {device} {self.facts['date']}"
        path = folder / f"{re.sub(r'[^a-z0-9]+', '-', words.lower())}.json"
        with writing(path):
            write_whole(path, [self.to_json().encode(), b"\n"])
        return path


def load(path: Path) -> Results:
    """Reads a file that `Results.save` or `bench --json` wrote.

    Raises:
        UserError: there is no such file, or it holds something else.
    """
    if exists(path):
        check_kind(path, RESULTS, DATA)
    try:
        found = parse_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: expected a file that bench --json wrote: {(error.strerror or '').lower()}") from None
    except ValueError:
        found = None
    rows = {name: rows for name, rows in found.items() if name != "machine"} if isinstance(found, dict) else {}
    if not rows or not isinstance(found.get("machine"), dict) or not all(map(_are_rows, rows.values())):
        raise UserError(
            f"{path}: expected results of a benchmark, got something else; write one with bench NAME --json"
        )
    return Results(rows, found["machine"])


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)
