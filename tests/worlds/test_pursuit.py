"""Pursuit: who is caught when, what is seen, what it is worth, what is drawn; and the saved champions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.experiment.records.genome import load_genome
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from tests.conftest import ROOT
from worlds import pursuit

STEPS = 60


class Puppets:
    """Arenas of one predator and some prey whose actions and places the test says."""

    def __init__(self, arenas: int = 1, **params: Any) -> None:
        self.world = pursuit.Pursuit(pursuit.Params(**{"lifetime": STEPS, "side": 20.0, **params}))
        brain = make_brain({"name": "wht", "memory": None}, len(self.world.sensors), len(self.world.actuators))
        self.arenas = ArenaEvaluator(self.world, brain, arenas, seed=1, threads=1)
        self.fields = self.arenas.fields
        self._observe, self._step, self._end = (
            Program(self.arenas.engine.calls(laws))
            for laws in (self.world.stage("observe"), self.world.stage("step"), self.world.stage("fitness"))
        )

    def place(self, *where: tuple[float, float, float]) -> None:
        """x, y, heading of every agent; all at rest."""
        for name, values in zip(("x", "y", "heading"), zip(*where, strict=True), strict=True):
            self.fields[name][:] = values
        self.fields["speed"][:] = 0

    def seen(self) -> np.ndarray:
        self._observe.run()
        return self.fields["observations"]

    def step(self, *actions: tuple[float, float]) -> None:
        self.fields["actions"][:] = actions
        self.fields["taken"][:] += self.fields["done"] == 0
        self._step.run()

    def fitness(self) -> np.ndarray:
        self._end.run()
        return self.fields["fitness"]


def test_the_faster_one_catches_what_flees_straight_ahead_and_both_share_the_episode() -> None:
    life = Puppets(prey=1, predator_speed=0.6, prey_speed=0.4)
    life.place((0.0, 0.0, 0.0), (5.0, 0.0, 0.0))
    for _ in range(STEPS):
        life.step((0.0, 1.0), (0.0, 1.0))
    caught = int(life.fields["taken"][1])
    assert life.fields["done"].tolist() == [0, 1] and life.fields["taken"][0] == STEPS
    # Full speed is reached with a lag of 1 / INERTIA - 1 = 3 steps each; then the gap of 5 - 0.6 closes by 0.2 a step.
    assert caught == pytest.approx(4.4 / 0.2 + 3, abs=1)
    hunter, hunted = life.fitness()
    assert hunted == pytest.approx(caught / STEPS) and hunter == pytest.approx(1 - hunted)


def test_prey_out_of_reach_lives_and_what_was_caught_neither_moves_nor_is_seen() -> None:
    life = Puppets(prey=2, reach=0.6)
    life.place((10.0, 10.0, 0.0), (10.5, 10.0, 0.0), (10.0, 10.7, 0.0))
    life.step((0.0, -1.0), (0.0, -1.0), (0.0, -1.0))
    assert life.fields["done"].tolist() == [0, 1, 0]
    life.step((0.0, -1.0), (1.0, 1.0), (0.0, -1.0))
    assert life.fields["x"][1] == np.float32(10.5) and life.fields["heading"][1] == 0
    hunter, _, hunted = life.seen()
    np.testing.assert_allclose(hunter[:3], [2 / 2.7, 0, 1], atol=1e-5)  # the other one: 0.7 to its left
    assert (hunter[3:6] == 0).all() and (hunted[3:6] == 0).all()  # nobody of its own role is left


def test_what_is_near_is_seen_across_the_edge_from_the_own_heading() -> None:
    life = Puppets(prey=2)
    up = np.pi / 2
    life.place((0.5, 10.0, up), (18.5, 10.0, 0.0), (5.0, 10.0, np.pi))
    life.fields["speed"][:] = [0.3, 0.4, 0.0]
    hunter, first, second = life.seen()
    np.testing.assert_allclose(hunter, [0.5, 0, 1, 0, 0, 0, 0.5], atol=1e-5)  # 2 units to the left, beyond the edge
    np.testing.assert_allclose(first[[0, 1, 2, 6]], [0.5, 1, 0, 1], atol=1e-5)
    np.testing.assert_allclose(first[3:6], [2 / 8.5, 1, 0], atol=1e-5)  # its own kind, 6.5 units ahead
    np.testing.assert_allclose(second[:6], [2 / 6.5, 1, 0, 2 / 8.5, 1, 0], atol=1e-5)


def test_prey_turns_sharper_and_nobody_leaves_the_plane() -> None:
    life = Puppets(arenas=50, prey=1, side=5.0)
    life.arenas.play(life.arenas.brain.init(2, 4), np.zeros((50, 2), np.int64) + [0, 1], 3, apart=True)
    for name in ("x", "y"):
        assert life.fields[name].min() >= 0 and life.fields[name].max() < 5
    life.fields["done"][:], life.fields["heading"][:] = 0, 1.0
    life.step(*[(9.0, 9.0)] * 100)
    np.testing.assert_allclose(life.fields["heading"], [1.2, 1.6] * 50, atol=1e-5)


def test_the_scene_is_the_arena_of_the_first_row() -> None:
    life = Puppets(arenas=3, prey=2)
    life.arenas.play(life.arenas.brain.init(2, 4), np.zeros((3, 2), np.int64) + [0, 1], 3, apart=True)
    life.fields["done"][:] = [0, 1, 0, 0, 0, 0, 0, 0, 1]
    for row, caught, kinds in ((1, 1, [0, 2, 1]), (3, 0, [0, 1, 1])):
        scene = life.world.scene(life.fields, np.array([row]))
        assert scene.text["caught"] == f"{caught} of 2" and scene.wraps and scene.width == 20
        assert scene.discs.row.tolist() == [row // 3 * 3 + seat for seat in range(3)]
        assert (scene.discs.color == pursuit.COLORS[kinds]).all() and scene.discs.radius[0] > scene.discs.radius[1]
        assert np.array_equal(scene.discs.x, life.fields["x"][scene.discs.row])


def test_saved_champions_beat_random_genomes_of_their_role() -> None:
    """A predator robs random prey of more than random predators do; prey lives longer beside random predators."""
    saved = [load_genome(ROOT / f"genomes/pursuit-{role}.safetensors") for role in pursuit.Pursuit.roles]
    world = pursuit.Pursuit(pursuit.Params())
    brain = make_brain(saved[0].brain, len(world.sensors), len(world.actuators))
    arenas, turn = ArenaEvaluator(world, brain, 64, seed=1, threads=1), np.arange(64)
    pool = np.concatenate([brain.init(64, 1), brain.init(64, 2), *(one.params[None] for one in saved)])
    both = np.stack([turn, 64 + turn], axis=1)
    random = arenas.play(pool, both, 2**41, apart=True)[:, :, 0]
    for role in range(2):
        which = both.copy()
        which[:, role] = 128 + role
        told = arenas.play(pool, which, 2**41, apart=True)[:, role, 0]
        assert saved[role].meta["role"] == world.roles[role]
        assert told.mean() > random[:, role].mean() + 0.1 * role + 0.2 * (1 - role)
