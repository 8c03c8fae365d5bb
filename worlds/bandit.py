"""Bandit: pull the arms of slot machines, find those that pay, and search again when the payouts have moved.

Each arm pays with a probability of its own, which is drawn for each episode: `payouts: uniform` draws all of them from
0 to 1; with `payouts: one` one arm pays with the probability `good`, the others with `bad`. In each step the agent
pulls the arm whose action is largest, and observes in the next one whether it paid and which arm it was. With the
probability `reversal` before each pull, the payouts move: all arms exchange them in a ring, by a drawn number of
places; two arms swap them.

Fitness is POPGym's return: a pull that pays earns 1 / pulls, one that does not loses as much. Who pulls at random gets
0 on average where payouts are uniform, who always pulls the best of n arms (n - 1) / (n + 1). Measures are the share of
pulls that paid and the share of pulls of the arm that paid best.

Payouts, lengths and rewards are those of MultiarmedBandit of POPGym (Morad et al., ICLR 2023, arXiv 2303.01859; version
1.0 of github.com/proroklab/popgym, `popgym/envs/multiarmed_bandit.py`), with its wrapper for the last action: easy has
10 arms and 200 pulls, medium 20 and 400, hard 30 and 600; all without reversals. Payouts that move: Behrens et al.,
"Learning the value of information in an uncertain world", Nature Neuroscience 10, 2007; the ring is ours.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.parts.answers import Answerer, AnswerScalars, Questions, begin, choose
from alife.world import (
    FIRST_WORLD_STREAM,
    BaseParams,
    Draws,
    Field,
    Measure,
    Sensor,
    Vector,
    View,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
    sensor_group,
)

PAYOUT, PLACE, REVERSAL, PULL = (FIRST_WORLD_STREAM + k for k in range(4))


class Params(BaseParams):
    """Arms, payouts and pulls."""

    arms: int = pydantic.Field(10, ge=2, le=120, description="arms to choose from")
    pulls: int = pydantic.Field(200, ge=1, le=10**6, description="steps of an episode")
    payouts: Literal["uniform", "one"] = pydantic.Field(
        "uniform", description="probabilities: each uniform from 0 to 1; or that of one arm is good, of others bad"
    )
    good: float = pydantic.Field(0.8, ge=0, le=1, description="one: probability that the good arm pays")
    bad: float = pydantic.Field(0.2, ge=0, le=1, description="one: probability that another arm pays")
    reversal: float = pydantic.Field(0.0, ge=0, le=1, description="probability, before each pull, that payouts move")


class Gambler(Answerer):
    """An agent that pulls arms; it is right where the arm pays. payout: [arms] float32 probability of each arm's."""

    paid: int = column("int32", meaning="1 if the last pull paid", reading="flag", title="last pull paid")
    best: int = column("int32", meaning="pulls of the arm that paid best", title="pulls of the best")
    shift: int = column(
        "int32", meaning="places by which the payouts have moved, below the number of arms", title="payouts moved by"
    )
    payout: Vector[float]


class Constants(AnswerScalars):
    """Constants. one: 1 if one arm is good."""

    one: int


@per_agent
def set_payouts(a: Gambler, draws: Draws, p: Params, world: Constants) -> None:
    """Draws the probability of each arm."""
    word, x, y, z = draws.once.words(PLACE, 0)
    good = i32(below(word, i64(p.arms)))
    for k in range(p.arms):
        a.payout[k] = draws.once.uniform(PAYOUT, k)
        if world.one != 0:
            a.payout[k] = p.good if k == good else p.bad
    a.paid = 0
    a.best = 0
    a.shift = 0


@per_agent
def look(a: Gambler, p: Params) -> None:
    """Observes whether the last pull paid, and which arm it was."""
    a.senses.paid = f32(a.paid)
    for k in range(p.arms):
        a.senses.pulled[k] = 1.0 if a.chosen == k else f32(0.0)


@per_agent
def reverse(a: Gambler, draws: Draws, p: Params) -> None:
    """Moves the payouts, with the probability of a reversal."""
    if draws.uniform(REVERSAL, 0) < p.reversal:
        word, x, y, z = draws.words(REVERSAL, 1)
        a.shift = (a.shift + 1 + i32(below(word, i64(p.arms - 1)))) % p.arms


@per_agent
def pull(a: Gambler, draws: Draws, p: Params) -> None:
    """Pays or not, by the probability of the arm."""
    payout = a.payout[(a.chosen + a.shift) % p.arms]
    a.paid = 1 if draws.uniform(PULL, 0) < payout else 0
    top = a.payout[0]
    for k in range(1, p.arms):
        top = max(top, a.payout[k])
    a.best += 1 if payout == top else 0
    a.right += a.paid
    a.asked += 1
    a.fitness = f32(2 * a.right - a.asked) / f32(p.pulls)
    a.measures.paid = f32(a.right) / f32(a.asked)
    a.measures.best = f32(a.best) / f32(a.asked)


class Bandit(Questions):
    """Arms that pay with unknown probabilities."""

    reset = (begin, set_payouts)
    observe = (look,)
    step = (choose, reverse, pull)
    columns = (Gambler,)
    answer_meaning = "the arm with the largest is pulled"

    params: Params

    @property
    def symbols(self) -> int:
        return self.params.arms

    @property
    def questions(self) -> int:
        return self.params.pulls

    @property
    def lifetime(self) -> int:
        return self.params.pulls

    @property
    def constants(self) -> dict[str, int]:
        return {**super().constants, "one": int(self.params.payouts == "one")}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        pulled = sensor_group("pulled", range(1, self.params.arms + 1), 0, 1, "", "1 if this arm was pulled last")
        return (Sensor("paid", 0, 1, "", "1 if the last pull paid"), *pulled)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("paid", 0, 1, "", "share of pulls that paid"),
            Measure("best", 0, 1, "", "share of pulls of the arm that paid best"),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        meaning = "probability that an arm pays, before reversals"
        return (*super().fields, Field("payout", "float32", (self.params.arms,), meaning=meaning))

    def facts(self, view: View, row: int) -> dict[str, str]:
        """Returns what is printed beside the scene; view: columns [N], row: of the agent."""
        best = (int(np.argmax(view["payout"][row])) - int(view["shift"][row])) % self.params.arms
        return {"best arm": f"{best + 1}", "paid": f"{view['right'][row]} of {view['asked'][row]}"}
