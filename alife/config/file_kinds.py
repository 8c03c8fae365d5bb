"""Files and folders by what they are, for errors about one where another kind was expected.

A file of this program is told by its content, any other by its name. Nothing is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alife.atomic_files import exists
from alife.errors import UserError

CONFIG, GENOME, RUN = "a configuration", "a genome file", "a run"
ISLANDS, CHECKPOINT = "islands or a sweep", "a checkpoint"
RESULTS, DATA, EMPTY = "results of a benchmark", "a JSON file", "an empty file"
MOST_HEADER = 2**20  # bytes of a header that are read
_ADVICE: dict[str, Callable[[Path], str]] = {
    CONFIG: lambda path: f"write alife evolve {path} or alife live {path}",
    GENOME: lambda path: f"write alife live {path}, alife inspect {path}, or run.founders={path} to start from it",
    RUN: lambda path: f"write alife live {path}, alife inspect {path}, or evolve CONFIG --out {path} --resume",
    ISLANDS: lambda path: f"name one of the runs in it, or write evolve CONFIG --out {path} --resume",
    RESULTS: lambda path: f"write alife bench {path}",
    CHECKPOINT: lambda path: f"name its run: alife live {_run_of(path)}, alife inspect {_run_of(path)}",
}
_RECORDS = ("metrics.csv", "lineage.csv", "run.json", "report.html", "colony.json", "results.csv")  # beside config.yaml
_NAMES = {
    ".csv": "a table", ".html": "a page", ".md": "a page", ".py": "a Python file", ".png": "a picture",
    ".jpg": "a picture", ".jpeg": "a picture", ".gif": "a picture", ".svg": "a picture", ".mp4": "a film",
    ".zip": "an archive", ".json": DATA,
}  # fmt: skip


def kind_of(path: Path) -> str | None:
    """Returns what an existing file or folder is, such as "a genome file"; None where nothing tells."""
    if path.is_dir():
        if (path / "colony.json").is_file():
            return ISLANDS
        return RUN if (path / "config.yaml").is_file() else "a folder without a run"
    if not path.stat().st_size and path.is_file():
        return EMPTY
    names = _header(path)
    if names is not None:
        if "params" in names:
            return GENOME
        saved = "alive" in names or any(name.rpartition(".")[2] == "genomes" for name in names)
        return CHECKPOINT if saved else "a file of arrays"
    if path.suffix in (".yaml", ".yml"):
        return CONFIG
    if path.suffix == ".safetensors":
        return None  # a damaged one, of which more can be said
    if path.name in _RECORDS and (path.parent / "config.yaml").is_file():
        return "a record of a run"
    if path.suffix == ".json" and _has_results(path):
        return RESULTS
    return _NAMES.get(path.suffix)


def check_kind(path: Path, *expected: str) -> None:
    """Checks that an existing path is not another kind of file or folder than expected. Raises UserError."""
    found = kind_of(path)
    if CONFIG in expected and found in (DATA, EMPTY):
        return  # JSON is YAML, and the reader of YAML names the line where something is missing
    unlike = found is None and CONFIG not in expected and path.suffix != ".safetensors"
    if unlike or (found is not None and found not in expected):
        raise wrong_kind(path, *expected)


def wrong_kind(path: Path, *expected: str, otherwise: str = "") -> UserError:
    """Returns the error for a path that is not what was expected: what it is, and which command takes it.

    otherwise: advice where no command does.
    """
    wanted = " or ".join(filter(None, (", ".join(expected[:-1]), expected[-1])))
    if not exists(path):
        return UserError(f"{path}: expected {wanted}, and there is none of this name")
    found = kind_of(path) or "a file of another kind"
    advice = _ADVICE[found](path) if found in _ADVICE else otherwise or _other_advice(path)
    return UserError(f"{path}: expected {wanted}, got {found}; {advice}")


def _other_advice(path: Path) -> str:
    if path.is_dir():
        inside = sorted(path.glob("*.yaml")) or sorted(path.glob("*.safetensors"))
        return f"name one of its files, such as {inside[0]}" if inside else "name the folder of a run"
    if path.name in _RECORDS and (path.parent / "config.yaml").is_file():
        return f"it belongs to a run: alife inspect {path.parent}"
    if path.suffix == ".py":
        return f"a world or brain is named in a configuration: world: {{name: {path.stem}}}"
    return "see alife list configs, alife list genomes"


def _has_results(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MOST_HEADER))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("machine"), dict)


def check_no_file(name: str, expected: str) -> None:
    """Checks that what should be a name is no path to a file or folder. Raises UserError that says what that is."""
    path = Path(name)
    if (path.suffix or len(path.parts) > 1) and exists(path):
        raise wrong_kind(path, expected)


def _run_of(path: Path) -> Path | str:
    return path.parents[1] if len(path.parts) > 2 else "RUN"


def _header(path: Path) -> list[str] | None:
    """Returns the names of the arrays in a safetensors file, None for any other file."""
    if not path.is_file():  # a pipe would wait, and lose what is read here
        return None
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            text = file.read(size) if 2 <= size <= MOST_HEADER else b""
        header: Any = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    return [name for name in header if not re.fullmatch("__.*__", name)] if isinstance(header, dict) else None
