"""The living of a run as they sense and think in the step after its last checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.brains import Brain
from alife.experiment.evolve import open_run
from alife.experiment.records import checkpoint
from alife.experiment.records.run_folder import RunFolder


@dataclass(frozen=True)
class Living:
    """One step of those who live through it.

    genomes: [N, G]. states: [N, S] before the step. observations: [N, I], what they sensed in it. All float32.
    """

    genomes: np.ndarray
    states: np.ndarray
    observations: np.ndarray


def living_of(run: RunFolder) -> Living | None:
    """The living of the last checkpoint, one step further in memory.

    None where nobody lives, nothing is saved, or generations are tried and nobody lives on.

    Raises:
        UserError: every checkpoint is damaged.
    """
    if not checkpoint.listed(run.checkpoints):
        return None
    simulation = open_run(run.root, record=False, backend="cpu").simulation
    if simulation.unit == "generation":
        return None
    rows, fields = simulation.living(), simulation.fields
    names, genomes, states = fields["id"][rows], fields["genome"][rows], fields["state"][rows]
    simulation.step()
    same = (fields["alive"][rows] > 0) & (fields["id"][rows] == names)
    return Living(genomes[same], states[same], fields["observations"][rows][same]) if same.any() else None


def noted(brain: Brain, genomes: np.ndarray, states: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
    """The named words of one step of many agents: {name: [N, n or more]}; as `Brain.record`, which takes one."""
    return brain.notes(genomes, states, observations)
