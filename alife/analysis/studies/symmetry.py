"""Children of two nets by crossover, units as they are, aligned, or in canonical order: their behavior.

Nets of 32 ReLUs learn 1,000 digits and are laid into `dense` brains. Fathers: `copy`, the mother herself with units
exchanged and scaled at random, which is the same function; `apart`, trained from other initial weights; `kin`, from the
mother's initial weights with the images in another order, so that both have an ancestor in common. Children: `mean` of
the genes, or `uniform`, each gene of either parent, 8 of them. `aligned`: the father's units take the places of the
mother's that they are most like, as in the strategy `ga`; `canonical`: both parents are in the canonical form of
`inspect`. Accuracy is that on 597 test images; agreement is the share of them where the child says what a parent says,
the one that it agrees with more.

Evolved parents: the 8 best of 64 dense brains of 16 ReLUs, after 10 generations of `ga` on `cartpole`, half of the
children crossed. Fathers are another of the 8, or one of the 8 best of another population. Fitness is the mean number
of steps of at most 500 in held-out episodes. Seeds draw images, of 1,200 that they share, weights, exchanges,
populations and children.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.crossing import cross, exchanged, matched, members
from alife.analysis.studies.shared.descent import descended
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.populations import evolved, mean_fitness
from alife.analysis.studies.shared.rows import Row, at_least, at_most, chosen, difference, distinct, mean_of, within
from alife.analysis.studies.shared.trained import TrainedNet
from alife.analysis.trained import trained_genome
from alife.brains import Brain, make_brain
from alife.brains.layers import relu_symmetry

HIDDEN, TRAINED, TESTED = 32, 1000, 597
KINDS, UNITS, CROSSED = ("trained", "evolved"), ("as they are", "aligned", "canonical"), ("mean", "uniform")
DAMAGED, EQUAL, LITTLE, ROUNDING, BEST = 0.1, 0.02, 0.05, 1e-4, 8
POPULATIONS = ("of one population", "of two populations")
PETZKA, URIOT, HANCOCK = "Petzka et al., NLDL 2020", "Uriot and Izzo, GECCO 2020", "Hancock, COGANN 1992"
DERIVED = "derived from the symmetry"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Symmetry(ComputedStudy[Params]):
    """Compares children with their parents, by how units were matched before crossover."""

    title: ClassVar[str] = "Crossover of nets whose units are exchangeable"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case of trained and one of evolved parents for each seed."""
        return [{"parents": kind, "seed": seed} for seed in self.params.repetitions for kind in KINDS]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each father, way to match units and crossover. Raises UserError without scikit-learn."""
        if case["parents"] == KINDS[1]:
            return _evolved(case["seed"], 10)
        images = load_images(None).drawn(300 if self.params.quick else TRAINED, TESTED, case["seed"])
        rng, rows = np.random.default_rng(case["seed"]), list[dict[str, Any]]()
        brain, (mother, apart, kin) = _genomes(images, case["seed"], rng)
        fathers = {"copy": exchanged(brain, mother, rng), "apart": apart, "kin": kin}
        for name, father in fathers.items():
            same = _same(brain, mother, father, images)
            for units in UNITS:
                pair = matched(brain, mother, father, units)
                for crossed in CROSSED:
                    found = _behavior(brain, pair, crossed, images, np.random.default_rng(case["seed"]))
                    rows.append({"father": name, "units": units, "crossed": crossed, **same, **found})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the same function, of damage, of alignment, and that it is not needed."""
        copies = chosen(rows, father="copy")
        apart = max(float(row["outputs apart"]) for row in copies)
        prints = sum(row["one form"] for row in copies) / len(copies)
        kept = mean_of(copies, "agreement", units="aligned")
        same = f"outputs differ by {apart:.2g} of their size at most; one fingerprint in {100 * prints:.3g} % of cases"
        text = "exchanged and scaled units: one function, one canonical form"
        child = "aligned, the child of a net and its copy is that net"
        return [
            Claim(PETZKA, text, same, apart < ROUNDING and prints == 1),
            Claim(DERIVED, child, f"agreement {kept}", at_least(kept, 0.999)),
            *(claim for crossed in CROSSED for claim in _trained_claims(rows, crossed)),
            *_evolved_claims(rows),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns accuracy and agreement of children."""
        lines = []
        for father in distinct(chosen(rows, parents=KINDS[0]), "father"):
            own = chosen(rows, father=father)
            lines += [f"## Trained, father: {father}\n", f"Accuracy of parents: {mean_of(own, 'of parents')}.\n"]
            columns = [(crossed, column) for crossed in CROSSED for column in ("accuracy", "agreement")]
            cells = [
                [units, *(str(mean_of(own, column, units=units, crossed=c)) for c, column in columns)]
                for units in UNITS
            ]
            lines += table(("units", *(f"{crossed}, {column}" for crossed, column in columns)), cells)
        own = chosen(rows, parents=KINDS[1])
        lines.append("## Evolved: fitness of parents and of children\n")
        cells = [
            [
                father,
                str(mean_of(own, "of parents", father=father, units=UNITS[0])),
                *(str(mean_of(own, "fitness", father=father, units=units)) for units in UNITS[:2]),
            ]
            for father in distinct(own, "father")
        ]
        return [*lines, *table(("father", "parents", *UNITS[:2]), cells)]


def _trained_claims(rows: Sequence[Row], crossed: str) -> list[Claim]:
    """Returns the claims of damage by crossover, of alignment, and that kin do not need it."""
    own = [
        {**row, "lost": row["accuracy"] - row["of parents"]} for row in chosen(rows, parents=KINDS[0], crossed=crossed)
    ]
    naive = mean_of(own, "lost", father="apart", units=UNITS[0])
    more, order, kin = (
        difference(own, "accuracy", {"father": father, "units": UNITS[1]}, {"father": father, "units": units})
        for father, units in (("apart", UNITS[0]), ("apart", UNITS[2]), ("kin", UNITS[0]))
    )
    damage, needless = (
        f"{crossed}: children of nets trained apart lose {DAMAGED:g} and more",
        f"{crossed}: among kin alignment changes accuracy by {EQUAL:g} at most",
    )
    return [
        Claim(URIOT, damage, f"accuracy less that of parents {naive}", at_most(naive, -DAMAGED)),
        Claim(URIOT, f"{crossed}: aligned, such children are more accurate", f"by {more}", at_least(more, 0)),
        Claim(DERIVED, f"{crossed}: aligned, more accurate than in canonical order", f"by {order}", at_least(order, 0)),
        Claim(HANCOCK, needless, f"by {kin}", within(kin, EQUAL)),
    ]


def _evolved_claims(rows: Sequence[Row]) -> list[Claim]:
    """Returns the same claims for evolved parents, in shares of the parents' fitness."""
    own = [{**row, "kept": row["fitness"] / row["of parents"]} for row in chosen(rows, parents=KINDS[1])]
    kept = {name: mean_of(own, "kept", units=UNITS[0], father=name) for name in POPULATIONS}
    more = {
        name: difference(own, "kept", {"father": name, "units": UNITS[1]}, {"father": name, "units": UNITS[0]})
        for name in POPULATIONS
    }
    within_one, of_two = POPULATIONS
    return [
        Claim(
            HANCOCK,
            "evolved: children within a population keep 0.9 of the fitness",
            str(kept[within_one]),
            at_least(kept[within_one], 0.9),
        ),
        Claim(
            HANCOCK,
            f"evolved: there alignment changes it by {LITTLE:g} at most",
            f"share of fitness, by {more[within_one]}",
            within(more[within_one], LITTLE),
        ),
        Claim(
            URIOT,
            "evolved: children of two populations lose half and more",
            f"keep {kept[of_two]}",
            at_most(kept[of_two], 0.5),
        ),
        Claim(
            URIOT,
            "evolved: aligned, such children are fitter",
            f"share of fitness, by {more[of_two]}",
            at_least(more[of_two], 0),
        ),
    ]


def _evolved(seed: int, generations: int) -> list[dict[str, Any]]:
    """Returns the fitness of children within a population and of two."""
    one, two = (evolved(2 * seed + k, BEST, generations) for k in range(2))
    brain, rows = one.subject.brain, list[dict[str, Any]]()
    assert brain is not None
    for name, fathers, fitness in (
        (POPULATIONS[0], np.roll(one.genomes, 1, axis=0), one.fitness),
        (POPULATIONS[1], two.genomes, two.fitness),
    ):
        for units in UNITS[:2]:
            rng = np.random.default_rng(seed)
            pairs = (matched(brain, *pair, units) for pair in zip(one.genomes, fathers, strict=True))
            children = np.stack([child for pair in pairs for child in cross(pair, CROSSED[1], rng)])
            row = {"of parents": (one.fitness + fitness) / 2, "fitness": mean_fitness(one, children)}
            rows.append({"father": name, "units": units, "crossed": CROSSED[1], **row})
    return rows


def _genomes(images: Images, seed: int, rng: np.random.Generator) -> tuple[Brain, list[np.ndarray]]:
    """Returns the brain, and the genomes [G] of the mother, of a net trained apart, and of kin."""
    sizes, epochs = (images.train.shape[1], HIDDEN, 10), 15
    first, other = (
        [rng.normal(size=(b, a)) * np.sqrt(2 / a) for a, b in zip(sizes[:-1], sizes[1:], strict=True)] for _ in range(2)
    )
    begun = (first, 2 * seed), (other, 2 * seed + 1), (first, 2 * seed + 1)
    nets = [descended(images, matrices, lambda _, matrix: matrix, epochs, order) for matrices, order in begun]
    genomes = [trained_genome(_pairs(net), "dense") for net in nets]
    return make_brain(genomes[0].brain, sizes[0], sizes[-1]), [each.params for each in genomes]


def _pairs(net: TrainedNet) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(net.weights, net.biases, strict=True))


