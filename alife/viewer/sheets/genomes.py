"""The sheet of saved genomes, to place agents that have one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alife.config import registry
from alife.errors import UserError
from alife.experiment.founders import fits
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.viewer.sheets.base import Row, Sheet
from alife.viewer.steering.interface import Steerer

CHAMPIONS = 10  # of the run folder, the newest


class GenomesSheet(Sheet):
    """Lists the genomes in genomes/, and the champions of the run, that fit this world and its brain."""

    title = "Place a saved genome"
    hint = "enter or a click chooses; then click in the world; esc closes"
    empty = "no genome in genomes/ fits this world and its brain"

    def __init__(self, session: Steerer) -> None:
        """Looks for genomes that fit a session's world."""
        super().__init__()
        self._session, self._found = session, _fitting(session)

    def rows(self) -> Sequence[Row]:
        """Returns the genomes by name, the run's champions last."""
        return [Row(Path(name).stem, one.brain.get("name", ""), _origin(one)) for name, one in self._found.items()]

    def choose(self) -> None:
        """Takes the tool that places the marked genome."""
        if self._found:
            self.closed = True
            self._session.take_placer(list(self._found)[self.at])


def _fitting(session: Steerer) -> dict[str, Genome]:
    """Returns genomes by the name or path of their file."""
    run = session.run
    names = {name: path for name, path in registry.files("genomes").items()}
    if run.out:
        champions = sorted(RunFolder(run.out).champions.glob("*.safetensors"))[-CHAMPIONS:]
        names |= {str(path): path for path in champions}
    found = {}
    for name, path in names.items():
        try:
            genome = load_genome(path)
        except UserError:
            continue  # a damaged file is no choice
        if fits(genome, run.simulation.brain.spec(), run.simulation.world):
            found[name] = genome
    return found


def _origin(genome: Genome) -> str:
    """Returns where a genome comes from."""
    known = [f"{name} {genome.meta[name]:,}" for name in ("generation", "step", "seed") if name in genome.meta]
    return ", ".join([f"from {genome.meta['world']}"] * ("world" in genome.meta) + known)
