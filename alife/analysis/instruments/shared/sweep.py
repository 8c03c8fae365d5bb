"""Sweeps: each sense from its lowest to its highest value, the others unchanged."""

from __future__ import annotations

import numpy as np

from alife.analysis.report.subject import Subject


def sweep(subject: Subject, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns values [I, P] of each sense, and the raw actions at them [I, P, O].

    The other senses are typical, the memory is empty. points: P.
    """
    assert subject.genome is not None and subject.brain is not None
    values, rows = swept(subject, points)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    actions = subject.brain.step(genomes, subject.brain.new_states(len(rows)), rows)
    return values, actions.reshape(*values.shape, -1)


def swept(subject: Subject, points: int, around: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Returns values of each sense, lowest to highest: [I, P], and observations that take them in turn: [I * P, I].

    points: P. around: [I] the other senses; None: typical ones.
    """
    low, high = subject.bounds
    values = np.linspace(low, high, points).T.astype(np.float32)
    observations = np.tile(subject.typical if around is None else around, (len(values), points, 1))
    for sensor, sweep_values in enumerate(values):
        observations[sensor, :, sensor] = sweep_values
    return values, observations.reshape(-1, len(values))
