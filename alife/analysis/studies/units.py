"""ReLU, tanh, SELU, PReLU and ELU, by depth: accuracy of nets that learn images, fitness of brains that evolve.

`digits`: nets of 1 to 16 hidden layers of 64 units learn 1,200 of the digits of scikit-learn, 20 times (Adam, rate
0.001, batches of 50, without normalization or dropout), and classify images that they have not seen. Initial weights
have the spread that is customary for a unit: 2/n for ReLU and ELU, 2/(1.0625 n) for PReLU, whose slope below 0 is 0.25
at first and learned for each layer, and 1/n for tanh and SELU. The rate is the same for all, and not tuned.

`cartpole`, where positions, speeds and angles start up to 0.2 from upright and at rest, and `mushrooms`, which need a
memory: brains `wht` of 1, 4 and 16 layers, to which the input is added again after every second, and whose weights
unfold from 128 genes whatever the unit and the depth, evolve by `ga`: 5 generations of 32 genomes in 4 episodes,
without a memory, and 30 generations of 256 in 8 episodes. A unit of PReLU has an evolved slope. Figures are the fitness
of the champion in 256 episodes that neither selection nor its choice met: steps of 500, and the share of right
decisions.

There is a net or a run for each unit, depth and seed; seeds draw images, weights, genomes and episodes. The source
compares units in a convolutional net on photographs of cats and dogs (validation accuracy 0.8320 with ReLU), which are
not at hand here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from alife.analysis.markdown import code, table
from alife.analysis.statistics import Mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.held_out import fitness_of
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.unit_nets import UNITS, UnitNet
from alife.config.models import Config
from alife.config.schema import load_config
from alife.experiment.evolve import evolve

WIDTH, CLASSES, EPOCHS, QUICK_EPOCHS, IMAGES = 64, 10, 20, 4, "digits"
DEPTHS = {IMAGES: (1, 2, 4, 8, 16), "cartpole": (1, 4, 16), "mushrooms": (1, 4, 16)}
QUICK_DEPTHS = {IMAGES: (1, 8), "cartpole": (1,), "mushrooms": (1,)}
WORLDS: dict[str, dict[str, Any]] = {  # changes to the world and the brain, and the run
    "cartpole": {
        "world": {"spread": 0.2},
        "brain": {"memory": None},
        "run": {"generations": 5, "capacity": 32, "episodes": 4},
    },
    "mushrooms": {"world": {}, "brain": {}, "run": {"generations": 30, "capacity": 256, "episodes": 8}},
}
SHORT = {"generations": 3, "capacity": 16, "episodes": 2}
SOURCE = "a comparison of activation functions on images of cats and dogs (0.8320)"
EVOLVED = "a comparison"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Units(ComputedStudy[Params]):
    """Compares units by depth."""

    title: ClassVar[str] = "Units against depth"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each task, unit, depth and seed."""
        depths = QUICK_DEPTHS if self.params.quick else DEPTHS
        return [
            {"task": task, "unit": unit, "depth": depth, "seed": seed}
            for task in depths
            for seed in self.params.repetitions
            for unit in UNITS
            for depth in depths[task]
        ]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a net or of a run. Raises UserError without scikit-learn."""
        if case["task"] != IMAGES:
            return [{"reached": _evolved(case, self.params.quick)}]
        images = load_images(None).drawn(1200, 1000, case["seed"])
        net = UnitNet(case["unit"], [images.train.shape[1], *[WIDTH] * case["depth"], CLASSES], case["seed"])
        net.learn(images, QUICK_EPOCHS if self.params.quick else EPOCHS, case["seed"])
        learned = net.accuracy(images.train, images.train_labels)
        return [{"reached": net.accuracy(images.test, images.test_labels), "learned": learned}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claim that ReLU is the best, for each task and depth."""
        found = []
        for task, depth in dict.fromkeys((row["task"], row["depth"]) for row in rows):
            own = chosen(rows, task=task, depth=depth)
            less = {unit: _less(own, unit) for unit in distinct(own, "unit") if unit != "relu"}
            rival, worst = min(less.items(), key=lambda item: item[1].value)
            layers = f"{depth} hidden layer{'s' * (depth > 1)}"
            measured = f"{'accuracy' if task == IMAGES else 'fitness'} less that of {rival}, the best other: {worst}"
            verdict = all_hold([at_least(each, 0) for each in less.values()])
            source = SOURCE if task == IMAGES else EVOLVED
            found.append(Claim(source, f"ReLU is the best of five units: {task}, {layers}", measured, verdict))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns what was reached, by task, unit and depth, and the accuracy on images of training."""
        tasks = distinct(rows, "task")
        shown = [(f"Fitness: `{task}`" if task in WORLDS else "Accuracy: digits", task, "reached") for task in tasks]
        shown.append(("Accuracy on the images of training: digits", IMAGES, "learned"))
        lines = []
        for title, task, column in shown:
            own = chosen(rows, task=task)
            depths = distinct(own, "depth")
            lines.append(f"## {title}\n")
            cells = [
                [code(unit), *(str(mean_of(own, column, unit=unit, depth=depth)) for depth in depths)]
                for unit in distinct(own, "unit")
            ]
            lines += table(("unit", *(f"depth {depth}" for depth in depths)), cells)
        return lines


def _less(rows: Sequence[Row], unit: str) -> Mean:
    return difference(rows, "reached", {"unit": "relu"}, {"unit": unit})


def _evolved(case: Mapping[str, Any], quick: bool) -> float:
    """Returns the fitness that the champion of a run has in episodes that the run never met."""
    config = evolving(case["task"], case["seed"], quick, unit=case["unit"], layers=case["depth"])
    return fitness_of(evolve(config, threads=1).simulation.champions()[""].params, config)


def evolving(world: str, seed: int, quick: bool, **brain: Any) -> Config:
    """Returns the configuration of a run in one of WORLDS. quick: a short one. brain: parameters of `wht`."""
    own = WORLDS[world]
    return load_config(
        {
            "world": {"name": world, **own["world"]},
            "brain": {"name": "wht", **brain, **own["brain"]},
            "strategy": {"name": "ga"},
            "run": {**own["run"], **(SHORT if quick else {})},
            "seed": seed,
        }
    )
