"""Precision: which weights the genes of a projection can set alone, and how much noise genes and weights tolerate.

References: O'Connor, weight sharing by random projections; Hoaglin, Welsch: The hat matrix in regression and ANOVA (The
American Statistician 32, 1978), for leverage; Li et al.: Measuring the intrinsic dimension of objective landscapes
(ICLR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared import leverage
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.instruments.shared.seconds import about, genomes_cost
from alife.analysis.instruments.shared.tangents import network_of, thinned
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.instruments.shared.worlds import has_episodes
from alife.analysis.report.drawing import LEAF, LINE, MUTED, RUST, SKY, drawing, svg
from alife.analysis.report.finding import Facts, Finding, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains import Brain
from alife.brains.shared.base import NetworkBase
from alife.config import params
from alife.experiment.build import make_world
from alife.world import SharedWorld

LEVELS = (0.01, 0.03, 0.1, 0.3, 1.0)  # of noise, relative to the root mean square of what it is added to
MOST = 400_000  # weights times lanes, beyond which leverage is not measured: each weight has a derivative of its own
BEGIN, EACH = 1.0, 0.003  # seconds until everything is compiled, and of a variant in a life, as measured on two cores
STEPS = 64  # of the life, of an episode


class Params(params.Params):
    """Number of steps, of noisy copies and of episodes."""

    moments: int = pydantic.Field(8, ge=1, le=1000, description="steps of the life at which weights are weighed")
    copies: int = pydantic.Field(6, ge=2, le=1000, description="noisy copies at each level of noise")
    episodes: int = pydantic.Field(8, ge=1, le=1000, description="held-out episodes of each copy")


@dataclass(frozen=True)
class Budget:
    """Precision of the W weights that unfold from k genes.

    importance: squared derivative of the actions, [W], mean over steps of a life. leverage: 0 to 1, [W]; in sum k, or
    the number of weights that matter if that is less. rows: what each row of n weights belongs to, [W / n]. genes: k.
    own_residue: relative length of what no genes reach of the genome's own weights: 0 but for rounding. random_residue:
    of random weights. expected_residue: sqrt(1 - k/W), or 0. The residues are NaN if the projection is not linear.
    """

    importance: np.ndarray
    leverage: np.ndarray
    rows: list[str]
    genes: int
    own_residue: float
    random_residue: float
    expected_residue: float


@dataclass(frozen=True)
class Result:
    """The budget and the tolerance to noise of relative size `levels`, [M].

    budget: None where each weight is a gene, or they are too many. genes, weights: agreement of actions along a life
    under noise on all genes, or on the unfolded weights alone (None without a projection): [M, copies], 1 where actions
    are equal, 0 where they are opposite. stranger: that of random genomes. fitness: [M, copies] under noise on genes;
    clean: [copies] without noise; chance: [copies] of random genomes; None in a world without a fitness.
    """

    budget: Budget | None
    levels: np.ndarray
    genes: np.ndarray
    weights: np.ndarray | None
    stranger: float
    fitness: np.ndarray | None
    clean: np.ndarray | None
    chance: np.ndarray | None


class Precision(Instrument[Params]):
    """The precision of the weights that unfold from fewer genes, and how much noise the genome tolerates."""

    order = 36
    long = True
    definition = (
        "Weights W = R g (+ fixed ones) unfold from k genes; h_j = lambda_j R_j (R^T L R)^-1 R_j^T, L = diag(lambda), "
        "lambda_j the mean over steps of a life of the squared derivative of the actions by weight j; sum h_j = rank, "
        "which is k, or the number of weights that move the actions if that is less. With equal lambda every h_j is "
        "k / W if W is a multiple of k. Where shapes of weights are not linear R is the derivative at the genome. The "
        "best genes for random weights miss sqrt(1 - k / W) of their length. Noise is normal, its deviation a level "
        "times the root mean square of genes or weights. Agreement: 1 - |a' - a| / 2, actions clipped to -1..1, the "
        "state that of the recorded life.\n"
        "Source: O'Connor, weight sharing by random projections; Hoaglin, Welsch (1978)."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of variants, and of episodes in a world that has some, and the time."""
        variants = (len(LEVELS) + 1) * self.params.copies + 1
        if not has_episodes(subject):
            return f"{variants:,} variants in a recorded life, {about(BEGIN + variants * EACH)}"
        return genomes_cost(subject, variants, 0, self.params.episodes, BEGIN)

    def measure(self, subject: Subject) -> Finding:
        """Returns facts and at most two pictures. Raises NotApplicable."""
        result = measure(subject, self.params)
        facts: Facts = {}
        pictures = [_tolerance(result)]
        if result.budget is None:
            facts["weights per gene"] = _no_budget(subject)
        else:
            facts.update(_budget_facts(result.budget))
            pictures.insert(0, _budget(result.budget))
        half = halfway(result.levels, result.genes.mean(axis=1), 1.0, result.stranger)
        facts["noise on genes that halves what actions agree beyond chance"] = half
        if result.fitness is not None and result.clean is not None and result.chance is not None:
            facts["fitness without noise, mean of the episodes"] = float(result.clean.mean())
            loss = halfway(result.levels, result.fitness.mean(axis=1), result.clean.mean(), result.chance.mean())
            facts["noise on genes that halves fitness beyond chance"] = loss
        text = TEXT + ("" if result.fitness is not None else TEXT_SHARED)
        return Finding("Precision", text, facts, pictures=pictures)


