"""The command `inspect`: reads what it was asked for, shows progress, prints the report."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from alife.analysis.report.place import check_place
from alife.cli.json_object import alone_on_stdout
from alife.cli.progress import PartsProgress
from alife.errors import UserError


def inspect(
    paths: Sequence[Path], only: Sequence[str], assignments: Sequence[str], out: Path | None, as_json: bool
) -> None:
    """Measures one thing, or two beside each other, and prints what was found.

    Args:
        paths: one or two.
        only: lists of instruments, "fresh,genes".
        assignments: changes of their Params, `instrument.key=value`.
        out: the page.
        as_json: print one JSON object instead of a summary.

    Raises:
        UserError: anything of this is wrong.
    """
    if len(paths) > 2:
        got = shlex.join(map(str, paths))
        raise UserError(
            f"inspect: expected one path, or two to compare, got {len(paths)}: {got}; name a folder of them"
        )
    names = [name.strip() for listed in only for name in listed.split(",")]
    if only and not all(names):
        raise UserError(
            f"--only {shlex.join(only)}: expected names of instruments, got an empty one; write fresh,genes"
        )
    for path in paths:
        check_place(path)
    from alife.analysis.report.report import inspect as report  # most of the time until a wrong path was refused
    from alife.analysis.report.report import tell

    with alone_on_stdout(as_json), PartsProgress("inspect") as line:
        found = report(paths[0], out, line.part, list(dict.fromkeys(names)), assignments, *paths[1:])
    tell(found, as_json)
