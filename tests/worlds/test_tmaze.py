"""The T-maze keeps its protocol, and counts as sound what a reckoning with sets calls sound."""

from __future__ import annotations

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.parts.tmaze import LARGE
from alife.parts.tmaze_life import COLORS, Maze
from alife.simulation.evaluator import Evaluator
from tests.helpers.played import Policy, check_card, check_laws, live, play, trial_of
from worlds import tmaze, tmaze_walked
from worlds.tmaze_walked import WALL

CYCLE = {0: 1, 1: 3, 3: 2, 2: 0}  # goals in an order in which neighbours differ in one turn


def maze_of(**params: object) -> Maze:
    return tmaze.Tmaze(tmaze.Params(**params))


def walked_of(**params: object) -> Maze:
    return tmaze_walked.TmazeWalked(tmaze_walked.Params(**params))


class Played:
    """What agents found in the discrete form. goals, rewards: [rounds, N]. seen: [steps, N, 3]."""

    def __init__(self, of: Evaluator, policy: Policy, first: int = 0) -> None:
        goals, rewards, seen, f = [], [], [], of.fields
        for _ in play(of, policy, first):
            seen.append(f["observations"].copy())
            if f["arrived"][0] >= 0:
                goals.append(f["arrived"].copy())
                rewards.append(f["reward"].copy())
        self.goals, self.rewards, self.seen = np.array(goals), np.array(rewards), np.array(seen)


def turn_at(goals: np.ndarray, turns: int, passed: int) -> np.ndarray:
    """The action at a junction on the way to each goal: [N, 1]."""
    return (2.0 * (goals >> (turns - 1 - passed) & 1) - 1.0)[:, None].astype(np.float32)


def random_goals(turns: int):
    rng, aims = np.random.default_rng(3), {}

    def policy(f, now):
        aim = aims.setdefault(int(f["round"][0]), rng.integers(0, 1 << turns, len(f["round"])))
        return turn_at(aim, turns, int(f["passed"][0]))

    return policy


def sound_share(goals: np.ndarray, rewards: np.ndarray, count: int) -> np.ndarray:
    """By sets: where the reward may be, after each visit."""
    shares = np.zeros(goals.shape[1])
    for agent in range(goals.shape[1]):
        may_be = set(range(count))
        for goal, reward in zip(goals[:, agent], rewards[:, agent], strict=True):
            shares[agent] += goal in may_be
            elsewhere = (set(range(count)) if may_be == {goal} else may_be) - {goal}
            may_be = {goal} if reward == LARGE else elsewhere
    return shares / len(goals)


@pytest.fixture(scope="module")
def double() -> Evaluator:
    return trial_of(maze_of(), 240)


def test_twelve_episodes_are_all_permutations_and_the_reward_moves_once_near_the_middle(double: Evaluator) -> None:
    played = Played(double, random_goals(2))
    f = double.fields
    pairs = np.stack([f["first"], f["second"]], axis=1)
    assert len(np.unique(pairs[:12], axis=0)) == 12 and (pairs[:, 0] != pairs[:, 1]).all()
    assert np.array_equal(pairs[:12], pairs[12:24]) and set(f["swap"]) == set(range(7, 14))
    assert len(played.goals) == 20 and f["done"].all()
    now = np.arange(20)[:, None]
    large = np.where(now < f["swap"], f["first"], f["second"])
    assert np.array_equal(played.rewards, np.where(played.goals == large, 10, 1))


