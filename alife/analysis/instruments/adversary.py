"""Adversary: does a small change of the input that misleads one member of an ensemble mislead the others?

Reference: O'Connor, ensembles of networks with random projections of their own. Transfer of attacks between networks:
Szegedy et al.: Intriguing properties of neural networks (ICLR 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.tangents import input_seeds, network_of, tangents, thinned
from alife.analysis.report.drawing import LINE, SKY, drawing, strip, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains import Brain
from alife.brains.shared.base import NetworkBase
from alife.config import params
from alife.ops.edited import Edit

TINY = 1e-20


class Params(params.Params):
    """Size of the attacks."""

    moments: int = pydantic.Field(24, ge=1, le=1000, description="steps of the recorded life that are attacked")
    change: float = pydantic.Field(
        0.1, gt=0, le=2, description="change of the attacked member's action that an attack aims at; actions span 2"
    )


@dataclass(frozen=True)
class Result:
    """Attacks on each of E members at T steps, on each of O actions, through the I lanes of senses of the scaled input.

    vectors: C of each member on the senses, [E, T, O, I]. sizes: length of the attack on a member, [E, T, O]: the
    smallest that changes its action by `change` while no switch changes. predicted: change of the action of member b by
    the attack on member a, [E a, E b, T, O]: size C_a.C_b / |C_a|. measured: the change that the brain then shows.
    change: aimed at.
    """

    vectors: np.ndarray
    sizes: np.ndarray
    predicted: np.ndarray
    measured: np.ndarray
    change: float

    @property
    def cosines(self) -> np.ndarray:
        """Cosines of the members' vectors, [E, E, T, O]."""
        units = self.vectors / np.maximum(np.linalg.norm(self.vectors, axis=-1, keepdims=True), TINY)
        cosines: np.ndarray = np.einsum("atoi,btoi->abto", units, units)
        return cosines

    @property
    def carried(self) -> np.ndarray:
        """Change of member b by the attack on a, relative to that of a, [E a, E b], measured: sums over attacks."""
        total = self.measured.sum(axis=(2, 3))
        carried: np.ndarray = total / np.maximum(np.diag(total)[:, None], TINY)
        return carried

    @property
    def others(self) -> np.ndarray:
        """True for pairs of unlike members, [E, E]."""
        return ~np.eye(len(self.vectors), dtype=bool)


class Adversary(Instrument[Params]):
    """Attacks on one member of an ensemble, and what they change in the others and in their mean."""

    order = 38
    definition = (
        "y_m = C_m x + c at the present switches, raw actions before they are clipped; only the lanes of senses are "
        "attacked. The smallest step that changes y_a by e is e C_a / |C_a|^2, of length eps = e / |C_a|; it changes "
        "y_b by eps C_a . C_b / |C_a|. Independent directions in I lanes have a root mean square cosine of "
        "1 / sqrt(I). The mean of E members changes by the mean of their changes.\n"
        "Source: O'Connor, ensembles by random projections; Szegedy et al. (ICLR 2014, arXiv 1312.6199)."
    )

    def measure(self, subject: Subject) -> Finding:
        """Returns facts and a picture. Raises NotApplicable, also for a brain that is no ensemble."""
        result = measure(subject, self.params)
        others, count = result.others, len(result.vectors)
        pairs = result.cosines[others]
        rms, carried = np.sqrt(np.square(pairs).mean()), result.carried
        facts: Facts = {
            "members": count,
            "cosine of two members' vectors": f"{pairs.mean():.2f} (mean), {rms:.2f} (root mean square)",
            "that of independent directions, root mean square": float(1 / np.sqrt(result.vectors.shape[-1])),
            "change that carries over to another member": f"{carried[others].mean():.0%}",
            "change of the mean of all members": f"{carried.mean():.0%}; {1 / count:.0%} if nothing carried over",
            "correlation of measured and predicted changes": correlation(result),
        }
        return Finding("Attacks on members", TEXT, facts, pictures=[_picture(result)])


TEXT = (
    "Members of the ensemble see the input through random views of their own. At moments of a recorded life one member "
    "is attacked with the smallest change of the senses that moves its action, along its condensed vector; the figure "
    "shows how much of that change the other members follow. What they do not follow, the mean of the ensemble absorbs."
)


def measure(subject: Measurable, params: Params = Params()) -> Result:  # noqa: B008  (frozen)
    """Returns attacks on each member of an ensemble and what they change in each other member.

    Raises:
        NotApplicable: no genome, no world to live in, a world of arenas, a brain that is no ensemble, or one whose
            outputs are steps.
    """
    subject = as_subject(subject)
    brain, network, genes = network_of(subject)
    if network.params.ensemble < 2:
        raise NotApplicable("its brain is no ensemble: it has one member")
    life = recorded(subject, 4 * params.moments)
    rows = thinned(life, params.moments)
    return attacked(brain, genes, life.states[rows], life.observations[rows], params.change)


