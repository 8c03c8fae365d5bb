"""A trained net on pairs of memristors: its accuracy against variation, stuck devices and levels, without retraining.

A net of 48 ReLUs learns 1,200 of the digits of scikit-learn and is laid into the brain `crossbar`: each weight is the
difference of two conductances, and the largest weight of a layer the range of a device, whose lowest conductance is
0.01 of the highest. `noise`: each conductance is exp(sigma z) times what it is set to, z nearly normal; this stands for
the variation of devices and for errors of the voltage that sets them. `stuck`: a share of the devices is stuck, half of
them at the lowest conductance, half at the highest. `levels`: a device can be set to so few conductances. One property
is disturbed at a time; figures are means over 5 draws of devices of each net, and accuracy is that on images that the
net has not seen. Seeds draw images, initial weights and devices. To tolerate means to keep 97 % of the accuracy.
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

HIDDEN, CLASSES, DRAWS, KEPT, DEVICES = 48, 10, 5, 0.97, 0.01
GRIDS: dict[str, tuple[float, ...]] = {
    "exact": (0,),
    "noise": (0.02, 0.05, 0.1, 0.2, 0.4, 0.8),
    "stuck": (0.001, 0.003, 0.01, 0.03, 0.1),
    "levels": (2, 4, 8, 16, 64),
}
QUICK: dict[str, tuple[float, ...]] = {"exact": (0,), "noise": (0.1, 0.8), "stuck": (0.1,), "levels": (2,)}
LIU, USE = "Liu and Zeng, memristor crossbars for in-situ learning", "a use of `crossbar`"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Crossbar(ComputedStudy[Params]):
    """Measures what imprecise devices keep of the accuracy of a trained net."""

    title: ClassVar[str] = "A trained net on memristors"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each seed."""
        return [{"seed": seed} for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each property of devices and its value. Raises UserError without scikit-learn."""
        images, seed = load_images(None).drawn(1200, 1000, case["seed"]), case["seed"]
        net = train(images, [HIDDEN], seed, 15 if self.params.quick else 40)
        layers, rows = list(zip(net.weights, net.biases, strict=True)), []
        for name, values in (QUICK if self.params.quick else GRIDS).items():
            for value in values:
                devices = {"noise": 0.0, "stuck": 0.0, "levels": 0, "low": DEVICES}
                if name != "exact":
                    devices[name] = int(value) if name == "levels" else value
                genome = trained_genome(layers, {"name": "crossbar", **devices})
                brain = made(genome, images.test.shape[1], CLASSES)
                draws = 1 if self.params.quick or name not in ("noise", "stuck") else DRAWS
                bodies = range(seed * DRAWS, seed * DRAWS + draws)
                found = [judged(net, images, answers(brain, genome.params, images.test, body)) for body in bodies]
                means = {key: float(np.mean([each[key] for each in found])) for key in found[0]}
                rows.append({"property": name, "value": value, **means})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of exact devices, of variation, of stuck devices and of levels."""
        same = min(row["same"] for row in chosen(rows, property="exact"))
        found = [
            Claim(USE, "pairs of exact devices answer as the net", f"least share of answers {same:.4g}", same == 1)
        ]
        for source, text, name, value in (
            (LIU, "robust to variation of devices: sigma 0.1 is tolerated", "noise", 0.1),
            (LIU, "robust to variation of devices: sigma 0.4 is tolerated", "noise", 0.4),
            (USE, "0.1 % of stuck devices are tolerated", "stuck", 0.001),
            (USE, "1 % of stuck devices are tolerated", "stuck", 0.01),
            (USE, "16 levels are tolerated", "levels", 16),
        ):
            if own := chosen(rows, property=name, value=value):
                kept = mean_of(own, "kept")
                found.append(Claim(source, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns accuracy kept and equal answers by each property."""
        lines = [f"Accuracy of the net: {mean_of(rows, 'whole', property='exact')}.\n"]
        for name in distinct(rows, "property")[1:]:
            own = chosen(rows, property=name)
            cells = [
                [f"{value:g}", *(str(mean_of(own, column, value=value)) for column in ("accuracy", "kept", "same"))]
                for value in distinct(own, "value")
            ]
            lines += [f"## By {LABELS[name]}\n"]
            lines += table((name, "accuracy", "share of the accuracy kept", "answers of the net"), cells)
        return lines


LABELS = {
    "noise": "variation of the conductances, sigma",
    "stuck": "the share of devices that are stuck",
    "levels": "the number of levels of a device",
}