@pytest.mark.parametrize(("turns", "rounds"), [(1, 10), (2, 20)])
def test_sound_choices_are_those_of_a_reckoning_with_sets(double: Evaluator, turns: int, rounds: int) -> None:
    of = double if turns == 2 else trial_of(maze_of(turns=1), 60)
    played, f = Played(of, random_goals(turns), first=7), of.fields
    assert played.goals.shape == (rounds, of.count)
    np.testing.assert_allclose(f["fitness"], sound_share(played.goals, played.rewards, 1 << turns), rtol=1e-6)
    assert np.ptp(f["fitness"]) > 0.3
    np.testing.assert_allclose(f["measures"][:, 0], played.rewards.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(f["measures"][:, 1], (played.goals >= (1 << turns) / 2).mean(axis=0), atol=1e-5)


def test_who_stays_with_the_reward_and_goes_round_the_goals_without_is_sound_in_every_life(double: Evaluator) -> None:
    aims = np.zeros(double.count, int)

    def policy(f, now):
        if f["passed"][0] == 2:
            lost = f["reward"] < LARGE
            aims[lost] = [CYCLE[goal] for goal in aims[lost]]
        return turn_at(aims, 2, int(f["passed"][0]) % 2)

    played = Played(double, policy)
    assert (double.fields["fitness"] == 1).all()
    assert (played.rewards == LARGE).sum(axis=0).min() >= 20 - 3 - 4


def test_who_always_turns_left_is_right_as_long_as_he_cannot_know(double: Evaluator) -> None:
    played = Played(double, lambda f, now: np.full((double.count, 1), -1, np.float32))
    f = double.fields
    assert (played.goals == 0).all()
    swap, first, second = (f[name] for name in ("swap", "first", "second"))
    expected = np.where(first == 0, swap + 1, np.where(second == 0, 1 + 20 - swap - 1, 1)) / 20
    np.testing.assert_allclose(f["fitness"], expected, rtol=1e-6)


def test_an_agent_sees_the_junction_the_last_turn_and_at_a_goal_the_reward(double: Evaluator) -> None:
    played = Played(double, random_goals(2))
    seen, goals = played.seen, played.goals
    assert np.array_equal(seen[::3], np.broadcast_to([1, 0, 0], (20, double.count, 3)).astype(np.float32))
    right = 2 * (goals >> 1) - 1
    np.testing.assert_array_equal(seen[1::3], np.stack([np.ones(goals.shape), 0 * goals, right], axis=2))
    last = np.stack([0 * goals, played.rewards / np.float32(10), 2 * (goals & 1) - 1], axis=2)
    np.testing.assert_array_equal(seen[2::3], last[:-1].astype(np.float32))


def test_laws_are_the_same_as_plain_python(double: Evaluator, walkers: Evaluator) -> None:
    check_laws(double, random_goals(2))
    check_laws(walkers, strollers(walkers.count))


@pytest.mark.parametrize("world", [maze_of, walked_of])
def test_on_a_card_it_is_the_same(host_device, world) -> None:
    check_card(world())


def test_the_turn_that_is_shown_is_the_same_on_a_card(host_device) -> None:
    world = walked_of(turn_shown=True)
    ours, theirs = trial_of(world, 60), trial_of(world, 60, "gpu")
    genes = ours.brain.init(60, seed=2)
    assert np.array_equal(ours.fitness(genes, 2, 4), theirs.fitness(genes, 2, 4)) and ours.fields["last_turn"].any()
    for name in ("last_turn", "heading", "x", "y", "state"):
        assert np.array_equal(ours.fields[name], theirs.fields[name]), name


def test_a_scene_shows_the_maze_the_way_and_what_was_found(double: Evaluator) -> None:
    f, world = double.fields, double.world
    live(double, random_goals(2))
    scene = world.scene(f, np.array([7], np.int32))
    x, y = TILES[int(f["arrived"][7])]
    assert (scene.width, scene.height) == (9, 7) and (scene.discs.x[0], scene.discs.y[0]) == (x + 0.5, 6.5 - y)
    x, y = TILES[int(f["second"][7])]
    assert tuple(scene.ground[6 - y, x]) == COLORS["large"]
    np.testing.assert_array_equal(scene.lines[0], [4.5, 5.5, 4.5, 3.5])  # from home, below, upwards
    assert len(scene.lines) == len(scene.line_color) == 3 and scene.lines[1, 3] == 3.5
    assert scene.text["round"] == "20 of 20" and scene.text["sound choices"] == f"{f['sound'][7]} of 20"


# ---- the continuous form

TILES = {0: (1, 1), 1: (1, 5), 2: (7, 5), 3: (7, 1)}
LEFT, AHEAD, RIGHT = np.eye(3, dtype=np.float32)


@pytest.fixture(scope="module")
def walkers() -> Evaluator:
    return trial_of(walked_of(), 24)


def strollers(count: int):
    rng = np.random.default_rng(5)
    return lambda f, now: rng.random((count, 3)).astype(np.float32)


def walk_to(goals: np.ndarray):
    """Walk by the map, with the same goal in all rounds: up, to the side, and to the goal."""

    def action(x: float, y: float, heading: int, goal: int) -> np.ndarray:
        east, north = TILES[goal][0] > 4, TILES[goal][1] > 3
        aim = 2 if y < 3.45 and abs(x - 4.5) < 0.1 else (0 if east else 4)
        aim = (2 if north else 6) if abs(x - 4.5) > 2.95 else aim
        left = (aim - heading) % 8
        return AHEAD if left == 0 else LEFT if left <= 4 else RIGHT

    return lambda f, now: np.array(
        [action(*row) for row in zip(f["x"], f["y"], f["heading"].tolist(), goals, strict=True)], np.float32
    )


def test_each_goal_is_reached_by_its_turns_and_gives_its_reward(walkers: Evaluator) -> None:
    goals = np.arange(walkers.count) % 4
    f = live(walkers, walk_to(goals))
    assert (f["round"] == 19).all() and f["done"].all() and np.array_equal(f["arrived"], goals)
    large = np.where(f["first"] == goals, f["swap"], np.where(f["second"] == goals, 20 - f["swap"], 0))
    np.testing.assert_allclose(f["measures"][:, 0], (20 + 9 * large) / 20, rtol=1e-5)
    rewards = np.array(
        [
            [10 if goal == (a if now < s else b) else 1 for now in range(20)]
            for goal, a, b, s in zip(goals, f["first"], f["second"], f["swap"], strict=True)
        ]
    ).T
    expected = sound_share(np.tile(goals, (20, 1)), rewards, 4)
    np.testing.assert_allclose(f["fitness"], expected, rtol=1e-6)


def test_a_walker_may_be_shown_its_last_turn() -> None:
    of = trial_of(walked_of(turn_shown=True), 16)
    goals, rounds, f, before = np.arange(16) % 4, 0, of.fields, np.zeros(16)
    first, last = 2.0 * (goals >> 1) - 1, 2.0 * (goals & 1) - 1
    assert [sensor.name for sensor in of.world.sensors][-1] == "last turn"
    for _ in play(of, walk_to(goals)):
        np.testing.assert_array_equal(f["observations"][:, 5], before)  # as it was when it looked
        before, y, off = f["last_turn"].copy(), f["y"], abs(f["x"] - 4.5)
        np.testing.assert_array_equal(before[y < 3], np.where(off < 0.5, 0, last)[y < 3])
        between = (y > 3) & (y < 4) & (off > 0.7) & (off < 2.4)
        np.testing.assert_array_equal(before[between], first[between])
        at_goal = f["arrived"] >= 0
        np.testing.assert_array_equal(before[at_goal], last[at_goal])
        rounds += int((at_goal & (f["done"] == 0)).sum())
    assert rounds == 16 * 19 and f["done"].all()  # the last ends the life
    check_laws(of, strollers(of.count))


@pytest.mark.parametrize(("action", "steps"), [(AHEAD, 26), (LEFT, 20)])
def test_a_round_ends_at_a_wall_and_where_no_new_tile_is_seen(walkers: Evaluator, action, steps: int) -> None:
    """From home it is 2.5 tiles to the wall ahead; who turns all the time stays in one tile."""
    ends, every = [], np.tile(action, (walkers.count, 1))
    live(walkers, lambda f, now: (ends.append(int(f["round"][0])), every)[1])
    assert ends[: steps + 2] == [0] * (steps + 1) + [1]
    assert (walkers.fields["fitness"] == 0).all() and (walkers.fields["measures"] == 0).all()


def test_ranges_are_those_to_the_nearest_crossed_border_of_a_wall() -> None:
    """Against small steps along the ray, in float64."""
    maze = walked_of()._maze
    rng = np.random.default_rng(2)
    open_tiles = np.argwhere(maze != WALL)
    ways, padded = np.arange(0, 3.001, 0.0005), np.pad(maze, 4)
    for _ in range(60):
        row, column = open_tiles[rng.integers(len(open_tiles))]
        x, y, eighths = column + rng.uniform(0.05, 0.95), row + rng.uniform(0.05, 0.95), int(rng.integers(8))
        angle = eighths * np.pi / 4
        hit = padded[(y + 4 + ways * np.sin(angle)).astype(int), (x + 4 + ways * np.cos(angle)).astype(int)] == WALL
        expected = ways[hit.argmax()] if hit.any() else 3.0
        got = tmaze_walked.free_way(maze, np.float32(x), np.float32(y), np.int32(eighths))
        assert abs(float(got) - expected) < 0.002


def test_a_walkers_scene_shows_how_far_it_sees(walkers: Evaluator) -> None:
    f, row = live(walkers, walk_to(np.arange(walkers.count) % 4)), 5
    scene = walkers.world.scene(f, np.array([row], np.int32))
    assert (scene.discs.x[0], scene.discs.y[0]) == (f["x"][row], 7 - f["y"][row])
    assert scene.lines.shape == (3, 4) and (scene.lines[:, 0] == f["x"][row]).all()
    reach = np.hypot(scene.lines[1, 2] - scene.lines[1, 0], scene.lines[1, 3] - scene.lines[1, 1])
    assert 0 < reach < 1.01  # a wall is behind the goal


@pytest.mark.parametrize(("key", "text"), [("turns=3", "expected less than or equal to 2, got 3"), ("rounds=0", "1")])
def test_wrong_params_are_refused_in_one_line(key: str, text: str) -> None:
    with pytest.raises(UserError, match=text) as caught:
        load_config("tmaze", [f"world.{key}"])
    assert "\n" not in str(caught.value)


def test_a_memory_evolves_and_no_reflex_does() -> None:
    """A seed that is quick: 29 generations, as measured."""
    quick = ["seed=2", "run.generations=40", "run.threads=1"]
    assert evolve(load_config("tmaze", quick)).row["step"] < 40
    row = evolve(load_config("tmaze", [*quick, "brain.memory=null"])).row
    assert row["step"] == 40 and row["best_so_far"] < 0.5