TEXT = (
    "Fewer genes than weights cannot set every weight: their precision is a budget that weights share. Leverage is a "
    "weight's part of it, from 0, where it follows from the others, to 1, where the genes can set it alone; weights "
    "that move the actions draw more. Noise of growing size on genes shows how precise they need to be; random genomes "
    "are the floor."
)
TEXT_SHARED = (
    " Agents of its world meet each other and have no fitness, so that actions along a recorded life are compared."
)


def measure(subject: Measurable, params: Params = Params()) -> Result:  # noqa: B008  (frozen)
    """Returns the leverage of weights and the tolerance of a genome to noise.

    Raises:
        NotApplicable: no genome, no world to live in, a world of arenas, or a brain without layers.
    """
    subject = as_subject(subject)
    brain, network, genes = network_of(subject)
    life = recorded(subject, STEPS, 2)
    rows, draw = thinned(life, STEPS), np.random.default_rng(0)
    copies = _noisy(genes, params.copies, draw)
    strangers = brain.init(params.copies, 1)
    agreement = np.array([_agreement(brain, each, life, rows) for each in copies.reshape(-1, len(genes))])
    unfolds = network.params.projection is not None
    fitness = _fitness(subject, copies, strangers, params) if _has_fitness(subject) else None
    return Result(
        _budget_of(brain, network, genes, life, params.moments) if unfolds and _size(network) <= MOST else None,
        np.array(LEVELS),
        agreement.reshape(len(LEVELS), -1),
        _weight_agreement(brain, genes, life, rows, params.copies, draw) if unfolds else None,
        float(np.mean([_agreement(brain, each, life, rows) for each in strangers])),
        *(fitness or (None, None, None)),
    )


def halfway(levels: np.ndarray, means: np.ndarray, clean: float, floor: float) -> str:
    """Returns the level at which means [M] fall halfway from clean to floor, interpolated in the logarithm, as text.

    levels: [M], ascending.
    """
    lost = (clean - means) / (clean - floor) if clean != floor else np.zeros(len(means))
    reached = np.flatnonzero(lost >= 0.5)
    if not len(reached):
        return f"more than {levels[-1]:.0%}"
    at = int(reached[0])
    if at == 0:
        return f"less than {levels[0]:.0%}"
    part = (0.5 - lost[at - 1]) / (lost[at] - lost[at - 1])
    return f"{np.exp(np.log(levels[at - 1]) + part * np.log(levels[at] / levels[at - 1])):.0%} of their size"


