"""Trials and recorded lives: the bits of its run's episodes, and interventions that change what they name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.trials import FIRST, held_out_fitness
from alife.analysis.report.subject import Subject, load
from alife.errors import UserError
from alife.experiment.build import make_world
from alife.simulation.kinds import make_evaluator

EPISODES = 32


@pytest.fixture(scope="module")
def recall() -> Subject:
    return load(Path("recall"))


@pytest.mark.parametrize("name", ["recall", "cartpole"])
def test_trials_without_edits_are_the_episodes_of_an_evaluator(name: str) -> None:
    subject = load(Path(name))
    fitness = held_out_fitness(subject, EPISODES, variants=2)
    evaluator = make_evaluator(make_world(subject.config), subject.brain, EPISODES, subject.config.seed, threads=1)
    assert np.array_equal(fitness, np.tile(evaluator.held_out(subject.genome.params, FIRST), (2, 1)))


def test_an_edit_changes_the_variants_it_names_and_no_other(recall: Subject) -> None:
    def silence(name: str, lanes: np.ndarray, variants: np.ndarray) -> None:
        if name == "layer_1":
            lanes[variants == 1] = 0

    unchanged = held_out_fitness(recall, EPISODES)[0]
    whole, silent = held_out_fitness(recall, EPISODES, variants=2, edit=silence)
    assert np.array_equal(whole, unchanged)
    assert silent.mean() < whole.mean() - 0.2


def test_a_memory_emptied_before_each_step_recalls_nothing(recall: Subject) -> None:
    def empty(states: np.ndarray, variants: np.ndarray) -> None:
        states[variants == 1] = 0

    whole, emptied = held_out_fitness(recall, EPISODES, variants=2, edit_states=empty)
    assert whole.mean() > 0.9 and emptied.mean() < 0.7


@pytest.mark.parametrize("name", ["recall", "meadow"])
def test_a_recorded_life_replays_to_the_same_bits(name: str) -> None:
    subject = load(Path(name))
    life = recorded(subject, steps=12, episodes=2)
    states = life.states[life.episode == 0][:1].copy()
    for step in np.flatnonzero(life.episode == 0):
        assert np.array_equal(states[0], life.states[step])
        action = subject.brain.step(subject.genome.params, states, life.observations[step])
        assert np.array_equal(action[0], life.actions[step])
    assert np.bincount(life.episode).max() == 12


def test_agents_that_meet_are_refused_in_one_line() -> None:
    with pytest.raises(UserError, match="live alone in episodes, got pursuit"):
        held_out_fitness(load(Path("pursuit-prey")), 2)
