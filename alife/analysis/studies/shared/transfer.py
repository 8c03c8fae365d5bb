"""Attacks on members of an ensemble of nets of one hidden layer of ReLUs, and what they change in the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.analysis.studies.shared.trained import TrainedNet

TINY = 1e-12


@dataclass(frozen=True)
class Attacks:
    """Attacks on each of M members at images that it answers rightly.

    predicted, measured: changes of the score of a rival class over the right one, [K] of all attacks on a member and
    other members. attacked: change of the attacked member in each of these. cosines: of the two members' gradients,
    [K]. fooled: whether the attacked member then errs, [A] of all attacks. others: whether another member that was
    right then errs, [B]. mean: whether the mean of all, that was right, then errs, [C].
    """

    predicted: np.ndarray
    measured: np.ndarray
    attacked: np.ndarray
    cosines: np.ndarray
    fooled: np.ndarray
    others: np.ndarray
    mean: np.ndarray


def scores(nets: Sequence[TrainedNet], x: np.ndarray) -> np.ndarray:
    """Returns the outputs [M, N, C] of the members. x: [N, I]."""
    return np.stack([net.activations(x)[-1] for net in nets])


def slopes(net: TrainedNet, x: np.ndarray) -> np.ndarray:
    """Returns the condensed vectors [N, C, I], outputs by inputs, at x [N, I]: y = C x + c at the present switches."""
    first, last = net.weights
    on = (net.activations(x)[1] > 0) * 1.0
    found: np.ndarray = np.einsum("ch,nh,hi->nci", last, on, first, optimize=True)
    return found


def attacks(nets: Sequence[TrainedNet], x: np.ndarray, labels: np.ndarray, share: float) -> Attacks:
    """Returns what attacks on each member do.

    An attack is the step eps C / |C|, C the gradient of the score of the rival, whose boundary is nearest, over that of
    the right class; eps is `share` of the distance to that boundary while no switch changes.

    Args:
        nets: M members.
        x: [N, I] images.
        labels: [N].
        share: of the distance.
    """
    plain, vectors = scores(nets, x), [slopes(net, x) for net in nets]
    pairs: dict[str, list[np.ndarray]] = {name: [] for name in Attacks.__dataclass_fields__}
    right_mean = plain.mean(axis=0).argmax(axis=1) == labels
    for a, own in enumerate(plain):
        rows = np.flatnonzero(own.argmax(axis=1) == labels)
        rival, gradient, distance = _nearest(own[rows], vectors[a][rows], labels[rows])
        sizes = np.linalg.norm(gradient, axis=1)
        step = (share * distance / sizes)[:, None] * gradient
        moved = scores(nets, x[rows] + step)
        before, after = ([_margin(each, rival, labels[rows]) for each in found] for found in (plain[:, rows], moved))
        changes = np.stack(after) - np.stack(before)
        pairs["fooled"].append(moved[a].argmax(axis=1) != labels[rows])
        pairs["mean"].append((moved.mean(axis=0).argmax(axis=1) != labels[rows])[right_mean[rows]])
        for b in (b for b in range(len(nets)) if b != a):
            other = _between(vectors[b][rows], rival, labels[rows])
            dots = (step * other).sum(axis=1)
            lengths = np.linalg.norm(step, axis=1) * np.linalg.norm(other, axis=1)
            pairs["predicted"].append(dots)
            pairs["measured"].append(changes[b])
            pairs["attacked"].append(changes[a])
            pairs["cosines"].append(dots / np.maximum(lengths, TINY))
            was_right = plain[b][rows].argmax(axis=1) == labels[rows]
            pairs["others"].append((moved[b].argmax(axis=1) != labels[rows])[was_right])
    return Attacks(**{name: np.concatenate(each) for name, each in pairs.items()})


def _margin(outputs: np.ndarray, rival: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the scores [N] of rivals over those of the right classes. outputs: [N, C]. rival, labels: [N]."""
    rows = np.arange(len(labels))
    margin: np.ndarray = outputs[rows, rival] - outputs[rows, labels]
    return margin


def _between(vectors: np.ndarray, rival: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the gradients [N, I] of these scores. vectors: [N, C, I]. rival, labels: [N]."""
    rows = np.arange(len(labels))
    gradient: np.ndarray = vectors[rows, rival] - vectors[rows, labels]
    return gradient


def _nearest(outputs: np.ndarray, vectors: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the classes [N] with the nearest boundary, gradients [N, I] toward them, and distances [N] to them.

    outputs: [N, C]. vectors: [N, C, I]. labels: [N].
    """
    rows = np.arange(len(labels))
    sizes = np.linalg.norm(vectors - vectors[rows, labels][:, None], axis=2)
    gaps = (outputs[rows, labels][:, None] - outputs) / np.maximum(sizes, TINY)
    gaps[rows, labels] = np.inf
    rival = gaps.argmin(axis=1)
    return rival, _between(vectors, rival, labels), gaps[rows, rival]
