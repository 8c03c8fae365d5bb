"""Seasons: what grows is drawn as told, and who learns from one bite and keeps it is right in all that counts."""

from __future__ import annotations

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import UserError
from alife.simulation.evaluator import Evaluator
from tests.helpers.played import check_card, check_laws, live, play, trial_of
from worlds import seasons

WORLD = seasons.Seasons(seasons.Params())
ALL_TOLD = seasons.Seasons(seasons.Params(told="all"))


@pytest.fixture(scope="module")
def lives() -> Evaluator:
    return trial_of(WORLD, 240)


@pytest.fixture(scope="module")
def told() -> Evaluator:
    return trial_of(ALL_TOLD, 40)


class Learner:
    """Remembers what it felt at each food; eats what it does not know, if it is bold."""

    def __init__(self, count: int, bold: bool, forgets: bool = False) -> None:
        self.good, self.unknown = np.zeros((count, 8)), 1 if bold else -1
        self.forgets, self.ate, self.season = forgets, np.zeros(count, bool), np.zeros(count, int)

    def __call__(self, f, now: int) -> np.ndarray:
        lanes = f["observations"]
        met, felt = lanes[:, :8].argmax(axis=1), lanes[:, 8] - lanes[:, 9]
        who = np.arange(len(met))
        if now % 2:
            self.good[who, met] += np.where(self.ate, felt, -felt)
        elif self.forgets:
            self.good[self.season != met // 4] = 0
            self.season = met // 4
        known = np.sign(self.good[who, met])
        self.ate = np.where(known == 0, self.unknown, known) > 0
        return np.where(self.ate, 1.0, -1.0)[:, None].astype(np.float32)


def test_each_season_has_its_poisons_and_every_choice_of_them_occurs(lives: Evaluator) -> None:
    poison = live(lives, Learner(240, bold=True))["poison"]
    summer, winter = poison & 15, poison >> 4
    for season in (summer, winter):
        chosen, counts = np.unique(season, return_counts=True)
        assert chosen.tolist() == [3, 5, 6, 9, 10, 12] and counts.min() > 20
    assert abs(np.corrcoef(summer & 1, winter & 1)[0, 1]) < 0.2
    assert set(lives.fields["days"]) == {1, 2, 3, 4, 5}


def test_every_day_has_all_foods_of_its_season_once_in_a_drawn_order(lives: Evaluator) -> None:
    met = []
    for now in play(lives, Learner(240, bold=True)):
        met += [lives.fields["met"].copy()] if now % 2 == 0 else []
    met, days = np.array(met), lives.fields["days"]
    orders = set()
    for agent in range(lives.count):
        eaten = met[: 24 * days[agent], agent].reshape(-1, 4)
        expected = np.repeat(np.tile([0, 1], 3), days[agent])
        assert (eaten // 4 == expected[:, None]).all() and (np.sort(eaten % 4, axis=1) == np.arange(4)).all()
        orders |= {tuple(day) for day in eaten % 4}
    assert len(orders) == 24
    assert np.array_equal(lives.fields["taken"], 48 * days - 1)
    assert np.array_equal(lives.fields["scored"], 24 * days - 8)


@pytest.mark.parametrize("eats", [-1, 1])
def test_a_reflex_is_right_in_half(lives: Evaluator, eats: int) -> None:
    f = live(lives, lambda f, now: np.full((lives.count, 1), eats, np.float32))
    np.testing.assert_allclose(f["fitness"], 0.5, rtol=1e-6)
    np.testing.assert_allclose(f["measures"], np.tile([0.5, (1 + eats) / 2], (lives.count, 1)), atol=1e-5)


def test_one_bite_of_each_is_enough_and_a_forgetter_is_worse_on_first_days_alone(lives: Evaluator) -> None:
    f = live(lives, Learner(lives.count, bold=True))
    assert (f["fitness"] == 1).all() and (f["measures"][:, 0] == 1).all()
    f = live(lives, Learner(lives.count, bold=True, forgets=True))
    days = f["days"].astype(float)
    np.testing.assert_allclose(f["fitness"], 1 - 8 / (24 * days - 8), rtol=1e-6)
    np.testing.assert_allclose(f["measures"][:, 0], 0.5, rtol=1e-6)


def test_who_never_bites_learns_only_where_all_is_told(lives: Evaluator, told: Evaluator) -> None:
    assert (live(lives, Learner(lives.count, bold=False))["fitness"] == 0.5).all()
    assert (live(told, Learner(told.count, bold=False))["fitness"] == 1).all()


def test_laws_are_the_same_as_plain_python(lives: Evaluator) -> None:
    check_laws(lives, Learner(lives.count, bold=True))


def test_on_a_card_it_is_the_same(host_device) -> None:
    check_card(WORLD)


def test_a_scene_shows_the_food_in_view_and_what_it_does(lives: Evaluator) -> None:
    row = 3
    for now in play(lives, Learner(lives.count, bold=True)):
        f = lives.fields
        scene = WORLD.scene(f, np.array([row], np.int32))
        food, season = int(scene.discs.x[0]), int(scene.discs.y[0])
        assert (scene.width, scene.height) == (4, 2) and food + 4 * season == f["met"][row]
        bad = f["poison"][row] >> f["met"][row] & 1
        assert tuple(scene.ground[16 * season + 8, 16 * food + 8]) == (seasons.POISONS if bad else seasons.FEEDS)
        assert scene.text["season"].startswith(seasons.SEASONS[season])
        assert scene.text["felt"] == {1: "reward", -1: "punishment", 0: "nothing"}[int(f["felt"][row])]
        if now > 30:
            break


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (["fewest_days=6"], "write fewest_days: 5"),
        (["poisonous=5"], "write poisonous: 4"),
        (["years=1"], "write years: 2"),
        (["told=some"], "'eaten' or 'all', got 'some'"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(changes: list[str], text: str) -> None:
    with pytest.raises(UserError, match=text) as caught:
        load_config("seasons", [f"world.{change}" for change in changes])
    assert "\n" not in str(caught.value)
