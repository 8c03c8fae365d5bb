"""The folder hall/ of a run: a genome file for each that stands in the hall of fame, and a table of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alife.atomic_files import write_whole, writing
from alife.experiment.records.genome import Genome, save_genome
from alife.simulation.elite_archive import EliteArchive
from alife.simulation.generational import Generations

COLUMNS = ("place", "file", "fitness", "held-out fitness", "generation", "id", "parent")
ABOUT = """# Hall of fame

The best genomes of the run, each once, at its last checkpoint. Fitness: as it was told, over the episodes of one
generation; held-out: the mean over episodes that no generation met. Generation and ids are those of lineage.csv.
"""


def write_elite_archive(folder: Path, simulation: Generations, provenance: Mapping[str, Any]) -> None:
    """Write what is new, remove who no longer stands, and list the others. Raises WriteError."""
    hall = simulation.judged_hall()
    names = [file_name(int(number)) for number in hall.ids]
    for place, name in enumerate(names):
        if not (folder / name).exists():
            save_genome(folder / name, _genome(simulation, hall, place, provenance))
    with writing(folder):
        for path in set(folder.glob("*.safetensors")) - {folder / name for name in names}:
            path.unlink()
        write_whole(folder / "README.md", [(ABOUT + _table(hall, names)).encode()])


def file_name(number: int) -> str:
    """Of the genome with this id."""
    return f"id-{number:09d}.safetensors"


def _genome(simulation: Generations, hall: EliteArchive, place: int, provenance: Mapping[str, Any]) -> Genome:
    parent = int(hall.parents[place])
    own = {
        "fitness": float(hall.fitness[place]), "held_out": float(hall.held_out[place]), "traits": {},
        "generation": int(hall.generations[place]), "step": int(hall.generations[place]) + 1,
        "episodes": simulation.episodes,
        "id": int(hall.ids[place]), "parents": [] if parent < 0 else [parent],
    }  # fmt: skip
    return Genome(hall.genomes[place], simulation.brain.spec(), {**provenance, **own})


def _table(hall: EliteArchive, names: list[str]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    for place, name in enumerate(names):
        parent = int(hall.parents[place])
        figures = (f"{hall.fitness[place]:.6g}", f"{hall.held_out[place]:.6g}", str(hall.generations[place]))
        links = (f"[{name}]({name})", *figures, str(hall.ids[place]), "none" if parent < 0 else str(parent))
        lines.append((str(place + 1), *links))
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
