"""Spaces of Gymnasium as lanes: the flattening of the library where it agrees, and plain loops."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from alife.errors import ExternalError, UserError
from alife.parts.gymnasium_images import Pooling, pooling
from alife.parts.gymnasium_spaces import acts_of, senses_of

gymnasium = pytest.importorskip("gymnasium")
from gymnasium import spaces  # noqa: E402
from gymnasium.spaces.utils import flatten  # noqa: E402
from gymnasium.vector.utils import batch_space  # noqa: E402

from alife.parts.gymnasium_seeds import RowGenerator, way_of  # noqa: E402
from tests.helpers.environments import Base, register, trial_of  # noqa: E402

LEAVES: dict[str, Any] = {
    "Box": spaces.Box(0, 1, (2, 3)),
    "Number": spaces.Box(-1, 1, ()),
    "Discrete": spaces.Discrete(4, start=-2),
    "MultiDiscrete": spaces.MultiDiscrete([[2, 3], [3, 4]]),
    "Started": spaces.MultiDiscrete([2, 3], start=[-1, 5]),
    "MultiBinary": spaces.MultiBinary((2, 2)),
}
TREES: dict[str, Any] = {
    "Dict": spaces.Dict(LEAVES),
    "Tuple": spaces.Tuple((spaces.Discrete(3), spaces.Tuple((spaces.Box(0, 1, (1,)), spaces.MultiBinary(2))))),
    "Deep": spaces.Dict({"a b": spaces.Dict({"c": spaces.Discrete(2)}), "a": spaces.Dict({"b c": spaces.Discrete(2)})}),
}
SPACES = {**LEAVES, **TREES}


@pytest.mark.parametrize("name", SPACES)
def test_observations_are_flattened_as_the_library_does(name: str) -> None:
    space = SPACES[name]
    senses = senses_of(space, 1.0)
    several = batch_space(space, 7)
    space.seed(1), several.seed(1)  # type: ignore[func-returns-value]
    for one in (space.sample() for _ in range(5)):
        lanes = senses.lanes(tuple(part[None] for part in senses.checked(one)))
        np.testing.assert_allclose(lanes[0], flatten(space, one), atol=1e-7)
        assert lanes.dtype == np.float32 and len({sensor.name for sensor in senses.sensors}) == lanes.shape[1]
    seen = several.sample()
    rows = list(gymnasium.vector.utils.iterate(several, seen))
    assert np.array_equal(senses.read(seen), [senses.lanes(tuple(p[None] for p in senses.checked(o)))[0] for o in rows])


@pytest.mark.parametrize("name", SPACES)
def test_every_action_is_of_the_space_and_each_can_be_chosen(name: str) -> None:
    space = SPACES[name]
    acts = acts_of(space)
    lanes = np.random.default_rng(2).uniform(-1.5, 1.5, (400, len(acts.actuators))).astype(np.float32)
    lanes[0] = np.nan
    actions = list(acts.each(lanes))
    assert all(space.contains(action) for action in actions)
    assert batch_space(space, 400).contains(acts.choose(lanes))
    flat = np.array([flatten(space, action) for action in actions])
    assert (flat.max(axis=0) > 0.9).all() and (flat.min(axis=0) < 0.1).all()


def test_choices_are_the_largest_lane_or_the_sign_of_one() -> None:
    acts = acts_of(spaces.Tuple((spaces.MultiDiscrete([3, 2], start=[5, 0]), spaces.MultiBinary(2))))
    assert [lane.name for lane in acts.actuators] == [
        "part 0 0 is 5", "part 0 0 is 6", "part 0 0 is 7", "part 0 1", "part 1 0", "part 1 1",
    ]  # fmt: skip
    chosen, bits = next(acts.each(np.array([[-0.3, 0.2, 0.1, 0.4, -0.1, 0.9]], np.float32)))
    assert chosen.tolist() == [6, 1] and bits.tolist() == [0, 1]


def test_bounds_from_0_on_stay_and_others_are_symmetric() -> None:
    low, high = np.array([0, 2, -1, -4, 0, -np.inf]), np.array([1, 4, 3, -2, np.inf, np.inf])
    seen = np.array([[1, 3, 0, -4, 6, 6]], np.float32)
    new, old = (senses_of(spaces.Box(low, high, dtype=np.float64), 2.0, kind) for kind in ("unit", "symmetric"))  # type: ignore[arg-type]
    assert new.read(seen).tolist() == [[1, 0.5, -0.5, -1, 3, 3]]
    assert old.read(seen).tolist() == [[1, 0, -0.5, -1, 3, 3]]
    assert [sensor.low for sensor in new.sensors] == [0, 0, -1, -1, -1, -1]
    assert senses_of(spaces.Box(0, 1, (1,)), 1.0, "symmetric").read(np.zeros((1, 1))).tolist() == [[-1]]
    assert "observation 1 is beyond the bounds of its Box: -0.5 where these are 0 and 1" in new.outside(
        new.read(np.array([[1, 1, 0, -4, 6, 6]]))
    )


def test_actions_without_bounds_run_over_the_scale() -> None:
    low, high = np.array([-np.inf, 0, -np.inf]), np.array([np.inf, np.inf, 3])
    acts = acts_of(spaces.Box(low, high, dtype=np.float64), 2.0)
    assert acts.choose(np.array([[-1, -1, -1], [1, 1, 1]], np.float32)).tolist() == [[-2, 0, -1], [2, 4, 3]]


@pytest.mark.parametrize("shape", [(5, 7), (6, 4, 3), (3, 7, 5), (9, 1)])
def test_pooling_is_the_mean_of_squares(shape: tuple[int, ...]) -> None:
    colors = None if len(shape) == 2 else shape.index(3)
    images = np.random.default_rng(1).integers(0, 256, (2, *shape), np.uint8)
    for side in (1, 2, 3, 9):
        pool = Pooling(shape, colors, side)
        steps = [1 if axis == colors else side for axis in range(len(shape))]
        expected = np.empty((2, *pool.pooled))
        for place in np.ndindex(pool.pooled):
            block = tuple(slice(k * step, (k + 1) * step) for k, step in zip(place, steps, strict=True))
            expected[(slice(None), *place)] = images[(slice(None), *block)].reshape(2, -1).mean(axis=1)
        np.testing.assert_allclose(pool.means(images), expected)


@pytest.mark.parametrize(("shape", "most"), [((210, 160, 3), 255), ((4, 84, 84), 255), ((64, 64), 30), ((3, 300), 3)])
def test_squares_are_the_smallest_that_fit(shape: tuple[int, ...], most: int) -> None:
    pool = pooling(shape, most)
    assert pool and np.prod(pool.pooled) <= most
    assert np.prod(Pooling(shape, pool.colors, pool.side - 1).pooled) > most
    assert pooling((4, 4, 4), 3) is None


def test_an_image_is_flattened_if_it_fits_and_pooled_if_not() -> None:
    small = senses_of(spaces.Box(0, 255, (5, 5), np.uint8), 1.0)
    assert [sensor.name for sensor in small.sensors] == [f"observation {k}" for k in range(25)] and not small.poolings
    both = spaces.Dict(large=spaces.Box(0, 255, (64, 64, 3), np.uint8), more=LEAVES["Discrete"], small=small.tree.space)
    senses = senses_of(both, 1.0, most=60)
    assert str(senses.poolings[0]) == "64 x 64 x 3 to 3 x 3 x 3 by means over squares of 22 x 22"
    assert len(senses.sensors) == 27 + 4 + 25 and senses.sensors[0].name == "large 0 0 0"
    white = {"large": np.full((1, 64, 64, 3), 255, np.uint8), "more": np.array([1]), "small": np.zeros((1, 5, 5))}
    assert senses.read(white).tolist() == [[1.0] * 27 + [0.0, 0.0, 0.0, 1.0] + [0.0] * 25]


REFUSED: list[tuple[Any, str]] = [
    (spaces.Text(3), "got Text; take another"),
    (spaces.Dict(a=spaces.Tuple((spaces.Discrete(2), spaces.Text(2)))), "got Text at ['a'][1]"),
    (spaces.Sequence(spaces.Discrete(2)), "got Sequence"),
    (spaces.Graph(spaces.Box(0, 1, (2,)), None), "got Graph"),
    (spaces.OneOf((spaces.Discrete(2), spaces.Discrete(3))), "got OneOf"),
    (spaces.Dict({}), "got a Dict of 0"),
    (spaces.MultiDiscrete([200, 200]), "expected 1 to 255 numbers or values, for which the widest brain"),
    (spaces.Box(-1, 1, (20, 20)), "got a Box of 400"),
]


@pytest.mark.parametrize(("space", "text"), REFUSED)
def test_other_spaces_are_refused_in_one_line(space: Any, text: str) -> None:
    for read in (lambda: senses_of(space, 1.0), lambda: acts_of(space)):
        with pytest.raises(UserError) as raised:
            read()
        assert text in str(raised.value) and "\n" not in str(raised.value)


WRONG: list[tuple[str, Any, str]] = [
    ("Dict", 3, "observation: expected a dict with the keys 'Box', "),
    ("Dict", {"Box": np.zeros((2, 3))}, "observation: expected a dict with the keys"),
    ("Tuple", (0,), "observation: expected a tuple of 2, got tuple (0,)"),
    ("Tuple", (0, (np.zeros(2), np.zeros(2))), "observation[1][0]: expected real numbers of shape (1,), got (2,)"),
    ("Tuple", (3, (np.zeros(1), np.zeros(2))), "observation[0]: expected a whole number from 0 to 2, got int 3"),
    ("Tuple", (0, (np.zeros(1), np.array([0, 2]))), "observation[1][1]: expected a whole number from 0 to 1, got "),
    ("Started", np.array([0, 4]), "observation: expected a whole number from 5 to 7, got "),
    ("MultiDiscrete", np.array([[0, 0.5], [0, 0]]), "expected a whole number from 0 to 2"),
]


@pytest.mark.parametrize(("name", "seen", "text"), WRONG)
def test_an_observation_of_another_form_is_named(name: str, seen: Any, text: str) -> None:
    with pytest.raises(ExternalError) as raised:
        senses_of(SPACES[name], 1.0).checked(seen)
    assert text in str(raised.value) and "\n" not in str(raised.value)


def test_a_generation_lives_in_an_environment_of_trees() -> None:
    space = spaces.Dict(place=spaces.MultiDiscrete([3, 2]), near=spaces.Tuple((spaces.Box(0, 1, (2,)),)))
    met: list[Any] = []

    def see(self: Any) -> Any:
        return {"place": np.array([self.t % 3, 1]), "near": (np.array([0, self.t / 9], np.float32),)}

    def reward(self: Any) -> float:
        met.append(self.action)
        return float(self.action["place"][0] + self.action["near"][0][1])

    trial = trial_of(
        3, environment=register("Tree", observation_space=space, action_space=space, see=see, reward=reward)
    )
    fitness = trial.fitness(trial.brain.init(3, 1), 1, first=0)
    assert len(met) == 15 and all(space.contains(action) for action in met)
    assert len(trial.world.sensors) == 7 and len(trial.world.actuators) == 6 and (fitness > 0).all()


def test_a_vector_form_of_trees_is_lived_in_as_single_copies_are() -> None:
    space = spaces.Dict(place=spaces.MultiDiscrete([3, 2]), near=spaces.Tuple((spaces.Box(0, 1, (2,)),)))

    def reset(self: Any, *, seed: int | None = None, options: Any = None) -> Any:
        gymnasium.Env.reset(self, seed=seed)
        self.t, self.seen = 0, {"place": np.array([1, 0]), "near": (self.np_random.random(2, np.float32),)}
        return self.seen, {}

    def reward(self: Any) -> float:
        return float(self.seen["near"][0][0] + self.action["place"][0] + self.action["near"][0][1])

    parts = {"reset": reset, "reward": reward, "see": lambda self: self.seen}
    parts |= {"observation_space": space, "action_space": space}
    kind = type("Trees", (Base,), parts)
    form = register("Trees", vector=lambda num_envs, **_: gymnasium.vector.SyncVectorEnv([kind] * num_envs), **parts)
    trials = [trial_of(4, environment=form, vectorization=way) for way in ("vector_entry_point", "sync")]
    genomes = trials[0].brain.init(4, 1)
    own, single = (trial.fitness(genomes, 2, first=0) for trial in trials)
    assert np.array_equal(own, single) and len(set(own.tolist())) == 4
    assert np.array_equal(*(trial.held_out(genomes[0]) for trial in trials))


def test_rows_draw_as_single_generators_do() -> None:
    rows, one = RowGenerator([7, 8, 7]), [np.random.default_rng(seed) for seed in (7, 8)]
    for shape, axis in itertools.product([(3,), (3, 4), (4, 3)], [0]):
        axis = shape.index(3)
        size = tuple(np.delete(shape, axis))
        first, second = (each.uniform(-1, 2, size) for each in one)
        assert np.array_equal(rows.uniform(-1, 2, shape), np.stack([first, second, first], axis=axis))
    first, second = (each.integers(5, size=()) for each in one)
    rows.normal(size=2), rows.random()  # type: ignore[func-returns-value]
    assert rows.integers(5, size=3).tolist() == [first, second, first]


def vector_of(reset: Any) -> Any:
    """A vector form of two rows, that `reset(self, seed)` gives its observations [2, 3]."""

    class Form(gymnasium.vector.VectorEnv):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.num_envs = 2

        def reset(self, *, seed: Any = None, options: Any = None) -> Any:
            return reset(self, seed), {}

    return Form()


def from_array(form: Any, seed: Any) -> np.ndarray:
    if not isinstance(seed, np.ndarray):
        raise TypeError("seed")
    return np.array([np.random.default_rng(int(one)).uniform(size=3) for one in seed])


def from_one(form: Any, seed: Any) -> np.ndarray:
    if seed is not None:
        form.np_random = np.random.default_rng(seed)
    return form.np_random.uniform(size=(2, 3))


def test_ways_to_seed_the_rows() -> None:
    senses = senses_of(Base.observation_space, 1.0)
    for reset in (lambda form, seed: np.array([from_one(form, one)[0] for one in seed]), from_array, from_one):
        form = vector_of(reset)
        seen, _ = way_of(form, senses, 2)(form, [3, 5])
        assert np.array_equal(seen, [np.random.default_rng(seed).uniform(size=3) for seed in (3, 5)])
    with pytest.raises(ExternalError, match="to begin alike, .* write vectorization: sync"):
        way_of(vector_of(lambda form, seed: np.random.default_rng(1).uniform(size=(2, 3))), senses, 2)
    with pytest.raises(ExternalError, match="got RuntimeError: broken"):
        way_of(vector_of(lambda form, seed: (_ for _ in ()).throw(RuntimeError("broken"))), senses, 2)
