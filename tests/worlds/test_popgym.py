"""POPGym (extra `popgym`): its games and ours agree step by step, dealt the same cards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.config.registry import find, find_params
from alife.config.schema import load_config
from alife.experiment.evolve import evolve
from tests.helpers.played import play, trial_of

pytest.importorskip("popgym")
from popgym import envs  # noqa: E402

COUNT = 4


def one_hot(value: int, count: int) -> np.ndarray:
    return (np.arange(count) == value).astype(float)


def suit(seen: Any) -> np.ndarray:
    return one_hot(seen, 4)


def mode_and_suit(seen: Any) -> np.ndarray:
    return np.array([*one_hot(seen[1], 4), seen[0]])


def card_and_query(faces: int) -> Any:
    return lambda seen: np.concatenate([one_hot(seen[0], faces), one_hot(seen[1], faces)])


def table(faces: int) -> Any:
    """The bits of each card, 0 for all of one that is face down."""
    bits = np.arange((faces - 1).bit_length())
    return lambda seen: np.where(seen[:, None] == faces, 0, 2 * (seen[:, None] >> bits & 1) - 1).ravel()


def dealt(theirs: Any) -> dict[str, np.ndarray]:
    return {"deck": theirs.deck.idx[::-1]}  # from the top


def dealt_twice(theirs: Any) -> dict[str, np.ndarray]:
    return {"deck": theirs.value_deck.idx[::-1], "queries": theirs.query_deck.idx[::-1]}


def laid_out(theirs: Any) -> dict[str, np.ndarray]:
    return {"deck": theirs.deck.idx}


def certain(theirs: Any) -> dict[str, np.ndarray]:
    """Payouts of 0 and 1, as the draws of the two differ."""
    theirs.bandits = np.round(theirs.bandits)
    return {"payout": theirs.bandits}


GAMES = {
    "RepeatPreviousEasy": ("repeat_previous", {"k": 4}, dealt, suit),
    "RepeatPreviousMedium": ("repeat_previous", {"k": 32, "cards": 104}, dealt, suit),
    "RepeatPreviousHard": ("repeat_previous", {"k": 64, "cards": 156}, dealt, suit),
    "RepeatFirstEasy": ("repeat_first", {}, dealt, suit),
    "RepeatFirstMedium": ("repeat_first", {"cards": 416}, dealt, suit),
    "RepeatFirstHard": ("repeat_first", {"cards": 832}, dealt, suit),
    "AutoencodeEasy": ("autoencode", {}, dealt, mode_and_suit),
    "AutoencodeMedium": ("autoencode", {"cards": 104}, dealt, mode_and_suit),
    "AutoencodeHard": ("autoencode", {"cards": 156}, dealt, mode_and_suit),
    "CountRecallEasy": ("count_recall", {}, dealt_twice, card_and_query(2)),
    "CountRecallMedium": ("count_recall", {"cards": 104, "face": "suits"}, dealt_twice, card_and_query(4)),
    "CountRecallHard": ("count_recall", {"cards": 208, "face": "ranks"}, dealt_twice, card_and_query(13)),
    "HigherLowerEasy": ("higher_lower", {}, dealt, lambda seen: one_hot(seen, 13)),
    "HigherLowerMedium": ("higher_lower", {"cards": 104}, dealt, lambda seen: one_hot(seen, 13)),
    "HigherLowerHard": ("higher_lower", {"cards": 156}, dealt, lambda seen: one_hot(seen, 13)),
    "ConcentrationEasy": ("concentration", {"cards": 52, "face": "colors"}, laid_out, table(2)),
    "ConcentrationMedium": ("concentration", {"cards": 104, "face": "colors"}, laid_out, table(2)),
    "ConcentrationHard": ("concentration", {"cards": 52, "face": "ranks"}, laid_out, table(13)),
    "MultiarmedBanditEasy": ("bandit", {}, certain, lambda seen: np.array([seen])),
    "MultiarmedBanditMedium": ("bandit", {"arms": 20, "pulls": 400}, certain, lambda seen: np.array([seen])),
    "MultiarmedBanditHard": ("bandit", {"arms": 30, "pulls": 600}, certain, lambda seen: np.array([seen])),
}


@pytest.mark.parametrize("name", GAMES)
def test_a_game_of_popgym_and_ours_are_the_same_step_by_step(name: str) -> None:
    world, params, given, lanes_of = GAMES[name]
    of = trial_of(find("worlds", world)(find_params("worlds", world)(**params)), COUNT, width=256)
    theirs = [getattr(envs, name)() for _ in range(COUNT)]
    seen = [env.reset(seed=number)[0] for number, env in enumerate(theirs)]
    rng, returns, over = np.random.default_rng(1), np.zeros(COUNT), np.zeros(COUNT, bool)
    arrays = [given(env) for env in theirs]

    def random_choices(f: Any, now: int) -> np.ndarray:
        for row, env in enumerate(theirs):
            if over[row]:
                continue
            lanes = lanes_of(seen[row])
            assert np.array_equal(f["observations"][row, : len(lanes)], lanes), (row, now)
            choice = int(rng.integers(env.action_space.n))
            actions[row] = np.eye(len(actions[row]))[choice] if len(actions[row]) > 1 else 1 - 2 * choice
            seen[row], reward, ended, late, _ = env.step(choice)
            returns[row] += reward
            over[row] = ended or late
        return actions

    def arrange(f: Any) -> None:
        for row, columns in enumerate(arrays):
            for key, column in columns.items():
                f[key][row] = column

    actions = np.zeros((COUNT, len(of.world.actuators)), np.float32)
    for _ in play(of, random_choices, arrange=arrange):
        f = of.fields
        ended = (f["done"] != 0) | (f["taken"] == of.world.lifetime)
        assert np.array_equal(ended, over) and np.allclose(f["fitness"], returns, atol=2e-5)
    assert over.all()


@pytest.mark.parametrize(("name", "lifetime"), [("Easy", 200), ("Medium", 400), ("Hard", 600)])
def test_a_pole_of_popgym_is_ours_step_by_step(name: str, lifetime: int) -> None:
    of = trial_of(find("worlds", "stateless_pole")(find_params("worlds", "stateless_pole")(lifetime=lifetime)), COUNT)
    theirs = [getattr(envs, f"PositionOnlyCartPole{name}")() for _ in range(COUNT)]
    seen = [env.reset(seed=number)[0] for number, env in enumerate(theirs)]
    returns, over, lasts = np.zeros(COUNT), np.zeros(COUNT, bool), [np.zeros(1)] * COUNT

    def arrange(f: Any) -> None:
        """Takes over their state, as rounding to float32 would grow from step to step."""
        for row in np.flatnonzero(~over):
            for key, value in zip(("x", "x_dot", "theta", "theta_dot"), theirs[row].state, strict=True):
                f[key][row] = value

    def upright(f: Any, now: int) -> np.ndarray:
        arrange(f)
        pushes = np.zeros((COUNT, 1), np.float32)
        for row, env in enumerate(theirs):
            if not over[row]:
                high = env.observation_space.high
                assert np.allclose(f["observations"][row], np.clip(seen[row] / high, -1, 1), atol=1e-5)
                lean = seen[row][1] + 12 * (seen[row][1] - lasts[row][-1]) * (now > 0)
                lasts[row] = seen[row]
                pushes[row] = lean if row else 1.0  # the first falls
                seen[row], reward, ended, late, _ = env.step(int(pushes[row, 0] > 0))
                returns[row] += reward
                over[row] = ended or late
        return pushes

    for now in play(of, upright, arrange=arrange):
        ended = (of.fields["done"] != 0) | (of.fields["taken"] == lifetime)
        assert np.array_equal(ended, over), now
        assert np.allclose(of.fields["fitness"], returns, atol=1e-5)
    assert over.all() and returns[1:] == pytest.approx(1) and returns[0] < 0.1


LANES = {  # observations and actions
    "RepeatPreviousEasy": (4, 4),
    "AutoencodeHard": (2 + 4, 4),
    "CountRecallHard": (13 + 13, 17),
    "MultiarmedBanditMedium": (2 + 20, 20),
    "ConcentrationEasy": (52 * 3 + 52, 52),
    "BattleshipEasy": (2 + 8 + 8, 8 + 8),
    "NoisyPositionOnlyCartPoleHard": (2, 1),
    "PositionOnlyPendulumEasy": (2, 1),
}


@pytest.mark.parametrize("name", LANES)
def test_the_library_itself_is_a_world(name: str) -> None:
    keys = ["run.generations=1", "run.capacity=4", "run.episodes=1", "run.metrics_every=1", "brain.width=256"]
    keys += ["brain.projection=null", "brain.memory=null"]
    config = load_config("gymnasium", [f"world.environment=alife.gym.popgym:POPGym/{name}-v0", *keys])
    world = find("worlds", "gymnasium")(config.world)
    assert (len(world.sensors), len(world.actuators)) == LANES[name]
    row = evolve(config).row
    assert row["evaluations"] == 4 and row["agent_steps"] <= 4 * world.lifetime
    assert -2000 < row["mean"] <= 1
