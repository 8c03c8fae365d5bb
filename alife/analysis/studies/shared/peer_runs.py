"""Runs of a study that another library carries out: one after the other; what has ended is not run again."""

from __future__ import annotations

import json
from pathlib import Path

from alife.analysis.studies.shared.base import Outcome, Trial
from alife.atomic_files import is_file, make_folder, parse_json, reading, write_whole, writing
from alife.config.schema import dump_config
from alife.errors import UserError

RESULT = "result.json"


def run_peer(trial: Trial, root: Path) -> Outcome:
    """Runs a trial, or reads the result of its run.

    Args:
        trial: one with a peer.
        root: the folder of the runs of its part; each has a folder below.

    Raises:
        UserError: the folder holds a run with other values, or what is no result.
    """
    assert trial.peer is not None
    folder = root / "-".join(f"{key}={value}" for key, value in trial.labels.items())
    path, asked = folder / RESULT, dump_config(trial.config)
    if not is_file(path):
        with writing(folder):
            make_folder(folder)
        result = dict(trial.peer(trial.config, folder))
        with writing(path):
            write_whole(path, [json.dumps({"config": asked, "result": result}, indent=1).encode()])
    return Outcome(trial.labels, _read(path, asked), folder)


def _read(path: Path, asked: str) -> dict[str, object]:
    with reading(path):
        text = path.read_bytes()
    try:
        known = parse_json(text)
        config, result = known["config"], dict(known["result"])
    except (ValueError, TypeError, KeyError):
        raise UserError(f"{path}: expected the result of a run, got something else; remove the file") from None
    if config != asked:
        raise UserError(f"{path}: began with other values; ask for the same study again, or name another --out")
    return result
