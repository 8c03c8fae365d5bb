"""The overview: many genomes in the same episode, each with the fitness that an evaluation gives it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.config.schema import parse_config
from alife.experiment.grid_player import GridPlayer
from alife.experiment.open import open_target
from alife.experiment.replay import GRID, Replay, replay_run
from alife.experiment.run import Run
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.window import Window
from alife.world import Discs, EpisodicWorld, Scene
from alife.world.scene import grid_of
from tests.conftest import ROOT

FEW = ("run.generations=6", "run.capacity=8", "run.episodes=1", "run.threads=1", "run.elites=0")


def run_of(world: str) -> Run:
    return Run(parse_config(f"world: {{name: {world}}}\nstrategy: {{name: ga}}", "test", FEW))


@pytest.mark.parametrize("name", ["cartpole", "tmaze", "bandit"])
def test_a_copy_whose_episode_is_over_halts_at_the_fitness_of_its_evaluation(name: str) -> None:
    of = run_of(name).simulation
    assert isinstance(of.world, EpisodicWorld)
    genomes = of.samples(8)[""]["genome"]
    player = GridPlayer(of.world, of.brain, of.seed, 8)
    told = Evaluator(of.world, of.brain, 8, of.seed, threads=1)
    for number in range(2):
        player.begin(genomes)
        lengths = []
        while not player.over:
            player.step()
            lengths.append(player.fields["taken"].copy())
        player.close()
        np.testing.assert_array_equal(player.fields["fitness"], told.fitness(genomes, 1, HELD_OUT + number))
    if name == "cartpole":
        assert len(set(lengths[-1].tolist())) > 1  # some fall earlier than others


def scene_with(x: float, ground: bool) -> Scene:
    one, none = np.array([x], np.float32), np.zeros((0, 4), np.float32)
    discs = Discs(one, one, one, one, np.zeros((1, 3), np.uint8), np.array([int(x)]))
    cells = np.full((4, 8, 3), int(x), np.uint8) if ground else None
    return Scene(16.0, 8.0, False, cells, discs, none, np.zeros((0, 3), np.uint8), {"x": str(x)})


@pytest.mark.parametrize("ground", [True, False])
def test_a_grid_shifts_bodies_with_the_ground_of_their_copy(ground: bool) -> None:
    grid = grid_of([scene_with(k, ground) for k in range(5)], {"chosen": "4"})
    assert grid.text == {"chosen": "4"} and grid.discs.row.tolist() == [0, 1, 2, 3, 4]
    assert grid.ground is not None
    cells = grid.ground.shape[0] / grid.height, grid.ground.shape[1] / grid.width
    at = (grid.discs.y * cells[0]).astype(int), (grid.discs.x * cells[1]).astype(int)
    expected = [[k] * 3 for k in range(5)] if ground else [[255, 253, 246]] * 5
    assert grid.ground[at].tolist() == expected
    assert len({(x // 16, y // 8) for x, y in zip(grid.discs.x.tolist(), grid.discs.y.tolist(), strict=True)}) == 5


def test_the_key_shows_many_then_the_best_alone_and_changes_no_result() -> None:
    watched, unwatched = replay_run(run_of("mushrooms")), run_of("mushrooms")
    window = Window(watched)
    session = window.session
    assert isinstance(session, EpisodeSession)
    session.toggle_overview()
    assert watched.simulation.num_alive == 8 and watched.shows_many and session.scene.width > 3 * 8.0
    for _ in range(40):
        session.advance()
        window.draw()
    session.select(5)
    session.look()
    window.panel.refresh()
    window.draw()
    session.toggle_overview()
    assert watched.simulation.num_alive == 1 and session.selection.row == 0
    session.next_episode()
    assert watched.run is not None
    unwatched.step(watched.run.simulation.steps)
    assert watched.run.simulation.state_hash() == unwatched.simulation.state_hash()


def test_a_genome_file_shows_the_sample_of_its_population() -> None:
    replay = open_target(str(ROOT / "genomes" / "tmaze.safetensors"), None, [])
    assert isinstance(replay, Replay)
    best = replay.simulation.fields["genome"][0].copy()
    replay.show_many(True)
    assert replay.simulation.num_alive == GRID
    np.testing.assert_array_equal(replay.simulation.fields["genome"][0], best)


def test_where_there_is_one_genome_or_an_arena_the_key_does_nothing(tmp_path: Path) -> None:
    replay = open_target("pursuit", None, [])
    assert isinstance(replay, Replay) and not replay.may_show_many
    session = Window(replay).session
    assert isinstance(session, EpisodeSession)
    session.toggle_overview()
    assert not replay.shows_many
