"""Trained networks laid into brains: what these answer."""

from __future__ import annotations

import numpy as np

from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.trained import TrainedNet
from alife.brains import Brain, make_brain
from alife.experiment.records.genome import Genome


def made(genome: Genome, inputs: int, outputs: int) -> Brain:
    """Returns the brain of a genome. inputs, outputs: I, O."""
    return make_brain(genome.brain, inputs, outputs, threads=1)


def answers(brain: Brain, params: np.ndarray, x: np.ndarray, body: int = 0) -> np.ndarray:
    """Returns the number of the largest output for each input, [N].

    Args:
        brain: the brain.
        params: [G] genes.
        x: [N, I] inputs.
        body: number of the agent, whose devices are drawn once for all inputs.
    """
    states = brain.new_states(len(x), np.full(len(x), body))
    born = np.repeat(brain.develop(params[None], states[:1]), len(x), axis=0) if brain.num_phenotypes else None
    rows = np.repeat(params[None], len(x), axis=0)
    found: np.ndarray = brain.step(rows, states, x.astype(np.float32), phenotypes=born).argmax(axis=1)
    return found


def judged(net: TrainedNet, images: Images, labels: np.ndarray) -> dict[str, float]:
    """Returns what answers [N] to the test images keep of a net.

    Returns:
        whole: the accuracy of the net. accuracy: the share that is right. kept: that over the accuracy of the net.
        same: the share that the net answers, too.
    """
    own = net.activations(images.test)[-1].argmax(axis=1)
    accuracy, whole = (float((each == images.test_labels).mean()) for each in (labels, own))
    return {"whole": whole, "accuracy": accuracy, "kept": accuracy / whole, "same": float((labels == own).mean())}
