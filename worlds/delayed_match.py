"""Delayed match to sample: is the symbol shown now the one that was shown before the distractors?

A trial shows a sample in its first step (lane `sample`), then distractors, a drawn number of them, and then a probe
(lane `probe`), which is the sample in half of the trials and another symbol else. Above 0 the action means "match".
Distractors are drawn from all symbols, so that the sample and the probe may be among them. `rule: nonmatch` asks for an
action above 0 where the probe is another symbol; `rule: cued` draws the rule of each trial and shows it with the sample
(lane `nonmatch`). An episode has several trials.

Fitness is the share of right answers less that of wrong ones: 1 if all are right, 0 for guesses and for what is always
the same. The measure is the share of right ones.

Match to sample with intervening stimuli: Miller, Li and Desimone, "Activity of neurons in anterior inferior temporal
cortex during a short-term memory task", Journal of Neuroscience 13(4), 1993. Non-match: Mishkin and Delacour, "An
analysis of short-term visual memory in the monkey", Journal of Experimental Psychology: Animal Behavior Processes 1(4),
1975. A cued rule: Wallis, Anderson and Miller, "Single neurons in prefrontal cortex encode abstract rules", Nature 411,
2001. The sizes are ours.
"""

from __future__ import annotations

from typing import Literal, Self

import pydantic

from alife.parts.answers import Answerer, AnswerScalars, Questions, begin, score, show
from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    Draws,
    Sensor,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
)

TRIAL, SYMBOL = (FIRST_WORLD_STREAM + k for k in range(2))
RULES = {"match": 0, "nonmatch": 1, "cued": 2}


class Params(BaseParams):
    """Symbols, delays and the rule."""

    symbols: int = pydantic.Field(4, ge=2, le=64, description="different symbols")
    fewest: int = pydantic.Field(3, ge=0, le=10_000, description="fewest distractors of a trial")
    most: int = pydantic.Field(8, ge=0, le=10_000, description="most distractors of a trial")
    trials: int = pydantic.Field(4, ge=1, le=1000, description="trials of an episode")
    rule: Literal["match", "nonmatch", "cued"] = pydantic.Field(
        "match", description="where the action is to be above 0: at a match, a non-match, or as shown in each trial"
    )

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that delays are in order."""
        self.check_order("fewest", "most")
        return self


class Matcher(Answerer):
    """An agent that compares. Answer 1 is an action above 0."""

    sample: int = column("int32", meaning="symbol to remember", reading="place", title="to remember")
    nonmatch: int = column(
        "int32",
        meaning="1 if a non-match is asked for in this trial",
        words={0: "match", 1: "non-match"},
        title="asked for",
    )
    left: int = column(
        "int32",
        unit="steps",
        meaning="steps to the probe; 0: it is in view; -1: the trial is over",
        words={0: "probe in view", -1: "trial over"},
        title="probe in",
    )


class Constants(AnswerScalars):
    """Constants. asks_for: the value of `RULES`."""

    asks_for: int


@per_agent
def rest(a: Matcher) -> None:
    """Begins before the first trial."""
    a.left = -1


@per_agent
def present(a: Matcher, draws: Draws, p: Params, world: Constants) -> None:
    """Shows a sample with the rule, a distractor, or a probe, which is asked about."""
    first, second, third, fourth = draws.words(SYMBOL, 0)
    a.shown = i32(below(first, i64(p.symbols)))
    a.senses.sample = 0.0
    a.senses.nonmatch = 0.0
    if a.left < 0:
        delay, rule, x, y = draws.words(TRIAL, 0)
        a.left = 1 + p.fewest + i32(below(delay, i64(p.most - p.fewest + 1)))
        a.nonmatch = i32(rule >> 31) if world.asks_for == 2 else world.asks_for
        a.sample = a.shown
        a.senses.sample = 1.0
        a.senses.nonmatch = f32(a.nonmatch)
    a.senses.probe = 0.0
    a.expected = -1
    if a.left == 0:
        same = i32(second >> 31)
        a.shown = a.sample
        if same == 0:
            a.shown = (a.sample + 1 + i32(below(first, i64(p.symbols - 1)))) % p.symbols
        a.senses.probe = 1.0
        a.expected = same ^ a.nonmatch


@per_agent
def press(a: Matcher) -> None:
    """Answers 1 if the action is above 0."""
    a.chosen = 1 if a.outputs.match > 0.0 else 0


@per_agent
def go_on(a: Matcher, p: Params) -> None:
    """Goes on to the next step of the trial, and ends after the last trial."""
    a.left -= 1
    if a.asked == p.trials:
        a.done = 1


class DelayedMatch(Questions):
    """Compare a symbol with one shown before a delay."""

    reset = (begin, rest)
    observe = (present, show)
    step = (press, score, go_on)
    columns = (Matcher,)

    params: Params

    @property
    def symbols(self) -> int:
        return self.params.symbols

    @property
    def choices(self) -> int:
        return 2

    @property
    def questions(self) -> int:
        return self.params.trials

    @property
    def lifetime(self) -> int:
        return self.params.trials * (self.params.most + 2)

    @property
    def constants(self) -> dict[str, int]:
        return {**super().constants, "asks_for": RULES[self.params.rule]}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            *super().sensors,
            Sensor("sample", 0, 1, "", "1 while the sample is in view"),
            Sensor("probe", 0, 1, "", "1 while the probe is in view"),
            Sensor("nonmatch", 0, 1, "", "1 with a sample of which a non-match is asked for"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("match", -1, 1, "", "at a probe: above 0 yes, else no"),)