def _same(brain: Brain, mother: np.ndarray, father: np.ndarray, images: Images) -> dict[str, float]:
    """Returns the difference of outputs over their size, and whether both genomes have one canonical form."""
    a, b = (_outputs(brain, genome, images) for genome in (mother, father))
    prints = [
        relu_symmetry.digest(relu_symmetry.canonical(m), 3) for each in (mother, father) for m in members(brain, each)
    ]
    return {"outputs apart": float(np.abs(a - b).max() / np.abs(a).max()), "one form": int(prints[0] == prints[1])}


def _outputs(brain: Brain, genome: np.ndarray, images: Images) -> np.ndarray:
    """Returns the outputs [E, 10] for test images."""
    found: np.ndarray = brain.step(genome, brain.new_states(len(images.test)), images.test)
    return found


def _behavior(
    brain: Brain, pair: tuple[np.ndarray, np.ndarray], crossed: str, images: Images, rng: np.random.Generator
) -> dict[str, float]:
    """Returns the mean accuracy of both parents and of the children, and agreement."""
    parents = [_outputs(brain, genome, images).argmax(axis=1) for genome in pair]
    children = [_outputs(brain, genome, images).argmax(axis=1) for genome in cross(pair, crossed, rng)]
    agreement = [max(float((child == parent).mean()) for parent in parents) for child in children]
    accuracy = {
        name: float(np.mean([(each == images.test_labels).mean() for each in group]))
        for name, group in (("of parents", parents), ("accuracy", children))
    }
    return {**accuracy, "agreement": float(np.mean(agreement))}
