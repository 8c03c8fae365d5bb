"""Activity of a brain's layers along a recorded life."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject

LAYER = re.compile(r"(member_\d+_)?layer_\d+")  # the notes of `NetworkBase` that hold the outputs of hidden layers
_latest: list[tuple[Subject, tuple[int, int], Lived]] = []  # the last one: instruments of a page share a life


@dataclass(frozen=True)
class Lived:
    """A recorded life of T steps and what the hidden layers gave in it.

    life: observations, states and actions. layers: name -> outputs of its n units, [T, n] float64, in the order of the
    network.
    """

    life: Life
    layers: dict[str, np.ndarray]


def lived(subject: Subject, steps: int, episodes: int) -> Lived:
    """Records a life and computes the activity of the layers in each of its steps.

    Args:
        subject: a genome with the configuration it evolved with.
        steps: of an episode, or of the life in a shared world, at most.
        episodes: their number, in a world of episodes.

    Raises:
        NotApplicable: as `recorded`, and a brain that notes no layers, or layers whose outputs are not finite.
    """
    if _latest and _latest[0][0] is subject and _latest[0][1] == (steps, episodes):
        return _latest[0][2]
    out = _lived(subject, steps, episodes)
    _latest[:] = [(subject, (steps, episodes), out)]
    return out


def _lived(subject: Subject, steps: int, episodes: int) -> Lived:
    life = recorded(subject, steps, episodes)
    assert subject.genome is not None and subject.brain is not None
    genomes = np.repeat(subject.genome.params[None], len(life), axis=0)
    notes = subject.brain.notes(genomes, life.states, life.observations)
    layers = {name: values.astype(np.float64) for name, values in notes.items() if LAYER.fullmatch(name)}
    if not layers:
        raise NotApplicable(f"the brain {subject.brain.name} notes no hidden layers")
    if not all(np.isfinite(values).all() for values in layers.values()):
        raise NotApplicable("outputs of its layers are not finite; its genes are too large")
    return Lived(life, layers)
