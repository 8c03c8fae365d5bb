"""Costs that instruments say before they begin: they follow the size of the work and the length of lives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from alife.analysis.instruments.shared import seconds
from alife.analysis.instruments.shared.seconds import about, cost, episode_length, genomes_cost
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.measuring import instruments
from alife.analysis.report.subject import Subject, load

LONG = ("lesions", "compressibility", "robustness", "precision", "transplant")


def said(text: str) -> int:
    """Returns the seconds of a cost."""
    found = re.search(r"about (\d+) (s|min)", text)
    assert found, text
    return int(found[1]) * (60 if found[2] == "min" else 1)


def subject_of(name: str) -> Subject:
    return load(Path(name))


def test_times_are_rounded_to_what_an_estimate_knows() -> None:
    assert [about(t) for t in (0.01, 3.4, 47, 200)] == ["about 1 s", "about 3 s", "about 50 s", "about 3 min"]


@pytest.mark.parametrize("name", LONG)
def test_every_long_instrument_says_seconds_that_grow_with_its_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconds, "about", lambda time: f"about {1000 * time:.0f} s")  # not rounded
    subject, key = subject_of("tmaze"), f"{name}.episodes"
    few, many = (said(instruments([name], [f"{key}={count}"])[name].cost(subject)) for count in (8, 1000))
    assert many > 1.5 * few


def test_the_length_of_an_episode_is_that_of_a_life_of_the_genome(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = subject_of("cartpole")
    assert subject.brain and subject.genome and episode_length(subject) == 500
    falls = replace(subject, genome=replace(subject.genome, params=subject.brain.init(1, seed=1)[0]))
    assert episode_length(falls) < 250
    assert said(cost(falls, 100, 100, 200)) < said(cost(subject, 100, 100, 200)) / 2
    own, newborns = (said(genomes_cost(subject, *counts, 2000)) for counts in ((400, 0), (0, 400)))
    assert newborns < own / 2
    monkeypatch.setattr(seconds, "LONGEST", 100)  # a life that is not over by then counts as a whole episode
    assert episode_length(subject_of("cartpole")) == 500


def test_contests_are_timed_by_a_few_steps_of_a_world_as_large_as_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.1, 0.1 + 0.02 * seconds.PROBE] * 9)  # 0.1 s to make a world, 0.02 s a step
    monkeypatch.setattr(seconds.time, "process_time", lambda: next(clock))
    subject, small = subject_of("swarm"), ["transplant.worlds=2", "transplant.steps=100", "transplant.each=20"]
    text = instruments(["transplant"], small)["transplant"].cost(subject)
    assert text == "4 worlds of 100 steps, about 8 s"  # 4 * (0.1 + 100 * 0.02)
    assert list(vars(subject)[seconds.KEPT]) == [round(seconds.SHARE * (2 * 20 + 700))]
    assert instruments(["transplant"], small)["transplant"].cost(subject) == text


def test_a_cost_says_why_an_instrument_does_not_apply() -> None:
    for name in ("transplant", "lesions"):
        with pytest.raises(NotApplicable, match="arena"):
            instruments([name])[name].cost(subject_of("pursuit-prey"))


def test_the_cost_of_mine_counts_networks_and_updates() -> None:
    information = instruments(["information"], ["information.mine_updates=1000"])["information"]
    assert information.cost(subject_of("tmaze")).startswith("MINE: 6 networks, 1,000 updates each, about ")
    assert instruments(["information"])["information"].cost(subject_of("tmaze")) == ""
