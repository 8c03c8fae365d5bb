"""A few of the inputs of `python -m tests.fuzz`, and short lives of `python -m tests.soak`."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import cases
from tests.fuzz.targets import TARGETS
from tests.helpers.lives import life
from tests.soak.endurance import faults, samples
from tests.soak.numbers import faults_of_a_poisoned_row, faults_of_large_numbers

FEW = {"genome": 30, "checkpoint": 15, "yaml": 40, "cli": 10}


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_is_answered_in_one_line(name: str) -> None:
    found = [outcome for _, outcome in cases(name, range(FEW[name]), seed=1)]
    assert [outcome.broken for outcome in found if outcome.broken] == []
    assert any(outcome.refused for outcome in found)


def test_a_meadow_lives_on_without_growing_or_losing_energy() -> None:
    simulation = life(seed=1, capacity=400, side=32, population=120)
    found = list(samples(simulation, steps=600, every=20, seconds=30))
    assert found[-1].step == 600
    assert [line for line in faults(found) if not line.startswith("speed")] == []


def test_ids_pass_2_to_the_31_and_steps_2_to_the_32() -> None:
    assert faults_of_large_numbers() == []


@pytest.mark.parametrize("name", ["wht", "dense"])
def test_what_is_not_finite_stays_in_its_row(name: str) -> None:
    assert faults_of_a_poisoned_row(name) == []
