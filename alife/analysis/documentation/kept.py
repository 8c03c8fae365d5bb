"""Findings of instruments in the genomes of genomes/, kept in docs/genomes/, as they take minutes to measure.

measured.json holds text and facts of each finding under the digest of the genome's file; beside it lie the pictures.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from alife.analysis.documentation.reference import SOURCE
from alife.analysis.report.finding import Finding, Picture
from alife.analysis.report.measuring import Selection, instruments, measure
from alife.analysis.report.picture_file import standalone
from alife.analysis.report.subject import load
from alife.atomic_files import write_whole
from alife.errors import UserError
from alife.experiment.build import make_world
from alife.world import SharedWorld

GENOMES = SOURCE / "genomes"
KEPT = SOURCE / "docs" / "genomes"
TABLE = "measured.json"
PICTURES = ("life", "anatomy")  # instruments whose first picture is kept
FRAMES = "life.frames=4"  # one row of the film strip

Found = dict[str, Finding]  # instrument -> what it found


def files() -> list[Path]:
    """Returns the genome files."""
    return sorted(GENOMES.glob("*.safetensors"))


def picture_file(genome: str, instrument: str) -> str:
    """Returns the name of the file in KEPT with the picture of an instrument."""
    return f"{genome}-{instrument}.svg"


def measure_all(folder: Path = KEPT) -> None:
    """Measures and draws every genome, and writes what was found into a folder; it takes minutes."""
    folder.mkdir(exist_ok=True)
    table: dict[str, Any] = {}
    for path in files():
        found = findings(path)
        for instrument in found.keys() & set(PICTURES):
            text = standalone(found[instrument].pictures[0])
            write_whole(folder / picture_file(path.stem, instrument), [text.encode()])
        table[path.stem] = {"digest": digest(path), **{name: _row(one) for name, one in found.items()}}
    write_whole(folder / TABLE, [(json.dumps(table, indent=1, ensure_ascii=False) + "\n").encode()])


def findings(path: Path, only: Sequence[str] = ()) -> Found:
    """Returns what instruments find in a genome: how it lives, what it is made of, and how it does in lives anew.

    Args:
        path: its file.
        only: instruments; none: those that are kept.
    """
    subject = load(path)
    shared = subject.config is not None and isinstance(make_world(subject.config), SharedWorld)
    names = only or (*PICTURES, "transplant" if shared else "fresh")
    return measure(subject, Selection(instruments(names, [FRAMES] if "life" in names else []), asked=True)).findings


def kept(path: Path) -> Found:
    """Returns what was found in a genome when its file was measured; of pictures the captions alone.

    Raises:
        UserError: nothing is kept for this genome, or for another file of its name.
    """
    table = json.loads((KEPT / TABLE).read_text(encoding="utf-8")) if (KEPT / TABLE).is_file() else {}
    entry = table.get(path.stem, {})
    if entry.pop("digest", None) != digest(path):
        raise UserError(
            f"docs/genomes/{TABLE}: expected measurements of genomes/{path.name} as it is now, got "
            f"{'those of another file' if entry else 'none'}; write: python run.py docs --pictures"
        )
    return {
        name: Finding(one["title"], one["text"], one["facts"], pictures=[Picture(text, "") for text in one["captions"]])
        for name, one in entry.items()
    }


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()


def _row(found: Finding) -> dict[str, Any]:
    captions = [picture.caption for picture in found.pictures[:1]]
    return {"title": found.title, "text": found.text, "facts": found.facts, "captions": captions}
