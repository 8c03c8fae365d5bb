"""`alife export`: the champion of a genome file or a run as a file that needs nothing of this package."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from alife.analysis.export.c_text import c_text
from alife.analysis.export.champion import Champion, trace_champion
from alife.analysis.export.description import describe
from alife.analysis.export.json_text import json_text
from alife.analysis.export.numpy_text import numpy_text
from alife.analysis.export.onnx_model import onnx_model
from alife.analysis.report.subject import Subject, load, of_genome
from alife.atomic_files import exists, write_whole, writing
from alife.errors import UserError, as_shown, unknown
from alife.experiment.records.genome import Genome

FORMATS: dict[str, tuple[str, Callable[[Champion], str | bytes]]] = {
    "numpy": (".py", numpy_text),
    "json": (".json", json_text),
    "c": (".h", c_text),
    "onnx": (".onnx", onnx_model),
}
OURS = re.compile(rb"written.by\W{1,9}walsh-life ")  # in every exported file


def export(genome: Genome | str | Path, to: str = "numpy", out: str | Path | None = None) -> str | bytes:
    """Returns a champion in a format of docs/export.md, and writes it into a file if one is named.

    Args:
        genome: a genome, a genome file, a run, whose last champion it is, or the name of a genome in genomes/.
        to: numpy, json, c or onnx.
        out: the file, replaced if it is there and was exported; its name ends in .py, .json, .h or .onnx.

    Returns:
        The text; of onnx the bytes.

    Raises:
        UserError: no such format or genome, a brain that cannot be exported, or a file that cannot be written.
    """
    if not isinstance(genome, Genome | str | Path):
        raise UserError(f"export: expected a genome, its file or its name, got {as_shown(repr(genome))}")
    if to not in FORMATS:
        raise unknown("format", str(to), FORMATS)
    suffix, written = FORMATS[to]
    target = None if out is None else Path(out)
    if target is not None:
        _check(target, suffix)
    subject = of_genome(genome) if isinstance(genome, Genome) else load(Path(genome))
    found = written(_champion(subject, subject.name if target is None else target.stem))
    if target is not None:
        with writing(target):
            write_whole(target, [found if isinstance(found, bytes) else found.encode(errors="backslashreplace")])
    return found


def exported_text(genome: str, to: str, out: Path | None) -> str:
    """Exports for the command line. Returns what it prints: the text, or the name of the file that was written.

    Raises:
        UserError: as `export`, and for onnx without a file.
    """
    if to == "onnx" and out is None:
        write = f"write --out {Path(genome).stem}.onnx"
        raise UserError(f"--out: expected a file for onnx, which is no text, got none; {write}")
    found = export(genome, to, out)
    return f"{out}\n" if out is not None or isinstance(found, bytes) else found


def _champion(subject: Subject, name: str) -> Champion:
    """Returns the champion of a subject. name: that its names in C begin with. Raises UserError."""
    if subject.genome is None or subject.brain is None:
        raise UserError(f"{subject.name}: expected a run with a champion, got one without; name a genome")
    return trace_champion(subject.brain, subject.genome.params, name, describe(subject, subject.genome))


def _check(target: Path, suffix: str) -> None:
    """Checks the name of the file, and what it would replace, before anything is computed. Raises UserError."""
    if target.suffix.lower() != suffix:
        raise UserError(f"--out: expected a file name ending in {suffix}, got {target}; write {target.stem}{suffix}")
    if exists(target) and not target.is_file():
        raise UserError(f"{target}: expected a file, got a folder or a device; name another --out")
    if target.is_file() and target.stat().st_size and not OURS.search(target.read_bytes()):
        raise UserError(f"{target}: expected an exported file to replace, got another one; name another --out")
    if not target.parent.is_dir():
        raise UserError(f"--out: expected a file in a folder that exists, got {target}; make {target.parent} first")
