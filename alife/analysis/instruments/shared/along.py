"""Actions of variants of a genome at every step of a recorded life, each from the state that the life had there."""

from __future__ import annotations

from functools import partial

import numpy as np

from alife.analysis.instruments.shared.life import Life
from alife.analysis.instruments.shared.trials import EditRows, EditStates
from alife.analysis.report.subject import Subject
from alife.brains import Brain


def actions_along(
    subject: Subject,
    life: Life,
    variants: int,
    edit: EditRows | None = None,
    edit_states: EditStates | None = None,
    brain: Brain | None = None,
) -> np.ndarray:
    """Returns the actions that V variants take where the recorded life had each of its T steps.

    Each step begins from the state of the unchanged brain, so that an intervention shows what it does at once and not
    what it leads to.

    Args:
        subject: the genome.
        life: of the unchanged genome.
        variants: V.
        edit, edit_states: interventions, as of `trials.held_out_fitness`.
        brain: of the variants; None: the subject's.

    Returns:
        [V, T, O] float32, clipped to -1..1.
    """
    assert subject.genome is not None and subject.brain is not None
    own, steps = brain or subject.brain, len(life)
    genomes = np.repeat(subject.genome.params[None], steps, axis=0)
    actions = np.zeros((variants, steps, own.num_actions), np.float32)
    for variant in range(variants):
        which, states = np.full(steps, variant), life.states.copy()
        if edit_states is not None:
            edit_states(states, which)
        if edit is None:
            actions[variant] = own.step(genomes, states, life.observations)
        else:
            bound = partial(_edit_rows, edit, which)
            actions[variant] = own.step_edited(genomes, states, life.observations, bound)
    return np.clip(actions, -1, 1)


def _edit_rows(edit: EditRows, which: np.ndarray, name: str, lanes: np.ndarray) -> None:
    edit(name, lanes, which)