def _size(network: NetworkBase) -> int:
    return network.member_weights * network.params.ensemble * network.width


def _no_budget(subject: Subject) -> str:
    _, network, _ = network_of(subject)
    if network.params.projection is None:
        return "each weight is a gene, so that each can be set alone"
    return f"more than {MOST:,} weights times lanes, too many to weigh each"


def _noisy(genes: np.ndarray, copies: int, draw: np.random.Generator) -> np.ndarray:
    """Returns copies of genes or weights [G] with noise of each level: [M, copies, G]."""
    values = genes.astype(np.float64)
    size = float(np.sqrt(np.square(values).mean()))
    noise = draw.normal(size=(copies, len(values)))
    noisy: np.ndarray = (values + np.array(LEVELS)[:, None, None] * size * noise).astype(np.float32)
    return noisy


def _agreement(brain: Brain, genes: np.ndarray, life: Life, rows: np.ndarray, born: np.ndarray | None = None) -> float:
    """Returns the agreement with the actions of a life of genes [G], at steps [T]; born: [P] its phenotype."""
    return float(1 - leverage.difference(brain, genes, life, rows, born) / 2)


def _weight_agreement(
    brain: Brain, genes: np.ndarray, life: Life, rows: np.ndarray, copies: int, draw: np.random.Generator
) -> np.ndarray:
    """Returns the agreement under noise on the unfolded weights alone: [M, copies]. genes: [G]. rows: [T]."""
    own = leverage.born(brain)
    slot, born = own.slots["weights"], own.develop(genes[None], own.new_states(1))[0]
    places = slice(slot.start, slot.start + slot.size)
    noisy = _noisy(born[places], copies, draw).reshape(-1, slot.size)
    found = []
    for weights in noisy:
        changed = born.copy()
        changed[places] = weights
        found.append(_agreement(own, genes, life, rows, changed))
    return np.array(found).reshape(len(LEVELS), copies)


def _has_fitness(subject: Subject) -> bool:
    return subject.config is not None and not isinstance(make_world(subject.config), SharedWorld)


