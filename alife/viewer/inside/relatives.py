"""The genome that an agent's own one came from: that of its parent, also after the parent has died."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.viewer.interface import Life
from alife.viewer.selection import Selection, SharedSelection

BYTES = 2**26  # of the genomes of parents that are kept


@dataclass(frozen=True)
class Origin:
    """The origin of a genome.

    Attributes:
        text: in a few words.
        genome: [G] the other one; None if it is not known.
        name: of the other one, in a word or two.
    """

    text: str
    genome: np.ndarray | None = None
    name: str = "its parent"


class Relatives:
    """Keeps the genomes of parents while they live, as their children may be looked at when they have died."""

    def __init__(self) -> None:
        """Knows nobody yet."""
        self._genomes: OrderedDict[int, np.ndarray] = OrderedDict()
        self._life: Life | None = None  # at which it looked last, and the step
        self._looked = 0
        self._found: tuple[tuple[int, int, bool], Origin] | None = None
        self._champions: list[tuple[int, np.ndarray]] = []  # generation and its genomes, the last two

    def look(self, life: Life, living: np.ndarray) -> None:
        """Keeps the genomes of those who got children since the last look. living: [N] rows."""
        if life is not self._life:  # another one, in which other agents may have the same ids
            self._genomes.clear()
            self._life, self._looked, self._found = life, life.steps - 1, None
        fields, since, self._looked = life.fields, self._looked, life.steps
        if "parent_slot" not in fields or life.steps <= since or not living.size:
            return
        newborn = living[fields["birth_step"][living] >= since]
        parents, slots = fields["parent_id"][newborn], fields["parent_slot"][newborn]
        known = (parents >= 0) & (fields["id"][slots] == parents) & (fields["alive"][slots] > 0)
        found = dict(zip(parents[known].tolist(), slots[known].tolist(), strict=True))
        new = [id_ for id_ in found if id_ not in self._genomes]
        if new:
            genomes = np.array(fields.rows("genome", np.array([found[id_] for id_ in new])))
            self._genomes.update(zip(new, genomes, strict=True))
        for id_ in found:
            self._genomes.move_to_end(id_)
        size = next((genome.nbytes for genome in self._genomes.values()), 1)
        while len(self._genomes) * size > BYTES:
            self._genomes.popitem(last=False)

    def look_at_generation(self, run: Replay) -> None:
        """Keeps the genomes that live the present episode, if those of another generation did before."""
        if run.generations is None:
            return
        number, genomes = run.generations.steps, run.simulation.fields["genome"]
        if not self._champions or self._champions[-1][0] != number:
            self._champions = [*self._champions[-1:], (number, np.array(genomes))]

    def origin(self, run: Run | Replay, chosen: Selection) -> Origin:
        """Returns where the genome of an agent came from; found once, and again when its parent dies."""
        if isinstance(run, Replay):
            return self._generation(run, chosen.row)
        fields = run.simulation.fields
        parent = int(fields["parent_id"][chosen.row])
        if parent < 0:
            return Origin("a founder, which has no parent")
        rows = np.flatnonzero((fields["id"] == parent) & (fields["alive"] > 0))
        of = (chosen.row, chosen.birth_step, bool(rows.size))
        if self._found is None or self._found[0] != of:
            self._found = (of, self._parent(run, parent, rows))
        return self._found[1]

    def _parent(self, run: Run, parent: int, rows: np.ndarray) -> Origin:
        if rows.size:
            return Origin(
                f"parent {parent:,}, which lives", np.array(run.simulation.fields.row("genome", int(rows[0])))
            )
        known = self._genomes.get(parent)
        known = run.kept_genome(parent) if known is None else known
        if known is None:
            return Origin(f"parent {parent:,} died before this window saw it, and no state keeps its genome")
        return Origin(f"parent {parent:,}, which has died", known)

    def _generation(self, run: Replay, row: int) -> Origin:
        if run.generations is None:
            return Origin("the genome of a file, without its parent")
        if len(self._champions) < 2 or row >= min(len(genomes) for _, genomes in self._champions):
            return Origin("the first generation that this window has seen")
        number, genomes = self._champions[-2]
        return Origin(f"the best genome of generation {number:,}", genomes[row], f"generation {number:,}")


def family(life: Life, chosen: SharedSelection) -> str:
    """Returns how many children and siblings of an agent live."""
    fields, living = life.fields, life.living()
    parents = fields["parent_id"][living]
    children = int((parents == chosen.id).sum())
    own = int(fields["parent_id"][chosen.row])
    siblings = int((parents == own).sum()) - 1 if own >= 0 else 0
    born = int(fields["offspring"][chosen.row]) if "offspring" in fields else children
    return f"children: {born:,}, of which {children:,} live · siblings that live: {siblings:,}"
