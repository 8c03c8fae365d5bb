"""A genome or variants of it in held-out episodes, with interventions: edited activity, edited states, other genes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.analysis.instruments.shared.host_episodes import HostEpisodes
from alife.analysis.report.subject import Subject
from alife.brains import Brain
from alife.errors import UserError
from alife.simulation.evaluator import HELD_OUT

FIRST = HELD_OUT + 2**20  # number of the first episode, beyond those that chose and reported champions
ROWS = 4096  # copies of a world at a time, about

EditRows = Callable[[str, np.ndarray, np.ndarray], None]  # name of a note, lanes [K, n], variants [K]: in place
EditStates = Callable[[np.ndarray, np.ndarray], None]  # states [K, S] before a step, variants [K]: in place


class Actor:
    """The brain of N rows, each with genes and a state of its own, as `Act` of `HostEpisodes`.

    Attributes:
        states: [N, S] float32.
        steps: calls so far.
    """

    def __init__(
        self,
        brain: Brain,
        genomes: np.ndarray,
        variants: np.ndarray,
        edit: EditRows | None = None,
        edit_states: EditStates | None = None,
    ) -> None:
        """Develops the brains.

        Args:
            brain: of all rows.
            genomes: [N, G].
            variants: [N] number of each row's variant, for the edits.
            edit: changes what the step notes, as `alife.ops.edited`; None: the compiled step, to the same bits.
            edit_states: changes states before each step.
        """
        self._brain, self._genomes, self._variants = brain, genomes, variants
        self._edit, self._edit_states = edit, edit_states
        self.states = brain.new_states(len(genomes), np.arange(len(genomes)))
        self._phenotypes = brain.develop(genomes, self.states)
        self.steps = 0

    def __call__(self, rows: np.ndarray, observations: np.ndarray) -> np.ndarray:
        """Takes a step of rows [K] with observations [K, I] and returns their raw actions [K, O]."""
        states, which = self.states[rows], self._variants[rows]
        if self._edit_states is not None:
            self._edit_states(states, which)
        arrays = self._genomes[rows], states, observations
        edit = self._edit
        if edit is None:
            actions = self._brain.step(*arrays, phenotypes=self._phenotypes[rows])
        else:
            actions = self._brain.step_edited(
                *arrays, lambda name, lanes: edit(name, lanes, which), phenotypes=self._phenotypes[rows]
            )
        self.states[rows] = states
        self.steps += 1
        return actions


def held_out_fitness(
    subject: Subject,
    episodes: int,
    variants: int = 1,
    genomes: np.ndarray | None = None,
    edit: EditRows | None = None,
    edit_states: EditStates | None = None,
    brain: Brain | None = None,
) -> np.ndarray:
    """Returns the fitness of V variants, each in the same held-out episodes.

    Neither selection nor the choice of a champion met these episodes. Without edits a variant's fitness is, to the
    bit, that of its genome in a run.

    Args:
        subject: a genome with the configuration it evolved with.
        episodes: E.
        variants: V, of interventions; with `genomes` it follows from them.
        genomes: [V, G] genes of each variant; None: those of the subject.
        edit, edit_states: interventions, which get the number of each row's variant.
        brain: of the genomes; None: the subject's.

    Returns:
        [V, E] float32.

    Raises:
        UserError: no configuration, or a world whose agents do not live alone in episodes.
        ExternalError: code of others fails.
    """
    if subject.genome is None or subject.brain is None or subject.config is None:
        raise UserError(f"{subject.name}: expected a genome whose world is here, got one without; name another")
    own = brain or subject.brain
    genes = np.repeat(subject.genome.params[None], variants, axis=0) if genomes is None else np.asarray(genomes)
    chunk = max(1, ROWS // episodes)
    parts = []
    for first in range(0, len(genes), chunk):
        some = np.arange(first, min(first + chunk, len(genes)))
        which = np.repeat(some, episodes)
        actor = Actor(own, genes[which], which, edit, edit_states)
        copies = HostEpisodes(subject.config, own, len(which))
        fitness = copies.run(actor, FIRST + np.tile(np.arange(episodes), len(some)))
        parts.append(fitness.reshape(len(some), episodes))
    return np.concatenate(parts)
