"""Time and weights of a step against the number of neurons, by brain, and the exponents fitted to them.

Brains of three layers without memory, each weight a gene, at widths of 32 to 256 neurons a layer, 12 observations and 4
actions; `sampled` has 2 samples a neuron, `paths` 4 paths a neuron, `double` 2 transforms, `circulant` 8 x 8 blocks.
Weights are what a genome holds, `used` those that a step multiplies by: of `sampled` its samples. The time is that of
the compiled step of agents of different genomes (64 to 4,096, 8 MiB of genes where that is possible), on one core,
the least of 5; seeds draw genomes and repeat the measurement. An exponent is the slope of a straight line through the
logarithms. It is called linear up to 1.1, n log n up to the slope of n log n over the same widths, quadratic from 1.8
on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import code, table
from alife.analysis.statistics import Mean, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, at_least, at_most, distinct, mean_of, seed_means
from alife.brains import Brain, make_brain

WIDTHS, LAYERS, OBSERVATIONS, ACTIONS = (32, 64, 128, 256), 3, 12, 4
SAMPLES, LEAST = 2, 0.02  # seconds of a measurement
GENES = 1 << 21  # of all agents together, if there are 64 to 4,096 of them
OWN: dict[str, dict[str, Any]] = {
    "dense": {},
    "wht": {},
    "double": {"transforms": 2},
    "sampled": {"samples": SAMPLES},
    "paths": {},
    "circulant": {},
}
KELLER, CONNOR = "Keller et al., networks of linear complexity (slides)", "O'Connor, fixed filter bank networks"
LINEAR, QUADRATIC = 1.1, 1.8


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Linear(ComputedStudy[Params]):
    """Fits the exponents of time and weights."""

    title: ClassVar[str] = "Time and weights against neurons"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each brain, width and seed."""
        names, widths = (("dense", "wht"), (32, 64)) if self.params.quick else (tuple(OWN), WIDTHS)
        return [
            {"brain": name, "width": n, "seed": seed}
            for name in names
            for n in widths
            for seed in self.params.repetitions
        ]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a brain."""
        brain = made(case["brain"], case["width"])
        counted = brain.count()
        used = (LAYERS + 1) * case["width"] * SAMPLES if case["brain"] == "sampled" else counted["weights"]
        took = step_seconds(brain, case["seed"], 1 if self.params.quick else 5)
        return [{"weights": counted["weights"], "used": used, "operations": counted["operations"], "time": took * 1e6}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns what the sources say of weights and of time."""
        found = []
        for source, name, column, said in CLAIMS:
            if name in distinct(rows, "brain"):
                slope, most = exponent(rows, name, column), _n_log_n(rows) if said == "n log n" else LINEAR
                holds = at_least(slope, QUADRATIC) if said == "quadratic" else at_most(slope, most)
                text = f"{code(name)}: {MEANS[column]} {said} in neurons"
                found.append(Claim(source, text, f"exponent {slope}", holds))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the exponents, and the figures by width."""
        widths, lines = distinct(rows, "width"), ["## Exponents\n"]
        names = distinct(rows, "brain")
        lines += table(
            ("brain", *MEANS.values()),
            [[code(name), *(str(exponent(rows, name, column)) for column in MEANS)] for name in names],
        )
        for column, unit in (("time", "Time of a step of one agent, in microseconds"), ("weights", "Weights")):
            lines.append(f"## {unit}\n")
            cells = [
                [code(name), *(_shown(mean_of(rows, column, brain=name, width=n), column) for n in widths)]
                for name in names
            ]
            lines += table(("brain", *(f"{n} neurons" for n in widths)), cells)
        return lines


MEANS = {"weights": "weights", "used": "weights used", "operations": "operations", "time": "time"}
CLAIMS = (  # source, brain, column, said
    (KELLER, "dense", "weights", "quadratic"),
    (KELLER, "dense", "time", "quadratic"),
    (KELLER, "sampled", "used", "linear"),
    (KELLER, "sampled", "time", "linear"),
    (KELLER, "paths", "weights", "linear"),
    (KELLER, "paths", "time", "linear"),
    (CONNOR, "wht", "weights", "linear"),
    (CONNOR, "wht", "time", "n log n"),
    (CONNOR, "double", "weights", "linear"),
    (CONNOR, "double", "time", "n log n"),
    ("Ding et al., arXiv 1708.08917", "circulant", "weights", "linear"),
    ("Ding et al., arXiv 1708.08917", "circulant", "time", "n log n"),
)


def made(name: str, width: int) -> Brain:
    """Returns the brain of this name as it is measured."""
    own = {**OWN[name], **({"paths": 4 * width} if name == "paths" else {})}
    own |= {"block": width // 8} if name == "circulant" else {}
    spec = {"name": name, "width": width, "layers": LAYERS, "memory": None, "projection": None, "injection": 0}
    return make_brain({**spec, **own}, OBSERVATIONS, ACTIONS)


def step_seconds(brain: Brain, seed: int, times: int) -> float:
    """Returns the processor's time of a step of one agent: the least of some measurements of at least 20 ms."""
    agents = min(max(GENES // brain.num_genes, 64), 4096)
    params, states = brain.init(agents, seed), brain.new_states(agents)
    seen = np.random.default_rng(seed).normal(size=(agents, OBSERVATIONS)).astype(np.float32)
    phenotypes = brain.develop(params, states) if brain.num_phenotypes else None
    brain.step(params, states, seen, phenotypes=phenotypes)  # compiles it
    found = [_measured(lambda: brain.step(params, states, seen, phenotypes=phenotypes)) for _ in range(times)]
    return min(found) / agents


def _measured(call: Callable[[], object]) -> float:
    """Returns the mean seconds of a call."""
    calls, begun = 0, time.process_time()
    while (passed := time.process_time() - begun) < LEAST:
        for _ in range(4):
            call()
        calls += 4
    return passed / calls


def exponent(rows: Sequence[Row], name: str, column: str) -> Mean:
    """Returns the slope of the logarithm of a column over that of the width: its mean over seeds and interval."""
    widths = distinct(rows, "width")
    values = [seed_means(rows, column, brain=name, width=n) for n in widths]
    slopes = [
        float(np.polyfit(np.log2(widths), [math.log2(each[seed]) for each in values], 1)[0]) for seed in values[0]
    ]
    return t_mean(slopes)


def _n_log_n(rows: Sequence[Row]) -> float:
    """Returns the slope of n log n over the widths."""
    logs = np.log2(distinct(rows, "width"))
    return float(np.polyfit(logs, logs + np.log2(logs), 1)[0])


def _shown(mean: Mean, column: str) -> str:
    return f"{mean.value:,.0f}" if column == "weights" else str(mean)