def _fitness(
    subject: Subject, copies: np.ndarray, strangers: np.ndarray, params: Params
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns mean fitness in the same episodes: of noisy copies [M, C, G], of the genome, of strangers [C, G]."""
    assert subject.genome is not None
    own = subject.genome.params[None]
    variants = np.concatenate([copies.reshape(-1, copies.shape[2]), own, strangers]).astype(own.dtype)
    means = held_out_fitness(subject, params.episodes, genomes=variants).astype(np.float64)
    noisy, count = means[: -len(strangers) - 1].mean(axis=1), copies.shape[1]
    return noisy.reshape(-1, count), means[-len(strangers) - 1], means[-len(strangers) :].mean(axis=1)


def _budget_of(brain: Brain, network: NetworkBase, genes: np.ndarray, life: Life, moments: int) -> Budget:
    weights, unfolded, offset = leverage.unfolding(brain, network, genes)
    importance = leverage.importances(leverage.born(brain), genes, life, thinned(life, moments))
    count, k = unfolded.shape
    own, other = np.nan, np.nan
    if network.params.projection_shape == "linear":
        own = leverage.residue(unfolded, weights - offset)
        other = leverage.residue(unfolded, np.random.default_rng(0).normal(size=weights.shape))
    expected = float(np.sqrt(max(0.0, 1 - k / count)))
    held = leverage.leverages(unfolded, importance)
    return Budget(importance, held, leverage.row_names(network), k, own, other, expected)


def _budget_facts(budget: Budget) -> Facts:
    count, held = len(budget.leverage), np.sort(budget.leverage)[::-1]
    tenth = max(1, count // 10)
    facts: Facts = {
        "weights, and the genes they unfold from": f"{count:,} from {budget.genes:,}",
        "sum of leverages": float(held.sum()),
        "weights that the genes can set almost alone": f"{int((held > 0.9).sum())} of {count:,} (leverage above 0.9)",
        "share of the tenth with the most leverage": f"{held[:tenth].sum() / held.sum():.0%}",
    }
    if np.isfinite(budget.own_residue):
        facts["own weights that the inverse projection misses"] = f"{budget.own_residue:.1g} of their length"
        facts["random weights that no genes reach"] = (
            f"{budget.random_residue:.0%} of their length; {budget.expected_residue:.0%} expected"
        )
    return facts


def _by_row(budget: Budget) -> list[tuple[str, float]]:
    """Returns the mean leverage of the weights of each part."""
    each = budget.leverage.reshape(len(budget.rows), -1).mean(axis=1)
    parts = list(dict.fromkeys(budget.rows))
    return [
        (part, float(np.mean([h for h, name in zip(each, budget.rows, strict=True) if name == part]))) for part in parts
    ]


def _budget(budget: Budget) -> Picture:
    held, parts = np.sort(budget.leverage)[::-1], _by_row(budget)
    even = held.sum() / len(held)
    with drawing(1, 2, max(2.4, 0.9 + 0.16 * len(parts))) as (figure, (curve, bars)):
        curve.plot(held, color=SKY, lw=1.6)
        curve.axhline(even, color=LINE, lw=1, ls="--")
        curve.set(title="leverage of weights, sorted", xlabel="weight", ylim=(0, 1.03))
        names, means = zip(*parts, strict=True)
        bars.barh(range(len(parts)), means, color=LEAF, alpha=0.85)
        bars.set_yticks(range(len(parts)), names)
        bars.invert_yaxis()
        bars.axvline(even, color=LINE, lw=1, ls="--")
        bars.set(title="mean leverage", xlim=(0, 1))
        caption = f"Leverage of each weight and its mean by layer; dashed: {even:.2f}, all alike."
        return Picture(caption, svg(figure), Table("Numbers", ("part", "mean leverage"), tuple(parts)))


def _tolerance(result: Result) -> Picture:
    with drawing(1, 1 if result.fitness is None else 2, 2.5) as (figure, axes):
        columns, series = ["noise"], [result.levels]
        for name, values, color in (("genes", result.genes, SKY), ("weights alone", result.weights, LEAF)):
            if values is not None:
                axes[0].plot(
                    result.levels, values.mean(axis=1), "o-", color=color, ms=3, lw=1.4, label=f"noise on {name}"
                )
                columns.append(f"agreement, noise on {name}")
                series.append(values.mean(axis=1))
        axes[0].axhline(result.stranger, color=MUTED, lw=1, ls="--", label="random genomes")
        axes[0].set(
            title="agreement of actions", xlabel="noise, of the root mean square", xscale="log", ylim=(None, 1.02)
        )
        axes[0].legend(fontsize=7)
        if result.fitness is not None and result.clean is not None and result.chance is not None:
            means = result.fitness.mean(axis=1)
            axes[1].plot(result.levels, result.fitness, ".", color=RUST, ms=3, alpha=0.5)
            axes[1].plot(result.levels, means, "o-", color=RUST, ms=3, lw=1.4)
            axes[1].axhline(result.clean.mean(), color=LINE, lw=1)
            axes[1].axhline(result.chance.mean(), color=MUTED, lw=1, ls="--")
            axes[1].set(title="fitness, noise on genes", xlabel="noise, of the root mean square", xscale="log")
            columns.append("fitness, noise on genes")
            series.append(means)
        rows = tuple(tuple(float(value) for value in row) for row in zip(*series, strict=True))
        caption = "Actions along the life, and fitness where there is one, under noise; dashed: random genomes."
        return Picture(caption, svg(figure), Table("Numbers", tuple(columns), rows))
