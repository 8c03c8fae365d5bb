"""The folder hall/ of a run: a genome file for each genome in the elite archive, and a table of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alife.atomic_files import write_whole, writing
from alife.experiment.records.genome import Genome, save_genome
from alife.simulation.elite_archive import EliteArchive

COLUMNS = ("place", "file", "fitness", "held-out fitness", "generation", "id", "parent")
ABOUT = """# Elite archive

The best genomes of the run, each once, at its last checkpoint. Fitness: over the episodes of one generation; held-out:
the mean over episodes that no generation met. Generation and ids are those of lineage.csv.
"""


def write_elite_archive(folder: Path, elites: EliteArchive, brain: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """Writes new genomes, removes those that have left, and lists all.

    Args:
        folder: where they lie.
        elites: with held-out fitness, in the order of the table.
        brain: their brain's spec.
        facts: what the file of each keeps.

    Raises:
        WriteError: the disk refuses.
    """
    names = [file_name(int(number)) for number in elites.ids]
    for place, name in enumerate(names):
        if not (folder / name).exists():
            save_genome(folder / name, _genome(elites, place, brain, facts))
    with writing(folder):
        for path in set(folder.glob("*.safetensors")) - {folder / name for name in names}:
            path.unlink()
        write_whole(folder / "README.md", [(ABOUT + _table(elites, names)).encode()])


def file_name(number: int) -> str:
    """Returns the file name of the genome with this id."""
    return f"id-{number:09d}.safetensors"


def _genome(elites: EliteArchive, place: int, brain: dict[str, Any], facts: Mapping[str, Any]) -> Genome:
    parent = int(elites.parents[place])
    own: dict[str, Any] = {
        "fitness": float(elites.fitness[place]), "traits": {},
        "generation": int(elites.generations[place]), "step": int(elites.generations[place]) + 1,
        "id": int(elites.ids[place]), "parents": [] if parent < 0 else [parent],
    }  # fmt: skip
    held_out = float(elites.held_out[place])
    own |= {"held_out": held_out} if math.isfinite(held_out) else {}
    return Genome(elites.genomes[place], brain, {**facts, **own})


def _table(elites: EliteArchive, names: list[str]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    for place, name in enumerate(names):
        parent = int(elites.parents[place])
        held_out = float(elites.held_out[place])
        judged = f"{held_out:.6g}" if math.isfinite(held_out) else "not finite"
        figures = (f"{elites.fitness[place]:.6g}", judged, str(elites.generations[place]))
        links = (f"[{name}]({name})", *figures, str(elites.ids[place]), "none" if parent < 0 else str(parent))
        lines.append((str(place + 1), *links))
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
