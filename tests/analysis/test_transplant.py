"""Transplant: a champion against newborns and against itself, in episodes and in a shared world."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments import transplant
from alife.analysis.instruments.transplant import Params, Rival
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject, load


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


def test_a_champion_beats_newborns_and_not_itself(recall: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    found = transplant.measure(recall, Params(newborns=8, episodes=32))
    assert found.own > 0.9 and found.advantages["newborns"].low > 0.2

    def itself(subject: Subject, *_: object) -> list[Rival]:
        return [Rival("itself", subject.genome.params[None], {})]

    monkeypatch.setattr(transplant, "_rivals", itself)
    assert transplant.measure(recall, Params(episodes=32)).advantages["itself"] == (0, 0, 0)


def test_in_a_shared_world_the_sides_have_their_traits_and_the_champion_outgrows_newborns() -> None:
    subject = load(Path("meadow"))
    found = transplant.measure(subject, Params(each=60, steps=250, worlds=2, threads=1))
    assert list(found.contests) == ["equal", "own"]
    assert all(outcome.name == "newborns" and outcome.mean > 0.3 for (outcome,) in found.contests.values())
    contest = transplant.Contest(Params(), subject, "own")
    own = Rival("own", subject.genome.params[None], {"size": np.array([0.5], np.float32)})
    assert transplant._population(own, contest, 3)["size"].tolist() == [0.5] * 3
    assert np.ptp(transplant._population(dataclasses.replace(own, traits={}), contest, 64)["size"]) > 0


def test_what_has_no_world_or_meets_in_arenas_is_told(recall: Subject) -> None:
    with pytest.raises(NotApplicable, match="whose world is here"):
        transplant.measure(dataclasses.replace(recall, config=None))
    with pytest.raises(NotApplicable, match="--only arms_race"):
        transplant.measure(load(Path("pursuit-prey")))
