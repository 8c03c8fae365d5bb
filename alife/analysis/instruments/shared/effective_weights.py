"""Matrices of a brain's layers, whatever encodes them, found by probing each layer with one input at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.brains.layers.matrix_network import MatrixNetwork
from alife.brains.paths import Paths
from alife.brains.sine import Sine

FAR = 2.0**20  # an input of a ReLU whose product with a weight is larger than any bias
NEAR = 0.125  # one of tanh, which stays invertible


def effective_weights(subject: Subject) -> list[np.ndarray]:
    """Returns the matrices of a network's first member: L of hidden layers, and that of the output if it evolves.

    With inputs d and -d of one lane, d large, relu(w d + b) - relu(-w d + b) is w d + b or w d - b by the sign of w, so
    that the difference for 2 d and d is w d; of tanh the inverse is taken. What a step adds besides cancels out.

    Returns:
        Matrices [inputs, n], [n, n] ..., [n, outputs] float64, of lanes in use: a row for each input.

    Raises:
        NotApplicable: no genome, or a network whose layers are no matrices.
    """
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("it needs a genome; name one, or a run that is not extinct")
    network = subject.brain.network
    if not isinstance(network, MatrixNetwork | Paths) or isinstance(network, Sine):
        raise NotApplicable(
            f"layers of the brain {network.name} are no matrices of evolved weights; it is for dense, crossbar, "
            "circulant, sampled, pruned and paths"
        )
    p = network.params
    for name in ("products", "input_gains", "plasticity", "lesions"):
        if getattr(p, name, None):
            raise NotApplicable(f"with {name} the layers of the brain {network.name} are not linear before their units")
    if getattr(p, "draw", "fixed") == "step":
        raise NotApplicable("its weights are drawn anew in each step")
    tanh = getattr(p, "unit", "relu") == "tanh"
    names = ["input", *(f"layer_{number}" for number in range(1, p.layers + 1))]
    found = [_probed(subject, *pair, tanh) for pair in zip(names[:-1], names[1:], strict=True)]
    if isinstance(network, MatrixNetwork):
        found.append(_probed(subject, names[-1], "output", False)[:, : network.num_outputs] * p.ensemble)
    found[0] = found[0][: network.num_inputs]
    return found


def _probed(subject: Subject, source: str, target: str, tanh: bool) -> np.ndarray:
    """Returns the matrix from the lanes noted as `source` to those of `target`: [n, n]."""
    lanes = np.eye(subject.brain.network.width, dtype=np.float32) if subject.brain else np.zeros((0, 0))
    if tanh:
        up, down = (np.arctanh(_noted(subject, source, target, d * lanes)) for d in (NEAR, -NEAR))
        probed: np.ndarray = (up - down) / (2 * NEAR)
        return probed
    far, near = (
        _noted(subject, source, target, d * lanes) - _noted(subject, source, target, -d * lanes) for d in (2 * FAR, FAR)
    )
    probed = (far - near) / (FAR if target != "output" else 2 * FAR)
    return probed


def _noted(subject: Subject, source: str, target: str, inputs: np.ndarray) -> np.ndarray:
    """Returns what is noted as `target` when the lanes of `source` are `inputs`: [N, n] float64."""
    assert subject.genome is not None and subject.brain is not None
    brain, count = subject.brain, len(inputs)
    genomes = np.repeat(subject.genome.params[None], count, axis=0)
    states = brain.new_states(count, np.zeros(count, np.int64))  # of one agent: what is drawn at birth is alike
    observations = np.zeros((count, brain.num_observations), np.float32)
    seen: dict[str, np.ndarray] = {}
    brain.step_edited(genomes, states, observations, _edit(source, target, inputs, seen))
    return seen[target]


def _edit(source: str, target: str, inputs: np.ndarray, seen: dict[str, np.ndarray]) -> Callable[..., None]:
    def edit(name: str, lanes: np.ndarray) -> None:
        if name == source:
            lanes[:] = inputs
        elif name == target:
            seen[name] = lanes.astype(np.float64)

    return edit
