"""Seasons: some foods of summer and of winter poison, others in each life. Learn each from one bite, and keep it.

A year has two seasons, all of the same number of days, which is drawn for each life. Each day every food of the season
is met once, in a drawn order. Of the foods of a season, `poisonous` poison; they are drawn for each life and stay. Each
meal takes two steps. In the first the agent observes the food, in a lane for each food of each season, and eats if its
action is above 0. In the second it observes the same food and, if it has eaten, a reward or a punishment.

Fitness is the share of right decisions: to eat what feeds, to leave what poisons. The first day of each season of the
first year does not count, as no agent can know yet: one that eats then learns everything from one bite of each food,
and has to keep over the winter what summer taught. Measures are the share of right decisions on first days of later
seasons, which shows what was kept, and the share of foods eaten. To eat everything, or nothing, gives 0.5.

After Ellefsen, Mouret and Clune, "Neural modularity helps organisms evolve to learn new skills without forgetting old
skills", PLoS Computational Biology 11(4), 2015, and Lueders, Schlaeger, Korach and Risi, "Continual and one-shot
learning through neural networks with dynamic external memory", EvoApplications 2017; what counts, and the defaults (3
years, 1 to 5 days, 4 foods of which 2 poison), by the code of the latter, github.com/BLueders/ENTM_CSharpPort. There a
meal takes four steps, and foods that were left are rewarded or punished too: `told: all`.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    Discs,
    Draws,
    EpisodicAgent,
    EpisodicWorld,
    Field,
    Mark,
    Measure,
    Scene,
    Sensor,
    Vector,
    View,
    WorldScalars,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
)

SEASONS = ("summer", "winter")
MOST = 8  # foods of a season

DAYS, POISON, ORDER = (FIRST_WORLD_STREAM + k for k in range(3))

FEEDS, POISONS = (106, 168, 79), (166, 77, 121)  # colors
BORDERS, TILE = ((244, 226, 150), (190, 216, 240)), 16  # summer's and winter's; points of a tile's side
AGENTS = {0: (60, 110, 190), 1: (250, 220, 80), -1: (40, 30, 40)}  # by reward (1) and punishment (-1)


class Params(BaseParams):
    """Length of a life and its foods."""

    years: int = pydantic.Field(3, ge=1, le=100, description="years of a life")
    fewest_days: int = pydantic.Field(1, ge=1, le=100, description="fewest days of a season")
    most_days: int = pydantic.Field(5, ge=1, le=100, description="most days of a season")
    foods: int = pydantic.Field(4, ge=1, le=MOST, description="foods of each season")
    poisonous: int = pydantic.Field(2, ge=0, le=MOST, description="foods of a season that poison")
    told: Literal["eaten", "all"] = pydantic.Field(
        "eaten", description="decisions that are rewarded or punished: eaten, or all, also foods that were left"
    )

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that something is scored and that the number of poisonous foods fits."""
        self.check_order("fewest_days", "most_days")
        if self.poisonous > self.foods:
            raise ValueError(
                f"expected at most all foods to be poisonous, got {self.poisonous} of {self.foods}; "
                f"write poisonous: {self.foods}"
            )
        if self.years * self.fewest_days < 2:
            raise ValueError("expected a day after the first of a season, got none; write years: 2 or fewest_days: 2")
        return self


class Forager(EpisodicAgent):
    """An agent that meets foods. order: [foods] int32 order of this day's meals."""

    days: int = column("int32", meaning="days of each season", title="days a season")
    poison: int = column(
        "int32", meaning="foods that poison, a bit each: summer's first", reading="bits", title="foods that poison"
    )
    met: int = column("int32", meaning="food in view", reading="place", title="food in view")
    felt: int = column(
        "int32", meaning="1 reward, -1 punishment, 0 neither", words={1: "reward", -1: "punishment", 0: "neither"}
    )
    right: int = column("int32", meaning="right decisions that count, so far", title="right so far")
    scored: int = column("int32", meaning="decisions that count, so far", title="decisions so far")
    kept: int = column("int32", meaning="right ones on first days of seasons that return", title="right on returns")
    firsts: int = column("int32", meaning="decisions on these days", title="first days so far")
    order: Vector[int]


class Constants(WorldScalars):
    """Constants. all_told: 1 if every decision is rewarded or punished."""

    all_told: int


@per_agent
def sow(a: Forager, draws: Draws, p: Params) -> None:
    """Draws the days of a season and the foods that poison, the same number in each season, uniformly."""
    word, x, y, z = draws.once.words(DAYS, 0)
    a.days = p.fewest_days + i32(below(word, i64(p.most_days - p.fewest_days + 1)))
    a.poison = 0
    for season in range(2):
        left = p.poisonous
        for k in range(p.foods):
            word, x, y, z = draws.once.words(POISON, season * p.foods + k)
            if i32(below(word, i64(p.foods - k))) < left:  # Knuth's selection sampling
                a.poison = a.poison | (1 << (season * p.foods + k))
                left -= 1


@per_agent
def begin(a: Forager, p: Params) -> None:
    """Clears what was met and scored."""
    for k in range(p.foods):
        a.order[k] = k
    a.met = 0
    a.felt = 0
    a.right = 0
    a.scored = 0
    a.kept = 0
    a.firsts = 0


