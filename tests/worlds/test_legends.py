"""The legend of each world: it explains every color of the picture, in colors that color-blind people tell apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from alife.config import registry
from alife.experiment.open import open_target
from alife.viewer.interface import Watchable
from alife.world import Mark, Scene, World
from alife.world.base import scene_of
from tests.helpers.color_vision import DEFICIENCIES, differences

DRAWN = [name for name in registry.names("worlds") if registry.find("worlds", name).has_scene()]
FAR = 16.0  # least distance of two colors in CIE L*a*b*
NEAR = 6.0  # most distance of a color of the picture to one of the legend


def world_of(name: str) -> World:
    return registry.find("worlds", name)(registry.find_params("worlds", name)())


@pytest.mark.parametrize("name", DRAWN)
def test_color_blind_people_tell_the_colors_of_a_legend_apart(name: str) -> None:
    for one, other in itertools.combinations(world_of(name).legend, 2):
        if one.shape == other.shape and len(one.colors) == len(other.colors) == 1:
            for deficiency in DEFICIENCIES:
                apart = differences(np.array([one.colors[0], other.colors[0]]), deficiency)[0, 1]
                assert apart >= FAR, (one.meaning, other.meaning, deficiency)


def colors_of(marks: tuple[Mark, ...], *shapes: str) -> np.ndarray:
    """Returns the colors of marks of some shapes, with some between those of ramps: [K, 3]."""
    found: list[np.ndarray] = []
    for mark in marks:
        if mark.shape in shapes:
            ends = np.array(mark.colors, float)
            found += [ends, *(ends[:-1] + (ends[1:] - ends[:-1]) * share for share in np.arange(1, 10) / 10)]
    return np.concatenate(found) if found else np.zeros((0, 3))


def assert_explained(colors: np.ndarray, legend: np.ndarray, what: str) -> None:
    distinct = np.unique(colors.reshape(-1, 3), axis=0)[:200]
    for color in distinct:
        assert differences(np.concatenate([[color], legend]))[0, 1:].min(initial=np.inf) < NEAR, (what, color)


def pictures(run: Watchable) -> list[Scene]:
    """Returns scenes of the first steps."""
    life, found = run.simulation, []
    for _ in range(12):
        run.step(3)
        if "diet" in life.fields:
            life.fields["diet"][:] = 0  # which darkens every hue
        found.append(scene_of(life.world, life.fields, life.living()).frozen())
    return found


SMALL = ("run.capacity=16",)
DENSE = ("world.side=32", "world.population=40", "run.capacity=64")
SEEN = {
    **dict.fromkeys(("cartpole", "concentration", "delayed-match", "mushrooms", "pursuit", "recall", "seasons"), SMALL),
    **{"tmaze-walked": SMALL, "meadow": (*DENSE, "world.plant_kinds=2"), "swarm": ("world.side=48", *DENSE[1:])},
}


@pytest.mark.parametrize("name", SEEN)
def test_the_legend_explains_every_color_of_the_picture(name: str) -> None:
    run = open_target(name, "cpu", SEEN[name])
    legend = run.simulation.world.legend
    for scene in pictures(run):
        discs = scene.discs
        assert_explained(discs.color[discs.row >= 0], colors_of(legend, "agent"), "agent")
        assert_explained(discs.color[discs.row < 0], colors_of(legend, "thing"), "thing")
        assert_explained(scene.line_color, colors_of(legend, "line"), "line")
        if scene.ground is not None:
            assert_explained(scene.ground, colors_of(legend, "ground"), "ground")
