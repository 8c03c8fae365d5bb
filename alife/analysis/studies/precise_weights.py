"""Which weights evolution makes precise, where all unfold from fewer genes.

The brain `wht`, its weights unfolded from 32 genes, evolves by `ga` in `cartpole` (positions, speeds and angles
start up to 0.2 from upright and at rest, no memory: 5 generations of 32 genomes in 4 episodes) and in `mushrooms` (a
memory: 30 generations of 256 in 8 episodes). `champion`: the genome of such a run. `random`: four genomes of the same
brain that were drawn and never selected. Each lives two episodes that it never met, of 64 steps at most.

Leverage of weight j, at 8 steps of that life: lambda_j R_j (R^T L R)^-1 R_j^T, lambda_j the mean squared derivative of
the actions by weight j, as of the instrument `precision`; `budget` is the share of all leverage that the tenth of the
weights with the most of it holds. `level` is that share where all are alike. Noise: normal, 0.3 of the root mean square
of the weights, on that tenth, or on as many of the others, drawn; `lost` is the mean difference that it makes to the
actions of the life, which lie between -1 and 1, by 8 draws. Seeds draw genomes, episodes and noise.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from alife.analysis.instruments.shared import leverage
from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.instruments.shared.tangents import network_of, thinned
from alife.analysis.markdown import code, table
from alife.analysis.report.subject import Subject, as_subject
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.units import WORLDS, evolving
from alife.brains import Brain
from alife.experiment.evolve import evolve

STEPS, EPISODES, MOMENTS, DRAWS, STRANGERS = 64, 2, 8, 8, 4
GENES, NOISE, TENTH = 32, 0.3, 10
CONNOR, LAW = "O'Connor, weight sharing using random projections", "derived from leverage"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class PreciseWeights(ComputedStudy[Params]):
    """Measures the leverage of weights in evolved and in random genomes."""

    title: ClassVar[str] = "Weights that evolution makes precise"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each world and seed."""
        worlds = ("cartpole",) if self.params.quick else tuple(WORLDS)
        return [{"world": world, "seed": seed} for world in worlds for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a champion, and that of the means of random genomes."""
        config = evolving(case["world"], case["seed"], self.params.quick, projection=GENES)
        with tempfile.TemporaryDirectory() as folder:
            evolve(config, Path(folder) / "run", threads=1)
            champion = as_subject(Path(folder) / "run")
        brain, _, _ = network_of(champion)
        found = [_measured(one, case["seed"]) for one in (champion, *_strangers(champion, brain, case["seed"]))]
        strange = {name: float(np.mean([one[name] for one in found[1:]])) for name in found[0]}
        return [{"genome": "champion", **found[0]}, {"genome": "random", **strange}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims that evolution makes some weights precise, and that these matter, for each world."""
        found = []
        for world in distinct(rows, "world"):
            own = chosen(rows, world=world)
            best = chosen(own, genome="champion")
            more = difference(own, "budget", {"genome": "champion"}, {"genome": "random"})
            above = mean_of([{**row, "above": row["budget"] - row["level"]} for row in best], "above")
            lost = mean_of([{**row, "more": row["lost"] - row["others lost"]} for row in best], "more")
            some = f"the genes are spent on some weights more than on others: champions of {world}"
            evolved = f"evolution concentrates them more than chance: {world}"
            matter = f"noise on the precise weights changes actions more than on others: {world}"
            found += [
                Claim(CONNOR, some, f"share of a tenth above even: {above}", at_least(above, 0)),
                Claim(CONNOR, evolved, f"share of a tenth, less that of random genomes: {more}", at_least(more, 0)),
                Claim(LAW, matter, f"difference made, less that of others: {lost}", at_least(lost, 0)),
            ]
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the figures of each world."""
        columns = ("level", "budget", "alone", "lost", "others lost")
        cells = [
            [code(world), genome, *(str(mean_of(rows, column, world=world, genome=genome)) for column in columns)]
            for world in distinct(rows, "world")
            for genome in distinct(rows, "genome")
        ]
        heads = ("even share of a tenth", "of the most precise", "leverage above 0.9", "lost by noise", "on others")
        return list(table(("world", "genome", *heads), cells))


def _strangers(champion: Subject, brain: Brain, seed: int) -> list[Subject]:
    """Returns genomes of the champion's brain that were drawn, as subjects of its world."""
    assert champion.genome is not None
    drawn = brain.init(STRANGERS, seed + 1000)
    return [replace(champion, genome=replace(champion.genome, params=each)) for each in drawn]


def _measured(subject: Subject, seed: int) -> dict[str, float]:
    """Returns the figures of a genome."""
    brain, network, genes = network_of(subject)
    life = recorded(subject, STEPS, EPISODES)
    weights, unfolded, _ = leverage.unfolding(brain, network, genes)
    own = leverage.born(brain)
    held = leverage.leverages(unfolded, leverage.importances(own, genes, life, thinned(life, MOMENTS)))
    count, order, rng = len(held) // TENTH, np.argsort(-held), np.random.default_rng(seed)
    size = NOISE * float(np.sqrt(np.square(weights).mean()))
    noise = [size * rng.normal(size=count) for _ in range(DRAWS)]
    others = [rng.permutation(order[count:])[:count] for _ in range(DRAWS)]
    return {
        "level": count / len(held),
        "budget": float(held[order[:count]].sum() / held.sum()),
        "alone": float((held > 0.9).mean()),
        "lost": _change(own, genes, life, [(order[:count], each) for each in noise]),
        "others lost": _change(own, genes, life, list(zip(others, noise, strict=True))),
    }


def _change(own: Brain, genes: np.ndarray, life: Life, noises: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """Returns the mean difference of actions that noise on weights makes. noises: places [K] and what is added [K]."""
    slot, born = own.slots["weights"], own.develop(genes[None], own.new_states(1))[0]
    rows, found = np.arange(len(life)), []
    for places, added in noises:
        changed = born.copy()
        changed[slot.start + places] += added.astype(np.float32)
        found.append(leverage.difference(own, genes, life, rows, changed))
    return float(np.mean(found))
