"""A life whose ids pass 2**31 and whose steps pass 2**32, and a row that holds what is not a number."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import numpy as np

from alife.simulation.shared_world import Simulation
from tests.helpers.lives import equal, life
from tests.soak.endurance import ledger

FIRST_ID, FIRST_STEP = 2**31 - 40, 2**32 - 25  # of a life made old: its next child and its next step
STEPS = 60


def aged() -> Simulation:
    """Returns a meadow in which births go on, about to pass both numbers."""
    hurried = {"youth": 0, "split_age": 3, "split_energy": 0.75, "founder_energy": 0.9}
    simulation = life(seed=4, capacity=300, side=32, population=100, **hurried)
    simulation.step(20)
    simulation.deaths()
    simulation.fields["next_id"][0] = FIRST_ID
    simulation.fields["birth_step"][:] += FIRST_STEP - simulation.steps
    simulation.fields["clock"][0] = FIRST_STEP
    return simulation


def faults_of_large_numbers() -> list[str]:
    """Returns what goes wrong beyond 2**31 ids and 2**32 steps: a line each."""
    said, first = [], aged()
    energy = ledger(first)
    first.step(STEPS)
    ids = np.concatenate([first.fields["id"][first.living()], first.deaths()["id"]])
    if first.steps != FIRST_STEP + STEPS:
        said.append(f"steps: expected {FIRST_STEP + STEPS}, got {first.steps}")
    if ids.max() <= 2**31 or ids.min() < 0 or len(set(ids.tolist())) != len(ids):
        said.append(f"ids: expected new ones beyond 2**31, each once, got {ids.min()} to {ids.max()}")
    if ledger(first) != energy:
        said.append(f"energy: expected {energy} quanta, got {ledger(first)}")
    second = aged()
    second.step(STEPS // 2)
    third = aged()
    third.restore({name: array.copy() for name, array in second.state().items()})
    third.step(STEPS - STEPS // 2)
    if third.state_hash() != first.state_hash():
        said.append("a life that was saved and restored there ended otherwise")
    return said


def faults_of_a_poisoned_row(name: str = "wht") -> list[str]:
    """Returns what NaN genes and an infinite state of one agent do to others within a step, or if they, or an infinite
    sense, are not said: a line each."""
    said = []
    sound, harmed = (life(seed=6, brain={"name": name}) for _ in range(2))
    for simulation in (sound, harmed):
        simulation.step(5)
    row = int(harmed.living()[len(harmed.living()) // 2])
    harmed.fields["genome"][row, ::3] = np.nan
    harmed.fields["state"][row] = np.inf
    sound.step(1)
    harmed.step(1)
    others = np.setdiff1d(sound.living(), [row])
    for column in ("actions", "state", "genome"):
        if not equal(sound.fields[column][others], harmed.fields[column][others]):
            said.append(f"{name}: {column} of other agents changed with the row that is not finite")
    harmed.fields["observations"][row, 0] = np.inf
    with redirect_stderr(io.StringIO()) as told:
        harmed.say_not_finite()
        harmed.say_not_finite()
    for what in ("genes", "observations"):
        if told.getvalue().count(f": {what} of ") != 1:
            said.append(f"{name}: expected one line about {what} that are not finite, got {told.getvalue()!r}")
    return said