def attacked(brain: Brain, genes: np.ndarray, states: np.ndarray, observations: np.ndarray, change: float) -> Result:
    """Returns attacks on each member at T moments.

    Args:
        brain: an ensemble.
        genes: [G].
        states: [T, S] before the steps.
        observations: [T, I].
        change: of the attacked member's action.

    Raises:
        NotApplicable: outputs are steps, of which each gradient is 0.
    """
    network = brain.network
    assert isinstance(network, NetworkBase)
    members, senses = network.params.ensemble, brain.num_observations
    moments = genes, states, observations
    vectors = np.array([_vectors(brain, member, *moments) for member in range(members)])[..., :senses]
    squares = np.square(vectors).sum(axis=-1)
    steps = change * vectors / np.maximum(squares, TINY)[..., None]  # [E, T, O, I]
    plain = np.array([_outputs(brain, member, *moments, None) for member in range(members)])
    measured = np.zeros((members, members, *squares.shape[1:]))
    for a, action in np.ndindex(members, brain.num_actions):
        for b in range(members):
            moved = _outputs(brain, b, *moments, steps[a, :, action])
            measured[a, b, :, action] = (moved - plain[b])[:, action]
    predicted = np.einsum("atoi,btoi->abto", steps, vectors)
    return Result(vectors, change / np.sqrt(np.maximum(squares, TINY)), predicted, measured, change)


def correlation(result: Result) -> float:
    """Returns the correlation of measured and predicted changes of members that were not attacked."""
    pairs = result.predicted[result.others].ravel(), result.measured[result.others].ravel()
    return float(np.corrcoef(*pairs)[0, 1])


def _vectors(brain: Brain, member: int, genes: np.ndarray, states: np.ndarray, observations: np.ndarray) -> np.ndarray:
    """Returns the condensed vectors [T, O, K] of one member's own output. genes: [G]. states: [T, S]."""
    network = brain.network
    assert isinstance(network, NetworkBase)
    slopes: list[np.ndarray] = []
    for kept in (member, None):
        silent = _silencer(network, kept, None)
        found = tangents(
            brain, genes, states, observations, input_seeds(network), network.num_inputs, edit=silent
        ).slopes
        if "output" not in found:
            if kept is not None:
                raise NotApplicable("units of its brain round what they get, so that each gradient is 0")
            slopes.append(np.zeros_like(slopes[0]))  # nothing but the members reaches the output
        else:
            slopes.append(found["output"][:, : brain.num_actions])
    own: np.ndarray = (slopes[0] - slopes[1]) * network.params.ensemble
    return own


def _outputs(
    brain: Brain,
    member: int,
    genes: np.ndarray,
    states: np.ndarray,
    observations: np.ndarray,
    step: np.ndarray | None,
) -> np.ndarray:
    """Returns a member's own output [T, O] with a step [T, I] on the senses. genes: [G]. states: [T, S]."""
    network = brain.network
    assert isinstance(network, NetworkBase)
    rows = np.repeat(genes[None], len(states), axis=0)
    whole, without = (
        brain.step_edited(rows, states.copy(), observations, _silencer(network, kept, step)).astype(np.float64)
        for kept in (member, None)
    )
    outputs: np.ndarray = (whole - without) * network.params.ensemble
    return outputs


def _silencer(network: NetworkBase, kept: int | None, step: np.ndarray | None) -> Edit:
    """Returns an edit that silences the last layer of all members but one, and adds a step [T, I] to the input."""
    last = {
        f"{network.prefix(member)}layer_{network.params.layers}"
        for member in range(network.params.ensemble)
        if member != kept
    }

    def edit(name: str, lanes: np.ndarray) -> None:
        if name == "input" and step is not None:
            lanes[:, : step.shape[1]] += step.astype(np.float32)
        if name in last:
            lanes[:] = 0

    return edit


def _picture(result: Result) -> Picture:
    members = len(result.vectors)
    names = [f"member {member + 1}" for member in range(members)]
    with drawing(1, 2, max(2.6, 0.9 + 0.2 * members)) as (figure, (carried, pairs)):
        strip(carried, result.carried, "attacked (row), changed (column)", names)
        carried.set_xticks(range(members), [str(member + 1) for member in range(members)])
        predicted, measured = result.predicted[result.others].ravel(), result.measured[result.others].ravel()
        span = 1.1 * max(float(np.abs(predicted).max()), TINY)
        pairs.plot([-span, span], [-span, span], color=LINE, lw=1)
        pairs.plot(predicted[:2000], measured[:2000], ".", color=SKY, ms=3, alpha=0.5)
        pairs.set(title="change of another member", xlabel="predicted by its vector", ylabel="measured")
        caption = (
            "Left: change of each member relative to that of the attacked one. Right: each attack on another member; "
            "on the line the prediction is exact, off it a switch changed."
        )
        rows = tuple(zip(names, *result.carried.T.tolist(), strict=True))
        return Picture(caption, svg(figure), Table("Numbers", ("attacked", *names), rows))
