"""The living agents of a run: what they sense and compute in the step after its last checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.experiment.evolve import open_run
from alife.experiment.records import checkpoint
from alife.experiment.records.run_folder import RunFolder


@dataclass(frozen=True)
class Living:
    """One step of the agents that survive it.

    genomes: [N, G]. states: [N, S], before the step. observations: [N, I], in the step. All float32.
    """

    genomes: np.ndarray
    states: np.ndarray
    observations: np.ndarray


def living_of(run: RunFolder) -> Living | None:
    """Runs one step from the last checkpoint, in memory, and returns the agents that survive it.

    Returns:
        None if no agent lives, there is no checkpoint, or the world is not a shared one.

    Raises:
        UserError: every checkpoint is damaged.
    """
    if not checkpoint.listed(run.checkpoints):
        return None
    simulation = open_run(run.root, record=False, backend="cpu").simulation
    if simulation.unit == "generation":
        return None
    rows, fields = simulation.living(), simulation.fields
    ids, genomes, states = fields["id"][rows], fields["genome"][rows], fields["state"][rows]
    simulation.step()
    same = (fields["alive"][rows] > 0) & (fields["id"][rows] == ids)
    return Living(genomes[same], states[same], fields["observations"][rows][same]) if same.any() else None
