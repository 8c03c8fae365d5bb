"""A recorded life as acts and pictures, and the influence of senses at its moments."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import behaviour, life
from alife.analysis.instruments.shared.film_strip import _from, _unbroken, film_strip
from alife.analysis.instruments.shared.life import Life
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import load
from alife.world import Discs, Scene


def test_acts_are_thirds_of_the_range_and_the_ethogram_counts_their_bouts() -> None:
    actions = np.array([[-1.0], [-0.9], [0.0], [5.0], [-1.0], [-1.0], [0.2]], np.float32)
    names, acts = life.named_acts(actions, ["turn"], most=2)
    assert names == ("turn low", "turn middle", "other") and acts.tolist() == [0, 0, 1, 2, 0, 0, 1]
    zeros, episode = np.zeros((7, 1), np.float32), np.array([0, 0, 0, 0, 0, 1, 1])
    found = life.Result(Life(zeros, zeros, actions, episode, np.zeros(0)), names, acts, ())
    table = life.ethogram(found)
    assert table.rows[0] == ("turn low", 4 / 7, 3, 4 / 3, "turn middle")  # the third begins with an episode
    assert table.rows[1][2:4] == (2, 1.0) and table.rows[2][2:] == (1, 1.0, "turn low")


def test_a_life_has_as_many_pictures_as_asked_for_and_its_agent_is_in_them() -> None:
    found = life.measure(load(Path("tmaze")), life.Params(steps=30, frames=3))
    assert [frame.step for frame in found.frames][:1] == [0] and len(found.frames) == 3
    assert len(found.frames[-1].path) == found.frames[-1].step + 1
    assert film_strip(found.frames).count("<svg") == 1
    with pytest.raises(NotApplicable, match="meet in arenas"):
        life.measure(load(Path("pursuit-prey")))


def test_a_strip_takes_the_shortest_way_on_a_torus_and_draws_no_line_for_a_jump() -> None:
    none = np.zeros(0, np.float32)
    scene = Scene(10.0, 10.0, True, None, Discs(none, none, none, none, np.zeros((0, 3), np.uint8), none))
    assert _from(scene, (1.0, 5.0), np.array([[9.0, 5.0]])).tolist() == [[-2.0, 0.0]]
    path = _unbroken(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [9.0, 9.0], [9.0, 8.0]]))
    assert np.flatnonzero(np.isnan(path[:, 0])).tolist() == [3] and len(path) == 6


def test_a_sense_without_weight_has_no_influence_in_a_life_and_others_have() -> None:
    subject = load(Path("cartpole"))
    found = behaviour.measure(subject, behaviour.Params(moments=5, steps=40))
    assert found.moments == 5 and found.influence.shape == (4, 1) and found.influence.max() > 0.1
    still = dataclasses.replace(subject.genome, params=np.zeros_like(subject.genome.params))
    assert behaviour.measure(dataclasses.replace(subject, genome=still)).influence.max() == 0
    assert behaviour.measure(dataclasses.replace(subject, config=None)).moments == 0
