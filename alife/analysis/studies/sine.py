"""A trained net as phases of sines: its accuracy against the bits of a weight's phase, without retraining.

A net of 48 ReLUs learns 1,200 of the digits of scikit-learn and is laid into the brain `sine`: a weight w becomes the
phase whose sine is w over the largest of its layer, layers are scaled by the images of training so that their units are
seldom cut off, and a product of sines is half a difference of two entries of a table of 256. Phases of weights are
rounded to B bits, a turn having 2^B phases; those of activations keep 8. Accuracy is that on images that the net has
not seen. Seeds draw images and initial weights. The source trains its nets as sines, which is not done here; the form
of 8-bit phases is that of this project. To keep means 97 % of the accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.laid import answers, judged, made
from alife.analysis.studies.shared.rows import Row, at_least, chosen, distinct, mean_of
from alife.analysis.studies.shared.trained import train
from alife.analysis.trained import trained_genome
from alife.brains.sine import AMPLITUDE, TURN

HIDDEN, CLASSES, KEPT, BITS = 48, 10, 0.97, (8, 7, 6, 5, 4, 3, 2)
SOURCE, DERIVED = "Cai et al., Applied Sciences 11(15):6704, 2021", "derived from the rounding of entries"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Sine(ComputedStudy[Params]):
    """Measures what phases of few bits keep of the accuracy of a trained net."""

    title: ClassVar[str] = "A trained net as phases of sines"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each seed."""
        return [{"seed": seed} for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each number of bits. Raises UserError without scikit-learn."""
        images, seed = load_images(None).drawn(1200, 1000, case["seed"]), case["seed"]
        net = train(images, [HIDDEN], seed, 15 if self.params.quick else 40)
        genome = trained_genome(list(zip(net.weights, net.biases, strict=True)), "sine", examples=images.train[:200])
        brain, rows = made(genome, images.test.shape[1], CLASSES), []
        for bits in (8, 3) if self.params.quick else BITS:
            half = 2 ** (bits - 1)  # phases of half a turn, a gene of 1
            near = (np.round(genome.params * half) / half).astype(genome.params.dtype)
            found = judged(net, images, answers(brain, near, images.test))
            rows.append({"bits": bits, **found, "product": product_error()})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of products by a table, and of the accuracy kept by bits."""
        worst = max(row["product"] for row in rows)
        text = "a product of sines is half a difference of two entries of a table of 16 bits, within half a step"
        measured = f"largest error {worst * AMPLITUDE:.2g} steps"
        found = [Claim(DERIVED, text, measured, worst * AMPLITUDE <= 0.5 + 1e-9)]
        for bits in distinct(rows, "bits"):
            if bits in (8, 6, 4):
                kept = mean_of(rows, "kept", bits=bits)
                source = SOURCE if bits == 8 else "a use of `sine`"
                text = f"phases of {bits} bits keep the accuracy of a net of numbers"
                found.append(Claim(source, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns accuracy, and equal answers, by bits."""
        cells = [
            [
                str(bits),
                *(str(mean_of(chosen(rows, bits=bits), column)) for column in ("accuracy", "kept", "same")),
            ]
            for bits in distinct(rows, "bits")
        ]
        lines = [f"Accuracy of the net: {mean_of(rows, 'whole')}.\n"]
        return [*lines, *table(("bits", "accuracy", "share of the accuracy kept", "answers of the net"), cells)]


def product_error() -> float:
    """Returns the largest error of sin a sin b by the table, of all pairs of its 256 phases."""
    phases = np.arange(TURN)
    entries = np.round(AMPLITUDE * np.cos(2 * np.pi * phases / TURN))
    a, b = np.meshgrid(phases, phases)
    found = (entries[(a - b) % TURN] - entries[(a + b) % TURN]) / 2 / AMPLITUDE
    exact = np.sin(2 * np.pi * a / TURN) * np.sin(2 * np.pi * b / TURN)
    return float(np.abs(found - exact).max())
