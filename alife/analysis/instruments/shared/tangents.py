"""Tangents of a brain's step at recorded moments: how its outputs and layers depend on chosen lanes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.life import Life
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.brains import Brain
from alife.brains.shared.base import NetworkBase
from alife.ops.edited import Edit
from alife.ops.linearized import Linearized, Reached, Seeds

VALUES = 4_000_000  # of a tangent at a time


@dataclass(frozen=True)
class Tangents:
    """Values and tangents at T moments: value = slopes s + offset, s the K chosen lanes.

    values: {note: [T, n] float32}. slopes: {note: [T, n, K] float64}. offsets: {note: [T, n] float64}. bent: notes
    whose tangent holds at the moment alone, not in the whole region of its switches. stepped: notes in which something
    counts as constant that units have rounded.
    """

    values: dict[str, np.ndarray]
    slopes: dict[str, np.ndarray]
    offsets: dict[str, np.ndarray]
    bent: frozenset[str]
    stepped: frozenset[str]


def network_of(subject: Subject) -> tuple[Brain, NetworkBase, np.ndarray]:
    """Returns the brain of a subject, its network and its genes [G]. Raises NotApplicable."""
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    network = subject.brain.network
    if not isinstance(network, NetworkBase):
        raise NotApplicable(f"its brain, {subject.brain.name}, is no network of layers")
    return subject.brain, network, subject.genome.params


def thinned(life: Life, moments: int) -> np.ndarray:
    """Returns the numbers of at most `moments` steps of a life, evenly spaced: [T]."""
    return np.unique(np.linspace(0, len(life) - 1, min(moments, len(life))).round().astype(int))


def arrays_of(brain: Brain, genes: np.ndarray, states: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
    """Returns rows of slots for an interpreter of the brain's step: one genome in T moments.

    genes: [G]. states: [T, S], copied. observations: [T, I].
    """
    count = len(states)
    rows = np.ascontiguousarray(np.repeat(genes[None].astype(brain.gene_type), count, axis=0))
    arrays = {
        "genome": rows,
        "state": np.array(states, np.float32, order="C"),
        "input": np.array(observations, np.float32, order="C"),
        "output": np.zeros((count, brain.num_actions), np.float32),
    }
    if brain.num_phenotypes:
        born = brain.develop(rows[:1], arrays["state"][:1])
        arrays["phenotype"] = np.ascontiguousarray(np.repeat(born, count, axis=0))
    return arrays


def tangents(
    brain: Brain,
    genes: np.ndarray,
    states: np.ndarray,
    observations: np.ndarray,
    seeds: Seeds,
    count: int,
    notes: Sequence[str] = ("output",),
    frozen: bool = True,
    edit: Edit | None = None,
) -> Tangents:
    """Returns the tangents of a genome's step at T moments.

    Args:
        brain, genes: [G] one genome.
        states: [T, S] before the steps.
        observations: [T, I].
        seeds, count, frozen, edit: as of `Linearized`.
        notes: those to return, in the order of the step; one that does not depend on s is left out.
    """
    width = brain.network.width
    chunk = max(1, VALUES // (width * (count + 1)))
    parts = []
    for at in range(0, len(states), chunk):
        arrays = arrays_of(brain, genes, states[at : at + chunk], observations[at : at + chunk])
        parts.append(_traced(brain, Linearized(width, arrays, seeds, count, frozen, edit, notes[-1])))
    found = [name for name in notes if name in parts[0].maps]
    maps = {name: np.concatenate([part.maps[name] for part in parts]) for name in found}
    return Tangents(
        {name: np.concatenate([part.values[name] for part in parts]) for name in found},
        {name: map_[..., :-1] for name, map_ in maps.items()},
        {name: map_[..., -1] for name, map_ in maps.items()},
        frozenset(name for name in found if any(name in part.bent for part in parts)),
        frozenset(name for name in found if any(name in part.stepped for part in parts)),
    )


def input_seeds(network: NetworkBase) -> Seeds:
    """Returns the seeds of tangents in the lanes of the scaled input."""
    return lambda name: network.num_inputs if name == "input" else 0


def _traced(brain: Brain, tracing: Linearized) -> Linearized:
    with np.errstate(all="ignore"), suppress(Reached):
        brain.program.step(tracing)
    return tracing
