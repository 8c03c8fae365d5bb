"""Planes of inputs as the layers of random nets divide them, by depth.

Random genomes of the brain `wht` (32 units a layer, 32 layers, each weight a gene, no memory) see the points of a plane
x0 + u e1 + v e2 of 16 inputs, x0 random, e1 and e2 random and at right angles, u and v up to half the length of x0. A
region is a set of points with one pattern of all switches up to a layer; those smaller than the grid of 64 x 64 points
are missed. Breaks: changes of the pattern along a line of 2,048 points, as long as a side of the plane, means over 4
lines. The exponent is that of breaks against depth, a line fitted to the logarithms. `switch`: each unit has two
slopes; `relu`: ReLUs; `input added again`: the input is added after every layer. Seeds draw genomes, planes and lines.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.instruments.probing import region_colors, switches, value_colors
from alife.analysis.markdown import table
from alife.analysis.report.drawing import drawing
from alife.analysis.statistics import Mean, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, at_most, chosen, difference, distinct, mean_of
from alife.brains import Brain, make_brain
from alife.ops.switches import Switches

WIDTH, INPUTS, DEPTHS, LINES, LENGTH = 32, 16, (1, 2, 4, 8, 16, 32), 4, 2048
EXTENT, LINEAR = 0.5, 0.15  # of the plane; deviation of an exponent of 1
SIDE, QUICK_SIDE, PICTURE_SIDE = 64, 24, 96  # points of a side of the plane: measured, drawn
ARMS: dict[str, dict[str, Any]] = {
    "switch": {"unit": "switch", "injection": 0},
    "switch, input added again": {"unit": "switch", "injection": 1},
    "relu": {"unit": "relu", "injection": 0},
}
CONNOR, HANIN = "O'Connor, probing deep networks by 2-D variations", "Hanin and Rolnick, ICML 2019"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Probing(ComputedStudy[Params]):
    """Counts the regions into which the layers of random nets divide a plane."""

    title: ClassVar[str] = "Probing random nets by depth"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each kind of net and seed."""
        return [{"arm": arm, "seed": seed} for seed in self.params.repetitions for arm in ARMS]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each depth."""
        brain, genes, rng = _drawn(case["arm"], case["seed"])
        quick = self.params.quick
        plane = _plane(rng, QUICK_SIDE if quick else SIDE)
        count = 1 if quick else LINES
        probe = _probed(brain, genes, np.concatenate([plane, *(_line(rng) for _ in range(count))]))
        rows = []
        for depth in DEPTHS:
            patterns = probe.patterns[f"layer_{depth}"]
            along = patterns[len(plane) :].reshape(count, LENGTH)
            breaks = max(float((along[:, 1:] != along[:, :-1]).sum()) / count, 1 / count)
            rows.append({"depth": depth, "regions": len(np.unique(patterns[: len(plane)])), "breaks": breaks})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of finer division with depth, and of breaks in proportion to units."""
        found = []
        for arm in distinct(rows, "arm"):
            more = difference(chosen(rows, arm=arm), "regions", {"depth": DEPTHS[-1]}, {"depth": DEPTHS[0]})
            text = f"{arm}: the deeper, the finer the plane is divided"
            measured = f"regions at depth {DEPTHS[-1]} less those at depth 1: {more}"
            found.append(Claim(CONNOR, text, measured, at_least(more, 0)))
        for arm in distinct(rows, "arm"):
            exponent = _exponent(chosen(rows, arm=arm))
            verdict = all_hold([at_least(exponent, 1 - LINEAR), at_most(exponent, 1 + LINEAR)])
            text = f"{arm}: breaks along a line grow as the number of units, not exponentially"
            found.append(Claim(HANIN, text, f"exponent {exponent}", verdict))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the plate, and regions and breaks by depth."""
        lines = [f"![Planes by depth]({self.name}.png)\n", PLATE]
        for title, column in (("Regions in the plane", "regions"), ("Breaks along a line", "breaks")):
            lines.append(f"## {title}\n")
            cells = [
                [arm, *(str(mean_of(rows, column, arm=arm, depth=depth)) for depth in DEPTHS)]
                for arm in distinct(rows, "arm")
            ]
            lines += table(("net", *(f"depth {depth}" for depth in DEPTHS)), cells)
        return lines

    def pictures(self) -> dict[str, bytes]:
        """Returns the plate as PNG: of each kind of net the values and the regions of layers, of seed 1."""
        with drawing(2 * len(ARMS), len(DEPTHS), 7.9) as (figure, axes):
            for place, arm in enumerate(ARMS):
                brain, genes, rng = _drawn(arm, 1)
                probe = _probed(brain, genes, _plane(rng, PICTURE_SIDE))
                for column, depth in enumerate(DEPTHS):
                    shape = (PICTURE_SIDE, PICTURE_SIDE, -1)
                    values = value_colors(probe.notes[f"layer_{depth}"].reshape(shape))
                    regions = region_colors(probe.patterns[f"layer_{depth}"].reshape(shape[:2]))
                    for row, image in enumerate((values, regions)):
                        axis = axes[(2 * place + row) * len(DEPTHS) + column]
                        axis.imshow(image, interpolation="nearest", origin="lower")
                        axis.set(xticks=[], yticks=[])
                    if not place:
                        axes[column].set_title(f"depth {depth}")
                axes[2 * place * len(DEPTHS)].set_ylabel(arm.replace(", ", ",\n"), fontsize=8)
                axes[(2 * place + 1) * len(DEPTHS)].set_ylabel("regions", fontsize=8)
            file = io.BytesIO()
            figure.savefig(file, format="png", dpi=100)
        return {f"{self.name}.png": file.getvalue()}


PLATE = (
    "Planes of seed 1. First rows: values of a layer as colors, by three random directions; second rows: regions, each "
    "of a color of its own.\n"
)


def _drawn(arm: str, seed: int) -> tuple[Brain, np.ndarray, np.random.Generator]:
    """Returns the brain, a random genome [G], and a source of random numbers for its plane."""
    spec = {"name": "wht", "width": WIDTH, "layers": DEPTHS[-1], "memory": None, "projection": None, **ARMS[arm]}
    brain = make_brain(spec, INPUTS, 4, threads=1)
    return brain, brain.init(1, seed)[0], np.random.default_rng(seed)


def _probed(brain: Brain, genes: np.ndarray, seen: np.ndarray) -> Switches:
    """Returns what a step notes, with switch patterns. genes: [G]. seen: [N, I]."""
    return switches(brain, genes, brain.new_states(len(seen)), seen)


def _plane(rng: np.random.Generator, side: int) -> np.ndarray:
    """Returns the points [side * side, I] of a plane, row by row."""
    center, directions = _through(rng)
    places = np.linspace(-EXTENT, EXTENT, side) * np.linalg.norm(center)
    v, u = (each.ravel() for each in np.meshgrid(places, places, indexing="ij"))
    points: np.ndarray = (center + np.outer(u, directions[0]) + np.outer(v, directions[1])).astype(np.float32)
    return points


def _line(rng: np.random.Generator) -> np.ndarray:
    """Returns the points [LENGTH, I] of a line."""
    center, directions = _through(rng)
    places = np.linspace(-EXTENT, EXTENT, LENGTH) * np.linalg.norm(center)
    points: np.ndarray = (center + np.outer(places, directions[0])).astype(np.float32)
    return points


def _through(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns a random point [I], and two directions [2, I] of length 1 at right angles."""
    center = rng.normal(size=INPUTS)
    directions, _ = np.linalg.qr(rng.normal(size=(INPUTS, 2)))
    return center, directions.T


def _exponent(rows: Sequence[Row]) -> Mean:
    """Returns the exponent of breaks against depth: its mean over seeds and its interval."""
    found = []
    for seed in distinct(rows, "seed"):
        own = chosen(rows, seed=seed)
        logs = np.log([[row["depth"], row["breaks"]] for row in own])
        found.append(float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0]))
    return t_mean(found)
