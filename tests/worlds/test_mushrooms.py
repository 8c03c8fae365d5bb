"""The brain learns within its life: what no fixed reflex can. And to walk to what feeds is to eat it."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis.instruments.fresh import Fresh
from alife.analysis.instruments.fresh import Params as FreshParams
from alife.analysis.report.subject import load
from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.config.registry import path
from alife.config.schema import load_config
from alife.errors import UserError
from alife.simulation.episode_laws import opening, take_step
from alife.simulation.evaluator import Evaluator
from alife.world import EpisodicWorld
from tests.helpers import mushrooms
from tests.helpers.lives import equal
from worlds.mushrooms import Mushrooms, Params
from worlds.mushrooms_walked import MushroomsWalked
from worlds.mushrooms_walked import Params as WalkedParams

BARE = {"name": "wht", "width": 16, "layers": 1, "projection": None, "memory": None, "injection": 0}


@pytest.mark.parametrize("seed", range(1, 6))
def test_memory_solves_mushrooms_within_60_generations(seed: int) -> None:
    generations, share = mushrooms.evolve(seed)
    assert share >= 0.95 and generations <= 60


def test_without_memory_it_stays_a_coin_toss() -> None:
    assert all(abs(mushrooms.evolve(seed, memory=None)[1] - 0.5) <= 0.03 for seed in (1, 2))


def test_a_life_has_no_colour_that_is_safe_in_both_halves() -> None:
    colors, sides = mushrooms.draw_lives(np.random.default_rng(0), 50)
    half = mushrooms.COLORS + mushrooms.ENCOUNTERS
    for life in range(50):
        first = dict(zip(colors[:half, life], sides[:half, life], strict=True))
        second = dict(zip(colors[half:, life], sides[half:, life], strict=True))
        assert {color: -side for color, side in first.items()} == second and len(first) == 4


# ---- the world


def trial_of(count: int, backend: str = "cpu", brain: dict[str, object] = BARE, **params: object) -> Evaluator:
    return evaluator(Mushrooms(Params(**params)), count, backend, brain)


def walked_of(count: int, backend: str = "cpu", **params: object) -> Evaluator:
    return evaluator(MushroomsWalked(WalkedParams(**params)), count, backend, BARE)


def evaluator(world: EpisodicWorld, count: int, backend: str, brain: dict[str, object]) -> Evaluator:
    of = make_brain(brain, len(world.sensors), len(world.actuators))
    return Evaluator(world, of, count, seed=5, threads=1, backend=backend)


class Lived:
    """Lives lived by a policy instead of a brain: policy(agents' columns) -> actions; `notes` after each step."""

    def __init__(self, of: Evaluator, policy, *names: str) -> None:
        of._begin(of.brain.init(of.count, seed=1), 0, apart=1)
        f, engine, world = of.fields, of.engine, of.world
        rows, count = np.arange(of.count, dtype=np.int32), engine.bindings.rows.counts["living"]
        Program(engine.calls((*opening(world), *world.stage("reset")))).run()
        see = Program(engine.calls(world.stage("observe")))
        act = Program(engine.calls((*world.stage("step"), take_step)))
        self.notes = {name: [] for name in names}
        for now in range(world.lifetime):
            going = rows[f["done"] == 0]
            f["living"][: len(going)], count[0], f["clock"][0] = going, len(going), now
            see.run()
            f["actions"][:] = policy(f)
            for name, kept in self.notes.items():
                kept.append(f[name].copy())
            act.run()
        f["living"][:], count[0], f["clock"][0] = rows, of.count, 0


def knows(f) -> np.ndarray:
    """Whether what is in view feeds: [N]."""
    return f["side"][np.arange(len(f["met"])), f["met"]] > 0


def towards(wants: np.ndarray, f) -> np.ndarray:
    """Walk and turn to the mushroom where it is wanted, else stand: [N, 2]."""
    ahead, aside = f["observations"][:, -3], f["observations"][:, -2]
    angle = np.arctan2(aside, ahead)
    return np.stack([np.where(wants & (abs(angle) < 1), 1.0, -1.0), np.clip(angle / 0.8, -1, 1)], axis=1)


@pytest.fixture(scope="module")
def walkers() -> Evaluator:
    return walked_of(80)


@pytest.mark.parametrize("forced", [True, False])
def test_walking_changes_no_colour_and_no_side(walkers: Evaluator, forced: bool) -> None:
    """Decision by decision: what is met, whether it feeds and what is right are those of the plain form."""
    plain, walked = trial_of(80, forced=forced), walkers if forced else walked_of(80, forced=False)
    told = Lived(plain, lambda f: np.where(f["met"] % 2, 1.0, -1.0)[:, None], "met", "side", "now").notes
    seen = Lived(walked, lambda f: towards(f["met"] % 2 > 0, f), "met", "side", "now").notes
    now = np.array(seen["now"])
    for agent in range(80):
        first = np.searchsorted(now[:, agent], np.arange(plain.world.lifetime))
        for name in ("met", "side"):
            assert np.array_equal(np.array(seen[name])[first, agent], np.array(told[name])[:, agent])
    for name in ("fitness", "measures", "right", "scored"):
        assert np.array_equal(plain.fields[name], walked.fields[name]), name
    assert np.ptp(plain.fields["fitness"]) > 0.2 and walked.fields["done"].all()


def test_who_walks_to_what_feeds_and_lets_the_rest_pass_is_always_right(walkers: Evaluator) -> None:
    Lived(walkers, lambda f: towards(knows(f), f))
    f, p = walkers.fields, walkers.world.params
    assert (f["fitness"] == 1).all()
    refused = f["scored"] - np.round(f["measures"].sum(axis=1)).astype(int)
    assert (f["taken"] >= 2 * p.colours + refused * p.patience).all() and f["taken"].max() < walkers.world.lifetime
    Lived(walkers, lambda f: towards(~knows(f), f))
    assert (f["fitness"] == 0).all()


def test_a_mushroom_grows_at_any_bearing_within_its_range_and_is_hidden_while_another_is_tasted(
    walkers: Evaluator,
) -> None:
    notes = Lived(walkers, lambda f: towards(knows(f), f), "observations", "fresh", "now").notes
    seen, fresh, now = (np.array(notes[name]) for name in ("observations", "fresh", "now"))
    half = walkers.world.half_life
    tasting = (now % half < 4) & (now < 2 * half)  # behind that a life is over
    assert not seen[tasting][:, -3:].any() and (seen[tasting][:, 5] == 2).all()
    sight = seen[(fresh != 0) & ~tasting & (now < 2 * half)][:, -3:]
    np.testing.assert_allclose(sight[:, 0] ** 2 + sight[:, 1] ** 2, 1, atol=1e-4)
    assert sight[:, 2].min() >= -1e-6 and 0.45 < sight[:, 2].max() <= 0.5 + 1e-6 and abs(sight[:, :2].mean()) < 0.1


@pytest.mark.parametrize("action", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_who_walks_goes_as_far_as_its_actuator_says(walkers: Evaluator, action: float) -> None:
    pace = walkers.world.actuators[0]
    says = pace.low + (pace.high - pace.low) * (action + 1) / 2
    notes = Lived(walkers, lambda f: np.full((80, 2), [action, 0.0], np.float32), "x", "y").notes
    x, y = (np.array(notes[name])[4:6] for name in ("x", "y"))  # the first steps behind the tastes
    np.testing.assert_allclose(np.hypot(x[1] - x[0], y[1] - y[0]), max(says, 0.0), atol=1e-5)


def test_laws_of_walking_are_the_same_as_plain_python(walkers: Evaluator) -> None:
    Lived(walkers, lambda f: towards(knows(f), f))
    of, f = walkers, walkers.fields
    names, setting = {name: array.copy() for name, array in of.engine.bindings.names.items()}, of.engine.bindings.names
    steps = (*of.world.stage("observe"), *of.world.stage("step"))
    for law in (*of.world.stage("reset"), *steps * 7):
        given = {name: names[name] if names[name].ndim else names[name][()] for name in law.array_form.arguments}
        for row in range(of.count):
            law(np.int32(row), *given.values())
        Program(of.engine.calls((law,))).run()
        assert all(equal(names[name], setting[name]) for name in law.array_form.arguments if names[name].ndim), law
    assert f["scored"].max() < 7 and f["waited"].max() > 1


def test_walking_on_a_card_is_the_same(host_device) -> None:
    ours, theirs = (walked_of(20, backend, encounters=3) for backend in ("cpu", "gpu"))
    genes = ours.brain.init(20, seed=2)
    assert np.array_equal(ours.fitness(genes, 1, 4), theirs.fitness(genes, 1, 4))
    assert all(equal(ours.fields[name], np.array(theirs.fields[name])) for name in ("x", "heading", "measures"))


def test_the_scene_of_a_walk_has_agent_and_mushroom_where_they_are(walkers: Evaluator) -> None:
    Lived(walkers, lambda f: towards(knows(f), f))
    f = walkers.fields
    scene = walkers.world.scene(f, np.array([3], np.int32))
    assert (scene.width, scene.height) == (12, 14.5) and scene.discs.row.tolist() == [-1, 3, -1, -1, -1, -1]
    assert (scene.discs.x[1], scene.discs.y[1], scene.discs.heading[1]) == (f["x"][3], f["y"][3], f["heading"][3])
    far = np.hypot(scene.discs.x[0] - f["x"][3], scene.discs.y[0] - f["y"][3])
    assert far == pytest.approx(0.4, abs=1e-5) if f["ate"][3] else scene.discs.x[0] == f["grown_x"][3]
    assert scene.text["right"] == "24 of 24" and len(scene.lines) == len(scene.line_color) == 7


def test_wrong_patience_is_refused_in_one_line() -> None:
    with pytest.raises(UserError, match="expected greater than or equal to 1, got 0") as caught:
        load_config("mushrooms-walked", ["world.patience=0"])
    assert "\n" not in str(caught.value)


def test_inspect_tells_the_share_of_right_decisions_of_each_half() -> None:
    finding = Fresh(FreshParams(episodes=50)).measure(load(path("genomes", "mushrooms")))
    assert finding
    halves = [float(finding.facts[f"right in the {half} half"]) for half in ("first", "second")]
    assert np.mean(halves) == pytest.approx(float(finding.facts["mean"]), abs=1e-6) and min(halves) > 0.95