@per_agent
def serve(a: Forager, draws: Draws, p: Params, world: Constants) -> None:
    """Serves the next food; at the start of a day draws their order."""
    if world.step % i64(2) == 0:
        meal = i32(world.step // i64(2))
        if meal % p.foods == 0:
            for k in range(p.foods):
                word, x, y, z = draws.words(ORDER, k)
                other = k + i32(below(word, i64(p.foods - k)))
                mine = a.order[k]
                a.order[k] = a.order[other]
                a.order[other] = mine
        season = meal // p.foods // a.days % 2
        a.met = season * p.foods + a.order[meal % p.foods]
        a.felt = 0


@per_agent
def see(a: Forager, p: Params) -> None:
    """Observes the food, reward and punishment."""
    for k in range(2 * p.foods):
        a.senses.food[k] = 1.0 if a.met == k else f32(0.0)
    a.senses.reward = 1.0 if a.felt > 0 else f32(0.0)
    a.senses.punishment = 1.0 if a.felt < 0 else f32(0.0)


@per_agent
def decide(a: Forager, p: Params, world: Constants) -> None:
    """Eats or leaves a food and scores it: fitness is the share of right decisions so far."""
    if world.step % i64(2) == 0:
        meal = i32(world.step // i64(2))
        day = meal // p.foods
        eats = 1 if a.outputs.eat > 0.0 else 0
        feeds = 1 - ((a.poison >> a.met) & 1)
        well = 1 if eats == feeds else 0
        a.felt = 2 * well - 1 if eats != 0 or world.all_told != 0 else 0
        a.measures.eaten += f32(eats) / f32(2 * p.years * a.days * p.foods)
        first_day = 1 if day % a.days == 0 else 0
        if first_day == 0 or day >= 2 * a.days:
            a.scored += 1
            a.right += well
            a.firsts += first_day
            a.kept += first_day * well
        a.fitness = f32(a.right) / f32(max(a.scored, 1))
        a.measures.kept = f32(a.kept) / f32(max(a.firsts, 1))
        if meal + 1 == 2 * p.years * a.days * p.foods:
            a.done = 1


class Seasons(EpisodicWorld):
    """Foods that feed or poison for a whole life, in seasons that return."""

    reset = (sow, begin)
    observe = (serve, see)
    step = (decide,)
    columns = (Forager,)

    params: Params

    @property
    def lifetime(self) -> int:
        p = self.params
        return 4 * p.years * p.most_days * p.foods

    @property
    def constants(self) -> dict[str, int]:
        return {"all_told": int(self.params.told == "all")}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        names = (f"{season} food {k + 1}" for season in SEASONS for k in range(self.params.foods))
        foods = (Sensor(name, 0, 1, "", "1 if it is this food", "food") for name in names)
        return (
            *foods,
            Sensor("reward", 0, 1, "", "1 after a right decision"),
            Sensor("punishment", 0, 1, "", "1 after a wrong decision"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("eat", -1, 1, "", "above 0 the agent eats"),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("kept", 0, 1, "", "share of right decisions on the first days of seasons that return"),
            Measure("eaten", 0, 1, "", "share of all foods met"),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*super().fields, Field("order", "int32", (self.params.foods,), meaning="of this day's meals"))

    @property
    def legend(self) -> tuple[Mark, ...]:
        felt = {0: "agent that felt nothing", 1: "agent after a reward", -1: "agent after a punishment"}
        return (
            *(Mark("agent", (color,), felt[kind]) for kind, color in AGENTS.items()),
            Mark("ground", (FEEDS,), "a food that feeds"),
            Mark("ground", (POISONS,), "a food that poisons"),
            *(Mark("ground", (color,), f"{name}'s foods") for name, color in zip(SEASONS, BORDERS, strict=True)),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns one agent at the food in view; rows: [N] agents.

        There is a tile for each food, those of summer above; green feeds, purple poisons.
        """
        row, foods = int(rows[0]), self.params.foods
        season, food = divmod(int(view["met"][row]), foods)
        x, y, radius, heading = (np.array([value], np.float32) for value in (food + 0.5, season + 0.5, 0.3, 0.0))
        disc = Discs(x, y, radius, heading, np.array([AGENTS[int(view["felt"][row])]], np.uint8), rows[:1])
        return Scene(foods, 2, False, self._ground(int(view["poison"][row])), disc, text=self._facts(view, row))

    def _ground(self, poison: int) -> np.ndarray:
        """[2 TILE, foods TILE, 3] uint8: tiles with a border in the color of their season."""
        foods = self.params.foods
        ground = np.empty((2, TILE, foods, TILE, 3), np.uint8)
        ground[:] = np.array(BORDERS, np.uint8)[:, None, None, None]
        poisons = poison >> np.arange(2 * foods) & 1
        ground[:, 1:-1, :, 1:-1] = np.array([FEEDS, POISONS], np.uint8)[poisons].reshape(2, 1, foods, 1, 3)
        return ground.reshape(2 * TILE, foods * TILE, 3)

    def _facts(self, view: View, row: int) -> dict[str, str]:
        met, felt = int(view["met"][row]), int(view["felt"][row])
        return {
            "season": f"{SEASONS[met // self.params.foods]}, of {view['days'][row]} days",
            "in view": f"food {met % self.params.foods + 1}",
            "felt": {1: "reward", -1: "punishment", 0: "nothing"}[felt],
            "right": f"{view['right'][row]} of {view['scored'][row]}",
        }
